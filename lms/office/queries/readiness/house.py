"""Checks of the house around the exam: mail, worker, database, disk, copies, keys, the address visitors use."""

import shutil
import smtplib
from datetime import timedelta
from typing import cast

from flask import current_app

from lms import clock
from lms.audit.queries import EventLine, find_last_event, list_beats
from lms.db.backup import digest_of
from lms.db.probing import database_now, list_unsafe_settings, missing_migrations
from lms.exams.rules.readiness import (
    MAX_BACKUP_AGE,
    MAX_CLOCK_SKEW,
    MAX_DRILL_AGE,
    MAX_MAIL_WAIT,
    MAX_SILENCE,
    CheckId,
    CheckOutcome,
    CheckResult,
    judge_age,
    judge_free_space,
    worst,
)
from lms.mail.queries import list_mails, summarize_outbox
from lms.mail.services.transports import FileTransport, choose_transport, reach_server
from lms.mail.source import list_template_problems
from lms.office.labels import MAIL_TEMPLATES
from lms.office.queries.readiness.inspection import Inspection, ok, red, warning
from lms.sealing import Seal
from lms.signing import Purpose, SigningKeys
from lms.web.probing import tls_expires_at

SEAL_NOTICE = timedelta(days=60)
"""So long before its end the office is told of the certificate by which PDFs are sealed: buying another takes weeks."""
PATIENCE_SECONDS = 3.0
NEEDED_JOBS = ("deliver mail", "close expired attempts")
"""What the worker must be doing on the day of an exam, by the names of its jobs."""
SHOWN_MAILS = 200
A_DAY = timedelta(days=1)
SAMPLE_STATEMENT = "開催前点検".encode()


