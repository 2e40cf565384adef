"""Eight graders at once, a server that is killed again and again, leases that lapse: every essay gets exactly its marks.

200 essays are shared out among eight. Two go home early and leave drafts behind; of the others, too, a lease lapses now and
then in the middle of the work. Whoever is done takes over. In the end every essay has the two marks, and the third where
the rules ask for one, no mark is there twice, and no draft is lost.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import clock
from lms.db.session import db
from lms.grading.models import Assignment, AssignmentChange, AssignmentLease, Essay, GraderMarkRow, MarkDraft
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.rules.parts import AdjudicationReason, EssayState, GraderPart
from lms.grading.rules.settling import assess
from lms.grading.services.opening import open_grading
from lms.web.access import Role
from tests.databases import Databases
from tests.factories import Factory
from tests.lms.grading.builders import calibrate, sit
from tests.proof.grading_hands import Hand
from tests.proof.pace import sized
from tests.proof.seeding import browser_of
from tests.proof.serving import Server, install

CANDIDATES = sized(100, 20)
ESSAYS = 2 * CANDIDATES
GRADERS = 8
LEAVERS = 2
LEAVE_AFTER = 6
"""So many essays a leaver marks; one more is drafted and left behind."""
KILLS = sized(6, 2)
LAPSING = 0.15
"""How likely somebody at work loses a lease at each look."""
LOOK_SECONDS = 1.0
SECONDS = 1500
"""When the work is given up; most of it is the waiting for a processor that others use, too."""

pytestmark = [pytest.mark.proof, pytest.mark.timeout(2400)]

Given = tuple[Assignment, GraderMarkRow]


@dataclass
class Day:
    """What is done to the graders, and what is known of it."""

    app: Flask
    hands: Sequence[Hand]
    addresses: dict[str, int]
    """Every address an assignment has had → its id."""
    dice: random.Random = field(default_factory=lambda: random.Random(8))
    kills: int = 0
    lapsed: list[int] = field(default_factory=list)
    """Assignments whose leases came to an end before their time."""

    def look(self) -> bool:
        """Note the addresses, let leases lapse, and say whether an essay of a participant waits for a mark."""
        with self.app.app_context():
            self.addresses |= _addresses()
            self._let_leases_lapse()
            return _is_open()

    def _let_leases_lapse(self) -> None:
        now = clock.now()
        living = select(AssignmentLease).where(AssignmentLease.expires_at > now).order_by(AssignmentLease.assignment_id)
        leases = [row for row in db.session.scalars(living) if row.assignment_id in self.addresses.values()]
        gone = {hand.grader for hand in self.hands if hand.has_left}
        chosen = [row.assignment_id for row in leases if row.grader_id in gone]
        at_work = [row.assignment_id for row in leases if row.grader_id not in gone]
        if at_work and self.dice.random() < LAPSING:
            chosen.append(self.dice.choice(at_work))
        db.session.execute(
            update(AssignmentLease).where(AssignmentLease.assignment_id.in_(chosen)).values(expires_at=now - timedelta(minutes=1))
        )
        db.session.commit()
        self.lapsed.extend(chosen)


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
        before = len(db.session.scalars(select(GraderMarkRow.id)).all())
        addresses = _addresses()
        db.session.rollback()
    with Server(site.environment, log=tmp_path / "server.log") as server:
        hands = [
            Hand(grader, *browser_of(site.app, grader), port=server.port, leaves_after=LEAVE_AFTER if place < LEAVERS else None)
            for place, grader in enumerate(graders)
        ]
        day, began = Day(site.app, hands, addresses), time.monotonic()
        for hand in hands:
            hand.start()
        _work(day, server)
        for hand in hands:
            hand.join(60)
        seconds = time.monotonic() - began
    assert [hand.faults for hand in hands if hand.faults] == []
    assert not any(hand.is_alive() for hand in hands)
    print(f"\ngraders at once on {database_kind}: {GRADERS} graders, {seconds:.0f} s")
    _judge(day, sat.window_id, before)


def _work(day: Day, server: Server) -> None:
    """Kill the server as the work goes on; ends when nothing waits any more."""
    until = time.monotonic() + SECONDS
    while day.look() and time.monotonic() < until and any(hand.is_alive() for hand in day.hands):
        done = sum(len(hand.confirmed) for hand in day.hands)
        if day.kills < KILLS and done >= (day.kills + 1) * 2 * ESSAYS // (KILLS + 1):
            server.kill()
            server.start()
            day.kills += 1
        time.sleep(LOOK_SECONDS)
    for hand in day.hands:
        hand.stop.set()


def _addresses() -> dict[str, int]:
    return {row.public_id: row.id for row in db.session.execute(select(Assignment.public_id, Assignment.id))}


def _is_open() -> bool:
    waiting = (
        select(Assignment.id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(GraderMarkRow.id.is_(None), Essay.anchor_id.is_(None))
        .limit(1)
    )
    return db.session.scalar(waiting) is not None


def _judge(day: Day, window_id: int, before: int) -> None:
    day.look()
    with day.app.app_context():
        facts = list_attempt_facts(window_id=window_id)
        rows = db.session.execute(
            select(Assignment, GraderMarkRow, Essay.anchor_id)
            .join(Essay, Essay.id == Assignment.essay_id)
            .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        ).all()
        changes = db.session.scalars(select(AssignmentChange)).all()
        drafts = {draft.assignment_id: draft.body for draft in db.session.scalars(select(MarkDraft))}
    real = [(assignment, mark) for assignment, mark, anchor_id in rows if anchor_id is None]
    given = [(assignment, mark) for assignment, mark, _ in rows if mark is not None]
    lost = [kept for hand in day.hands for kept in hand.lost_drafts(day.addresses, given, changes, drafts)]
    doubled = _count_doubled(real)
    with_draft = sum(bool(change.draft) for change in changes)
    thirds = sum(assignment.part is GraderPart.ADJUDICATOR for assignment, _ in real)
    print(
        f"{ESSAYS} essays, {len(real)} marks, of them {thirds} adjudications; {day.kills} kills -9, "
        f"{len(day.lapsed)} leases lapsed, {len(changes)} taken over ({with_draft} with a draft), "
        f"{sum(len(hand.turned_away) for hand in day.hands)} turned away; "
        f"{sum(hand.drafts for hand in day.hands)} drafts acknowledged, lost {len(lost)}, doubled {doubled}; "
        f"{sum(hand.repeated for hand in day.hands)} requests repeated, {sum(hand.busy for hand in day.hands)} told to wait"
    )
    assert all(mark is not None for _, mark in real), "nothing is left without its mark"
    assert lost == []
    assert doubled == 0
    assert day.kills == KILLS
    _judge_parts(real, facts)
    _judge_hands(day, given, changes, before)


def _count_doubled(real: Sequence[Given]) -> int:
    """Marks beyond one for each part, and beyond one of each person, of an essay."""
    parts = Counter((assignment.essay_id, assignment.part) for assignment, mark in real if mark is not None)
    people = Counter((assignment.essay_id, assignment.grader_id) for assignment, mark in real if mark is not None)
    return sum(number - 1 for counter in (parts, people) for number in counter.values())


def _judge_parts(real: Sequence[Given], facts: Sequence[AttemptFacts]) -> None:
    """Two marks for every essay, a third exactly where the rules ask for one."""
    parts: dict[int, set[GraderPart]] = {}
    for assignment, _ in real:
        parts.setdefault(assignment.essay_id, set()).add(assignment.part)
    assert len(parts) == ESSAYS
    assert all({GraderPart.FIRST, GraderPart.SECOND} <= each for each in parts.values())
    reasons = {assignment.essay_id: assignment.reasons for assignment, _ in real if assignment.part is GraderPart.ADJUDICATOR}
    for each in facts:
        standings = assess(each.paper, each.choice_points or 0, each.essays)
        assert {standing.state for standing in standings} == {EssayState.SETTLED}
        for place, essay_id in enumerate(each.essay_ids):
            if essay_id in reasons:
                assert reasons[essay_id] == _why_a_third(each, place, set(reasons)), essay_id


def _why_a_third(facts: AttemptFacts, place: int, with_third: set[int]) -> list[str]:
    """Why the rules ask for a third mark, worked out anew from the two others."""
    bare = [replace(essay, adjudicated=None, is_with_adjudicator=False) for essay in facts.essays]
    alone = assess(facts.paper, facts.choice_points or 0, bare)[place]
    if alone.reasons and AdjudicationReason.FLIPS_VERDICT not in alone.reasons:
        return [reason.value for reason in alone.reasons]
    # The verdict hung on it when the other essay was settled.
    asked = [bare[place] if other == place else essay for other, essay in enumerate(facts.essays)]
    return [reason.value for reason in assess(facts.paper, facts.choice_points or 0, asked)[place].reasons or alone.reasons]


def _judge_hands(day: Day, given: Sequence[Given], changes: Sequence[AssignmentChange], before: int) -> None:
    """Every mark was confirmed once, by whoever it belongs to; nobody was turned away from what nobody had taken over."""
    confirmed = Counter((day.addresses[address], hand.grader) for hand in day.hands for address in hand.confirmed)
    made = Counter((assignment.id, assignment.grader_id) for assignment, _ in given)
    assert set(confirmed) <= set(made)
    assert set(confirmed.values()) == {1}
    assert len(given) - before <= len(confirmed) + GRADERS, "all but the last of each were acknowledged"
    passed_on = {(change.assignment_id, change.from_grader_id) for change in changes}
    away = [(day.addresses[address], hand.grader, address in hand.leased) for hand in day.hands for address in hand.turned_away]
    assert {(identity, grader) for identity, grader, _ in away} <= passed_on
    assert {identity for identity, _, was_leased in away if was_leased} <= set(day.lapsed), "a living lease keeps others away"
    assert len(changes) > 0
