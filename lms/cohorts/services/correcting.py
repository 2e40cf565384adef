"""Correcting what is registered of a participant: name, company, addresses."""

from collections.abc import Mapping
from datetime import datetime

from lms.accounts.services.particulars import change_email, rename_user
from lms.audit.services import record
from lms.cohorts.models import Participant
from lms.cohorts.queries import Seat, get_participant
from lms.cohorts.rules.roster import Column, read_values
from lms.cohorts.services.seating import RosterRefused, lock_seat
from lms.db.session import command


@command
def correct_participant(
    participant_id: int, typed: Mapping[Column, str], *, by: int, now: datetime, reason: str = ""
) -> tuple[Column, ...]:
    """Register these values instead of the present ones and return the columns that changed; a missing one becomes empty.

    The values follow the rules of the roster, the name stays as typed. The account takes the name over; a new mail address
    ends every log-in. What was printed on a certificate does not change. Raises NoSuchParticipant; RosterRefused with the
    problems of the values; Refused of 利用者 when the account cannot have the address.
    """
    row, seat = lock_seat(participant_id), get_participant(participant_id)
    values, problems = read_values(typed)
    if problems:
        raise RosterRefused(problems)
    changed = tuple(column for column in Column if values[column] != getattr(seat, column.value))
    if not changed:
        return ()
    _store(row, values)
    _pass_on(seat, values, changed, by=by, now=now, reason=reason.strip())
    detail = {"fields": [column.value for column in changed]}
    record("participant:correct", subject=("participant", participant_id), by=by, now=now, reason=reason.strip(), detail=detail)
    return changed


def _store(row: Participant, values: Mapping[Column, str]) -> None:
    row.certificate_name = values[Column.NAME]
    row.company, row.department = values[Column.COMPANY], values[Column.DEPARTMENT]
    row.postal_code, row.address = values[Column.POSTAL_CODE], values[Column.ADDRESS]


def _pass_on(
    seat: Seat, values: Mapping[Column, str], changed: tuple[Column, ...], *, by: int, now: datetime, reason: str
) -> None:
    """What the account keeps: the address, and the name with its reading."""
    if Column.NAME in changed or Column.KANA in changed:
        rename_user(seat.user_id, values[Column.NAME], values[Column.KANA], by=by, now=now, reason=reason)
    if Column.EMAIL in changed:
        change_email(seat.user_id, values[Column.EMAIL], by=by, now=now, reason=reason)
