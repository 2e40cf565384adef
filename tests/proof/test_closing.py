"""Time ends attempts though nobody visits and the worker is killed at that moment: within a minute, once, as last saved."""

import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from lms import clock
from lms.db.session import db
from lms.exam_engine.attempts import AttemptStatus
from lms.exams.models import ExamWindow, StoredEvent, Submission
from lms.exams.queries.answers import list_answers
from lms.exams.queries.sittings import get_sitting
from lms.exams.services.saving import save_answers
from lms.mail.models import OutgoingMail
from tests.databases import Databases
from tests.factories import Factory
from tests.live import BIN, ROOT
from tests.lms.exams.builders import sent
from tests.proof.seeding import Examinee, seat_examinees
from tests.proof.serving import Installation, install

PEOPLE = 24
LEFT = timedelta(seconds=6)
"""What is left of the last section when the worker starts."""
GRACE = timedelta(seconds=30)
KILLS = 1
CLOSED_IN = 60.0
"""Seconds after the deadline, the grace of thirty among them."""

pytestmark = [pytest.mark.proof, pytest.mark.timeout(400)]


def test_a_killed_worker_closes_every_attempt_once_and_in_time(databases: Databases, tmp_path: Path, database_kind: str) -> None:
    site = install(databases, tmp_path, database_kind, "closing")
    examinees = seat_examinees(Factory(site.app), PEOPLE)
    saved = {examinee.attempt_id: _save_something(site, examinee) for examinee in examinees}
    deadline = _let_the_window_end_soon(site)
    _run_and_kill_a_worker(site, deadline)
    last = _start_worker(site)
    try:
        closed = _wait_until_closed(site, deadline)
    finally:
        last.kill()
        last.wait()
    _look_again(site)
    print(
        f"\nclosing on {database_kind}: {PEOPLE} attempts nobody visited, worker killed {KILLS} times around the deadline, "
        f"all closed {closed:.0f} s after it, each once, with what was saved last"
    )
    _judge(site, saved)
    assert closed <= CLOSED_IN


def _save_something(site: Installation, examinee: Examinee) -> dict[str, str]:
    with site.app.app_context():
        paper = get_sitting(examinee.attempt_id).paper
        questions = enumerate(examinee.question_ids[:5], 1)
        answers = [sent(paper, question, "abcd"[place % 4], sequence=place) for place, question in questions]
        save_answers(examinee.attempt_id, answers, device="page", by=examinee.user_id, now=clock.now())
        stored = {question: answer.sha256 for question, answer in list_answers(examinee.attempt_id).items()}
        db.session.remove()
    return stored


def _let_the_window_end_soon(site: Installation) -> datetime:
    """The window closes in a few seconds, and with it both sections of everybody."""
    deadline = datetime.now(UTC) + LEFT
    with site.app.app_context():
        db.session.execute(update(ExamWindow).values(closes_at=deadline))
        db.session.commit()
        db.session.remove()
    return deadline


def _start_worker(site: Installation) -> "subprocess.Popen[bytes]":
    command = [str(BIN / "flask"), "--app", "wsgi", "worker"]
    log = (site.folder / "worker.log").open("ab")
    return subprocess.Popen(command, cwd=ROOT, env=site.environment, stdout=log, stderr=log, start_new_session=True)


def _run_and_kill_a_worker(site: Installation, deadline: datetime) -> None:
    """Kill it as soon as the first attempt is closed, in the middle of the others, then again and again while it works."""
    for number in range(KILLS):
        worker = _start_worker(site)
        before = _count(site)
        while _count(site) <= before < PEOPLE:
            assert datetime.now(UTC) < deadline + timedelta(seconds=CLOSED_IN), (site.folder / "worker.log").read_text()[-2000:]
            time.sleep(0.01)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        if number == 0:
            assert datetime.now(UTC) >= deadline + GRACE, "closed before the grace was over"


def _wait_until_closed(site: Installation, deadline: datetime) -> float:
    while _count(site) < PEOPLE:
        assert datetime.now(UTC) < deadline + timedelta(seconds=2 * CLOSED_IN), (site.folder / "worker.log").read_text()[-2000:]
        time.sleep(0.05)
    return (datetime.now(UTC) - deadline).total_seconds()


def _look_again(site: Installation) -> None:
    """Two more rounds of every job must change nothing."""
    before = _everything(site)
    for _ in range(2):
        once = [str(BIN / "flask"), "--app", "wsgi", "worker", "--once"]
        subprocess.run(once, cwd=ROOT, env=site.environment, check=True, capture_output=True)
    assert _everything(site) == before


def _count(site: Installation) -> int:
    with site.app.app_context():
        number = db.session.scalar(select(func.count()).select_from(Submission)) or 0
        db.session.remove()
    return number


def _everything(site: Installation) -> tuple[object, ...]:
    with site.app.app_context():
        events = select(StoredEvent.attempt_id, StoredEvent.sequence, StoredEvent.kind, StoredEvent.at).order_by(StoredEvent.id)
        hand_ins = select(Submission.attempt_id, Submission.number, Submission.sha256).order_by(Submission.id)
        mails = select(OutgoingMail.key).order_by(OutgoingMail.id)
        found = tuple(tuple(map(tuple, db.session.execute(each))) for each in (events, hand_ins, mails))
        db.session.remove()
    return found


def _judge(site: Installation, saved: dict[int, dict[str, str]]) -> None:
    with site.app.app_context():
        submissions = db.session.scalars(select(Submission)).all()
        assert sorted(each.attempt_id for each in submissions) == sorted(saved), "one submission for each attempt"
        for each in submissions:
            assert {question: answer["sha256"] for question, answer in each.answers.items()} == saved[each.attempt_id]
            assert get_sitting(each.attempt_id).stored_state.status is AttemptStatus.SUBMITTED
        receipts = db.session.scalars(select(OutgoingMail.key).where(OutgoingMail.template == "exam_received")).all()
        assert len(receipts) == len(set(receipts)) == len(saved)
        db.session.remove()
