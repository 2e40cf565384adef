"""The summary of an exam: every figure in its place, with its number of people and the reason where it is not told."""

from decimal import Decimal

import pytest

from lms.exam_engine.statistics.figures import Undecided
from lms.exam_engine.statistics.marked import (
    ExamForm,
    MarkedAnswer,
    MarkedPaper,
    QuestionForm,
    SectionForm,
    smallest_step,
)
from lms.exam_engine.statistics.questions import Flag
from lms.exam_engine.statistics.reliability import binomial_error, kr20
from lms.exam_engine.statistics.summary import ExamStatistics, exam_statistics

WORTH = Decimal("2.5")
OPTIONS = ("a", "b", "c", "d")


def _form(questions: int = 10) -> ExamForm:
    choices = {f"Q-{n:02}": QuestionForm(f"Q-{n:02}", "choice", WORTH, OPTIONS, ("a",)) for n in range(1, questions + 1)}
    essays = {f"T-{n}": QuestionForm(f"T-{n}", "essay", Decimal(25)) for n in (1, 2)}
    sections = (SectionForm("choice", WORTH * 10, Decimal(15)), SectionForm("essay", Decimal(50), Decimal(25)))
    return ExamForm(sections=sections, questions={**choices, **essays}, pass_line=Decimal(42))


def _choice(number: int, option: str | None) -> MarkedAnswer:
    points = WORTH if option == "a" else Decimal(0)
    return MarkedAnswer(f"Q-{number:02}", "choice", points, WORTH, (option,) if option else (), is_blank=option is None)


def _paper(person: int, *, right: int, essays: tuple[str, str] | None = None, first: int = 1) -> MarkedPaper:
    """A paper of ten questions from `first` on: the first `right` ones right, then one left blank, then b."""
    numbers = range(first, first + 10)
    options = ["a"] * right + [None] * (right < 10) + ["b"] * (9 - right)
    answers = [_choice(number, option) for number, option in zip(numbers, options, strict=True)]
    graded = [MarkedAnswer(f"T-{n}", "essay", Decimal(points), Decimal(25)) for n, points in enumerate(essays or (), 1)]
    return MarkedPaper(str(person), (*answers, *graded))


def _class(people: int) -> list[MarkedPaper]:
    return [_paper(each, right=each % 11, essays=(str(8 + each % 11), str(10 + each % 9))) for each in range(people)]


@pytest.fixture(scope="module")
def found() -> ExamStatistics:
    return exam_statistics(_class(33), _form())


def test_a_section_says_everything_about_its_points(found: ExamStatistics) -> None:
    choice = found.sections[0]
    assert (choice.n, choice.questions, choice.max_points, choice.pass_line) == (33, 10, Decimal(25), Decimal(15))
    assert choice.mean == pytest.approx(12.5)
    assert choice.points[0] == 0
    assert choice.points[-1] == 25
    assert choice.reached is not None
    assert choice.reached.value == pytest.approx(15 / 33)
    assert not choice.is_sampled
    table = [[int(answer.points > 0) for answer in paper.answers if answer.section_id == "choice"] for paper in _class(33)]
    assert choice.reliability.value == pytest.approx(kr20(table))
    assert choice.error_at_line == pytest.approx(binomial_error(6, 10) * 2.5)
    assert choice.consistency is not None
    assert choice.consistency.agreement.is_known


def test_the_total_is_over_those_who_have_every_section() -> None:
    papers = [*_class(22), *[_paper(100 + each, right=each) for each in range(4)]]
    found = exam_statistics(papers, _form())
    assert (found.people, found.sections[0].n, found.sections[1].n, found.total.n) == (26, 26, 22, 22)
    assert found.total.section_id is None
    assert found.total.max_points == Decimal(75)
    assert found.total.reliability.is_known
    assert found.total.reliability.interval is None
    assert found.total.error_at_line is None


