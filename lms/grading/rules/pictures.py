"""Pure: where the marks of a statistical picture stand, in the units of its drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.exam_engine.statistics.questions import WEAK_BELOW, QuestionStatistics
from lms.grading.rules.distribution import Column, Distribution

LEFT, RIGHT = 56, 696
TOP, BOTTOM = 16, 336
"""The frame of the scatter: facility 0 … 1 from left to right, discrimination from 1 at the top downwards."""

USUAL_LOWEST = -0.5
"""The discrimination at the bottom, unless a question lies even lower."""

MOST_COLUMNS = 20
TIDY_WIDTHS = tuple(Decimal(each) for each in ("0.5", "1", "2", "2.5", "5", "10", "20", "25", "50"))

_LABEL_WIDTH, _LABEL_HEIGHT = 72, 14


@dataclass(frozen=True, slots=True)
class Spot:
    """One question in the scatter; `label` is empty where it would cover another label or spot."""

    x: float
    y: float
    question_id: str
    is_weak: bool
    label: str = ""

    @property
    def label_start(self) -> float:
        """Where the label begins: to the right of the spot, near the right edge to its left."""
        return self.x + 10 if self.x + _LABEL_WIDTH < RIGHT else self.x - 10 - _LABEL_WIDTH


@dataclass(frozen=True, slots=True)
class Scatter:
    """Facility × discrimination; questions of which either cannot be told are only counted."""

    spots: tuple[Spot, ...]
    left_out: int
    lowest: float

    def down(self, discrimination: float) -> float:
        """Where a correlation stands from top to bottom."""
        return TOP + (BOTTOM - TOP) * (1 - discrimination) / (1 - self.lowest)

    @property
    def ticks(self) -> tuple[float, ...]:
        """The correlations the picture has lines for."""
        return tuple(each for each in (1.0, 0.5, 0.0, -0.5, -1.0) if each >= self.lowest)


def across(facility: float) -> float:
    """Where a facility from 0 to 1 stands from left to right."""
    return LEFT + (RIGHT - LEFT) * facility


def scatter(questions: Sequence[QuestionStatistics]) -> Scatter:
    """The picture of all questions whose both figures can be told; those that need a look carry their id."""
    told = [
        (each.question_id, each.facility.value, each.discrimination.value)
        for each in questions
        if each.facility.value is not None and each.discrimination.value is not None
    ]
    lowest = USUAL_LOWEST if all((telling or 0) >= USUAL_LOWEST for _, _, telling in told) else -1.0
    frame = Scatter((), len(questions) - len(told), lowest)
    bare = [
        Spot(across(difficulty or 0), frame.down(telling or 0), question_id, (telling or 0) < WEAK_BELOW)
        for question_id, difficulty, telling in told
    ]
    return Scatter(_labelled(bare), frame.left_out, lowest)


def _labelled(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    done: list[Spot] = []
    for spot in spots:
        others = [(each.x, each.y) for each in spots if each is not spot]
        taken = [(each.label_start, each.y) for each in done if each.label]
        is_free = spot.is_weak and not _covers(spot, others, 0) and not _covers(spot, taken, _LABEL_WIDTH)
        done.append(Spot(spot.x, spot.y, spot.question_id, spot.is_weak, spot.question_id if is_free else ""))
    return tuple(done)


def _covers(spot: Spot, places: Sequence[tuple[float, float]], width: float) -> bool:
    """Whether the spot's label would cover something of this width that begins at one of the places."""
    start = spot.label_start
    return any(x - _LABEL_WIDTH < start < x + width and abs(y - spot.y) < _LABEL_HEIGHT for x, y in places)


def histogram(points: Sequence[Decimal], *, maximum: Decimal, pass_line: Decimal) -> Distribution:
    """Everybody's points in columns of a tidy width, at most twenty; the last one includes the maximum."""
    width = next((each for each in TIDY_WIDTHS if maximum <= each * MOST_COLUMNS), maximum / MOST_COLUMNS)
    lows = [width * place for place in range(int(-(-maximum // width)))]
    columns = []
    for low in lows:
        high = min(low + width, maximum)
        inside = [each for each in points if low <= each < high or each == maximum == high]
        columns.append(Column(low, high, len(inside), sum(each >= pass_line for each in inside)))
    return Distribution(tuple(columns), maximum, pass_line)
