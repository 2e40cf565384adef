"""Machine marking: exact points, reasons, counts by domain."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.answers import ChoiceAnswer
from lms.exam_engine.definitions import Domain
from lms.exam_engine.marking import mark_choice_section
from lms.exam_engine.papers import PaperChoiceQuestion
from tests.exam_engine.sample_exam import PAPER

SECTION = PAPER.section("choice")
QUESTIONS = [question for question in SECTION.questions if isinstance(question, PaperChoiceQuestion)]
RIGHT = {question.id: ChoiceAnswer(question.key) for question in QUESTIONS}


def test_all_right_earns_all_points() -> None:
    mark = mark_choice_section(SECTION, RIGHT)
    assert (mark.section_id, mark.points, mark.max_points) == ("choice", Decimal("10.0"), Decimal(10))
    assert mark.by_domain == ((Domain.D1, 3, 3), (Domain.D4, 1, 1))


@pytest.mark.parametrize("answers", [{}, dict.fromkeys(RIGHT, ChoiceAnswer(None))], ids=["no answers", "blank answers"])
def test_nothing_chosen_earns_nothing(answers: dict[str, ChoiceAnswer]) -> None:
    mark = mark_choice_section(SECTION, answers)
    assert mark.points == 0
    assert all(each.chosen is None and not each.is_correct for each in mark.marks)
    assert mark.by_domain == ((Domain.D1, 0, 3), (Domain.D4, 0, 1))


def test_a_mark_says_what_was_chosen_and_what_was_right() -> None:
    question = QUESTIONS[0]
    wrong = next(option.id for option in question.options if option.id != question.key)
    [mark, *_] = mark_choice_section(SECTION, {question.id: ChoiceAnswer(wrong)}).marks
    assert (mark.question_id, mark.chosen, mark.key) == (question.id, wrong, question.key)
    assert (mark.is_correct, mark.points, mark.max_points) == (False, Decimal(0), Decimal("2.5"))


def test_answers_to_questions_elsewhere_change_nothing() -> None:
    assert mark_choice_section(SECTION, {**RIGHT, "X-1": ChoiceAnswer("a")}) == mark_choice_section(SECTION, RIGHT)


def test_essays_are_not_marked_by_machine() -> None:
    with pytest.raises(ValueError, match="essay"):
        mark_choice_section(PAPER.section("essay"), {})


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=4, max_size=4))
def test_points_are_the_right_answers_times_the_points_of_one(options: list[str | None]) -> None:
    answers = {question.id: ChoiceAnswer(option) for question, option in zip(QUESTIONS, options, strict=True)}
    right = sum(option == question.key for question, option in zip(QUESTIONS, options, strict=True))
    mark = mark_choice_section(SECTION, answers)
    assert isinstance(mark.points, Decimal)
    assert mark.points == right * Decimal("2.5") == sum(each.points for each in mark.marks)
    assert sum(count.correct for count in mark.by_domain) == right
