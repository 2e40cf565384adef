"""試験の統計: everything the office sees of one exam, from the marked papers of those who sat it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.exam_engine.statistics.decisions import Consistency, decision_consistency
from lms.exam_engine.statistics.figures import Figure, Number, Undecided, floats, known, mean, sample_variance, undecided
from lms.exam_engine.statistics.items import proportion
from lms.exam_engine.statistics.marked import ExamForm, MarkedPaper, SectionForm, sections_of, smallest_step
from lms.exam_engine.statistics.questions import QuestionStatistics, question_statistics
from lms.exam_engine.statistics.reliability import (
    PEOPLE_NEEDED,
    binomial_error,
    cronbach_alpha,
    sampled_reliability,
    standard_error,
    stratified_alpha,
)


@dataclass(frozen=True, slots=True)
class PointsStatistics:
    """The points of a section, or of the whole exam, of all who have them.

    `points` are everybody's, in order; `is_sampled` says that people had different questions, so that the reliability
    is that of drawn questions and not alpha. `error_at_line` is Lord's SEM at the pass line, in points, and
    None for sections with partial credit or without a pass line. Without a pass line nobody is counted as reaching it.
    """

    section_id: str | None
    n: int
    questions: int
    max_points: Decimal
    pass_line: Decimal | None
    points: tuple[Decimal, ...]
    mean: float | None
    deviation: float | None
    reached: Figure | None
    reliability: Figure
    is_sampled: bool
    error: Figure
    error_at_line: float | None
    consistency: Consistency | None


@dataclass(frozen=True, slots=True)
class ExamStatistics:
    """All figures of an exam; `total` is over the people whose every section is marked or settled."""

    people: int
    sections: tuple[PointsStatistics, ...]
    total: PointsStatistics
    questions: tuple[QuestionStatistics, ...]

    def question(self, question_id: str) -> QuestionStatistics | None:
        """The figures of one question, None when nobody had it."""
        return next((each for each in self.questions if each.question_id == question_id), None)


def exam_statistics(papers: Sequence[MarkedPaper], exam: ExamForm) -> ExamStatistics:
    """Every figure that can be told, and the reason where one cannot; a person counts once."""
    sections = tuple(_section(papers, form) for form in exam.sections)
    return ExamStatistics(
        people=len(papers),
        sections=sections,
        total=_total(papers, exam, sections),
        questions=question_statistics(papers, exam.questions),
    )


def _section(papers: Sequence[MarkedPaper], form: SectionForm) -> PointsStatistics:
    rows = [tuple(answer for answer in paper.answers if answer.section_id == form.id) for paper in papers]
    rows = [row for row in rows if row]
    is_sampled = len({frozenset(answer.question_id for answer in row) for row in rows}) > 1
    tables = [[answer.points for answer in sorted(row, key=lambda answer: answer.question_id)] for row in rows]
    points = tuple(sum(row, Decimal(0)) for row in tables)
    reliability = _reliability(tables, is_sampled=is_sampled)
    worth = {answer.max_points for row in rows for answer in row}
    is_binary = all(answer.points in (0, answer.max_points) for row in rows for answer in row)
    length = max(map(len, tables), default=0)
    return _figures(
        form.id,
        points,
        reliability,
        maximum=form.max_points,
        pass_line=form.pass_line,
        questions=length,
        is_sampled=is_sampled,
        step=min(worth, default=Decimal(1)) if is_binary else smallest_step(points),
        error_at_line=_error_at_line(form, worth, length) if is_binary else None,
    )


def _reliability(tables: Sequence[Sequence[Decimal]], *, is_sampled: bool) -> Figure:
    if len(set(map(len, tables))) > 1:
        return undecided(len(tables), PEOPLE_NEEDED, Undecided.UNEQUAL_PAPERS)
    return sampled_reliability(tables) if is_sampled else cronbach_alpha(tables)


def _error_at_line(form: SectionForm, worth: set[Decimal], questions: int) -> float | None:
    if form.pass_line is None or len(worth) != 1 or questions < 2:
        return None
    [each] = worth
    right = min(float(form.pass_line / each), float(questions))
    return binomial_error(right, questions) * float(each)


def _total(papers: Sequence[MarkedPaper], exam: ExamForm, sections: Sequence[PointsStatistics]) -> PointsStatistics:
    wanted = frozenset(form.id for form in exam.sections)
    complete = [paper for paper in papers if sections_of(paper) == wanted]
    points = tuple(sum((answer.points for answer in paper.answers), Decimal(0)) for paper in complete)
    return _figures(
        None,
        points,
        _total_reliability(points, sections),
        maximum=exam.max_points,
        pass_line=exam.pass_line,
        questions=sum(section.questions for section in sections),
        is_sampled=any(section.is_sampled for section in sections),
        step=smallest_step(points),
        error_at_line=None,
    )


def _total_reliability(points: Sequence[Decimal], sections: Sequence[PointsStatistics]) -> Figure:
    """Stratified alpha; no interval, for none is known that holds for so few people."""
    n = len(points)
    lacking = next((section.reliability for section in sections if section.reliability.value is None), None)
    if n < PEOPLE_NEEDED or lacking is not None:
        return undecided(n, PEOPLE_NEEDED, lacking.reason if n >= PEOPLE_NEEDED and lacking else None)
    parts = [(sample_variance(floats(section.points)), section.reliability.value or 0.0) for section in sections]
    value = stratified_alpha(parts, sample_variance(floats(points)))
    if value is None:
        return undecided(n, PEOPLE_NEEDED, Undecided.NO_SPREAD)
    return known(value, n, PEOPLE_NEEDED)


def _figures(
    section_id: str | None,
    points: tuple[Decimal, ...],
    reliability: Figure,
    *,
    maximum: Decimal,
    pass_line: Decimal | None,
    questions: int,
    is_sampled: bool,
    step: Number,
    error_at_line: float | None,
) -> PointsStatistics:
    values = floats(points)
    return PointsStatistics(
        section_id=section_id,
        n=len(points),
        questions=questions,
        max_points=maximum,
        pass_line=pass_line,
        points=tuple(sorted(points)),
        mean=mean(values) if values else None,
        deviation=sample_variance(values) ** 0.5 if len(values) > 1 else None,
        reached=proportion(sum(each >= pass_line for each in points), len(points)) if pass_line is not None else None,
        reliability=reliability,
        is_sampled=is_sampled,
        error=standard_error(points, reliability),
        error_at_line=error_at_line,
        consistency=decision_consistency(points, pass_line, reliability, step=step) if pass_line is not None else None,
    )
