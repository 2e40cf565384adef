"""A grader who is one level off is found by the shipped anchors, a faithful one is left alone; how many come back at all."""

import random
from collections import Counter, defaultdict

import pytest

from lms.config import ROOT
from lms.exam_engine.anchors import Anchor
from lms.exam_engine.definitions import EssaySection, Exam
from lms.exam_engine.statistics.drift import DRIFT_NEEDED, DriftFlag, drift
from lms.exams.source import load_anchors, load_exam
from lms.grading.rules.allocation import EssayToShare, share_out
from lms.grading.rules.calibration import count_blind_returns, number_blind, pick_blind
from lms.grading.source import read_grading_rules

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


WINDOWS = 60
RULE = read_grading_rules(ROOT / "content" / "exams" / "practitioner" / "grading.yaml").calibration


@pytest.mark.parametrize(
    ("people", "markers", "expected", "enough"),
    [(10, 3, "0.0", 0), (20, 3, "0.7", 0), (30, 3, "1.8", 0), (30, 5, "0.4", 0), (100, 8, "2.3", 0), (100, 3, "7.2", 89)],
)
def test_how_many_anchors_come_back_to_a_grader_in_one_window_is_as_written(
    people: int, markers: int, expected: str, enough: int
) -> None:
    exam, anchors = load_exam(ROOT / "content", "practitioner"), load_anchors(ROOT / "content", "practitioner")
    counts = [each for number in range(WINDOWS) for each in returns(exam, anchors, people, markers, number)]
    mean, share = f"{sum(counts) / len(counts):.1f}", sum(each >= DRIFT_NEEDED for each in counts) * 100 / len(counts)
    print(f"{people} people, {markers} markers: {mean} a grader {sorted(Counter(counts).items())}, enough {share:.0f}%")
    assert (mean, f"{share:.0f}") == (expected, str(enough))


def returns(exam: Exam, anchors: tuple[Anchor, ...], people: int, markers: int, number: int) -> list[int]:
    """How many each marker gets in one window: essays drawn by lot, shared out, mixed and numbered by the real rules."""
    slots = [slot for section in exam.sections if isinstance(section, EssaySection) for slot in section.slots]
    pools = [[each.id for each in exam.essays if each.type in slot.types] for slot in slots]
    place_of = {question_id: place for place, pool in enumerate(pools) for question_id in pool}
    dice = random.Random(f"{people}|{markers}|{number}")
    essays = [EssayToShare(f"K{person}/{dice.choice(pool)}") for person in range(people) for pool in pools]
    queues: list[dict[str, list[str]]] = [defaultdict(list) for _ in range(markers)]
    for share in share_out(essays, range(markers), seed=f"window:{number}"):
        candidate, question_id = share.key.split("/")
        for marker in (share.first, share.second):
            queues[marker][question_id].append(candidate)
    return [_given(queue, place_of, anchors) for queue in queues]


def _given(queue: dict[str, list[str]], place_of: dict[str, int], anchors: tuple[Anchor, ...]) -> int:
    real: defaultdict[str, set[int]] = defaultdict(set)
    places: list[int] = []
    for question_id, candidates in queue.items():
        for candidate in candidates:
            real[candidate].add(place_of[question_id])
        usable = [anchor for anchor in anchors if anchor.question_id == question_id]
        picked = pick_blind(usable, [], count_blind_returns(len(candidates), 0, RULE))
        places += [place_of[question_id]] * len(picked)
    return sum(each is not None for each in number_blind(places, [frozenset(each) for each in real.values()], {}))
