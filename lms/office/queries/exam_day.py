"""試験当日 at the office's desk: the live room, what an act would come to, and the record of one attempt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.accounts.queries import list_users
from lms.audit.queries import EventFilter, EventLine, list_events
from lms.cohorts.queries import Seat, get_participant, participant_names
from lms.exams.queries.attempt_record import FactLine, VersionLine, list_facts, list_versions
from lms.exams.queries.incidents import (
    IncidentLine,
    NoticeLine,
    count_not_started,
    expect_gain,
    list_incidents,
    list_notice_lines,
)
from lms.exams.queries.late_answers import (
    LateAnswer,
    LateStamp,
    choose_compared,
    compare_late,
    late_stamps_of,
    list_late_stamps,
)
from lms.exams.queries.live_room import list_room
from lms.exams.queries.proposals import Proposal, list_proposals
from lms.exams.queries.sittings import Sitting, get_sitting, list_sittings
from lms.exams.queries.submissions import SubmissionRecord, list_hand_ins
from lms.exams.queries.windows import WindowCard
from lms.exams.rules.incidents import IncidentKind
from lms.exams.rules.late_answers import UNDECIDED
from lms.exams.rules.live_room import RoomOrder, RoomRow, RoomSummary, order_rows, summarize
from lms.grading.queries.staff import find_round, has_results

MOST_LINES = 500
"""Of 操作記録 about one attempt."""


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """The room of a window with what the office did in it; `waiting` are proposals for a second person."""

    window: WindowCard
    rows: tuple[RoomRow, ...]
    summary: RoomSummary
    notices: tuple[NoticeLine, ...]
    incidents: tuple[IncidentLine, ...]
    waiting: tuple[Proposal, ...]

    @property
    def standing_notices(self) -> tuple[NoticeLine, ...]:
        """The notices on the pages now."""
        return tuple(notice for notice in self.notices if notice.withdrawn_at is None)

    @property
    def late(self) -> int:
        """遅延受信 nobody has decided about."""
        return sum(row.late for row in self.rows)

    def name_of(self, attempt_id: int | None) -> str:
        """Whose attempt an act concerned."""
        return next((row.name for row in self.rows if attempt_id is not None and row.attempt_id == attempt_id), "")


@dataclass(frozen=True, slots=True)
class ActPreview:
    """What an act on running clocks would come to now, before anybody confirms it."""

    rows: tuple[RoomRow, ...]
    """Whom it concerns."""
    gain: timedelta
    not_started: int
    earlier: tuple[IncidentLine, ...]
    """Time given before to the same people, the latest first."""

    @property
    def given_before(self) -> timedelta:
        """All of it together."""
        return sum((line.given for line in self.earlier), timedelta(0))


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """受験の記録 of one attempt."""

    sitting: Sitting
    seat: Seat
    row: RoomRow
    acts: tuple[EventLine, ...]
    """Lines of 操作記録 about it, the earliest first."""
    actors: Mapping[int, str]
    hand_ins: tuple[SubmissionRecord, ...]
    facts: tuple[FactLine, ...]
    versions: tuple[VersionLine, ...]
    late: tuple[LateStamp, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class LateCase:
    """遅延受信 of one attempt."""

    sitting: Sitting
    name: str
    answers: tuple[LateStamp, ...]

    @property
    def undecided(self) -> tuple[LateStamp, ...]:
        """Those nobody has decided about."""
        return tuple(answer for answer in self.answers if answer.state in UNDECIDED)

    def compare(self) -> tuple[LateAnswer, ...]:
        """What its page shows beside what was handed in; of very many, only the first."""
        return compare_late(self.sitting, choose_compared(self.answers))

    def compare_proposed(self, version_ids: Collection[int]) -> tuple[LateAnswer, ...]:
        """What the page of a proposal shows."""
        return compare_late(self.sitting, choose_compared(answer for answer in self.answers if answer.id in version_ids))


@dataclass(frozen=True, slots=True)
class Standing:
    """What keeps anybody from changing hand-ins in a window."""

    is_finalized: bool
    is_grading_open: bool


def live_room(window: WindowCard, order: RoomOrder, *, now: datetime) -> LiveRoom:
    """The room as it is now; a fixed number of SELECTs."""
    rows = list_room(window.id, window.cohort_id, now=now)
    proposals = list_proposals(window_id=window.id)
    return LiveRoom(
        window=window,
        rows=order_rows(rows, order),
        summary=summarize(rows),
        notices=list_notice_lines(window.id),
        incidents=list_incidents(window.id),
        waiting=tuple(each for each in proposals if each.decision is None),
    )


def preview_act(window: WindowCard, kind: IncidentKind, given: timedelta, *, attempt_id: int | None, now: datetime) -> ActPreview:
    """Whom an act would concern now, and by how much the window would close later."""
    rows = order_rows(list_room(window.id, window.cohort_id, now=now), RoomOrder.NAME)
    concerned = tuple(row for row in rows if _concerns(kind, row) and attempt_id in (None, row.attempt_id))
    is_for_all = kind is IncidentKind.TIME_ADDED and attempt_id is None
    return ActPreview(
        rows=concerned,
        gain=expect_gain(window, given, now=now) if is_for_all and concerned else timedelta(0),
        not_started=count_not_started(window),
        earlier=tuple(
            line
            for line in list_incidents(window.id)
            if line.kind is IncidentKind.TIME_ADDED and line.attempt_id in (None, attempt_id)
        ),
    )


def attempt_record(attempt_id: int, *, now: datetime) -> AttemptRecord:
    """Everything the office may know of one attempt; a fixed number of SELECTs. Raises NotFound."""
    sitting = get_sitting(attempt_id)
    rows = list_room(sitting.window_id, sitting.cohort_id, now=now)
    lines = list_events(EventFilter(subject_kind="attempt", subject_id=str(attempt_id)), per_page=MOST_LINES)
    seat = get_participant(sitting.participant_id)
    return AttemptRecord(
        sitting=sitting,
        seat=seat,
        row=next((row for row in rows if row.attempt_id == attempt_id), RoomRow(seat.participant_id, seat.name)),
        acts=tuple(reversed(lines.lines)),
        actors={user_id: user.name for user_id, user in list_users(lines.actor_ids).items()},
        hand_ins=list_hand_ins(attempt_id),
        facts=list_facts(sitting),
        versions=list_versions(sitting),
        late=list_late_stamps(sitting),
        proposals=list_proposals(attempt_id=attempt_id),
    )


def list_late_cases(window_id: int) -> tuple[LateCase, ...]:
    """Everybody of a window with late answers, those with undecided ones first; a fixed number of SELECTs."""
    cases = _late_cases(list_sittings(window_id))
    return tuple(sorted(cases, key=lambda case: (not case.undecided, case.name)))


def get_late_case(attempt_id: int) -> LateCase:
    """The late answers of one attempt, which may be none; raises NotFound."""
    sitting = get_sitting(attempt_id)
    names = participant_names([sitting.participant_id])
    return next(iter(_late_cases([sitting])), LateCase(sitting, names[sitting.participant_id], ()))


def _late_cases(sittings: Sequence[Sitting]) -> list[LateCase]:
    answers = late_stamps_of(sittings)
    names = participant_names([sitting.participant_id for sitting in sittings if sitting.attempt_id in answers])
    return [
        LateCase(sitting, names[sitting.participant_id], answers[sitting.attempt_id])
        for sitting in sittings
        if sitting.attempt_id in answers
    ]


def standing_in(window_id: int) -> Standing:
    """How far the grading of a window is."""
    return Standing(is_finalized=has_results(window_id), is_grading_open=find_round(window_id) is not None)


def _concerns(kind: IncidentKind, row: RoomRow) -> bool:
    if kind is IncidentKind.TIME_ADDED:
        return row.is_running
    return row.is_paused if kind is IncidentKind.RESUMED else row.is_running and not row.is_paused
