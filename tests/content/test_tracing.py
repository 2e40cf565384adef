"""Every lesson, question, scenario, term and handout rests on facts that exist and are sure enough."""

import re

import pytest

from lms.exam_engine.kinds.base import Entry
from lms.exams.source import list_exam_ids, load_exam
from lms.handouts.source.shelf import read_shelf as read_handouts
from lms.lessons.rules.content import Library
from lms.lessons.source.library import published_library
from lms.scenarios.source.shelf import read_shelf as read_scenarios
from tests.content.planting import CONTENT

SURE = {"A", "B"}
MARKED = "一般的な知識"
"""How the source of a fact of certainty C says what it is; the lesson shows these words among its sources."""
LAW = re.compile(r"[0-9]条|法律第|条例第|告示第")


@pytest.fixture(scope="module")
def library() -> Library:
    return published_library(CONTENT)


def test_every_lesson_rests_on_sure_facts_or_says_that_one_is_general_knowledge(library: Library) -> None:
    for lesson in library.lessons.values():
        facts = [library.facts[fact] for fact in lesson.facts]
        assert any(fact.certainty in SURE for fact in facts), lesson.id
        assert all(fact.certainty in SURE or MARKED in fact.source for fact in facts), lesson.id


def test_no_fact_of_the_law_in_a_lesson_is_unsure(library: Library) -> None:
    for lesson in library.lessons.values():
        for fact in (library.facts[each] for each in lesson.facts):
            assert fact.certainty in SURE or not LAW.search(fact.text), f"{lesson.id} {fact.id}"


def test_a_lesson_that_names_a_section_of_a_law_rests_on_a_fact_of_the_law(library: Library) -> None:
    for lesson in library.lessons.values():
        if LAW.search(lesson.body):
            assert any(LAW.search(library.facts[fact].text) for fact in lesson.facts), lesson.id


def test_every_quiz_question_rests_on_sure_facts(library: Library) -> None:
    for lesson in library.lessons.values():
        for question in lesson.quiz.questions:
            assert question.facts, question.id
            assert {library.facts[fact].certainty for fact in question.facts} <= SURE, question.id


@pytest.mark.parametrize("exam_id", list_exam_ids(CONTENT))
def test_every_exam_question_rests_on_sure_facts(library: Library, exam_id: str) -> None:
    exam = load_exam(CONTENT, exam_id)
    entries: list[Entry] = [*exam.questions, *exam.essays]
    for entry in entries:
        assert {library.facts[fact].certainty for fact in entry.facts} <= SURE, entry.id


def test_scenarios_terms_and_handouts_rest_on_sure_facts(library: Library) -> None:
    scenarios, handouts = read_scenarios(CONTENT).scenarios, read_handouts(CONTENT).handouts
    cited = {fact for scenario in scenarios for advice in scenario.advice for fact in advice.facts}
    cited |= {fact for term in library.terms for fact in term.facts} | {fact for each in handouts for fact in each.facts}
    assert {library.facts[fact].certainty for fact in cited} <= SURE


def test_every_fact_has_a_source_and_a_day_on_which_it_is_looked_at_again(library: Library) -> None:
    for fact in library.facts.values():
        assert fact.as_of < fact.review_by, fact.id
        assert len(fact.source) >= 5, fact.id