def outbox(inspection: Inspection) -> CheckResult:
    """Mails leave within minutes, and none was given up since yesterday."""
    state = summarize_outbox()
    waited = inspection.now - state.oldest_waiting_at if state.oldest_waiting_at else timedelta(0)
    lost = [mail for mail in list_mails(only_unsent=True, limit=SHOWN_MAILS) if mail.given_up_at]
    recent = [mail for mail in lost if mail.given_up_at and inspection.now - mail.given_up_at < A_DAY]
    facts = {"waiting": state.waiting, "minutes": int(waited.total_seconds() // 60), "given_up": len(recent)}
    if waited > MAX_MAIL_WAIT:
        return red(CheckId.OUTBOX, **facts)
    return warning(CheckId.OUTBOX, **facts) if recent else ok(CheckId.OUTBOX, waiting=state.waiting)


def mail_server(inspection: Inspection) -> CheckResult:
    """The mail server answers; a demo that writes its mails into files needs none."""
    if isinstance(choose_transport(inspection.settings), FileTransport):
        return ok(CheckId.MAIL_SERVER, is_file=True)
    mail = inspection.settings.mail
    place = f"{mail.host}:{mail.port}"
    try:
        reach_server(mail, timeout_seconds=PATIENCE_SECONDS)
    except (OSError, smtplib.SMTPException) as problem:
        return red(CheckId.MAIL_SERVER, server=place, fault=f"{type(problem).__name__}: {problem}"[:200])
    return ok(CheckId.MAIL_SERVER, server=place)


def mail_templates(inspection: Inspection) -> CheckResult:
    """Every mail has its text, and every text can be read."""
    folder = inspection.settings.content / "mail"
    missing = [f"{name}.txt" for name in sorted(MAIL_TEMPLATES) if not (folder / f"{name}.txt").is_file()]
    faults = [f"{problem.file}:{problem.line} {problem.text}" for problem in list_template_problems(folder)]
    if missing or faults:
        return red(CheckId.MAIL_TEMPLATES, missing=missing, faults=faults)
    return ok(CheckId.MAIL_TEMPLATES, count=len(MAIL_TEMPLATES))


def worker(inspection: Inspection) -> CheckResult:
    """The worker has mailed and closed attempts within the last minutes, on whatever machine."""
    beats = list_beats()
    silent = [job for job in NEEDED_JOBS if job not in beats or inspection.now - beats[job] > MAX_SILENCE]
    last = max((moment for job, moment in beats.items() if job in NEEDED_JOBS), default=None)
    if silent:
        return red(CheckId.WORKER, silent=silent, last=last.isoformat() if last else None)
    return ok(CheckId.WORKER, jobs=len(NEEDED_JOBS))


def disk(inspection: Inspection) -> CheckResult:
    """There is room on the disk of the instance, where SQLite and the copies lie."""
    usage = shutil.disk_usage(inspection.settings.instance)
    return CheckResult(CheckId.DISK, judge_free_space(usage.free, usage.total), {"percent": 100 * usage.free // usage.total})


def durability(inspection: Inspection) -> CheckResult:
    """The database flushes what it acknowledges."""
    unsafe = list_unsafe_settings()
    return red(CheckId.DURABILITY, wanted=unsafe) if unsafe else ok(CheckId.DURABILITY)


def clocks(inspection: Inspection) -> CheckResult:
    """This machine and the database agree about the time to a second."""
    before = clock.now()
    told = database_now()
    skew = told - (before + (clock.now() - before) / 2)
    facts = {"milliseconds": int(skew / timedelta(milliseconds=1))}
    return red(CheckId.CLOCKS, **facts) if abs(skew) > MAX_CLOCK_SKEW else ok(CheckId.CLOCKS, **facts)


def migrations(inspection: Inspection) -> CheckResult:
    """The tables are those of this version."""
    missing = list(missing_migrations())
    return red(CheckId.MIGRATIONS, missing=missing) if missing else ok(CheckId.MIGRATIONS)


def backup(inspection: Inspection) -> CheckResult:
    """A copy of the last day is on record and, where this machine can see it, unchanged; one was opened again lately."""
    made, drilled = find_last_event("backup:make"), find_last_event("backup:check")
    if made is None:
        return red(CheckId.BACKUP, fault="none")
    facts: dict[str, object] = {"file": made.subject_id, "hours": int((inspection.now - made.at) / timedelta(hours=1))}
    if fault := _copy_fault(inspection, made):
        return red(CheckId.BACKUP, **facts, fault=fault)
    is_drilled = drilled is not None and inspection.now - drilled.at <= MAX_DRILL_AGE
    drill = CheckOutcome.OK if is_drilled else CheckOutcome.WARNING
    outcome = worst([judge_age(inspection.now - made.at, MAX_BACKUP_AGE), drill])
    return CheckResult(CheckId.BACKUP, outcome, facts | {"is_drilled": is_drilled})


def signing(inspection: Inspection) -> CheckResult:
    """The key of the 提出控 signs, its public half verifies, and the certificate of the PDFs' seal is good for a while."""
    keys = cast(SigningKeys, current_app.extensions["signing"])
    key_id, signature = keys.sign(SAMPLE_STATEMENT, purpose=Purpose.RECEIPT)
    is_good = keys.verify(key_id, SAMPLE_STATEMENT, signature, purpose=Purpose.RECEIPT)
    is_strict = not keys.verify(key_id, SAMPLE_STATEMENT + b".", signature, purpose=Purpose.RECEIPT)
    if not (is_good and is_strict):
        return red(CheckId.SIGNING, key=key_id)
    seal: Seal = current_app.extensions["seal"]
    ends_at = seal.sealer.certificate.not_valid_after_utc
    if ends_at - inspection.now < SEAL_NOTICE:
        return warning(CheckId.SIGNING, key=key_id, seal_until=ends_at.date().isoformat())
    return ok(CheckId.SIGNING, key=key_id)


def address(inspection: Inspection) -> CheckResult:
    """Visitors come over TLS, cookies travel only there, and the certificate of the address outlasts the window."""
    settings = inspection.settings
    is_closed = bool(current_app.config["SESSION_COOKIE_SECURE"])
    if not settings.is_https or not is_closed:
        return red(CheckId.ADDRESS, address=settings.public_base_url, is_cookie_secure=is_closed)
    try:
        expires_at = tls_expires_at(settings.public_base_url, timeout_seconds=PATIENCE_SECONDS)
    except OSError as problem:
        return warning(CheckId.ADDRESS, address=settings.public_base_url, fault=f"{type(problem).__name__}: {problem}"[:200])
    make = red if expires_at <= inspection.window.closes_at else ok
    return make(CheckId.ADDRESS, address=settings.public_base_url, expires_at=expires_at.isoformat())


def _copy_fault(inspection: Inspection, made: EventLine) -> str:
    """What is wrong with the newest copy; on PostgreSQL its folder may lie on another machine, SQLite has but one."""
    folder = inspection.settings.backups
    is_elsewhere = not folder.is_dir() and not inspection.settings.database_url.startswith("sqlite")
    if is_elsewhere:
        return ""
    path = folder / made.subject_id
    if not path.is_file():
        return "missing"
    return "" if digest_of(path) == made.detail.get("sha256") else "changed"
