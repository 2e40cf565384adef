"""開催前点検: every run is kept, and the office hears of a red one and of every override."""

from collections.abc import Sequence
from datetime import datetime

from lms import clock
from lms.accounts.queries import Account, get_account, list_staff
from lms.audit.services import record
from lms.cohorts.queries import get_cohort
from lms.db.session import command, db
from lms.exams.models import ReadinessRun
from lms.exams.queries.readiness import find_latest_run
from lms.exams.queries.windows import WindowCard, get_window
from lms.exams.rules.readiness import CheckResult, carried_reason, is_green, red_checks
from lms.exams.rules.sitting import RefusalReason, Refused
from lms.mail.services.queueing import queue_mail
from lms.web.access import Role

MAX_REASON_LENGTH = 300


@command
def record_readiness(
    window_id: int, results: Sequence[CheckResult], *, override_reason: str = "", by: int | None, now: datetime
) -> int:
    """Keep what a run of all checks found, and return its id; the window opens when it is green or overridden.

    An override covers later runs in which nothing else is red. A red run of the worker (`by` is None) mails the office, at
    most once a day; an override mails it always. Raises NotFound, or Refused when a reason is too long or nobody gives it.
    """
    window, earlier = get_window(window_id), find_latest_run(window_id)
    reason, green, red = override_reason.strip(), is_green(results), red_checks(results)
    if reason and (by is None or len(reason) > MAX_REASON_LENGTH):
        raise Refused(RefusalReason.REASON_MISSING)
    is_override = bool(reason) and not green
    carried = "" if green or earlier is None else carried_reason(red, overridden=earlier.red, reason=earlier.override_reason)
    run = ReadinessRun(
        window_id=window_id,
        results=[{"check": each.check.value, "outcome": each.outcome.value, "facts": dict(each.facts)} for each in results],
        is_green=green,
        override_reason=reason if is_override else carried,
        run_by_id=by,
        run_at=now,
    )
    db.session.add(run)
    db.session.flush()
    if is_override or by is not None or earlier is None or earlier.is_green != green:
        tag = "readiness:override" if is_override else "readiness:run"
        detail = {"run": run.id, "is_green": green, "red": sorted(red)}
        subject = ("exam_window", window_id)
        record(tag, subject=subject, by=by, now=now, reason=reason if is_override else "", detail=detail)
    if is_override:
        _tell_of_override(window, run, reason, now=now)
    elif by is None and not green and not carried:
        _tell_of_red(window, len(red), now=now)
    return run.id


def _tell_of_override(window: WindowCard, run: ReadinessRun, reason: str, *, now: datetime) -> None:
    who = get_account(run.run_by_id).name if run.run_by_id is not None else ""
    for person in _office():
        values = _values(window, person) | {"reason": reason, "who": who}
        key = f"readiness-overridden:{run.id}:{person.id}"
        queue_mail("readiness_overridden", to=person.email, key=key, values=values, now=now, user_id=person.id)


def _tell_of_red(window: WindowCard, count: int, *, now: datetime) -> None:
    day = clock.to_jst(now).date()
    for person in _office():
        values = _values(window, person) | {"count": count}
        key = f"readiness-red:{window.id}:{day}:{person.id}"
        queue_mail("readiness_red", to=person.email, key=key, values=values, now=now, user_id=person.id)


def _values(window: WindowCard, person: Account) -> dict[str, object]:
    return {
        "name": person.name,
        "cohort": get_cohort(window.cohort_id).label,
        "opens_at": window.opens_at,
        "window_id": window.id,
    }


def _office() -> list[Account]:
    return [person for person in list_staff() if Role.OFFICE in person.roles and person.disabled_at is None]
