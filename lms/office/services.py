"""Acts across rooms, 開催前点検 among them, and tables between preview and import: what was seen is imported."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, cast

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from lms import clock
from lms.audit.services import record
from lms.certification.rules.tracking import TrackingRow
from lms.cohorts.queries.presence import Strand
from lms.cohorts.rules.presence import Span
from lms.cohorts.rules.roster import RosterRow
from lms.cohorts.rules.zoom_report import ZoomIdentity
from lms.config import Settings
from lms.db.session import command, release
from lms.editions.queries import UnknownEdition
from lms.editions.rules.refusals import ReleaseRefusal, ReleaseRefused
from lms.editions.services import release_edition
from lms.exams.queries.proposals import get_proposal
from lms.exams.queries.readiness import list_due_windows
from lms.exams.queries.sittings import get_sitting
from lms.exams.rules.incidents import IncidentRefusal, IncidentRefused
from lms.exams.rules.readiness import CheckResult
from lms.exams.services.hand_ins import decide_hand_in, propose_late, propose_reopening
from lms.exams.services.ledger import lock_window
from lms.exams.services.readiness import record_readiness
from lms.exams.services.trying_out import try_out_attempt
from lms.grading.queries.staff import has_grading_part, has_results
from lms.mail.services.retrying import retry_mail
from lms.office.queries.editions import INSTALLED_ID, find_findings
from lms.office.queries.readiness import inspect

logger = logging.getLogger("lms.office")

GOOD_FOR = timedelta(hours=2)


class PreviewUnusable(ValueError):
    """The carried table was changed, is of another cohort or person, or too old."""


@command
def resend_mail(mail_id: int, *, by: int, now: datetime) -> bool:
    """Try an unsent mail again at once; False when it was sent already or does not exist."""
    if not retry_mail(mail_id, now=now):
        return False
    record("mail:retry", subject=("mail", mail_id), by=by, now=now)
    return True


@command
def note_printing(attempt_id: int, words: str, *, by: int, now: datetime) -> None:
    """Write down who printed the questions of an attempt."""
    record("attempt:print", subject=("attempt", attempt_id), by=by, now=now, detail={"part": words})


def publish_edition(edition_id: int, reason: str, *, seen: int | None = None, by: int, now: datetime) -> None:
    """Publish an edition, or with INSTALLED_ID go back to the files of the installation, once nothing in it must be mended.

    `seen` as in `release_edition`. Raises ReleaseRefused; then everybody reads what they read before. The check takes
    seconds, so it stands before the transaction.
    """
    try:
        findings = find_findings(edition_id, today=clock.to_jst(now).date())
    except UnknownEdition:
        raise ReleaseRefused(ReleaseRefusal.UNKNOWN) from None
    if any(each.keeps_from_publishing for each in findings):
        raise ReleaseRefused(ReleaseRefusal.ERRORS)
    release_edition(None if edition_id == INSTALLED_ID else edition_id, reason, seen=seen, by=by, now=now)


@command
def propose_about_late(
    attempt_id: int, version_ids: Sequence[int], reason: str, *, is_admission: bool, by: int, now: datetime
) -> int:
    """Propose that late answers count or are left aside; returns the proposal's id.

    Raises IncidentRefused, also for somebody who grades in the window and once its results are finalized.
    """
    _require_free_hands(get_sitting(attempt_id).window_id, by=by)
    return propose_late(attempt_id, version_ids, reason, is_admission=is_admission, by=by, now=now)


@command
def propose_to_reopen(attempt_id: int, section_id: str, minutes: int, reason: str, *, by: int, now: datetime) -> int:
    """Propose to open a section again; returns the proposal's id. Raises IncidentRefused like `propose_about_late`."""
    _require_free_hands(get_sitting(attempt_id).window_id, by=by)
    return propose_reopening(attempt_id, section_id, minutes, reason, by=by, now=now)


@command
def decide_about_hand_in(proposal_id: int, is_approved: bool, reason: str, *, by: int, now: datetime) -> None:
    """The second person's word about late answers or a reopening; a refusal is possible at any time.

    Raises IncidentRefused like `propose_about_late`.
    """
    _require_free_hands(get_proposal(proposal_id).window_id, by=by, changes_hand_ins=is_approved)
    decide_hand_in(proposal_id, is_approved, reason, by=by, now=now)


def _require_free_hands(window_id: int, *, by: int, changes_hand_ins: bool = True) -> None:
    """Held until the transaction ends, so that nothing is finalized between the check and the act."""
    lock_window(window_id)
    if has_grading_part(window_id, by):
        raise IncidentRefused(IncidentRefusal.GRADES_HERE)
    if changes_hand_ins and has_results(window_id):
        raise IncidentRefused(IncidentRefusal.FINALIZED)


