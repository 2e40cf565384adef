"""`flask worker`: does its jobs, outlives their errors, stops when asked."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from flask import Flask

from lms.audit.queries import list_beats
from lms.cli.worker import JOBS, Job, Pulse, do_safely, run_until
from lms.config import ROOT
from tests.conftest import FrozenClock
from tests.lms.mail.builders import outbox, queue_invitation, smtp_server


def test_once_delivers_what_is_due(app: Flask) -> None:
    with app.app_context():
        queue_invitation()
    with smtp_server(app) as box:
        result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exit_code == 0, result.output
    assert len(box.messages) == 1
    with app.app_context():
        assert outbox()[0].sent_at is not None
        assert set(list_beats()) == {job.name for job in JOBS}


def test_an_error_in_a_job_is_logged_and_ends_nothing(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("a job broke")

    do_safely(app, Job("broken", 1, fail), Pulse())
    assert "job failed: broken" in caplog.text
    with app.app_context():
        assert list_beats() == {}


def test_a_job_leaves_a_sign_of_life_twice_a_minute_and_not_at_every_turn(app: Flask, frozen_clock: FrozenClock) -> None:
    pulse, job, seen = Pulse(), Job("counts", 1, lambda: None), []
    for seconds in (0, 5, 20, 10, 5):
        now = frozen_clock.advance(seconds=seconds)
        do_safely(app, job, pulse)
        with app.app_context():
            seen.append(now - list_beats()["counts"])
    assert [age.total_seconds() for age in seen] == [0, 5, 25, 0, 5]


def test_a_job_that_hangs_holds_up_no_other_and_stopping_waits_for_none_forever(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, release, seen = threading.Event(), threading.Event(), []

    def count() -> None:
        seen.append(1)
        if len(seen) == 3:
            stop.set()

    monkeypatch.setattr("lms.cli.worker.PATIENCE_SECONDS", 0.1)
    run_until(
        stop, app, [Job("hangs", 1, lambda: release.wait(20)), Job("fails", 0.01, lambda: 1 / 0), Job("counts", 0.01, count)]
    )
    release.set()
    assert len(seen) >= 3
    for thread in threading.enumerate():
        if thread.name == "hangs":
            thread.join(20)  # or its sign of life would go to the database of another test


def test_the_worker_delivers_mail_closes_attempts_and_forgets_failures() -> None:
    assert {job.name: job.every_seconds for job in JOBS} == {
        "deliver mail": 2,
        "close expired attempts": 5,
        "check readiness": 60,
        "issue certificates": 5,
        "remind of course days": 60,
        "look after validity": 3600,
        "forget old failures": 3600,
    }


def test_the_process_stops_cleanly_when_asked(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "NINTEI_DEMO": "1", "INSTANCE_PATH": str(tmp_path), "DATABASE_URL": ""}
    flask = [str(Path(sys.executable).parent / "flask"), "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True)
    asked = (signal.SIGTERM, signal.SIGINT)
    command, pipe = [*flask, "worker"], subprocess.PIPE
    workers = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe) for _ in asked]
    for worker, number in zip(workers, asked, strict=True):
        assert worker.stdout is not None
        assert b"Working" in worker.stdout.readline()
        worker.send_signal(number)
        _, errors = worker.communicate(timeout=20)
        assert worker.returncode == 0, errors.decode()
        assert b"Traceback" not in errors
