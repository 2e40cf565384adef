"""受験 as it stands: an attempt with its paper, window and events."""

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlalchemy.orm import aliased

from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exam_engine.attempts import (
    AttemptPaused,
    AttemptReopened,
    AttemptResumed,
    AttemptStarted,
    AttemptState,
    AttemptSubmitted,
    Event,
    EventKind,
    SectionHandedIn,
    SectionStarted,
    TimeAdded,
    fold,
    next_events_for_expiry,
    section_clock,
)
from lms.exam_engine.papers import Paper
from lms.exam_engine.windows import ExamWindow as EngineWindow
from lms.exam_engine.windows import ExtraTime, SectionAccess, resolve_section
from lms.exams.models import Attempt, AttemptPresence, ExamWindow, StoredEvent, StoredPaper, Submission
from lms.exams.queries.papers import papers_of
from lms.exams.rules.conduct import Presence
from lms.exams.rules.sitting import NotFound


@dataclass(frozen=True, slots=True)
class PaperRun:
    """A paper on its way against the clock, in an attempt or a rehearsal: everything that decides what may happen in it."""

    public_id: str
    candidate_number: str
    paper: Paper
    window: EngineWindow
    extra: ExtraTime
    """合理的配慮, frozen at the start."""
    writer_device: str | None
    events: tuple[Event, ...]

    @property
    def stored_state(self) -> AttemptState:
        """What the stored events amount to."""
        return fold(self.events, sections=tuple(section.id for section in self.paper.sections))

    def state_at(self, now: datetime) -> AttemptState:
        """What the stored events and the passing of time amount to; nothing is written."""
        events = (*self.events, *self.due_events(now))
        return fold(events, sections=tuple(section.id for section in self.paper.sections))

    def due_events(self, now: datetime) -> tuple[Event, ...]:
        """Events that time alone has brought about and that are not stored yet."""
        return next_events_for_expiry(self.stored_state, self.paper, self.window, self.extra, now=now)

    @property
    def extra_minutes(self) -> dict[str, int]:
        """Section id → minutes of 合理的配慮, rounded up."""
        limits = {section.id: timedelta(seconds=section.time_limit_seconds) for section in self.paper.sections}
        return {section_id: -(-int(self.extra.of(limit).total_seconds()) // 60) for section_id, limit in limits.items()}

    def section_access(self, now: datetime) -> SectionAccess | None:
        """Deadline and remaining time of the section running now; None before the start and after the submission."""
        clock = section_clock(self.state_at(now), self.paper, self.extra)
        return None if clock is None else resolve_section(self.window, clock, now=now)

    def with_events(self, added: Iterable[Event]) -> Self:
        """The same run after further events."""
        return replace(self, events=(*self.events, *added))


@dataclass(frozen=True, slots=True)
class Sitting(PaperRun):
    """An attempt with its place in a window."""

    attempt_id: int
    participant_id: int
    user_id: int
    cohort_id: int
    window_id: int
    window_number: int
    paper_id: int
    paper_sha256: str
    presence: Presence | None


@dataclass(frozen=True, slots=True)
class UnreadableAttempt:
    """An attempt whose stored 問題冊子 is damaged: how far it is, nobody can tell."""

    attempt_id: int
    participant_id: int
    candidate_number: str


def find_sitting(public_id: str, *, user_id: int) -> Sitting | None:
    """The user's own attempt of this public id; None for an unknown one and for anybody else's."""
    return _read_sitting(_OWN, {"public_id": public_id, "user_id": user_id})


def find_attempt_id(public_id: str, *, user_id: int) -> int | None:
    """The id of the user's own attempt of this public id; None for an unknown one and for anybody else's."""
    return db.session.scalar(_OWN_ID, {"public_id": public_id, "user_id": user_id})


def get_sitting(attempt_id: int, *, for_update: bool = False) -> Sitting:
    """The attempt; `for_update` holds its row until the transaction ends. Raises NotFound."""
    if for_update:
        _hold(Attempt.id == attempt_id)
    sitting = _read_sitting(_ONE, {"attempt_id": attempt_id})
    if sitting is None:
        raise NotFound("attempt")
    return sitting


def list_sittings(window_id: int, *, for_update: bool = False) -> tuple[Sitting, ...]:
    """Every attempt in a window whose paper can be read, in one order; `for_update` holds their rows.

    One damaged paper must not keep the office from seeing and helping everybody else. A fixed number of SELECTs.
    """
    if for_update:
        _hold(Attempt.window_id == window_id)
    return survey_sittings(window_id)[0]


def survey_sittings(window_id: int) -> tuple[tuple[Sitting, ...], tuple[UnreadableAttempt, ...]]:
    """What `list_sittings` gives, and the attempts it leaves out. A fixed number of SELECTs while no paper is damaged."""
    rows = db.session.execute(_sittings().where(Attempt.window_id == window_id).order_by(Attempt.id)).all()
    papers = _readable_papers({row.paper_id: row.sha256 for row in rows})
    events = _events_of([row.id for row in rows]) if rows else {}
    sittings = tuple(_sitting(row, papers[row.paper_id], events.get(row.id, ())) for row in rows if row.paper_id in papers)
    unreadable = tuple(
        UnreadableAttempt(row.id, row.participant_id, row.candidate_number) for row in rows if row.paper_id not in papers
    )
    return sittings, unreadable


def list_due_attempts(*, now: datetime) -> tuple[int, ...]:
    """The ids of the open attempts in which time has brought something about, for the worker; a fixed number of SELECTs.

    An attempt that cannot be judged, for a damaged paper or events in an impossible order, is among them: whoever closes
    each on its own finds out what is the matter with it, and the others are closed all the same.
    """
    submitted = select(Submission.id).where(Submission.attempt_id == Attempt.id).exists()
    is_open = ~submitted | Attempt.id.in_(reopened_attempts())
    rows = db.session.execute(_sittings().where(is_open).order_by(Attempt.id)).all()
    papers = _readable_papers({row.paper_id: row.sha256 for row in rows})
    events = _events_of([row.id for row in rows]) if rows else {}
    return tuple(row.id for row in rows if _may_be_due(row, papers.get(row.paper_id), events.get(row.id, ()), now))


@functools.cache
def reopened_attempts() -> Select[int]:
    """The ids of attempts that were submitted, opened again by the office, and not submitted since; a subquery for conditions."""
    submitted = aliased(StoredEvent)
    since = select(submitted.id).where(
        submitted.attempt_id == StoredEvent.attempt_id,
        submitted.kind == EventKind.ATTEMPT_SUBMITTED,
        submitted.sequence > StoredEvent.sequence,
    )
    return select(StoredEvent.attempt_id).where(StoredEvent.kind == EventKind.ATTEMPT_REOPENED, ~since.exists())


def list_reopened(window_id: int) -> frozenset[int]:
    """The ids of the attempts in a window that are open again after a submission."""
    here = select(Attempt.id).where(Attempt.window_id == window_id, Attempt.id.in_(reopened_attempts()))
    return frozenset(db.session.scalars(here))


def find_public_id(participant_id: int, window_id: int) -> str | None:
    """The public id of a participant's attempt in a window."""
    own = select(Attempt.public_id).where(Attempt.participant_id == participant_id, Attempt.window_id == window_id)
    return db.session.scalar(own)


def list_own_sittings(participant_id: int) -> tuple[Sitting, ...]:
    """A participant's attempts in the order of their windows."""
    return _read_sittings(_sittings().where(Attempt.participant_id == participant_id).order_by(ExamWindow.number))


def list_seen_questions(participant_id: int) -> frozenset[str]:
    """The questions of every paper a participant has had before."""
    own = select(Attempt.paper_id, StoredPaper.sha256).join(StoredPaper, StoredPaper.id == Attempt.paper_id)
    hashes = {row.paper_id: row.sha256 for row in db.session.execute(own.where(Attempt.participant_id == participant_id))}
    papers = papers_of(hashes).values()
    return frozenset(question.id for paper in papers for section in paper.sections for question in section.questions)


def _sittings() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attempt.id,
            Attempt.public_id,
            Attempt.participant_id,
            Attempt.window_id,
            Attempt.paper_id,
            Attempt.candidate_number,
            Attempt.extra_seconds,
            Attempt.extra_percent,
            Attempt.writer_device,
            AttemptPresence.heard_at,
            AttemptPresence.unsent,
            AttemptPresence.network_address,
            Participant.user_id,
            Participant.cohort_id,
            ExamWindow.number,
            ExamWindow.opens_at,
            ExamWindow.closes_at,
            ExamWindow.grace_seconds,
            StoredPaper.sha256,
        )
        .join(Participant, Participant.id == Attempt.participant_id)
        .join(ExamWindow, ExamWindow.id == Attempt.window_id)
        .join(StoredPaper, StoredPaper.id == Attempt.paper_id)
        .outerjoin(AttemptPresence, AttemptPresence.attempt_id == Attempt.id)
    )