def check_readiness(window_id: int, *, override_reason: str = "", by: int | None, now: datetime) -> tuple[CheckResult, ...]:
    """開催前点検: sit a sample attempt and undo it, make every check, and keep what was found.

    Raises NotFound; Refused when the reason of an override is too long.
    """
    trial = try_out_attempt(window_id, now=now)
    results = inspect(window_id, trial, now=now)
    release()
    record_readiness(window_id, results, override_reason=override_reason, by=by, now=now)
    return results


def check_due_windows(*, now: datetime) -> int:
    """Check every window whose turn it is, and return how many; one that fails is logged and holds up no other."""
    due = list_due_windows(now=now)
    release()
    return sum(_check_safely(window_id, now=now) for window_id in due)


def _check_safely(window_id: int, *, now: datetime) -> bool:
    try:
        check_readiness(window_id, by=None, now=now)
    except Exception:
        logger.exception("window %s could not be checked", window_id)
        release()
        return False
    return True


@command
def note_backup(name: str, sha256: str, size: int, *, now: datetime) -> None:
    """Keep in 操作記録 that a copy of the database was made and found whole, so that every machine knows its age."""
    record("backup:make", subject=("backup", name), by=None, now=now, detail={"sha256": sha256, "bytes": size})


@command
def note_backup_check(name: str, sha256: str, *, now: datetime) -> None:
    """Keep in 操作記録 that a copy was opened again as a restore would."""
    record("backup:check", subject=("backup", name), by=None, now=now, detail={"sha256": sha256})


def seal_roster(cohort_id: int, rows: Sequence[RosterRow], *, by: int, now: datetime) -> str:
    """The rows as one signed text, good for this cohort and this person."""
    return _sealing(f"roster:{cohort_id}:{by}").dumps({"at": now.timestamp(), "rows": [asdict(row) for row in rows]})


def open_roster(sealed: str, cohort_id: int, *, by: int, now: datetime) -> list[RosterRow]:
    """The rows as they were previewed.

    Raises PreviewUnusable.
    """
    return [RosterRow(**row) for row in _open(_sealing(f"roster:{cohort_id}:{by}"), sealed, now=now)]


def seal_tracking(rows: Sequence[TrackingRow], *, by: int, now: datetime) -> str:
    """The previewed tracking numbers as one signed text, good for this person."""
    plain = [{**asdict(row), "shipped_on": row.shipped_on.isoformat()} for row in rows]
    return _sealing(f"tracking:{by}").dumps({"at": now.timestamp(), "rows": plain})


def open_tracking(sealed: str, *, by: int, now: datetime) -> list[TrackingRow]:
    """The tracking numbers as they were previewed.

    Raises PreviewUnusable.
    """
    rows = _open(_sealing(f"tracking:{by}"), sealed, now=now)
    return [TrackingRow(**{**row, "shipped_on": date.fromisoformat(row["shipped_on"])}) for row in rows]


def seal_stays(cohort_id: int, day_number: int, strands: Sequence[Strand], *, by: int, now: datetime) -> str:
    """The stays of a previewed report as one signed text, good for this day and this person."""
    plain = [
        {
            "name": strand.who.name,
            "email": strand.who.email,
            "stays": [[stay.start.isoformat(), stay.end.isoformat()] for stay in strand.stays],
        }
        for strand in strands
    ]
    return _sealing(f"stays:{cohort_id}:{day_number}:{by}").dumps({"at": now.timestamp(), "rows": plain})


def open_stays(
    sealed: str, cohort_id: int, day_number: int, *, by: int, now: datetime
) -> list[tuple[ZoomIdentity, tuple[Span, ...]]]:
    """The stays as they were previewed, those matched together side by side.

    Raises PreviewUnusable.
    """
    rows = _open(_sealing(f"stays:{cohort_id}:{day_number}:{by}"), sealed, now=now)
    return [
        (
            ZoomIdentity(row["name"], row["email"]),
            tuple(Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row["stays"]),
        )
        for row in rows
    ]


def _open(serializer: URLSafeSerializer, sealed: str, *, now: datetime) -> list[dict[str, Any]]:
    try:
        carried = serializer.loads(sealed)
    except BadData as problem:
        raise PreviewUnusable from problem
    if not 0 <= now.timestamp() - carried["at"] <= GOOD_FOR.total_seconds():
        raise PreviewUnusable
    return list(carried["rows"])


def _sealing(purpose: str) -> URLSafeSerializer:
    settings = cast(Settings, current_app.extensions["settings"])
    return URLSafeSerializer(settings.secret_key, salt=purpose)
