"""Eight graders at once, a server that is killed again and again, people who leave: every essay gets exactly its marks.

80 essays are shared out among eight. Two go home early and leave drafts behind, whose leases lapse; whoever is done takes
over. In the end every essay has the two marks, and the third where the rules ask for one, and no draft is lost.
"""

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import clock
from lms.db.session import db
from lms.grading.models import Assignment, AssignmentChange, AssignmentLease, Essay, GraderMarkRow, MarkDraft
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.rules.parts import EssayState, GraderPart
from lms.grading.rules.settling import assess
from lms.grading.services.opening import open_grading
from lms.web.access import Role
from tests.databases import Databases
from tests.factories import Factory
from tests.lms.grading.builders import calibrate, sit
from tests.proof.grading_hands import Hand
from tests.proof.seeding import browser_of
from tests.proof.serving import Server, install

CANDIDATES = 40
"""With two essays each."""
GRADERS = 8
LEAVERS = 2
LEAVE_AFTER = 6
"""So many essays a leaver marks; one more is drafted and left behind."""
KILLS = 6
SECONDS = 300

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


def test_eight_graders_give_every_essay_exactly_the_marks_the_rules_ask_for(
    databases: Databases, tmp_path: Path, database_kind: str
) -> None:
    site = install(databases, tmp_path, database_kind, "graders_at_once")
    make = Factory(site.app)
    sat = sit(make, CANDIDATES)
    graders = [make.staff(Role.GRADER, name=f"採点 {number}") for number in range(GRADERS)]
    with site.app.app_context():
        open_grading(sat.window_id, graders, graders[LEAVERS:], by=sat.office, now=clock.now())
        calibrate(sat.window_id)
        db.session.commit()
    home = _addresses(site.app)
    with Server(site.environment, log=tmp_path / "server.log") as server:
        hands = [
            Hand(grader, *browser_of(site.app, grader), port=server.port, leaves_after=LEAVE_AFTER if place < LEAVERS else None)
            for place, grader in enumerate(graders)
        ]
        for hand in hands:
            hand.start()
        kills = _kill_now_and_then(site.app, server, hands)
        for hand in hands:
            hand.join(60)
    assert [hand.faults for hand in hands if hand.faults] == []
    assert not any(hand.is_alive() for hand in hands)
    _judge(site.app, sat.window_id, hands, home, words=f"graders at once on {database_kind}: {GRADERS} graders, {kills} kills -9")


def _addresses(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {row.public_id: row.id for row in db.session.execute(select(Assignment.public_id, Assignment.id))}


def _kill_now_and_then(app: Flask, server: Server, hands: list[Hand]) -> int:
    """Kill the server as the work goes on, and let the leases of those who left lapse; ends when nothing waits any more."""
    until, kills = time.monotonic() + SECONDS, 0
    while time.monotonic() < until and any(hand.is_alive() for hand in hands):
        marked = sum(hand.marked for hand in hands)
        if kills < KILLS and marked >= (kills + 1) * 2 * CANDIDATES * 2 // (KILLS + 1):
            server.kill()
            server.start()
            kills += 1
        _let_leases_lapse(app, [hand.grader for hand in hands if hand.has_left])
        if _is_all_marked(app):
            break
        time.sleep(0.5)
    for hand in hands:
        hand.stop.set()
    return kills


def _let_leases_lapse(app: Flask, gone: list[int]) -> None:
    with app.app_context():
        lapsed = update(AssignmentLease).where(AssignmentLease.grader_id.in_(gone))
        db.session.execute(lapsed.values(expires_at=clock.now() - timedelta(minutes=1)))
        db.session.commit()


def _is_all_marked(app: Flask) -> bool:
    with app.app_context():
        open_ones = select(Assignment.id).outerjoin(GraderMarkRow).where(GraderMarkRow.id.is_(None)).limit(1)
        return db.session.scalar(open_ones) is None


def _judge(app: Flask, window_id: int, hands: list[Hand], home: dict[str, int], *, words: str) -> None:
    with app.app_context():
        facts = list_attempt_facts(window_id=window_id)
        rows = db.session.execute(
            select(Assignment, GraderMarkRow, Essay).outerjoin(GraderMarkRow).join(Essay, Essay.id == Assignment.essay_id)
        ).all()
        changes = db.session.scalars(select(AssignmentChange)).all()
        drafts = {draft.assignment_id: draft.body for draft in db.session.scalars(select(MarkDraft))}
    real = [(assignment, mark) for assignment, mark, essay in rows if essay.anchor_id is None]
    essays = Counter(assignment.essay_id for assignment, _ in real)
    assert len(essays) == 2 * CANDIDATES
    by_essay: dict[int, dict[GraderPart, int]] = {}
    for assignment, mark in real:
        assert mark is not None, "nothing is left without its mark"
        by_essay.setdefault(assignment.essay_id, {})[assignment.part] = assignment.grader_id
    assert all({GraderPart.FIRST, GraderPart.SECOND} <= set(parts) for parts in by_essay.values())
    assert all(len(set(parts.values())) == len(parts) for parts in by_essay.values()), "nobody marks an essay twice"
    standings = [standing for each in facts for standing in assess(each.paper, each.choice_points or 0, each.essays)]
    assert {standing.state for standing in standings} == {EssayState.SETTLED}
    lost = [kept for hand in hands for kept in hand.lost_drafts(home | _addresses(app), real, changes, drafts)]
    thirds = sum(GraderPart.ADJUDICATOR in parts for parts in by_essay.values())
    acknowledged = sum(hand.drafts for hand in hands)
    print(
        f"\n{words}; {len(essays)} essays, {len(real)} marks, {thirds} adjudications, {len(changes)} taken over, "
        f"{acknowledged} drafts acknowledged, {len(lost)} lost; {sum(hand.retries for hand in hands)} requests repeated"
    )
    assert lost == []
    assert len(changes) > 0
