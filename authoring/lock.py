"""The locks and requirements.txt, made from pyproject.toml; and the check that they are not stale.

requirements.lock is for everybody; classroom/requirements.lock adds what only grading needs, and has the
same versions of all the rest. A lock's first line holds a hash of what it was made from, so that the
check needs no network. requirements.txt is the same list without hashes, for environment.yml: pip refuses
a project in editable mode beside hashed requirements.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"requirements.lock": (), "classroom/requirements.lock": ("classroom",)}
"""Each lock, and the extras of pyproject.toml that only it has."""
RENEW = "renew it with: python3 course.py lock"
MAY_DIFFER = {
    "contourpy": "draws contours, and no image is compared",
    "soupsieve": "picks elements of HTML, where a notebook is converted",
}
"""Packages that may have other versions under other Pythons, and why that changes no stored output."""
_STAMP = "# Made by `python3 course.py lock` from pyproject.toml, dependencies sha256:"
_FAILURES = {
    1: "no versions satisfy all that pyproject.toml asks for, and the lines above say which of it clash",
    2: "the lines above say why; most often the package registry cannot be reached",
}
"""What uv's exit codes mean."""
_EXPORT_NOTE = "# The exact versions of requirements.lock, without hashes, for environment.yml. Generated: "


def dependencies_hash(pyproject: str) -> str:
    """A hash of everything in pyproject.toml that the lock depends on, and of nothing else."""
    project = tomllib.loads(pyproject)["project"]
    parts = [project[key] for key in ("requires-python", "dependencies", "optional-dependencies")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def export(lock: str) -> str:
    """The lock as plain exact requirements: no hashes, no comments, markers kept."""
    requirements = re.findall(r"^([A-Za-z0-9].*?==.*?) *\\?$", lock, re.MULTILINE)
    if not requirements:
        raise ValueError(f"requirements.lock names no package; {RENEW}")
    return "\n".join([_EXPORT_NOTE + RENEW.removeprefix("renew it with: "), *requirements, ""])


def differing(lock: str) -> list[str]:
    """The packages that have more than one version: which one is installed depends on the Python."""
    names = Counter(line.split("==")[0] for line in export(lock).splitlines()[1:])
    return sorted(name for name, times in names.items() if times > 1 and name not in MAY_DIFFER)


def _versions(lock: str) -> set[str]:
    return {line.split(" ;")[0] for line in export(lock).splitlines()[1:]}


def problems(root: Path = ROOT) -> list[str]:
    """What is stale: a line for each file, with the command that fixes it."""
    problems = []
    stamp = _STAMP + dependencies_hash((root / "pyproject.toml").read_text(encoding="utf-8"))
    texts = {name: (root / name).read_text(encoding="utf-8") for name in LOCKS}
    for name, text in texts.items():
        if text.split("\n", 1)[0] != stamp:
            problems.append(f"{name} was not made from pyproject.toml's dependencies of now; {RENEW}")
        if address := re.search(r"https?://\S+", text):
            problems.append(f"{name} names an address, {address.group()}; {RENEW}")
        problems += [
            f"{name} has several versions of {package}, so that stored outputs may differ between Pythons: "
            f"give it an upper bound in pyproject.toml; then {RENEW}"
            for package in differing(text)
        ]
    lock = texts["requirements.lock"]
    if other := _versions(lock) - _versions(texts["classroom/requirements.lock"]):
        problems.append(
            f"classroom/requirements.lock has no {min(other)}, as requirements.lock does; {RENEW}"
        )
    if (root / "requirements.txt").read_text(encoding="utf-8") != export(lock):
        problems.append(f"requirements.txt is not the export of requirements.lock; {RENEW}")
    return problems


def lowest_python(pyproject: str) -> str:
    """The oldest Python that pyproject.toml supports, such as 3.11."""
    required = tomllib.loads(pyproject)["project"]["requires-python"]
    if not (match := re.search(r">=\s*(\d+\.\d+)", required)):
        raise SystemExit(f"requires-python must say from which Python on, as >=3.11 does, got {required!r}.")
    return match.group(1)


def renew(root: Path = ROOT, *, upgrade: bool = False) -> None:
    """Resolve pyproject.toml for all platforms and write every lock and the export."""
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(pyproject)["project"]["optional-dependencies"]
    apart = {extra for added in LOCKS.values() for extra in added}
    stamp = _STAMP + dependencies_hash(pyproject)
    for name, added in LOCKS.items():
        target = root / name
        command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal"]
        command += [f"--extra={extra}" for extra in extras if extra not in apart or extra in added]
        # Without it uv leaves out whatever only older Pythons need than the one that runs.
        command += ["--python-version", lowest_python(pyproject)]
        command += ["--generate-hashes", "--no-header", "--quiet", "--output-file", name]
        if added:  # the first lock decides on what both have
            command += ["--constraint", "requirements.lock"]
        if upgrade:
            command.append("--upgrade")
        if code := subprocess.run(command, cwd=root, check=False).returncode:
            raise SystemExit(f"{name} was not renewed: {_FAILURES.get(code, 'the lines above say why')}.")
        # uv keeps no comment of ours, so the stamp is put on again each time.
        target.write_text(f"{stamp}\n{target.read_text(encoding='utf-8')}", encoding="utf-8", newline="\n")
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    (root / "requirements.txt").write_text(export(lock), encoding="utf-8", newline="\n")
    print(f"{', '.join(LOCKS)} and requirements.txt: {len(export(lock).splitlines()) - 1} exact versions.")


def main(arguments: list[str]) -> int:
    """`--upgrade` takes the newest versions that pyproject.toml allows; without it the locked ones stay."""
    if unknown := set(arguments) - {"--upgrade"}:
        print(f"lock takes --upgrade or nothing, got {' '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    renew(upgrade="--upgrade" in arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
