"""Giving seats: the import of a roster, withdrawal and return."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from lms.accounts.services.users import create_user
from lms.audit.services import record
from lms.cohorts.models import Cohort, Participant
from lms.cohorts.queries import NoSuchCohort, get_cohort, get_participant, known_users
from lms.cohorts.rules.decisions import CohortProblem, CohortRefused
from lms.cohorts.rules.roster import KnownUser, Problem, RosterRow, conflicts
from lms.db.session import command, db


class RosterRefused(ValueError):
    """The roster as a whole is refused; nothing was imported."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


@command
def import_roster(cohort_id: int, rows: Sequence[RosterRow], *, by: int, now: datetime) -> list[int]:
    """Give every row a seat in the cohort, all or nothing; an address the house knows keeps its user. Returns participant ids.

    Raises NoSuchCohort; RosterRefused when anything changed since the preview that stands against any row.
    """
    if db.session.get(Cohort, cohort_id, with_for_update=True) is None:
        raise NoSuchCohort
    cohort = get_cohort(cohort_id)
    known = known_users(cohort_id, [row.email for row in rows])
    problems = conflicts(rows, known, seats=cohort.seats, capacity=cohort.capacity)
    if problems:
        raise RosterRefused(problems)
    seats = [_seat(cohort_id, row, known, by=by, now=now) for row in rows]
    db.session.add_all(seats)
    db.session.flush()
    ids = [seat.id for seat in seats]
    detail = {"participants": ids, "new_users": len(rows) - len(known)}
    record("cohort:import_roster", subject=("cohort", cohort_id), by=by, now=now, detail=detail)
    return ids


@command
def withdraw_participant(participant_id: int, reason: str, *, by: int, now: datetime) -> None:
    """Take a seat back; what the participant did stays on record.

    Raises NoSuchParticipant; CohortRefused without a reason or when the seat was taken back already.
    """
    seat = lock_seat(participant_id)
    if seat.withdrawn_at is not None:
        raise CohortRefused(CohortProblem.ALREADY_WITHDRAWN)
    if not reason.strip():
        raise CohortRefused(CohortProblem.REASON_MISSING)
    seat.withdrawn_at = now
    record("participant:withdraw", subject=("participant", participant_id), by=by, now=now, reason=reason.strip())


@command
def restore_participant(participant_id: int, *, by: int, now: datetime) -> None:
    """Give a withdrawn participant the seat again; a seat that is held already stays as it is.

    Raises NoSuchParticipant.
    """
    seat = lock_seat(participant_id)
    if seat.withdrawn_at is None:
        return
    seat.withdrawn_at = None
    record("participant:restore", subject=("participant", participant_id), by=by, now=now)


def lock_seat(participant_id: int) -> Participant:
    """The row, held until the caller's command ends.

    Raises NoSuchParticipant.
    """
    get_participant(participant_id)
    seat = db.session.get(Participant, participant_id, with_for_update=True, populate_existing=True)
    assert seat is not None
    return seat


def _seat(cohort_id: int, row: RosterRow, known: Mapping[str, KnownUser], *, by: int, now: datetime) -> Participant:
    user = known.get(row.email)
    user_id = user.user_id if user else create_user(row.email, row.name, row.kana, by=by, now=now)
    return Participant(
        cohort_id=cohort_id,
        user_id=user_id,
        certificate_name=row.name,
        company=row.company,
        department=row.department,
        postal_code=row.postal_code,
        address=row.address,
        enrolled_at=now,
    )
