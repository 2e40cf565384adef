"""Proof: numbers are 1..N and each entry has one PDF, whoever clicks, however often, and whenever a process is killed."""

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from certificates.numbering import parse_number
from lms import clock
from lms.certification.models import (
    CompletionDecision,
    CompletionProposal,
    IssuedDocument,
    IssueRunItem,
    NumberSeries,
    RegisterEntry,
)
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.runs import get_run
from lms.certification.rules.entries import EntryKind
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.running import start_run, work_open_runs
from lms.cohorts.models import Participant
from lms.db.session import db, only_reading
from lms.mail.models import OutgoingMail
from tests.databases import Databases
from tests.factories import Factory
from tests.lms.certification.builders import Builder
from tests.proof.issuers import Issuers
from tests.proof.pace import sized
from tests.proof.serving import Installation, install

CERTIFICATES = sized(1000, 200)
A_COHORT = 50
THREADS = 64
DOUBLE_CLICKS = sized(200, 40)
IN_THE_RUN = sized(200, 60)
KILLS = sized(50, 12)
SEED = 20261122
SPREAD_SECONDS = 0.15
"""A kill comes up to so long after the run has gone on, longer than one certificate takes: at any point of the work."""
PATIENCE_SECONDS = 120.0

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]


def test_every_number_is_given_once_to_64_threads_and_to_a_run_whose_workers_are_killed_50_times(
    databases: Databases, tmp_path: Path, database_kind: str
) -> None:
    site = install(databases, tmp_path, database_kind, "certificate_numbers")
    build = Builder(Factory(site.app))
    office = build.approver
    cohorts = [build.make.cohort(ordinal) for ordinal in range(3, 3 + CERTIFICATES // A_COHORT)]
    crowd = [each for cohort_id in cohorts for each in _approved(build, cohort_id, A_COHORT)]
    run_of = _approved(build, build.cohort_id, IN_THE_RUN)
    begun = time.monotonic()
    _click(site.app, crowd, office)
    clicked = time.monotonic()
    kills = _run_with_kills(site, run_of, office)
    ended = time.monotonic()
    with site.app.app_context():
        pdfs = _judge(crowd, run_of)
    print(
        f"\ncertificate numbers on {database_kind}: {CERTIFICATES} certificates from {THREADS} threads with {DOUBLE_CLICKS} "
        f"double clicks in {clicked - begun:.0f} s; a run of {IN_THE_RUN} by two workers at a time, {kills} of them killed "
        f"with -9, in {ended - clicked:.0f} s; numbers 1 to {CERTIFICATES + IN_THE_RUN}, {pdfs} PDFs, chain verified"
    )


def _approved(build: Builder, cohort_id: int, number: int) -> list[int]:
    """So many participants of a cohort who meet the whole rule, with an approved proposal, written at once."""
    ids = [build.complete_seat(cohort_id=cohort_id).participant_id for _ in range(number)]
    with build.app.app_context():
        now, by = clock.now(), build.approver
        proposals = [
            CompletionProposal(participant_id=each, checklist=[], proposed_by_id=build.proposer, proposed_at=now) for each in ids
        ]
        db.session.add_all(proposals)
        db.session.flush()
        db.session.add_all(
            CompletionDecision(proposal_id=proposal.id, is_approved=True, decided_by_id=by, decided_at=now)
            for proposal in proposals
        )
        db.session.commit()
        return ids


def _click(app: Flask, participant_ids: Sequence[int], office: int) -> None:
    """Everybody's certificate from many threads at once, some asked for twice; both clicks see the same number."""
    chance = random.Random(SEED)
    clicks = [*participant_ids, *chance.sample(list(participant_ids), DOUBLE_CLICKS)]
    chance.shuffle(clicks)
    start = threading.Barrier(THREADS)

    def work(mine: Sequence[int]) -> list[tuple[int, str]]:
        start.wait()
        with app.app_context():
            return [(each, issue_certificate(each, by=office, now=clock.now())) for each in mine]

    with ThreadPoolExecutor(THREADS) as pool:
        seen = [pair for pairs in pool.map(work, [clicks[place::THREADS] for place in range(THREADS)]) for pair in pairs]
    assert len(seen) == CERTIFICATES + DOUBLE_CLICKS
    assert len(set(seen)) == CERTIFICATES


def _run_with_kills(site: Installation, participant_ids: Sequence[int], office: int) -> int:
    """Two workers at a time on one run; again and again one of them is killed; then the run is let to its end."""
    chance = random.Random(SEED)
    with site.app.app_context():
        cohort_id = db.session.get_one(Participant, participant_ids[0]).cohort_id
        run_id = start_run(cohort_id, participant_ids, by=office, now=clock.now())
    with Issuers(site.environment) as issuers:
        workers = [issuers.start(), issuers.start()]
        for kill in range(KILLS):
            _wait_for(site.app, run_id, kill * (IN_THE_RUN * 9 // 10) // KILLS)
            time.sleep(chance.uniform(0, SPREAD_SECONDS))
            issuers.kill(workers[kill % 2])
            workers[kill % 2] = issuers.start()
        assert _done(site.app, run_id) < IN_THE_RUN, "the run was over before the last kill"
        _wait_for(site.app, run_id, IN_THE_RUN)
    with site.app.app_context():
        work_open_runs(for_seconds=PATIENCE_SECONDS, now=clock.now())  # closes the run if the last worker was just about to
        assert get_run(run_id).finished_at is not None
    return KILLS


def _wait_for(app: Flask, run_id: int, done: int) -> None:
    """Wait until so many of the run are done."""
    until = time.monotonic() + PATIENCE_SECONDS
    while _done(app, run_id) < done:
        assert time.monotonic() < until, "the run does not go on"
        time.sleep(0.01)


def _done(app: Flask, run_id: int) -> int:
    with app.app_context(), only_reading():
        return get_run(run_id).done


def _judge(crowd: Sequence[int], run_of: Sequence[int]) -> int:
    """Numbers, entries, PDFs, mails, the run's own notes and the chain agree; returns the number of PDFs."""
    total = len(crowd) + len(run_of)
    entries = db.session.execute(
        select(
            RegisterEntry.position, RegisterEntry.certificate_number, RegisterEntry.participant_id, RegisterEntry.kind
        ).order_by(RegisterEntry.position)
    ).all()
    assert [entry.position for entry in entries] == list(range(1, total + 1))
    assert {entry.kind for entry in entries} == {EntryKind.ISSUE}
    serials = [number.serial for entry in entries if (number := parse_number(entry.certificate_number))]
    assert serials == list(range(1, total + 1))
    assert db.session.scalars(select(NumberSeries.last_serial)).all() == [total]
    numbers = {entry.participant_id: entry.certificate_number for entry in entries}
    assert numbers.keys() == {*crowd, *run_of}
    noted = dict(db.session.execute(select(IssueRunItem.participant_id, IssueRunItem.certificate_number)).all())
    assert noted == {participant_id: numbers[participant_id] for participant_id in run_of}
    pdfs = db.session.scalar(select(func.count()).select_from(IssuedDocument))
    assert pdfs == total
    assert db.session.scalar(select(func.count(func.distinct(IssuedDocument.sha256)))) == total
    assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == total
    assert list_register_problems() == []
    return pdfs
