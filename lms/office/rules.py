"""Pure decisions of 事務局: where a cohort stands on its way from the roster to the certificates, and what is next."""

from dataclasses import dataclass
from enum import StrEnum

from lms.exam_engine.windows import Phase


class RestsOn(StrEnum):
    """What may rest on a fact of the content."""

    LESSON = "lesson"
    LESSON_TEXT = "lesson_text"
    QUIZ = "quiz"
    EXAM = "exam"
    SCENARIO = "scenario"
    TERM = "term"
    HANDOUT = "handout"


class StepKey(StrEnum):
    """The steps of a cohort, in order."""

    ROSTER = "roster"
    PAYMENT = "payment"
    LEARNING = "learning"
    ATTENDANCE = "attendance"
    EXAM = "exam"
    GRADING = "grading"
    RESULTS = "results"
    CERTIFICATION = "certification"


class StepState(StrEnum):
    """Whether a step lies behind, is the one to look at, goes on, or lies ahead."""

    DONE = "done"
    HERE = "here"
    RUNNING = "running"
    """Goes on beside the others, in the hands of the participants."""
    TODO = "todo"


@dataclass(frozen=True, slots=True)
class CohortCounts:
    """What a cohort's steps are judged by; people are counted without those who withdrew."""

    seats: int
    paid: int
    learned: int
    """Have read every published lesson and passed its quiz."""
    attended: int
    """Have minutes entered for every day."""
    days_are_over: bool
    window: Phase | None = None
    """Of the first sitting; None while no window is set."""
    started: int = 0
    submitted: int = 0
    is_grading_open: bool = False
    essays: int = 0
    """Essays shared out to graders."""
    settled: int = 0
    """Essays whose points are settled."""
    unassigned: int = 0
    """Attempts handed in after the grading was opened and not shared out yet."""
    is_released: bool = False
    passed: int = 0
    certified: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step with its numbers; `total` is None where counting means nothing."""

    key: StepKey
    state: StepState
    done: int
    total: int | None


class StaffingGap(StrEnum):
    """Which people an exam still lacks before it opens."""

    GRADERS = "graders"
    DECIDERS = "deciders"


NEEDED_GRADERS = 3
"""Two who grade every essay, one who adjudicates."""
NEEDED_DECIDERS = 2
"""One who proposes, one who approves."""


def staffing_gaps(*, graders: int, office: int) -> tuple[StaffingGap, ...]:
    """What is missing for blind double grading and decisions by two people; counts without disabled ones."""
    gaps = ((StaffingGap.GRADERS, graders < NEEDED_GRADERS), (StaffingGap.DECIDERS, office < NEEDED_DECIDERS))
    return tuple(gap for gap, is_open in gaps if is_open)


def cohort_steps(counts: CohortCounts) -> tuple[Step, ...]:
    """Every step with its state; the first one that is not done is the one to look at.

    Learning is waited for only until the days are over, the exam only until its grading has been opened: then the office
    has other work, and both go on beside it.
    """
    finished = _finished(counts)
    numbers = _numbers(counts)
    running = _running(counts)
    here = next((key for key in StepKey if not finished[key] and key not in running), None)
    return tuple(
        Step(key, _state(finished[key], is_here=key is here, is_running=key in running), *numbers[key]) for key in StepKey
    )


def next_step(steps: tuple[Step, ...]) -> StepKey | None:
    """The step to look at; None when all is done."""
    return next((step.key for step in steps if step.state is StepState.HERE), None)


def _state(is_finished: bool, *, is_here: bool, is_running: bool) -> StepState:
    if is_finished:
        return StepState.DONE
    if is_running:
        return StepState.RUNNING
    return StepState.HERE if is_here else StepState.TODO


def _running(counts: CohortCounts) -> set[StepKey]:
    running = {StepKey.LEARNING} if counts.days_are_over and counts.paid else set()
    return running | ({StepKey.EXAM} if counts.is_grading_open else set())


def _finished(counts: CohortCounts) -> dict[StepKey, bool]:
    some = counts.seats > 0
    sat = counts.window is Phase.CLOSED and counts.submitted == counts.started
    return {
        StepKey.ROSTER: some,
        StepKey.PAYMENT: some and counts.paid >= counts.seats,
        StepKey.LEARNING: counts.is_released or sat or (some and counts.learned >= counts.seats),
        StepKey.ATTENDANCE: some and counts.days_are_over and counts.attended >= counts.seats,
        StepKey.EXAM: sat or counts.is_released,
        StepKey.GRADING: counts.is_released or (0 < counts.essays == counts.settled and not counts.unassigned),
        StepKey.RESULTS: counts.is_released,
        StepKey.CERTIFICATION: counts.is_released and counts.certified >= counts.passed,
    }


def _numbers(counts: CohortCounts) -> dict[StepKey, tuple[int, int | None]]:
    return {
        StepKey.ROSTER: (counts.seats, None),
        StepKey.PAYMENT: (counts.paid, counts.seats),
        StepKey.LEARNING: (counts.learned, counts.seats),
        StepKey.ATTENDANCE: (counts.attended, counts.seats),
        StepKey.EXAM: (counts.submitted, counts.seats),
        StepKey.GRADING: (counts.settled, counts.essays),
        StepKey.RESULTS: (counts.passed, counts.submitted),
        StepKey.CERTIFICATION: (counts.certified, counts.passed),
    }
