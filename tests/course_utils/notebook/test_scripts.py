"""What is shown is the file's own text."""

import pytest

from course_utils.notebook import scripts

TEXT = """A = 1


def first():
    return 1  # one


@decorated
def second():
    def first():
        pass
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture
def shown(monkeypatch):
    """Calls show and gives what it displays: as plain text, and as Markdown."""
    outputs = []
    monkeypatch.setattr(scripts, "display", lambda data, raw: outputs.append((data, raw)))

    def call(*given):
        scripts.show(*given)
        ((data, raw),) = outputs
        outputs.clear()
        assert raw is True
        return data["text/plain"], data["text/markdown"]

    return call


def test_a_whole_file_is_shown_as_it_is(path, shown):
    assert shown(path) == (TEXT.strip(), f"```python\n{TEXT.strip()}\n```")


def test_functions_are_shown_in_the_order_asked_for_and_only_those_at_the_top_level(path, shown):
    plain, fenced = shown(str(path), "second", "first")
    assert plain.endswith("def first():\n    return 1  # one")
    assert plain.startswith("@decorated\ndef second():\n    def first():\n        pass\n\n")
    assert fenced == f"```python\n{plain}\n```"


def test_the_line_above_a_function_is_not_shown(tmp_path, shown):
    (tmp_path / "dense.py").write_text("A = 1\ndef first():\n    return A\nB = 2\n", encoding="utf-8")
    assert shown(tmp_path / "dense.py", "first")[0] == "def first():\n    return A"


def test_other_languages_have_their_colours(tmp_path, shown):
    for name, language in {"a.sh": "bash", "a.yml": "yaml"}.items():
        (tmp_path / name).write_text("x: 1\n", encoding="utf-8")
        assert shown(tmp_path / name)[1] == f"```{language}\nx: 1\n```"


@pytest.mark.parametrize(
    ("name", "functions", "error", "message"),
    [
        (3, (), TypeError, "script must be the path of a file; got 3"),
        ("none.py", (), ValueError, "script must be a file; got"),
        ("a.txt", (), ValueError, "script must end in .py, .sh, .yml; got"),
        (
            "script.py",
            ("third",),
            ValueError,
            "functions must be among first, second of script.py; got 'third'",
        ),
        ("script.sh", ("f",), ValueError, "functions are those of a Python file; got 'f' of script.sh"),
    ],
)
def test_bad_arguments_are_named(path, name, functions, error, message):
    path.with_name("script.sh").write_text("f() { :; }", encoding="utf-8")
    with pytest.raises(error) as caught:
        scripts.show(path.with_name(name) if isinstance(name, str) else name, *functions)
    assert message in str(caught.value)
