"""Pure: how far two graders agree on a question, and which candidates stand so near a pass line that they are read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.exam_engine.papers import PaperEssayQuestion
from lms.exam_engine.statistics.agreement import icc_one_way
from lms.exam_engine.statistics.figures import Figure, Number
from lms.exam_engine.statistics.kappa import weighted_kappa
from lms.grading.rules.distribution import BORDERLINE_PERCENT


@dataclass(frozen=True, slots=True)
class PairedMark:
    """The first and the second mark of one essay: levels by criterion, and points after every rule."""

    first: Mapping[str, int]
    second: Mapping[str, int]
    points: tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Agreed:
    """How two graders agree on one thing; `near` counts those at most `step` apart, the same ones among them.

    `kappa` is the quadratic weighted kappa of levels, None for the points of a whole essay; `icc` is ICC(1,1), since
    every essay has two graders out of many.
    """

    title: str
    n: int
    exact: int
    near: int
    step: Decimal
    kappa: Figure | None
    icc: Figure


@dataclass(frozen=True, slots=True)
class QuestionAgreement:
    """One question, or all of one rubric: the points as a whole, and criterion by criterion."""

    title: str
    total: Agreed
    criteria: tuple[Agreed, ...]

    @property
    def lines(self) -> tuple[Agreed, ...]:
        """The whole, then each criterion."""
        return (self.total, *self.criteria)


@dataclass(frozen=True, slots=True)
class Band:
    """How far around a pass line candidates are read again: ± `half` points, by the SEM or else by the setting."""

    what: str
    """The section's id, or the total."""
    title: str
    line: Decimal
    half: Decimal
    is_by_error: bool

    def holds(self, points: Decimal) -> bool:
        """Whether these points lie in the band, its edges included."""
        return abs(points - self.line) <= self.half


def question_agreement(
    question: PaperEssayQuestion, pairs: Sequence[PairedMark], title: str, *, total_gap: Decimal
) -> QuestionAgreement:
    """The agreement on a question, or on several with its rubric; `total_gap` is the gap the rules of adjudication allow."""
    points = [pair.points for pair in pairs]
    return QuestionAgreement(
        title=title,
        total=_agreed("合計", points, total_gap, None),
        criteria=tuple(
            _agreed(
                criterion.title,
                [(pair.first[criterion.id], pair.second[criterion.id]) for pair in pairs if _has(pair, criterion.id)],
                Decimal(1),
                [level.points for level in criterion.levels],
            )
            for criterion in question.rubric.criteria
        ),
    )


def _has(pair: PairedMark, criterion_id: str) -> bool:
    """Whether both marks know the criterion; an earlier revision of the rubric may have had others."""
    return criterion_id in pair.first and criterion_id in pair.second


def _agreed(title: str, pairs: Sequence[tuple[Number, Number]], step: Decimal, levels: Sequence[int] | None) -> Agreed:
    gaps = [abs(Decimal(first) - Decimal(second)) for first, second in pairs]
    scale = None if levels is None else sorted({*levels, *(int(level) for pair in pairs for level in pair)})
    return Agreed(
        title=title,
        n=len(pairs),
        exact=gaps.count(Decimal(0)),
        near=sum(gap <= step for gap in gaps),
        step=step,
        kappa=None if scale is None else weighted_kappa([(int(first), int(second)) for first, second in pairs], scale),
        icc=icc_one_way(pairs),
    )


def band(what: str, title: str, line: Decimal, error: Figure, maximum: Decimal) -> Band:
    """Around a pass line: one standard error of measurement where it can be told, else the share the house has set."""
    if error.value is None:
        return Band(what, title, line, maximum * BORDERLINE_PERCENT / 100, is_by_error=False)
    return Band(what, title, line, Decimal(f"{error.value:.1f}"), is_by_error=True)
