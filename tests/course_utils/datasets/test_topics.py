"""Sentences are those of Python's documentation; what is no prose is left out."""

import re

from course_utils.datasets.topics import python_topics, sentences_by_topic


def test_each_sentence_stands_in_the_documentation():
    raw = {topic: " ".join(re.findall("[a-z]+", text.lower())) for topic, text in python_topics().items()}
    for topic, paragraphs in sentences_by_topic(python_topics()).items():
        for sentence in (s for paragraph in paragraphs for s in paragraph):
            assert f" {sentence} " in f" {raw[topic]} "


def test_code_grammar_headings_and_repetitions_are_left_out():
    topics = {
        "b": "The heading\n****\n\nNames refer to objects, always.  Names are bound by these things:\n\n"
        '   name ::= "a"\n\n   >>> x = 1\n\n* The bullet counts as a paragraph here.\n\nNo verb.',
        "a": "Names refer to objects, always.",
    }
    assert sentences_by_topic(topics) == {
        "a": [["names refer to objects always"]],
        "b": [["names are bound by these things"], ["the bullet counts as a paragraph here"]],
    }
