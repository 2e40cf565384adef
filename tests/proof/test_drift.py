"""A grader who is one level off on every criterion is found by the shipped anchors, and a faithful one is left alone."""

import random

import pytest

from lms.config import ROOT
from lms.exam_engine.anchors import Anchor
from lms.exam_engine.statistics.drift import DRIFT_NEEDED, DriftFlag, drift
from lms.exams.source import load_anchors

GRADERS = 2_000
OWN_ERROR, SHARED_ERROR = 0.5, 0.3
"""Standard deviations in levels: of one criterion alone, and of all criteria of one essay together. Six levels in ten then
are exactly the agreed ones, and a grader's total is within three points of the agreed one about nineteen times in twenty."""

pytestmark = [pytest.mark.proof, pytest.mark.timeout(60)]


def difference(anchor: Anchor, shift: float, dice: random.Random) -> int:
    """Points above the agreed ones; no level goes beyond 0 or 5."""
    mood = shift + dice.gauss(0, SHARED_ERROR)
    given = [min(5, max(0, round(level + mood + dice.gauss(0, OWN_ERROR)))) for _, level in anchor.levels]
    return sum(given) - sum(level for _, level in anchor.levels)


def flagged(anchors: tuple[Anchor, ...], shift: float, number: int) -> dict[DriftFlag | None, float]:
    dice = random.Random(f"drift {shift} {number}")
    flags = [drift([difference(each, shift, dice) for each in dice.sample(anchors, number)]).flag for _ in range(GRADERS)]
    return {flag: flags.count(flag) / GRADERS for flag in (DriftFlag.LENIENT, DriftFlag.SEVERE, None)}


@pytest.mark.parametrize("number", [DRIFT_NEEDED, 10, 14])
def test_one_level_of_drift_is_found_and_a_faithful_grader_is_left_alone(number: int) -> None:
    anchors = load_anchors(ROOT / "content", "practitioner")
    up, down, faithful = (flagged(anchors, shift, number) for shift in (1, -1, 0))
    false_alarm = 1 - faithful[None]
    print(
        f"{number} anchors: +1 found {up[DriftFlag.LENIENT]:.3f}, -1 found {down[DriftFlag.SEVERE]:.3f}, false {false_alarm:.3f}"
    )
    assert up[DriftFlag.LENIENT] >= 0.9
    assert down[DriftFlag.SEVERE] >= 0.9
    assert false_alarm <= 0.05
    assert up[DriftFlag.SEVERE] == down[DriftFlag.LENIENT] == 0
