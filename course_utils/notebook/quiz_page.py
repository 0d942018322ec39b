"""Renders a quiz: jupyterquiz's HTML in the course's colours, and the questions as plain text."""

from __future__ import annotations

import hashlib
import html
import json
import random
import re
from typing import Any

from IPython.utils.capture import capture_output

# White on each dark colour, and each dark colour on white, has a contrast of at least 5.9 to 1.
_BLUE, _GREEN, _RED, _WHITE = "#00507d", "#00664b", "#a33c00", "#ffffff"
_COLOURS = {
    "--jq-multiple-choice-bg": _BLUE,
    "--jq-many-choice-bg": _BLUE,
    "--jq-numeric-bg": _BLUE,
    "--jq-mc-button-bg": _WHITE,
    "--jq-mc-button-border": "#767676",
    "--jq-numeric-input-bg": _WHITE,
    "--jq-correct-color": _GREEN,
    "--jq-incorrect-color": _RED,
    "--jq-text-color": _WHITE,
    "--jq-link-color": "#cfe8ff",
}
# Sizes as in the notebook's text; hints are on white in light and dark themes, and marked by a sign too.
_STYLE = """
#ID .Quiz { font-size: 15px; line-height: 1.4; max-width: 640px; margin-left: 0; }
#ID .QuizCode { font-size: 13px; }
#ID .QuizCode > pre { padding: 6px 8px; }
#ID .Quiz code { background: none; color: inherit; }
#ID .MCButton, #ID .Input-text { font-size: 15px; color: #1a1a1a; }
#ID .correctButton, #ID .incorrectButton { color: #ffffff; }
#ID .MCButton:focus-within, #ID .Input-text:focus { outline: 3px solid #e69f00; outline-offset: 1px; }
#ID .MCButton input { position: absolute; opacity: 0; width: 1px; height: 1px; }
#ID .Input-text { border: 1px solid #767676; }
#ID .InpLabel { color: inherit; font-size: 15px; }
#ID .Feedback { font-size: 15px; text-align: left; }
#ID .Feedback.correct, #ID .Feedback.incorrect {
  background: #ffffff; border-left: 4px solid; padding: 6px 10px; border-radius: 0; }
#ID .Feedback.correct::before { content: "✓ "; }
#ID .Feedback.incorrect::before { content: "✗ "; }
#ID:has(.Quiz) .still { display: none; }
"""

_INVITATION = "Quiz: run this cell in JupyterLab to answer."


def plain(text: str) -> str:
    """Return the text without its HTML tags, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", text)).split())


def _choices(question: dict[str, Any]) -> list[str]:
    """Return the answers to choose from as HTML, in alphabetical order."""
    if question["type"] == "numeric":
        return []
    return sorted(
        " ".join(answer[key] for key in ("answer", "code") if key in answer) for answer in question["answers"]
    )


def as_text(questions: list[dict[str, Any]]) -> str:
    lines = [_INVITATION]
    for number, question in enumerate(questions, start=1):
        lines.append(f"{number}. {plain(question['question'])}")
        lines += [f"   {line}" for line in html.unescape(question.get("code", "")).splitlines()]
        lines += [f"   - {plain(choice)}" for choice in _choices(question)]
    return "\n".join(lines)


def _as_list(questions: list[dict[str, Any]]) -> str:
    items = []
    for question in questions:
        code = f"<pre>{question['code']}</pre>" if "code" in question else ""
        choices = "".join(f"<li>{choice}</li>" for choice in _choices(question))
        items.append(f"<li>{question['question']}{code}{f'<ul>{choices}</ul>' if choices else ''}</li>")
    return f'<div class="still"><p>{_INVITATION}</p><ol>{"".join(items)}</ol></div>'


def page(questions: list[dict[str, Any]]) -> str:
    """Return one piece of HTML made of what jupyterquiz displays: a div with its style, and a script."""
    import jupyterquiz

    state = random.getstate()
    # jupyterquiz draws the div's name from Python's global generator.
    random.seed(hashlib.sha256(json.dumps(questions, sort_keys=True).encode()).hexdigest())
    try:
        with capture_output(stdout=False, stderr=False) as captured:
            jupyterquiz.display_quiz(questions, colors=dict(_COLOURS))
    finally:
        random.setstate(state)
    made: dict[str, str] = {}
    for output in captured.outputs:
        made.update(output.data)
    division, script = made["text/html"], made["application/javascript"]
    name = re.search(r'<div id="(\w+)"', division)
    assert name is not None, division[:80]
    style = f"<style>{_STYLE.replace('#ID', '#' + name[1])}</style>"
    # Wrapped in a function, so that several quizzes share no names; without MathJax, which jupyterquiz would
    # load from the network.
    closed = script.replace("</script", r"<\/script").replace("<!--", r"<\!--")
    script = f"<script>(function () {{ var MathJax;\n{closed}\n}})();</script>"
    return f"{division}{style}{_as_list(questions)}</div>{script}"
