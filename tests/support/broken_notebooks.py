"""Ways to break the good notebook of sample_course.py, each with the one rule that must reject it."""

from __future__ import annotations

import nbformat

from authoring.execute import WIDGET_VIEW
from tests.support.notebook_changes import (
    BOUND,
    CHECK,
    CLAIM,
    DEFINITION,
    FIGURE,
    SETUP,
    UNCOMPARED,
    Change,
    adding,
    big,
    code,
    exercises,
    folded_words,
    median_of,
    more,
    no_outputs,
    output,
    runtime_last,
    source,
    tags,
    text,
    uncompared,
    words_in_sight,
)
from tests.support.sample_course import PNG, display, stream

ERROR = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=["no"])
RESULT = nbformat.v4.new_output("execute_result", data={"text/plain": "3"}, execution_count=7)
WIDGET = display({WIDGET_VIEW: {"model_id": "ab"}, "text/plain": "VBox()"})

REJECTED: dict[str, dict[str, Change]] = {
    "execution_counts": {
        "a gap": lambda nb: code(nb, 3).update(execution_count=9),
        "never run": lambda nb: code(nb, 3).update(execution_count=None),
        "the count of a result": output(DEFINITION, RESULT),
    },
    "no_stderr": {"a warning": output(DEFINITION, stream("Warning\n", name="stderr"))},
    "no_error": {"an error": output(DEFINITION, ERROR)},
    "no_widget_state": {
        "state": lambda nb: nb.metadata.update(widgets={"application/vnd.jupyter.widget-state+json": {}}),
        "view": output(DEFINITION, WIDGET),
    },
    "no_progress_left": {
        "a Keras bar": output(DEFINITION, stream("1/1 ━━━━ 0s\n")),
        "an epoch": output(DEFINITION, stream("Epoch 1/5\n")),
        "a rewritten line": output(DEFINITION, stream("10 %\r20 %\n")),
        "a rewritten letter": output(DEFINITION, stream("1\b2\n")),
    },
    "no_machine_path": {
        "Linux": output(DEFINITION, stream("/home/ada/x.py\n")),
        "macOS": output(DEFINITION, display({"text/html": "<b>/Users/ada</b>", "text/plain": "x"})),
        "Windows": output(DEFINITION, stream("C:\\Users\\ada\n")),
        "temporary": output(DEFINITION, stream("in /tmp/x\n")),
        "temporary, macOS": output(DEFINITION, stream("/private/x /var/folders/x\n")),
        "temporary, a cell's": output(DEFINITION, stream("ipykernel_12/3.py:1\n")),
        "package, Debian": output(DEFINITION, stream("dist-packages/keras\n")),
        "administrator": adding('name = "/root/x"'),
        "package": output(DEFINITION, stream(".venv/lib/site-packages/keras\n")),
        "prose": text("# 01", "Repeat", "In /home/ada, repeat"),
    },
    "no_memory_address": {
        "object": output(DEFINITION, stream("<Line2D object at 0x10de4a0>\n")),
        "pointer": output(DEFINITION, stream("0x7f3b2c001230\n")),
        "source": adding("# <object at 0x7f3b2c001230>"),
    },
    "small_file": {"1.6 MB": big(1_200_000)},
    "figures_have_alt_text": {
        "none": lambda nb: code(nb, FIGURE).outputs[0].update(metadata={}),
        "29 characters": lambda nb: (
            code(nb, FIGURE).outputs[0].update(metadata={"image/png": {"alt": 29 * "a" + " "}})
        ),
        "of another kind": lambda nb: code(nb, FIGURE).outputs[0].data.update({"image/svg+xml": "<svg/>"}),
    },
    "figures_are_checked": {
        "no check near": output(SETUP, display({"image/png": PNG}, {"image/png": {"alt": 30 * "a"}})),
    },
    "short_cells": {"26 lines": adding("\n" * 23 + "x = 1")},
    "short_lines": {"101 characters": adding(f"x = {'1' * 97}")},
    "short_median": {"7 lines": median_of(7)},
    "plain_python": {
        "magic": adding("%matplotlib inline"),
        "cell magic": source(DEFINITION, "def", "%%time\ndef"),
        "shell": adding("!ls"),
        "assigned shell": adding("files = !ls"),
        "help": adding("print?"),
        "in other words": adding('get_ipython().run_line_magic("time", "x")'),
        "imported": adding("from IPython import get_ipython"),
    },
    "quiet_keras": {
        "1": source(UNCOMPARED, "verbose=0", "verbose=1"),
        "True": source(UNCOMPARED, "verbose=0", "verbose=True"),
        "auto": source(UNCOMPARED, "verbose=0", 'verbose="auto"'),
        "forgotten": source(UNCOMPARED, ", verbose=0", ""),
        "forgotten with callbacks": source(UNCOMPARED, "verbose=0", "callbacks=[c]"),
        "evaluate": adding("model.evaluate(x, y)"),
        "predict": adding("y = keras.Sequential(layers).predict(x)"),
        "elsewhere": adding("train(verbose=2)"),
        "a variable": source(UNCOMPARED, "verbose=0", "verbose=loud"),
        "beside scikit-learn": adding("from sklearn.svm import SVC\nmodel.fit(SVC, y)"),
    },
    "no_trailing_semicolon": {
        "at the end": adding("plot();"),
        "before a comment": adding("plot();  # quiet"),
    },
    "allowed_tags": {
        name: tags(DEFINITION, name) for name in ("nbval-skip", "raises-exception", "hide_input")
    },
    "no_nbval_comments": {
        "skip": adding("# NBVAL_SKIP"),
        "ignore": adding("#NBVAL_IGNORE_OUTPUT"),
        "old": adding("# PYTEST_VALIDATE_IGNORE_OUTPUT"),
    },
    "checks_are_called": {"a printed check": adding('print("✓ all is well")')},
    "set_up_once": {
        "never": source(SETUP, "cu.runtime.start(seed=3)", ""),
        "twice": adding("cu.runtime.start(seed=4)"),
        "late": runtime_last,
        "no seed": source(SETUP, "seed=3", ""),
    },
    "course_utils_first": {
        "after keras": source(
            SETUP, "import course_utils as cu\nimport keras", "import keras\nimport course_utils as cu"
        ),
        "after tensorflow": source(SETUP, "import course", "from tensorflow import function\nimport course"),
        "never": source(SETUP, "import course_utils as cu\nimport keras", ""),
    },
    "defined_once": {
        "a function": source(DEFINITION, "echo_01", "echo_00"),
        "a class of that name": adding("class echo_00:\n    pass"),
    },
    "one_sitting": {
        "46 cells before the solutions": more(10, 10),
        "4001 words in sight": words_in_sight(4001),
        "words in outputs": words_in_sight(3800, outputs=201),
    },
    "prose_and_code": {
        "only talk": more(prose_cells=6),
        "no talk": more(code_cells=16),
    },
    "opening": {
        "no summary": text("# 01", "Repeat what was heard\nsome steps ago.\n\n", ""),
        "not measured": text("# 01", "about 25 s on 2 CPU cores", "not measured yet"),
        "code first": lambda nb: nb.cells.insert(0, nb.cells.pop(2)),
    },
    "closing": {
        "no sources": text("## Sources", "## Sources", "Sources"),
        "wrong order": lambda nb: nb.cells.insert(-1, nbformat.v4.new_markdown_cell("## Afterthought")),
    },
    "exercises": {
        "no hint": text("### Exercise 2", "<details>", ""),
        "no name": text("### Exercise 2", "Exercise 2: another", "Exercise 2 another"),
        "wrong number": text("### Exercise 2", "Exercise 2", "Exercise 3"),
        "two": exercises(2),
        "six": exercises(6),
    },
    "solutions": {
        "wrong number": text("### Solution 2", "Solution 2", "Solution 4"),
        "unchecked": no_outputs(-1),
        "untagged": tags(-1),
        "tagged elsewhere": tags(DEFINITION, "solution"),
        "one too few": text("### Solution 3", "### Solution 3", "The third:"),
    },
    "enough_checks": {"7 checks": lambda nb: [no_outputs(position)(nb) for position in (2, 3)]},
    "checks_differ": {"twice": output(CHECK, stream("✓ the line rises\n"))},
    "claims_are_checked": {
        "other words": text("## What you now know", "the loss falls", "the loss sinks"),
        "its check is gone": lambda nb: code(nb, CLAIM).update(outputs=[stream("✓ it rises\n")]),
        "no list": text("## What you now know", "- ", ""),
    },
    "few_uncompared": {
        "three": uncompared(DEFINITION, FIGURE),
        "no check after": tags(SETUP, "nbval-ignore-output"),
        "uncompared check after": tags(BOUND, "nbval-ignore-output"),
    },
    "measured_numbers_are_marked": {
        "a loss": adding("print(history[-1])", BOUND),
        "with words": adding('print("the loss is", history[-1])', BOUND),
        "formatted": adding('print(f"the loss is {min(history):.3f}")', BOUND),
        "formatted in other ways": adding(
            'print("{:.2f}".format(history[-1]), "%".rjust(len(history)))', BOUND
        ),
        "several": adding('print(*(f"{loss:.2f}" for loss in history), ", ".join(map(str, [1])))', BOUND),
        "one of two": adding('print(f"{cu.measured(history[0])} {history[1]}")', BOUND),
        "by another name": adding("best = min(history)\nfor loss in [best]:\n    print(loss)", BOUND),
        "as part of a thing": adding("found = {}\nfound['x'] = history[0]\nprint(found['x'])", BOUND),
        "in a dictionary": adding(
            "d = {'x': history}\nfor name, value in d.items():\n    print(value)", BOUND
        ),
        "with others": adding(
            "for n, (x, loss) in enumerate(zip('ab', history)):\n    print(n, x, loss)", BOUND
        ),
        "appended": adding("kept = []\nkept.append(history[0])\nprint(kept)", BOUND),
        "added": adding("total = 0\ntotal += history[0]\nprint(total)", BOUND),
        "from a function": adding("def last(n):\n    return history[-n]\n\nprint(last(1))", BOUND),
        "what Keras computes": adding("print(keras.ops.mean([1.0]))"),
        "a time": adding("from time import perf_counter as clock\nprint(clock())"),
        "scikit-learn's": adding("from sklearn.svm import SVC\nprint(SVC().fit(x, y).score(x, y))"),
        "the course's": adding("print(cu.runtime.seconds(f))"),
        "a text of this Python": adding("print(len(cu.datasets.text_without_spaces(seed=1)), cu.fast.speed)"),
        "displayed": adding("display(history)", BOUND),
        "exact, without a reason": adding("print(history)  # exact:", BOUND),
        "a reason elsewhere": adding("# exact: no\n\nprint(history)", BOUND),
    },
    "no_measured_number_typed": {
        "a fraction": text("And after 1?", "1?", "1? The loss is 0.37."),
        "a share": text("And after 1?", "1?", "1? 37 % are right."),
        "a rough number": text("And after 1?", "1?", "1? It takes about 37 epochs."),
        "a ratio": text("And after 1?", "1?", "1? That is 37 times faster."),
        "a thousand": text("And after 1?", "1?", "1? That took 37 000 ms."),
        "a power of ten": text("And after 1?", "1?", "1? The error is 3.7e-5."),
        "no reason": text("And after 1?", "1?", "1? The loss is 0.37. <!-- exact: -->"),
        "a reason on another line": text("And after 1?", "1?", "1? <!-- exact: it is -->\nThe loss is 0.37."),
        "behind a question": text("And after 1?", "1?", "1? **Predict:** 0.3?\n\nThe loss is 0.37."),
        "a title": adding('plot(title="Up to 37 % are right")', FIGURE),
        "an alt text": adding('alt = f"Near 37 for {n} rows"', FIGURE),
        "in a dictionary": adding('look = {"title": "It falls to 0.37"}', FIGURE),
        "a bound of another figure": adding('plot(title="Under 0.1 at last")', CLAIM),
    },
    "no_placeholder_left": {"unfilled": text("← [00", "← ", "{{previous_and_next}}")},
}


