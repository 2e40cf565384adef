"""One question over all who had it: its figures, and the signs that somebody should look at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.exam_engine.statistics.figures import Figure, floats, mean
from lms.exam_engine.statistics.items import (
    GROUPS_NEEDED,
    Choice,
    OptionLine,
    discrimination,
    facility,
    option_table,
)
from lms.exam_engine.statistics.marked import MarkedAnswer, MarkedPaper, QuestionForm


class Flag(StrEnum):
    """A sign to look at a question; the thresholds of discrimination are those of Ebel & Frisbie (1991), Essentials of
    Educational Measurement, 5th ed., the 5 % of an idle option that of Haladyna & Downing (1993), Educational and
    Psychological Measurement 53, 999-1010. A sign is given only where the figure behind it can be told."""

    REVERSED = "reversed"
    """People who do well otherwise do worse here: the whole interval lies below 0."""
    WEAK = "weak"
    """The correlation is below 0.20."""
    TOO_EASY = "too_easy"
    """Even the lower limit of the facility is above 0.90."""
    TOO_HARD = "too_hard"
    """Even the upper limit of the facility is below 0.30."""
    IDLE_OPTION = "idle_option"
    """A wrong option is chosen by fewer than 5 %."""
    STRONG_DISTRACTOR = "strong_distractor"
    """More of the upper group choose a wrong option than the key."""


WEAK_BELOW = 0.20
EASY_ABOVE = 0.90
HARD_BELOW = 0.30
IDLE_BELOW = 0.05


@dataclass(frozen=True, slots=True)
class QuestionStatistics:
    """A question: `n` people had it, `omitted` of them left it blank, `full` of them earned all its points."""

    question_id: str
    section_id: str
    n: int
    full: int
    omitted: int
    mean_points: float
    max_points: Decimal
    facility: Figure
    discrimination: Figure
    options: tuple[OptionLine, ...]
    flags: tuple[Flag, ...]


def question_statistics(papers: Sequence[MarkedPaper], forms: Mapping[str, QuestionForm]) -> tuple[QuestionStatistics, ...]:
    """Every question that anybody had, by section and id as the forms are ordered.

    Discrimination is against the other questions of the section in the person's own paper.
    """
    gathered: dict[str, list[tuple[MarkedAnswer, Decimal]]] = {}
    for paper in papers:
        totals = {section_id: paper.points_in(section_id) for section_id in {each.section_id for each in paper.answers}}
        for answer in paper.answers:
            gathered.setdefault(answer.question_id, []).append((answer, totals[answer.section_id]))
    return tuple(_question(form, gathered[question_id]) for question_id, form in forms.items() if question_id in gathered)


def _question(form: QuestionForm, answered: Sequence[tuple[MarkedAnswer, Decimal]]) -> QuestionStatistics:
    points = [answer.points for answer, _ in answered]
    totals = [total for _, total in answered]
    choices = [Choice(answer.chosen, total) for answer, total in answered]
    difficulty, telling = facility(points, form.max_points), discrimination(points, totals)
    options = option_table(choices, form.option_ids, form.keys)
    return QuestionStatistics(
        question_id=form.id,
        section_id=form.section_id,
        n=len(points),
        full=sum(each == form.max_points for each in points),
        omitted=sum(answer.is_blank for answer, _ in answered),
        mean_points=mean(floats(points)),
        max_points=form.max_points,
        facility=difficulty,
        discrimination=telling,
        options=options,
        flags=(*_difficulty_flags(difficulty), *_telling_flags(telling), *_option_flags(options, len(points))),
    )


def _difficulty_flags(figure: Figure) -> list[Flag]:
    if figure.interval is None:
        return []
    checks = ((Flag.TOO_EASY, figure.interval.low > EASY_ABOVE), (Flag.TOO_HARD, figure.interval.high < HARD_BELOW))
    return [flag for flag, applies in checks if applies]


def _telling_flags(figure: Figure) -> list[Flag]:
    if figure.value is None or figure.interval is None:
        return []
    if figure.interval.high < 0:
        return [Flag.REVERSED]
    return [Flag.WEAK] if figure.value < WEAK_BELOW else []


def _option_flags(options: Sequence[OptionLine], n: int) -> list[Flag]:
    if n < GROUPS_NEEDED:
        return []
    wrong = [option for option in options if not option.is_key]
    best = max((option.upper or 0 for option in options if option.is_key), default=0)
    idle, strong = any(option.share < IDLE_BELOW for option in wrong), any((option.upper or 0) > best for option in wrong)
    return [flag for flag, applies in ((Flag.IDLE_OPTION, idle), (Flag.STRONG_DISTRACTOR, strong)) if applies]