# What every request of the exam room asks; built once, because building a statement costs more than running it.
_ONE = _sittings().where(Attempt.id == bindparam("attempt_id"))
_IS_OWN = (Attempt.public_id == bindparam("public_id"), Participant.user_id == bindparam("user_id"))
_OWN = _sittings().where(*_IS_OWN)
_OWN_ID = select(Attempt.id).join(Participant, Participant.id == Attempt.participant_id).where(*_IS_OWN)
_EVENT_ROWS = select(
    StoredEvent.attempt_id,
    StoredEvent.kind,
    StoredEvent.section_id,
    StoredEvent.seconds,
    StoredEvent.widened_seconds,
    StoredEvent.by_clock,
    StoredEvent.at,
).order_by(StoredEvent.attempt_id, StoredEvent.sequence)
_EVENTS_OF_ONE = _EVENT_ROWS.where(StoredEvent.attempt_id == bindparam("attempt_id"))


def _hold(which: ColumnElement[bool]) -> None:
    """Hold the rows of these attempts, in one order, until the transaction ends.

    A statement of its own: one that also joined the window would, after waiting for somebody else's transaction, still
    show the window as it was before that. SQLite's one write lock is held already.
    """
    if db.engine.dialect.name != "sqlite":
        db.session.execute(select(Attempt.id).where(which).order_by(Attempt.id).with_for_update(key_share=True))


