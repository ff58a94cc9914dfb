"""The conformance table of the book: poolkit's column and that of Keras on TensorFlow, asked again.

``make conformance`` asks the other frameworks too.
"""

import pytest

from tests.conformance.questions import QUESTIONS
from tests.conformance.table import answer, column, stored

ENGINES = ("poolkit", "Keras on TensorFlow")


def of(engine):
    return [question["answers"][engine] for question in stored()["questions"]]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_stored_column_is_what_the_engine_answers(engine):
    versions, answers = column(engine)
    assert dict(zip([question.text for question in QUESTIONS], answers, strict=True)) == dict(
        zip([question["question"] for question in stored()["questions"]], of(engine), strict=True)
    )
    assert versions == stored()["versions"][engine]


def test_poolkit_answers_every_question_as_the_definition_does():
    assert set(of("poolkit")) == {"agrees"}


def test_only_answers_that_deviate_name_a_thread():
    for question in stored()["questions"]:
        assert all(question["answers"][engine].startswith(("gives", "dies")) for engine in question["threads"])


class Wrong:
    def __getattr__(self, _):
        return lambda x, *_, **__: x + 77


def test_an_engine_that_is_always_wrong_never_agrees():
    assert not [question.text for question in QUESTIONS if answer(Wrong(), question) == "agrees"]
