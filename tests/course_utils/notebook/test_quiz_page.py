"""A stable output, scripts that stay inside, and something to read without them."""

import re

import pytest

from tests.support.colours import contrast
from tests.support.notebook_runs import displayed, printed, run_cells
from tests.support.quiz_examples import QUESTIONS, TEXT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run():
    return run_cells(
        f"import random, course_utils as cu\nquestions = {QUESTIONS!r}",
        "random.seed(5)\nexpected = random.random()",
        "random.seed(5)\nresult = cu.quiz.show(questions)\nprint(result, random.random() == expected)",
        "random.seed(6)\ncu.quiz.show(questions)",
        "cu.quiz.show(questions[:1])",
        "cu.quiz.show([dict(reversed(question.items())) for question in questions])",
    )


def page(run, cell=2):
    [result] = displayed(run.cells[cell], "text/html")
    return result


def test_one_display_with_a_page_and_a_text(run):
    assert displayed(run.cells[2], "text/plain") == [TEXT]
    assert len([o for o in run.cells[2].outputs if o["output_type"] == "display_data"]) == 1


def test_the_global_generator_is_where_it_was(run):
    assert printed(run.cells[2]) == "None True\n"


def test_the_output_is_the_same_each_time_and_other_questions_have_another_name(run):
    assert page(run) == page(run, cell=3)
    names = [re.search(r'<div id="(\w+)"', page(run, cell=cell))[1] for cell in (2, 4)]
    assert names[0] != names[1]


def test_the_name_follows_from_what_is_asked_however_it_is_written_and_the_style_is_that_names(run):
    name = re.search(r'<div id="(\w+)"', page(run))[1]
    assert f'<div id="{name}"' in page(run, cell=5)
    assert f"#{name} " in re.findall(r"<style>(.*?)</style>", page(run), flags=re.DOTALL)[-1]


def test_jupyterquiz_is_handed_all_questions_and_answers(run):
    script = page(run)
    for message in ("That is F, what is measured", "A table with 2 rows", '"value": 16', "show_questions"):
        assert message in script


def test_the_script_is_closed_once_and_the_page_is_balanced(run):
    assert page(run).count("</script") == 1
    assert r"It changes at every step <\/script>." in page(run)
    outside = re.sub(r"<(script|style)>.*?</\1>", "", page(run), flags=re.DOTALL)
    assert outside.count("<div") == outside.count("</div") == 2


def test_without_scripts_there_is_a_list_without_solutions(run):
    still = re.search(r'<div class="still">(.*?)</div>', page(run), flags=re.DOTALL)[1]
    assert "run this cell" in still
    assert "<li>32</li>" in still
    assert "W<sub>x</sub>" in still
    for told in ("correct", "Yes", "16", "That is"):
        assert told not in still


def test_nothing_is_loaded_from_a_network(run):
    script = page(run)
    assert "var MathJax;" in script  # hides the page's MathJax, for which jupyterquiz would load a script
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", script)
    assert "@import" not in script


def test_colours_have_contrast(run):
    colours = dict(re.findall(r"(--jq-[\w-]+): (#[0-9a-f]{6});", page(run)))
    text = colours["--jq-text-color"]
    for name in ("multiple-choice-bg", "many-choice-bg", "numeric-bg", "correct-color", "incorrect-color"):
        assert contrast(colours[f"--jq-{name}"], text) >= 5.9, name
    assert contrast(colours["--jq-mc-button-bg"], "#1a1a1a") > 7
    for name in ("correct-color", "incorrect-color"):  # hints are written on white
        assert contrast(colours[f"--jq-{name}"], "#ffffff") >= 5.9
