"""The exam's front hall for participants, and the exam room as the office watches it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.cohorts.queries import Seat, find_seat, list_participants
from lms.cohorts.source import course_facts
from lms.db.session import db
from lms.exam_engine.attempts import AttemptStatus
from lms.exam_engine.definitions import Exam
from lms.exams.models import AnswerVersion, Attempt, CurrentAnswer
from lms.exams.queries.accommodation import Accommodation, accommodation_of
from lms.exams.queries.content import find_exam
from lms.exams.queries.eligibility import eligibility_of
from lms.exams.queries.pages import count_questions
from lms.exams.queries.results import released_result
from lms.exams.queries.sittings import Sitting, list_own_sittings, list_sittings
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
    lesson_titles: dict[str, str]

    @property
    def running(self) -> AttemptCard | None:
        """The attempt she is in."""
        return next((attempt for attempt in self.attempts if attempt.status is AttemptStatus.IN_SECTION), None)


@dataclass(frozen=True, slots=True)
class RoomRow:
    """One participant in the exam room as the office sees it."""

    participant_id: int
    name: str
    candidate_number: str = ""
    public_id: str = ""
    attempt_id: int | None = None
    status: AttemptStatus = AttemptStatus.NOT_STARTED
    section_title: str = ""
    answered: int = 0
    questions: int = 0
    started_at: datetime | None = None
    last_saved_at: datetime | None = None
    deadline: datetime | None = None
    submitted_at: datetime | None = None


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
        lesson_titles={entry.id: entry.title for entry in entries},
    )


def list_room(window_id: int, cohort_id: int, *, now: datetime) -> tuple[RoomRow, ...]:
    """Every seat of the cohort and how far it is with the exam; a fixed number of SELECTs."""
    sittings = {sitting.participant_id: sitting for sitting in list_sittings(window_id)}
    saved = _saved(window_id)
    return tuple(_room_row(seat, sittings.get(seat.participant_id), saved, now) for seat in list_participants(cohort_id))


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


def _saved(window_id: int) -> dict[int, tuple[int, datetime | None]]:
    rows = db.session.execute(
        select(CurrentAnswer.attempt_id, func.count(), func.max(AnswerVersion.received_at))
        .join(Attempt, Attempt.id == CurrentAnswer.attempt_id)
        .join(AnswerVersion, AnswerVersion.id == CurrentAnswer.answer_version_id)
        .where(Attempt.window_id == window_id)
        .group_by(CurrentAnswer.attempt_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _room_row(seat: Seat, sitting: Sitting | None, saved: dict[int, tuple[int, datetime | None]], now: datetime) -> RoomRow:
    if sitting is None:
        return RoomRow(seat.participant_id, seat.name)
    state, access = sitting.state_at(now), sitting.section_access(now)
    answered, last_saved_at = saved.get(sitting.attempt_id, (0, None))
    return RoomRow(
        participant_id=seat.participant_id,
        name=seat.name,
        candidate_number=sitting.candidate_number,
        public_id=sitting.public_id,
        attempt_id=sitting.attempt_id,
        status=state.status,
        section_title=sitting.paper.section(state.current_section).title if state.current_section else "",
        answered=answered,
        questions=count_questions(sitting.paper),
        started_at=state.started_at,
        last_saved_at=last_saved_at,
        deadline=access.deadline if access else None,
        submitted_at=state.submitted_at,
    )