def _read_sitting(statement: Select[*tuple[Any, ...]], values: Mapping[str, object]) -> Sitting | None:
    row = db.session.execute(statement, values).one_or_none()
    if row is None:
        return None
    paper = papers_of({row.paper_id: row.sha256})[row.paper_id]
    events = db.session.execute(_EVENTS_OF_ONE, {"attempt_id": row.id})
    return _sitting(row, paper, [_event(event) for event in events])


def _read_sittings(statement: Select[*tuple[Any, ...]]) -> tuple[Sitting, ...]:
    rows = db.session.execute(statement).all()
    if not rows:
        return ()
    papers = papers_of({row.paper_id: row.sha256 for row in rows})
    events = _events_of([row.id for row in rows])
    return tuple(_sitting(row, papers[row.paper_id], events.get(row.id, ())) for row in rows)


def _readable_papers(hashes: Mapping[int, str]) -> dict[int, Paper]:
    try:
        return papers_of(hashes)
    except Exception:  # whatever is wrong with one of them
        if len(hashes) == 1:
            return {}
        each = [_readable_papers({paper_id: sha256}) for paper_id, sha256 in hashes.items()]
        return {paper_id: paper for found in each for paper_id, paper in found.items()}


def _may_be_due(row: Row[*tuple[Any, ...]], paper: Paper | None, events: Iterable[Event], now: datetime) -> bool:
    if paper is None:
        return True
    try:
        return bool(_sitting(row, paper, events).due_events(now))
    except Exception:  # an attempt that no rule can judge
        return True


def _sitting(row: Row[*tuple[Any, ...]], paper: Paper, events: Iterable[Event]) -> Sitting:
    return Sitting(
        attempt_id=row.id,
        public_id=row.public_id,
        participant_id=row.participant_id,
        user_id=row.user_id,
        cohort_id=row.cohort_id,
        window_id=row.window_id,
        window_number=row.number,
        candidate_number=row.candidate_number,
        paper_id=row.paper_id,
        paper_sha256=row.sha256,
        paper=paper,
        window=EngineWindow(row.opens_at, row.closes_at, timedelta(seconds=row.grace_seconds)),
        extra=ExtraTime(row.extra_seconds, row.extra_percent),
        writer_device=row.writer_device,
        presence=Presence(row.heard_at, row.unsent, row.network_address) if row.heard_at else None,
        events=tuple(events),
    )


def _events_of(attempt_ids: Collection[int]) -> dict[int, list[Event]]:
    events: dict[int, list[Event]] = {}
    for row in db.session.execute(_EVENT_ROWS.where(StoredEvent.attempt_id.in_(attempt_ids))):
        events.setdefault(row.attempt_id, []).append(_event(row))
    return events


def _event(row: Row[*tuple[Any, ...]]) -> Event:
    return _EVENTS[row.kind](row)


_EVENTS: Mapping[EventKind, Callable[[Row[*tuple[Any, ...]]], Event]] = MappingProxyType(
    {
        EventKind.ATTEMPT_STARTED: lambda row: AttemptStarted(section_id=row.section_id or "", at=row.at),
        EventKind.SECTION_HANDED_IN: lambda row: SectionHandedIn(
            section_id=row.section_id or "", at=row.at, by_clock=row.by_clock
        ),
        EventKind.SECTION_STARTED: lambda row: SectionStarted(section_id=row.section_id or "", at=row.at),
        EventKind.ATTEMPT_SUBMITTED: lambda row: AttemptSubmitted(at=row.at, by_clock=row.by_clock),
        EventKind.TIME_ADDED: lambda row: TimeAdded(
            section_id=row.section_id or "", seconds=row.seconds or 0, at=row.at, widened=row.widened_seconds or 0
        ),
        EventKind.ATTEMPT_PAUSED: lambda row: AttemptPaused(at=row.at),
        EventKind.ATTEMPT_RESUMED: lambda row: AttemptResumed(at=row.at),
        EventKind.ATTEMPT_REOPENED: lambda row: AttemptReopened(
            section_id=row.section_id or "", seconds=row.seconds or 0, at=row.at
        ),
    }
)
