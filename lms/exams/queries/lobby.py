"""The exam's front hall for participants."""

from dataclasses import dataclass
from datetime import datetime

from lms.billing.queries import find_seat
from lms.cohorts.queries import Seat
from lms.cohorts.source import course_facts
from lms.exam_engine.attempts import AttemptStatus
from lms.exam_engine.definitions import Exam
from lms.exams.queries.accommodation import Accommodation, accommodation_of
from lms.exams.queries.content import find_exam
from lms.exams.queries.eligibility import eligibility_of
from lms.exams.queries.readiness import is_window_cleared
from lms.exams.queries.rehearsals import RehearsalCard, find_last_rehearsed
from lms.exams.queries.results import released_result
from lms.exams.queries.sittings import Sitting, list_own_sittings
from lms.exams.queries.windows import WindowCard, list_windows
from lms.exams.rules.eligibility import Eligibility
from lms.lessons.queries import library


@dataclass(frozen=True, slots=True)
class AttemptCard:
    """A participant's own attempt; `is_passed` is None until its result is released."""

    public_id: str
    window_number: int
    candidate_number: str
    status: AttemptStatus
    started_at: datetime | None
    submitted_at: datetime | None
    is_received: bool
    """Whether the submission is written down, so that there is a 提出控."""
    is_passed: bool | None


@dataclass(frozen=True, slots=True)
class Lobby:
    """認定試験 as a participant finds it; `window` is the one she may sit next, with her eligibility for it."""

    seat: Seat
    exam: Exam | None
    windows: tuple[WindowCard, ...]
    window: WindowCard | None
    eligibility: Eligibility | None
    attempts: tuple[AttemptCard, ...]
    accommodation: Accommodation
    is_cleared: bool
    """Whether 開催前点検 lets the exam of `window` begin."""
    lesson_titles: dict[str, str]
    rehearsed: RehearsalCard | None
    """The latest rehearsal she went through to its end."""

    @property
    def running(self) -> AttemptCard | None:
        """The attempt she is in."""
        return next((attempt for attempt in self.attempts if attempt.status is AttemptStatus.IN_SECTION), None)


def find_lobby(user_id: int, *, now: datetime) -> Lobby | None:
    """The front hall for a user's current seat; None without a seat."""
    seat = find_seat(user_id)
    if seat is None:
        return None
    attempts = tuple(_attempt_card(sitting, now) for sitting in list_own_sittings(seat.participant_id))
    windows = list_windows(seat.cohort_id)
    window = _next_window(windows, attempts, now)
    eligibility = eligibility_of(seat, window, now=now) if window else None
    entries = library().course.entries
    return Lobby(
        seat=seat,
        exam=find_exam(window.exam_id if window else course_facts().exam_id),
        windows=windows,
        window=window,
        eligibility=eligibility,
        attempts=attempts,
        accommodation=accommodation_of(seat.participant_id),
        is_cleared=window is not None and is_window_cleared(window),
        lesson_titles={entry.id: entry.title for entry in entries},
        rehearsed=find_last_rehearsed(seat.participant_id),
    )


def _attempt_card(sitting: Sitting, now: datetime) -> AttemptCard:
    state, outcome = sitting.state_at(now), released_result(sitting.attempt_id)
    return AttemptCard(
        public_id=sitting.public_id,
        window_number=sitting.window_number,
        candidate_number=sitting.candidate_number,
        status=state.status,
        started_at=state.started_at,
        submitted_at=state.submitted_at,
        is_received=sitting.stored_state.status is AttemptStatus.SUBMITTED,
        is_passed=outcome.is_passed if outcome else None,
    )


def _next_window(windows: tuple[WindowCard, ...], attempts: tuple[AttemptCard, ...], now: datetime) -> WindowCard | None:
    if any(attempt.is_passed or attempt.status is AttemptStatus.IN_SECTION for attempt in attempts):
        return None
    sat = {attempt.window_number for attempt in attempts}
    left = [window for window in windows if window.number not in sat]
    ahead = [window for window in left if now < window.closes_at]
    return ahead[0] if ahead else (left[-1] if left else None)