# Near what a rule rejects, and right.
ACCEPTED: dict[str, Change] = {
    "a marked number": adding('print("loss", cu.measured(history[-1], ".3f"), len(history))', BOUND),
    "marked numbers": adding('print(*(f"{cu.measured(h)} of {2}" for h in history))', BOUND),
    "an exact number": adding("print(history)  # exact: counted", BOUND),
    "an exact number, said above": adding("# exact: counted\nprint(history)", BOUND),
    "keys of a dictionary": adding(
        "d = {'x': history}\nfor n, name in enumerate(sorted(d)):\n    print(n, name)", BOUND
    ),
    "names and shapes": adding("print(model.layers[0].name, model.count_params(), history.shape)", BOUND),
    "a name that means something else now": adding("history = [1]\nprint(history)", BOUND),
    "an argument of that name": adding(
        "def double(history):\n    return 2 * history\n\nprint(double(1))", BOUND
    ),
    "the two halves of a pair": adding("one, loss = 1, history[0]\nprint(one)", BOUND),
    "a number that stands in code": text("And after 1?", "1?", "1? A loss of 0.1, or 10 %."),
    "a number of a check": lambda nb: [
        output(CHECK, stream("✓ under 0.37 at last\n"))(nb),
        text("And after 1?", "1?", "1? Under 0.37.")(nb),
    ],
    "a number with a reason": text("And after 1?", "1?", "1? ln 2 is 0.693. <!-- exact: ln 2 -->"),
    "numbers that are no results": text(
        "And after 1?",
        "1?",
        "1? In `x = 0.37`, $2.5^2$, Keras 3.15, [a link](0.37.html), section 4, 16 bits.",
    ),
    "a guess": text("And after 1?", "1?", "1? **Predict:** 0.37,\nor about 37?"),
    "a title with a bound of its check": adding('plot(title="Under 0.1 at last, from 1")', BOUND),
    "a title with a reason": adding('# exact: ln 2\nplot(title="It falls to 0.69")', FIGURE),
    "a result": output(DEFINITION, nbformat.from_dict(RESULT | {"execution_count": 2})),
    "an address on the web": text("# 01", "Repeat", "See https://example.org/home/ and repeat"),
    "a path inside the repository": output(DEFINITION, stream("lessons/tmp/x.py\n")),
    "letters of an image that spell a path": lambda nb: (
        code(nb, FIGURE).outputs[0].data.update({"image/png": f"{PNG}/home/{PNG}"})
    ),
    "1.4 MB": big(1_050_000),
    "a hexadecimal number": adding("mask = 0xFF00FF00"),
    "an alt text of 30 characters": lambda nb: (
        code(nb, FIGURE).outputs[0].update(metadata={"image/png": {"alt": 30 * "a"}})
    ),
    "a check in the figure's own cell": output(
        CLAIM, display({"image/png": PNG}, {"image/png": {"alt": 30 * "a"}})
    ),
    "25 lines": adding("\n" * 22 + "x = 1"),
    "a median of 6 lines": median_of(6),
    "100 characters": adding(f"x = {'1' * 96}"),
    "a per cent sign": adding('x = (7\n% 4)\nprint("""\n%d\n!ls\n""" % x)'),
    "a question mark in a comment": adding("# does it rise?"),
    "verbose=False": source(UNCOMPARED, "verbose=0", "verbose=False"),
    "settings that only the outputs can judge": source(UNCOMPARED, "verbose=0", "**settings"),
    "a function named fit": adding("slope = fit(x, y)"),
    "a name for scikit-learn's": adding("from sklearn.svm import SVC\nmachine = SVC()\nmachine.fit(x, y)"),
    "scikit-learn's fit": adding("from sklearn.svm import SVC as Machine\nMachine().fit(x, y)"),
    "a semicolon inside": adding('x = 1; y = ";"'),
    "a tag of the course": tags(DEFINITION, "hide-input"),
    "a method of the same name": adding("class A:\n    def echo_00(self): ..."),
    "45 cells before the solutions": more(10, 9),
    "4000 words in sight": words_in_sight(4000),
    "words that are folded": folded_words(4001),
    "twice as much prose as code": more(prose_cells=5),
    "a heading inside a fence": text("## Sources", "Hallstrom", "```\n## Not a section\n```\nHallstrom"),
    "five exercises": exercises(5),
    "8 checks": no_outputs(CHECK),
    "two uncompared cells": uncompared(DEFINITION),
    "a claim over two lines": text(
        "## What you now know", "**the loss falls** below", "the **loss**\n  falls below"
    ),
}
