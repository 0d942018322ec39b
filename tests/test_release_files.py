"""What the world reads beside the code agrees with pyproject.toml; what CI runs is pinned."""

import re
import tomllib

import pytest
import yaml

from tests.support import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == PROJECT["version"]
    assert " AND ".join(citation["license"]) == PROJECT["license"]
    assert citation["authors"]
    assert citation["message"]


def test_the_changelog_has_this_version_on_top_of_the_older_ones():
    headings = re.findall(r"^## \[(.+?)\]", CHANGELOG, re.MULTILINE)
    assert headings[:2] == ["Unreleased", PROJECT["version"]]


def test_each_release_has_its_day_and_known_headings():
    assert re.findall(r"^## \[\d.*?\](.*)", CHANGELOG, re.MULTILINE)
    for rest in re.findall(r"^## \[\d.*?\](.*)", CHANGELOG, re.MULTILINE):
        assert re.fullmatch(r" - \d{4}-\d\d-\d\d", rest)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)", CHANGELOG, re.MULTILINE)) <= kinds


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda p: p.name)
def test_actions_are_pinned_by_commit(path):
    uses = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "classroom/README.md"])
def test_links_to_files_of_the_course_lead_somewhere(page):
    path = ROOT / page
    links = re.findall(r"\]\(([^)#:\s]+)[)#]", path.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_each_notebook_of_the_last_release_is_led_to_its_lesson():
    before = re.findall(r"^\| `(\d\d_\w+\.ipynb)` \| \[(.+?)\]\(notebooks/(.+?)\) \|$", README, re.MULTILINE)
    assert [old[:2] for old, _, _ in before] == [f"{number:02}" for number in range(1, 9)]
    assert all(shown == target for _, shown, target in before)
