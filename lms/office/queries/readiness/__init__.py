"""開催前点検: every check of one window, each guarded so that a broken check is red and hides no other."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app

from lms.config import Settings
from lms.db.session import only_reading, release
from lms.exams.rules.readiness import SURROUNDINGS, CheckId, CheckOutcome, CheckResult, Trial
from lms.office.queries.readiness import exam, house, people
from lms.office.queries.readiness.inspection import Inspection, look_at

__all__ = ["CHECKS", "Inspection", "inspect"]

logger = logging.getLogger("lms.office")

CHECKS: dict[CheckId, Callable[[Inspection], CheckResult]] = {
    CheckId.CONTENT: exam.content,
    CheckId.ANNOUNCED: exam.announced,
    CheckId.SUPPLY: exam.supply,
    CheckId.ESSAYS: exam.essays,
    CheckId.RUBRICS: exam.rubrics,
    CheckId.REVIEW: exam.review,
    CheckId.SAMPLE_PAPER: exam.sample_paper,
    CheckId.SAVE_AND_RECEIPT: exam.save_and_receipt,
    CheckId.CERTIFICATE: exam.certificate,
    CheckId.FONTS: exam.fonts,
    CheckId.WINDOW_TIMES: exam.window_times,
    CheckId.WINDOW_LENGTH: exam.window_length,
    CheckId.ACCOMMODATION: people.accommodation,
    CheckId.ROSTER: people.roster,
    CheckId.ELIGIBILITY: people.eligibility,
    CheckId.TERMS: people.terms,
    CheckId.STAFFING: people.staffing,
    CheckId.CONFLICTS: people.conflicts,
    CheckId.SECOND_FACTORS: people.second_factors,
    CheckId.OUTBOX: house.outbox,
    CheckId.MAIL_SERVER: house.mail_server,
    CheckId.MAIL_TEMPLATES: house.mail_templates,
    CheckId.WORKER: house.worker,
    CheckId.DISK: house.disk,
    CheckId.DURABILITY: house.durability,
    CheckId.CLOCKS: house.clocks,
    CheckId.MIGRATIONS: house.migrations,
    CheckId.BACKUP: house.backup,
    CheckId.SIGNING: house.signing,
    CheckId.ADDRESS: house.address,
}
"""Every check there is, in the order in which they are shown."""


def inspect(window_id: int, trial: Trial, *, now: datetime) -> tuple[CheckResult, ...]:
    """Make every check for a window; `trial` is what came of a sample attempt. Writes nothing. Raises NotFound.

    In a demo, what surrounds the exam (mail, worker, backup …) is a warning at most.
    """
    settings = cast(Settings, current_app.extensions["settings"])
    with only_reading():
        inspection = look_at(window_id, trial, settings, now=now)
        results = [_guarded(check, look, inspection) for check, look in CHECKS.items()]
    return tuple(each.softened() if settings.is_demo and each.check in SURROUNDINGS else each for each in results)


def _guarded(check: CheckId, look: Callable[[Inspection], CheckResult], inspection: Inspection) -> CheckResult:
    try:
        return look(inspection)
    except Exception as problem:
        logger.exception("readiness check %s failed", check.value)
        return CheckResult(check, CheckOutcome.RED, {"error": f"{type(problem).__name__}: {problem}"[:300]})
    finally:
        release()  # some checks wait for other machines, and a failed statement must not spoil the next check
