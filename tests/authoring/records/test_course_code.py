"""What changes with the code of course_utils that a lesson uses, and no other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from authoring.records import course_code as module
from authoring.records.course_code import course_code, locked_versions
from tests.support.sample_course import change_text

PACKAGE = {
    "__init__.py": "from course_utils.checks import check\nfrom course_utils.printing import measured\n",
    "checks.py": "def check(condition, sentence):\n    return condition\n",
    "printing.py": "def measured(x):\n    return str(x)\n",
    "plotting.py": "def bars(x):\n    return x\n",
    "runtime.py": "def start(seed):\n    return seed\n\n\ndef seconds(f):\n    return 3\n",
    "sequences.py": '''"""Tasks."""

from course_utils._bits import bits as random_bits
from course_utils import _arguments as arguments, plotting

_LONGEST: int = 60
_SHORTEST = 1


def echo(length: int, *, seed: int = 3) -> list:
    """Bits."""
    if length > _LONGEST:
        raise ValueError(f"length is {length}")
    plotting.bars(3)
    return random_bits(arguments.whole(length))


def other():
    return _SHORTEST
''',
    "_bits.py": """\
def bits(n):
    from course_utils._deep import Draw

    return Draw().draw(n)


def unused():
    return 1
""",
    "_deep.py": "class Draw:\n    def draw(self, n):\n        return [n]\n",
    "_arguments.py": "def whole(n):\n    return int(n)\n",
}
LESSON = """
import course_utils as cu
cu.runtime.start(seed=3)
x = cu.sequences.echo(3)
cu.check(x == 3, "three")
cu.plotting.bars(x)
print(cu.measured(x), "cluster/train.py")
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "course_utils").mkdir()
    for name, text in PACKAGE.items():
        (tmp_path / "course_utils" / name).write_text(text, encoding="utf-8")
    (tmp_path / "notebooks" / "cluster").mkdir(parents=True)
    (tmp_path / "notebooks" / "cluster" / "train.py").write_text("RATE = 0.1\n", encoding="utf-8")
    return tmp_path


def of(root: Path, lesson: str = LESSON) -> str:
    module._read_package.cache_clear()
    return course_code([ast.parse(cell) for cell in lesson.split("\n\n")], root)


OTHER = {
    "the function": ("sequences.py", "(length))", "(length) + 1)"),
    "a default": ("sequences.py", "seed: int = 3", "seed: int = 4"),
    "a constant that it uses": ("sequences.py", "_LONGEST: int = 60", "_LONGEST: int = 61"),
    "the kind of an error": ("sequences.py", "raise ValueError", "raise TypeError"),
    "a function by another name": ("_bits.py", "Draw().draw(n)", "Draw().draw(n + 1)"),
    "a class that is imported inside it": ("_deep.py", "[n]", "[n, n]"),
    "a function of a module": ("_arguments.py", "int(n)", "int(n + 0.5)"),
}
SAME = {
    "another function": ("sequences.py", "return _SHORTEST", "return 0"),
    "a constant of another": ("sequences.py", "_SHORTEST = 1", "_SHORTEST = 2"),
    "a docstring": ("sequences.py", '"""Bits."""', '"""Random bits."""'),
    "the docstring of the module": ("sequences.py", '"""Tasks."""', '"""All tasks."""'),
    "an annotation": ("sequences.py", "length: int", "length: float"),
    "the annotation of a constant": ("sequences.py", "_LONGEST: int = 60", "_LONGEST = 60"),
    "what is returned, annotated": ("sequences.py", "-> list", "-> tuple"),
    "the words of an error": ("sequences.py", "length is", "length was"),
    "a comment": ("sequences.py", "_SHORTEST = 1", "_SHORTEST = 1  # one"),
    "a plot": ("plotting.py", "return x", "return 2 * x"),
    "a check": ("checks.py", "return condition", "return not condition"),
    "a format": ("printing.py", "str(x)", "repr(x)"),
    "the start": ("runtime.py", "return seed", "return seed + 1"),
    "what nobody uses": ("_bits.py", "return 1", "return 2"),
}


@pytest.mark.parametrize(("name", "old", "new"), OTHER.values(), ids=OTHER)
def test_what_a_lesson_stands_on_changes_it(root: Path, name: str, old: str, new: str) -> None:
    before = of(root)
    change_text(root / "course_utils" / name, old, new)
    assert of(root) != before


@pytest.mark.parametrize(("name", "old", "new"), SAME.values(), ids=SAME)
def test_what_it_does_not_stand_on_leaves_it(root: Path, name: str, old: str, new: str) -> None:
    before = of(root)
    change_text(root / "course_utils" / name, old, new)
    assert of(root) == before


def test_a_function_may_move(root: Path) -> None:
    before, package = of(root), root / "course_utils"
    for old, new, user in (("_bits", "_random", "sequences"), ("_deep", "_deeper", "_random")):
        (package / f"{old}.py").rename(package / f"{new}.py")
        assert of(root) != before, "it is not found where it was"
        change_text(package / f"{user}.py", f"course_utils.{old} ", f"course_utils.{new} ")
        assert of(root) == before


