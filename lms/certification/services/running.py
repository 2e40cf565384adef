"""一括発行: a run over a cohort, worked off one certificate at a time by whoever comes by, the worker included."""

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from lms.audit import services as audit
from lms.certification.labels import INTERNAL_ERROR
from lms.certification.labels import refusal as spell_refusal
from lms.certification.models import IssueRun, IssueRunItem
from lms.certification.queries.issuing import list_issuable
from lms.certification.queries.runs import RunProgress, get_run, list_open_runs, next_waiting
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.locking import lock_register
from lms.db.session import command, db, only_reading, release

logger = logging.getLogger("lms.certification")

LONGEST_REFUSAL = 300
TRIES = 3
"""How often one certificate is tried before an error of our own is noted as the reason why there is none."""
STOPPING = (Refusal.FONTS_NOT_BUILT, Refusal.TEMPLATE_UNUSABLE, Refusal.SEAL_FAILED)
"""What is true of everybody: somebody must act first, and until then everybody goes on waiting."""


class NothingToIssue(ValueError):
    """None of the chosen participants is approved and without a certificate."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one participant: a number, or why there is none."""

    number: str = ""
    refusal: str = ""


@command
def start_run(cohort_id: int, participant_ids: Sequence[int], *, by: int, now: datetime) -> int:
    """Begin to issue to those of a cohort who are approved and chosen, in the order of enrolment; returns the run's id.

    Nothing is issued yet: `work_run` does that. While a run of the cohort is open, its id is returned and nothing begins,
    so that a second click or a second person does no harm. Raises NothingToIssue when nobody chosen may be issued to.
    """
    lock_register()
    if open_run := db.session.scalar(select(IssueRun.id).where(IssueRun.cohort_id == cohort_id, IssueRun.finished_at.is_(None))):
        return open_run
    chosen = [seat.participant_id for seat in list_issuable(cohort_id) if seat.participant_id in set(participant_ids)]
    if not chosen:
        raise NothingToIssue
    run = IssueRun(cohort_id=cohort_id, started_by_id=by, started_at=now)
    db.session.add(run)
    db.session.flush()
    db.session.add_all(
        IssueRunItem(run_id=run.id, place=place, participant_id=participant_id)
        for place, participant_id in enumerate(chosen, start=1)
    )
    detail = {"run_id": run.id, "participants": chosen}
    audit.record("certificate:start_run", subject=("cohort", cohort_id), by=by, now=now, detail=detail)
    return run.id


def work_run(run_id: int, *, for_seconds: int, now: datetime) -> RunProgress:
    """Issue what waits in a run for about so many seconds, and return how far it is.

    Each certificate is a transaction of its own, entered by whoever started the run; then its number is noted in the run.
    Killed in between, the next call finds the number again and notes it. Any number of callers may do this at once. Whom
    the rules refuse is noted with the reason; whoever fails again and again through an error of our own is noted with the
    number of its line in the log, and does not hold up the rest. At least one certificate is tried. Raises NoSuchRun;
    CertificationRefused while nothing can be printed or sealed, and then those left go on waiting, as they do when the
    database is in trouble.
    """
    until = time.monotonic() + for_seconds
    with only_reading():
        run = get_run(run_id)
        waiting = next_waiting(run_id, after=0)
    while waiting is not None:
        place, participant_id = waiting
        outcome = _issue_safely(participant_id, by=run.started_by_id, now=now)
        _note_outcome(run_id, place, outcome, now=now)
        if time.monotonic() >= until:
            break
        with only_reading():
            waiting = next_waiting(run_id, after=place)
    _finish_if_done(run_id, now=now)
    with only_reading():
        return get_run(run_id)


def work_open_runs(*, for_seconds: int, now: datetime) -> int:
    """Go on with every run that is not finished, each for about so many seconds, and return how many there were.

    A run that cannot go on does not hold up the others; what stopped the first such run is raised after all of them.
    """
    with only_reading():
        open_runs = list_open_runs()
    failures = [failure for run_id in open_runs if (failure := _work_safely(run_id, for_seconds=for_seconds, now=now))]
    if failures:
        raise failures[0]
    return len(open_runs)


def _work_safely(run_id: int, *, for_seconds: int, now: datetime) -> Exception | None:
    try:
        work_run(run_id, for_seconds=for_seconds, now=now)
    except Exception as failure:
        logger.warning("issue run %s cannot go on: %s", run_id, failure)
        return failure
    return None


def _issue_safely(participant_id: int, *, by: int, now: datetime) -> _Outcome:
    """What came of it, after a few tries where an error of our own came between."""
    reference = secrets.token_hex(4)
    for _ in range(TRIES):
        try:
            return _Outcome(number=issue_certificate(participant_id, by=by, now=now))
        except CertificationRefused as refused:
            if refused.reason in STOPPING:
                raise
            return _Outcome(refusal=spell_refusal(refused)[:LONGEST_REFUSAL])
        except (
            OperationalError,
            InterfaceError,
            NoConnection,
        ):  # the database itself is in trouble; the others would only fail, too
            raise
        except Exception:
            logger.exception("the certificate of participant %s could not be issued (reference %s)", participant_id, reference)
            release()
    return _Outcome(refusal=INTERNAL_ERROR.format(reference=reference))


@command
def _note_outcome(run_id: int, place: int, outcome: _Outcome, *, now: datetime) -> None:
    """Note what came of a place; whoever noted it first is right, because the number is the same."""
    db.session.execute(
        update(IssueRunItem)
        .where(IssueRunItem.run_id == run_id, IssueRunItem.place == place, IssueRunItem.done_at.is_(None))
        .values(certificate_number=outcome.number, refusal=outcome.refusal, done_at=now)
    )


@command
def _finish_if_done(run_id: int, *, now: datetime) -> None:
    """Close a run in which nobody waits any more; once only, with its line in 操作記録."""
    waits = exists().where(IssueRunItem.run_id == run_id, IssueRunItem.done_at.is_(None))
    closed = db.session.execute(
        update(IssueRun)
        .where(IssueRun.id == run_id, IssueRun.finished_at.is_(None), ~waits)
        .values(finished_at=now)
        .returning(IssueRun.cohort_id, IssueRun.started_by_id)
    ).first()
    if closed is not None:
        detail = {"run_id": run_id}
        audit.record(
            "certificate:finish_run", subject=("cohort", closed.cohort_id), by=closed.started_by_id, now=now, detail=detail
        )