def test_essays_are_no_right_or_wrong_questions(found: ExamStatistics) -> None:
    essay = found.sections[1]
    assert (essay.questions, essay.error_at_line) == (2, None)
    figures = found.question("T-1")
    assert figures is not None
    assert (figures.options, figures.n) == ((), 33)


def test_a_question_says_how_it_was_answered(found: ExamStatistics) -> None:
    question = found.question("Q-05")
    assert question is not None
    assert (question.n, question.full, question.omitted) == (33, 18, 3)
    assert question.facility.value == pytest.approx(18 / 33)
    assert question.discrimination.value is not None
    assert question.discrimination.value > 0.5
    assert [line.count for line in question.options] == [18, 12, 0, 0]
    assert Flag.IDLE_OPTION in question.flags
    assert found.question("Q-99") is None


def test_a_wrong_key_is_seen() -> None:
    """The strong answer b, the weak ones a: correlation and options both say so."""
    form = _form()
    turned = [
        MarkedPaper(
            paper.person,
            tuple(
                _choice(1, "b" if paper.points_in("choice") > 12 else "a") if answer.question_id == "Q-01" else answer
                for answer in paper.answers
            ),
        )
        for paper in _class(44)
    ]
    question = exam_statistics(turned, form).question("Q-01")
    assert question is not None
    assert {Flag.REVERSED, Flag.STRONG_DISTRACTOR} <= set(question.flags)


@pytest.mark.parametrize(("right", "flag"), [(10, Flag.TOO_EASY), (0, Flag.TOO_HARD)])
def test_what_nearly_all_or_hardly_anybody_gets_right_is_flagged(right: int, flag: Flag) -> None:
    found = exam_statistics([_paper(each, right=right) for each in range(50)], _form())
    question = found.question("Q-05")
    assert question is not None
    assert flag in question.flags
    assert question.discrimination.reason is Undecided.NO_SPREAD


def test_a_weak_question_is_flagged_and_a_good_one_is_not(found: ExamStatistics) -> None:
    papers = [
        MarkedPaper(paper.person, (*paper.answers[:9], _choice(10, "a" if place % 2 else "b")))
        for place, paper in enumerate(_class(40))
    ]
    weak = exam_statistics(papers, _form()).question("Q-10")
    assert weak is not None
    assert Flag.WEAK in weak.flags
    good = found.question("Q-05")
    assert good is not None
    assert Flag.WEAK not in good.flags


def test_people_with_questions_of_their_own_have_the_reliability_of_drawn_questions() -> None:
    papers = [_paper(each, right=each % 11, first=1 + each % 5) for each in range(30)]
    section = exam_statistics(papers, _form(20)).sections[0]
    assert section.is_sampled
    assert section.reliability.is_known
    assert section.questions == 10


def test_papers_of_different_lengths_are_not_laid_side_by_side() -> None:
    papers = [*_class(12), MarkedPaper("short", (_choice(1, "a"),))]
    assert exam_statistics(papers, _form()).sections[0].reliability.reason is Undecided.UNEQUAL_PAPERS


@pytest.mark.parametrize("people", [0, 1, 9])
def test_a_small_group_gets_reasons_instead_of_figures(people: int) -> None:
    found = exam_statistics(_class(people), _form())
    for part in (*found.sections, found.total):
        assert part.reliability.reason is Undecided.TOO_FEW_PEOPLE
        assert part.error.reason is Undecided.TOO_FEW_PEOPLE
        assert part.consistency is not None
        assert part.consistency.kappa.reason is Undecided.TOO_FEW_PEOPLE
        assert (part.mean is None) == (people == 0)
        assert (part.deviation is None) == (people < 2)
    assert all(not question.facility.is_known and not question.flags for question in found.questions)


def test_the_smallest_step_is_between_neighbors() -> None:
    assert smallest_step([Decimal(5), Decimal("2.5"), Decimal(5), Decimal("5.5")]) == Decimal("0.5")
    assert smallest_step([Decimal(5)]) == 1