def test_a_module_may_move_into_a_subpackage_and_get_another_name(root: Path) -> None:
    before, package = of(root), root / "course_utils"
    (package / "tasks").mkdir()
    (package / "tasks" / "__init__.py").write_text("", encoding="utf-8")
    (package / "sequences.py").rename(package / "tasks" / "series.py")
    assert of(root) != before, "it is not found where it was"
    change_text(
        package / "__init__.py",
        "from course_utils.checks",
        'MODULES = {"sequences": "tasks.series"}\nfrom course_utils.checks',
    )
    assert of(root) == before
    (package / "_arguments.py").rename(package / "tasks" / "sizes.py")
    change_text(
        package / "tasks" / "series.py",
        "import _arguments as arguments, plotting",
        "import plotting\nfrom course_utils.tasks import sizes",
    )
    change_text(package / "tasks" / "series.py", "arguments.whole", "sizes.whole")
    assert of(root) == before
    change_text(package / "tasks" / "sizes.py", "int(n)", "int(n + 0.5)")
    assert of(root) != before


LOCALS = """
from course_utils import _arguments

def difference(first, second):
    low = min(first)
    high = max(second)
    def scaled(by):
        part = by * low
        return part - high
    return [scaled(each) for each in first]
"""
LOCAL_LESSON = "import course_utils as cu\ncu.locals.difference([1], [2])"


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"low": "lowest", "each": "value", "part": "share"}, True),
        ({"part - high": "high - part"}, False),
        ({"by * low": "by * high"}, False),
        ({"first": "left"}, False),  # an argument's name is for callers
        ({"max(second)": "max(first)"}, False),
    ],
    ids=str,
)
def test_local_names_do_not_count_and_what_they_stand_for_does(
    root: Path, changes: dict[str, str], same: bool
) -> None:
    path = root / "course_utils" / "locals.py"
    path.write_text(LOCALS, encoding="utf-8")
    before = of(root, LOCAL_LESSON)
    for old, new in changes.items():
        path.write_text(path.read_text().replace(old, new), encoding="utf-8")
    assert (of(root, LOCAL_LESSON) == before) is same


def test_two_functions_of_one_name_are_told_apart(root: Path) -> None:
    package = root / "course_utils"
    (package / "_first.py").write_text("def take(n):\n    return n\n", encoding="utf-8")
    (package / "_second.py").write_text("def take(n):\n    return -n\n", encoding="utf-8")
    user = package / "locals.py"
    for text in (
        "from course_utils import _first as a, _second as b\n\n"
        "def difference(x, y):\n    return a.take(x), b.take(y)\n",
        "from course_utils._first import take as a\nfrom course_utils._second import take as b\n\n"
        "def difference(x, y):\n    return a(x), b(y)\n",
    ):
        user.write_text(text, encoding="utf-8")
        before = of(root, LOCAL_LESSON)
        swapped = text.replace("_first", "_third").replace("_second", "_first").replace("_third", "_second")
        user.write_text(swapped, encoding="utf-8")
        assert of(root, LOCAL_LESSON) != before


@pytest.mark.parametrize(("module", "counts"), [("live", False), ("scripts", True)])
def test_what_only_shows_something_is_not_followed_in_a_subpackage_either(
    root: Path, module: str, counts: bool
) -> None:
    package = root / "course_utils"
    (package / "notebook").mkdir()
    change_text(
        package / "__init__.py",
        "from course_utils.checks",
        f'MODULES = {{"{module}": "notebook.{module}"}}\nfrom course_utils.checks',
    )
    path = package / "notebook" / f"{module}.py"
    path.write_text("def show(x):\n    return x\n", encoding="utf-8")
    lesson = f"import course_utils as cu\ncu.{module}.show(3)"
    before = of(root, lesson)
    change_text(path, "return x", "return 2 * x")
    assert (of(root, lesson) != before) is counts


def test_a_script_that_a_lesson_names_counts(root: Path) -> None:
    before = of(root)
    change_text(root / "notebooks" / "cluster" / "train.py", "0.1", "0.2")
    assert of(root) != before
    assert of(root, LESSON.replace("cluster/train.py", "")) == of(root, LESSON.replace("train", "none"))


def test_every_use_in_a_lesson_is_followed(root: Path) -> None:
    assert of(root, LESSON + "\ncu.sequences.other()") != of(root)
    assert of(root, LESSON + "\ncu.runtime.seconds(f)") != of(root)


def test_minor_versions_come_from_the_lock(tmp_path: Path) -> None:
    assert locked_versions(tmp_path) == {}
    lock = (
        "keras==3.15.1 \\\n  --hash=a\nnumpy==2.4.6\nnumpydoc==1.0\ntensorflow-cpu==2.21.0 ; sys_platform\n"
    )
    (tmp_path / "requirements.lock").write_text(lock)
    assert locked_versions(tmp_path) == {"tensorflow": "2.21", "keras": "3.15", "numpy": "2.4"}
