"""真正性の確認 by strangers: throttled look-ups and comparisons of a name, of which only the day is kept."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select

from certificates.numbering import parse_number
from lms import clock
from lms.accounts.rules.throttling import network_of
from lms.accounts.services.throttling import count_failure, give_back, take_turn, take_turns
from lms.audit import services as audit
from lms.certification.models import VerificationLookup
from lms.certification.queries.verification import VerifiedCertificate, name_agrees
from lms.certification.rules.limits import HOUSE, LOOKUP, NAME, NUMBER
from lms.db.session import bookkeeping, release


class TooManyTries(Exception):
    """Nothing was looked up or compared: the limit is reached."""


def look_up(
    find: Callable[[], VerifiedCertificate | None], *, visitor: str, number: str = "", now: datetime
) -> VerifiedCertificate | None:
    """The certificate that `find` finds, or None.

    `visitor` is a network address and `number` what was typed as one (nothing for a QR code and a PDF); keyed hashes of
    them are counted, nothing else is kept. Works under GET, because a QR code is one.
    Raises TooManyTries after too many failures from the visitor's network or with this number.
    """
    turns = [(LOOKUP, network_of(visitor)), *([(NUMBER, _as_typed(number))] if number else [])]
    if not take_turns(turns, now=now):
        raise TooManyTries
    found = find()
    if found is None:
        _watch_the_house(now=now)
        return None
    for limit, key in turns:
        give_back(limit, key, now=now)
    note_lookup(found.number, on=clock.to_jst(now).date())
    return found


def _as_typed(number: str) -> str:
    """One key for every way of writing a number, also for one that cannot exist: the limit must not tell them apart."""
    return str(parse_number(number) or number[:60])


def _watch_the_house(*, now: datetime) -> None:
    """Count a failure of anybody; at the limit 操作記録 gets one line, without who, what or from where."""
    if count_failure(HOUSE.scope, "", now=now, window=HOUSE.window) == HOUSE.failures:
        audit.raise_alarm("verification:alarm", subject=("verification", "all"), now=now, detail={"failures": HOUSE.failures})


def compare_name(certificate: VerifiedCertificate, typed: str, *, now: datetime) -> bool:
    """Whether the typed name is the printed one.

    Raises TooManyTries when too many names did not agree with this certificate, whoever typed them.
    """
    if not take_turn(NAME, certificate.number, now=now):
        raise TooManyTries
    does_agree = name_agrees(certificate, typed)
    if does_agree:
        give_back(NAME, certificate.number, now=now)
    return does_agree


def note_lookup(number: str, *, on: date) -> None:
    """Note that somebody looked a certificate up, once a day, for the holder to see; who it was is not kept.

    Ends the request's own transaction first: on SQLite the note would else wait for it.
    """
    release()
    with bookkeeping() as own:
        seen = select(VerificationLookup.id).where(
            VerificationLookup.certificate_number == number, VerificationLookup.looked_up_on == on
        )
        if own.scalar(seen.limit(1)) is None:
            own.add(VerificationLookup(certificate_number=number, looked_up_on=on))
