"""`flask worker`: without a visitor mail goes out, attempts close, windows are checked, days are reminded of, old counters go."""

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from lms import clock
from lms.accounts.services import forget_old_failures
from lms.audit.services import beat
from lms.certification.services.expiring import look_after_validity
from lms.certification.services.running import work_open_runs
from lms.exams.services.handing_in import close_expired_attempts
from lms.mail.services import deliver_due
from lms.mypage.services import remind_of_days
from lms.office.services import check_due_windows

logger = logging.getLogger("lms.worker")

PATIENCE_SECONDS = 12.0
"""How long a stopping worker waits for the jobs at hand."""
BEATS_EVERY = timedelta(seconds=30)
"""How often a job that was done leaves its sign of life in the database."""

ISSUING_SECONDS = 4
"""How long the worker stays with a run before it looks at the time again; a stop waits no longer than that."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done again and again, each in a thread of its own so that none waits for another."""

    name: str
    every_seconds: float
    run: Callable[[], object]


JOBS = (
    Job("deliver mail", 2, lambda: deliver_due(clock.now())),
    Job("close expired attempts", 5, lambda: close_expired_attempts(now=clock.now())),
    Job("issue certificates", 5, lambda: work_open_runs(for_seconds=ISSUING_SECONDS, now=clock.now())),
    Job("check readiness", 60, lambda: check_due_windows(now=clock.now())),
    Job("remind of course days", 60, lambda: remind_of_days(now=clock.now())),
    Job("look after validity", 3600, lambda: look_after_validity(now=clock.now())),
    Job("forget old failures", 3600, lambda: forget_old_failures(now=clock.now())),
)


@click.command("worker")
@click.option("--once", is_flag=True, help="Do every job once and end.")
@with_appcontext
def work(once: bool) -> None:
    """Deliver mail and close attempts at their deadlines, until stopped (Ctrl-C or SIGTERM)."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # the proxy's own way to what it stands for
    if once:
        for job in JOBS:
            do_safely(app, job, Pulse())
        return
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    click.echo(f"Working: {', '.join(job.name for job in JOBS)} (Ctrl-C stops)")
    run_until(stop, app, JOBS)


def run_until(stop: threading.Event, app: Flask, jobs: Sequence[Job]) -> None:
    """Run the jobs side by side until `stop` is set, then wait for what is at hand."""
    pulse = Pulse()
    threads = [threading.Thread(target=_repeat, args=(stop, app, job, pulse), name=job.name, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    while not stop.wait(1):
        pass
    for thread in threads:
        thread.join(PATIENCE_SECONDS)


class Pulse:
    """The signs of life of one worker: each job that was done is noted, but not every two seconds."""

    def __init__(self) -> None:
        self._noted: dict[str, datetime] = {}

    def note(self, job: Job) -> None:
        """The job was done."""
        now, last = clock.now(), self._noted.get(job.name)
        if last is None or not timedelta(0) <= now - last < BEATS_EVERY:
            beat(job.name, now=now)
            self._noted[job.name] = now


def do_safely(app: Flask, job: Job, pulse: Pulse) -> None:
    """Do a job once and note it; an error is logged and never ends the worker."""
    with app.app_context():
        try:
            job.run()
            pulse.note(job)
        except Exception:
            logger.exception("job failed: %s", job.name)


def _repeat(stop: threading.Event, app: Flask, job: Job, pulse: Pulse) -> None:
    while not stop.is_set():
        do_safely(app, job, pulse)
        stop.wait(job.every_seconds)
