"""`flask worker`: what happens without a visitor: mail goes out, attempts close at their deadlines, old counters go."""

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from lms import clock
from lms.accounts.services import forget_old_failures
from lms.exams.services.handing_in import close_expired_attempts
from lms.mail.services import deliver_due

logger = logging.getLogger("lms.worker")

PATIENCE_SECONDS = 12.0
"""How long a stopping worker waits for the jobs at hand."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done again and again, each in a thread of its own so that none waits for another."""

    name: str
    every_seconds: float
    run: Callable[[], object]


JOBS = (
    Job("deliver mail", 2, lambda: deliver_due(clock.now())),
    Job("close expired attempts", 5, lambda: close_expired_attempts(now=clock.now())),
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
            do_safely(app, job)
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
    threads = [threading.Thread(target=_repeat, args=(stop, app, job), name=job.name, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    while not stop.wait(1):
        pass
    for thread in threads:
        thread.join(PATIENCE_SECONDS)


def do_safely(app: Flask, job: Job) -> None:
    """Do a job once; an error is logged and never ends the worker."""
    with app.app_context():
        try:
            job.run()
        except Exception:
            logger.exception("job failed: %s", job.name)


def _repeat(stop: threading.Event, app: Flask, job: Job) -> None:
    while not stop.is_set():
        do_safely(app, job)
        stop.wait(job.every_seconds)
