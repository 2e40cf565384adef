"""Papers with a last day: which have passed it, of which the end is to be announced, which may be renewed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lms.certification.models import ExpiryReminder, RegisterEntry
from lms.certification.queries.issuing import settings
from lms.certification.rules.entries import PRINTED_KINDS, Happening
from lms.certification.rules.sequence import Standing, stand
from lms.certification.rules.validity import ValidityRule
from lms.certification.source import validity_rule
from lms.db.session import db


@dataclass(frozen=True, slots=True)
class Ending:
    """The newest version of a certificate that is not over and has a last day; `reminded` names the mails that went out."""

    entry_id: int
    number: str
    last_day: date
    standing: Standing
    reminded: tuple[int, ...]


def present_rule() -> ValidityRule:
    """The rule of content/certificates/validity.yaml."""
    return validity_rule(settings().content)


def list_endings(number: str = "") -> list[Ending]:
    """Every certificate with a last day that is neither 失効 nor 無効, in the order of the register; or of one number only."""
    with_end = select(RegisterEntry.certificate_number).where(RegisterEntry.expires_on.is_not(None))
    if number:
        with_end = with_end.where(RegisterEntry.certificate_number == number)
    entries = db.session.scalars(
        select(RegisterEntry).where(RegisterEntry.certificate_number.in_(with_end)).order_by(RegisterEntry.position)
    )
    by_number: dict[str, list[RegisterEntry]] = {}
    for entry in entries:
        by_number.setdefault(entry.certificate_number, []).append(entry)
    reminded = _reminded()
    return [ending for history in by_number.values() for ending in _ending(history, reminded)]


def _ending(history: list[RegisterEntry], reminded: dict[int, list[int]]) -> Iterator[Ending]:
    standing = stand(Happening(entry.kind, entry.version, entry.expires_on) for entry in history)
    newest = [entry for entry in history if entry.kind in PRINTED_KINDS][-1]
    if newest.expires_on is not None and not standing.is_over:
        sent = tuple(reminded.get(newest.id, ()))
        yield Ending(newest.id, newest.certificate_number, newest.expires_on, standing, sent)


def _reminded() -> dict[int, list[int]]:
    sent: dict[int, list[int]] = {}
    for entry_id, days in db.session.execute(select(ExpiryReminder.register_entry_id, ExpiryReminder.days_before)):
        sent.setdefault(entry_id, []).append(days)
    return sent
