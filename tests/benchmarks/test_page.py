"""The pages are what the results give."""

import json
import shutil
from dataclasses import asdict

import pytest

from benchmarks import page, race
from tests.support import ROOT


def test_page_table_and_plot_are_what_the_results_on_record_give():
    assert page.problems() == []


def test_what_is_stale_is_found_and_the_command_named(tmp_path):
    for name in (page.RESULTS, page.PAGE, "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    result = page.read(tmp_path)
    result["races"][0]["results"][0]["seconds"] = [9.0]
    (tmp_path / page.RESULTS).write_text(json.dumps(result), encoding="utf-8")
    assert [line.split(" is not what")[0] for line in page.problems(tmp_path)] == [
        "docs/benchmarks.md",
        "README.md's benchmark table",
    ]
    page.render(tmp_path)
    assert page.problems(tmp_path) == []
    assert (tmp_path / page.PLOT).read_bytes()[:4] == b"\x89PNG"
    assert "| 9000 (" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_a_missing_contender_stands_in_the_table_with_its_reason():
    ours = race.Result("course_fast", "ours", seconds=[0.1, 0.3, 0.2], others=0.02)
    absent = race.Result("torch_lstm", "PyTorch", missing="its environment is not there")
    table = page.race_table([asdict(ours), asdict(absent)])
    assert "| ours | 200 | 100–300 | 1.00 | 2% |" in table
    assert "| PyTorch | – | its environment is not there | – | – |" in table


def test_a_readme_without_the_place_for_the_table_is_refused():
    with pytest.raises(ValueError, match=r"README\.md must have the lines"):
        page.with_table("# Nothing here\n", page.read())
