"""English sentences from Python's own documentation, by topic, each once."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BULLET = re.compile(r"^(?:\* |[0-9]+\. |-- )")
_SENTENCE_END = re.compile(r"(?<=[.:?!])\s+(?=[\"'(*]?[A-Z])")
_FEWEST_WORDS = 5


def python_topics() -> dict[str, str]:
    """Return the text of each topic of Python's `help()`, as the running Python ships it.

    The text differs a little from one version of Python to the next.
    """
    from pydoc_data.topics import topics

    return dict(topics)


def sentences_by_topic(topics: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """Return the sentences of each topic's paragraphs, in lower-case words of the letters a to z.

    Kept is prose: a paragraph that begins with a capital and ends like a sentence; headings, tables, grammar
    and code do not. The documentation repeats itself under several topics. So a sentence is kept where it
    stands first, topics taken in alphabetical order, and left out everywhere else: no two topics share one.

    Returns
    -------
    dict
        Topic to paragraphs to sentences; a sentence is words joined by single spaces. Topics and paragraphs
        that have none are left out.

    Examples
    --------
    >>> sentences_by_topic({"a": "Heading\\n\\nThis, for one, is a sentence.  Here comes another short one."})
    {'a': [['this for one is a sentence', 'here comes another short one']]}
    """
    seen: set[str] = set()
    result: dict[str, list[list[str]]] = {}
    for topic in sorted(topics):
        paragraphs = []
        for block in re.split(r"\n\s*\n", topics[topic]):
            fresh = []
            for sentence in _sentences(block):
                if sentence not in seen:
                    seen.add(sentence)
                    fresh.append(sentence)
            if fresh:
                paragraphs.append(fresh)
        if paragraphs:
            result[topic] = paragraphs
    return result


def _sentences(block: str) -> list[str]:
    """Return the sentences of a paragraph, or an empty list if it is not prose."""
    text = _BULLET.sub("", " ".join(block.split()))
    if not text or not text[0].isupper() or text[-1] not in ".:" or "::=" in text or ">>>" in text:
        return []
    words = (re.findall(r"[a-z]+", part.lower()) for part in _SENTENCE_END.split(text))
    return [" ".join(part) for part in words if len(part) >= _FEWEST_WORDS]
