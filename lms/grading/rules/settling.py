"""Pure: from the marks of an attempt's essays to states, points and the adjudications still needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.exam_engine.definitions import SectionKind
from lms.exam_engine.papers import Paper, PaperEssayQuestion, PaperSection
from lms.exam_engine.rubrics import Agreement, EssayScore, GraderMark, compare_marks, score_essay
from lms.exam_engine.verdicts import EssayPair, flips_verdict, splits_verdict
from lms.grading.rules.parts import AdjudicationReason, EssayState


@dataclass(frozen=True, slots=True)
class EssayMarks:
    """The marks an essay has so far; `is_with_adjudicator` once a third grader was asked."""

    question_id: str
    char_count: int
    first: GraderMark | None = None
    second: GraderMark | None = None
    adjudicated: GraderMark | None = None
    is_with_adjudicator: bool = False


@dataclass(frozen=True, slots=True)
class EssayStanding:
    """Where an essay stands: its points when settled, and why a third grader is needed when one is."""

    question_id: str
    state: EssayState
    points: Decimal | None
    reasons: tuple[AdjudicationReason, ...]


def essay_section(paper: Paper) -> PaperSection | None:
    """The section of a paper that people grade; None when there is none."""
    return next((section for section in paper.sections if section.kind is SectionKind.ESSAY), None)


def choice_section(paper: Paper) -> PaperSection | None:
    """The section of a paper that is marked by machine; None when there is none."""
    return next((section for section in paper.sections if section.kind is SectionKind.CHOICE), None)


def essay_question(paper: Paper, question_id: str) -> PaperEssayQuestion:
    """The essay question of this id; raises KeyError when the paper has none."""
    question = paper.question(question_id)
    if not isinstance(question, PaperEssayQuestion):
        raise KeyError(question_id)
    return question


def score(paper: Paper, essay: EssayMarks, mark: GraderMark) -> EssayScore:
    """The points of one mark by the rubric and limits frozen into the paper; raises InvalidMark."""
    section = essay_section(paper)
    if section is None or section.limits is None:
        raise KeyError(essay.question_id)
    rubric = essay_question(paper, essay.question_id).rubric
    return score_essay(rubric, mark, char_count=essay.char_count, limits=section.limits)


def assess(paper: Paper, choice_points: Decimal, essays: Sequence[EssayMarks]) -> tuple[EssayStanding, ...]:
    """Where every essay of an attempt stands.

    The rules of the verdict that hangs on one mark, and of the one that the lower and the higher marks split (where the
    paper asks for it), are asked when no other essay waits for marks or for an adjudicator, because their points would
    move the answer.
    """
    alone = [_stand_alone(paper, essay) for essay in essays]
    if any(standing.state is not EssayState.SETTLED for standing in alone):
        return tuple(alone)
    hanging = _hanging(paper, choice_points, essays)
    return tuple(_with_reason(standing, hanging.get(standing.question_id)) for standing in alone)


def _stand_alone(paper: Paper, essay: EssayMarks) -> EssayStanding:
    if essay.adjudicated is not None:
        return EssayStanding(essay.question_id, EssayState.SETTLED, score(paper, essay, essay.adjudicated).points, ())
    if essay.first is None or essay.second is None:
        state = EssayState.WAITING if essay.first is None and essay.second is None else EssayState.HALF_MARKED
        return EssayStanding(essay.question_id, state, None, ())
    agreement = agree(paper, essay, essay.first, essay.second)
    if agreement.needs_adjudication or essay.is_with_adjudicator:
        reasons = tuple(AdjudicationReason(reason.value) for reason in agreement.reasons)
        return EssayStanding(essay.question_id, EssayState.ADJUDICATION, None, reasons)
    return EssayStanding(essay.question_id, EssayState.SETTLED, agreement.points, ())


def agree(paper: Paper, essay: EssayMarks, first: GraderMark, second: GraderMark) -> Agreement:
    """Two marks side by side by the rules frozen into the paper."""
    section = essay_section(paper)
    if section is None or section.limits is None:
        raise KeyError(essay.question_id)
    rubric = essay_question(paper, essay.question_id).rubric
    return compare_marks(rubric, first, second, paper.disagreement, char_count=essay.char_count, limits=section.limits)


def _hanging(paper: Paper, choice_points: Decimal, essays: Sequence[EssayMarks]) -> Mapping[str, AdjudicationReason]:
    """The essays the verdict hangs on, with the nearest reason: one of its own marks decides, or all marks together do."""
    choice, essay = choice_section(paper), essay_section(paper)
    if choice is None or essay is None:
        return {}
    pairs = [_pair(paper, marks) for marks in essays]
    flipping = flips_verdict(
        paper.pass_rule, choice_points=choice_points, essay_pairs=pairs, choice_section=choice.id, essay_section=essay.id
    )
    splitting: tuple[str, ...] = ()
    if paper.disagreement.split_verdict:
        splitting = splits_verdict(
            paper.pass_rule, choice_points=choice_points, essay_pairs=pairs, choice_section=choice.id, essay_section=essay.id
        )
    return dict.fromkeys(splitting, AdjudicationReason.SPLIT_VERDICT) | dict.fromkeys(flipping, AdjudicationReason.FLIPS_VERDICT)


def _pair(paper: Paper, essay: EssayMarks) -> EssayPair:
    points = [Decimal(0) if mark is None else score(paper, essay, mark).points for mark in (essay.first, essay.second)]
    settled = None if essay.adjudicated is None else score(paper, essay, essay.adjudicated).points
    return EssayPair(question_id=essay.question_id, first=points[0], second=points[1], settled=settled)


def _with_reason(standing: EssayStanding, reason: AdjudicationReason | None) -> EssayStanding:
    return standing if reason is None else EssayStanding(standing.question_id, EssayState.ADJUDICATION, None, (reason,))
