"""利益相反 and 担当替え through the services and the office's pages; and nothing stored breaks a rule, whatever the roster."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms import clock
from lms.accounts.models import StaffRole
from lms.cohorts.models import Participant
from lms.cohorts.queries import get_participant
from lms.cohorts.rules.roster import Column
from lms.cohorts.services.correcting import correct_participant
from lms.db.session import db
from lms.grading.labels import refusal_words
from lms.grading.models import (
    Assignment,
    AssignmentChange,
    AssignmentLease,
    Essay,
    GraderAffiliation,
    GraderMarkRow,
    MarkDraft,
    WindowGrader,
)
from lms.grading.queries.conflicts import cohort_conflicts, list_breaches, list_conflicts, may_decide
from lms.grading.queries.desk import NoSuchAssignment
from lms.grading.queries.meeting import find_meeting
from lms.grading.queries.reassigning import get_task, list_candidates, list_tasks
from lms.grading.queries.staff import find_staff, has_grading_part
from lms.grading.rules.conflicts import TieKind
from lms.grading.rules.parts import ChangeKind, ConflictKind, GraderPart, Refusal, Refused
from lms.grading.services.conflicts import declare_conflict, end_affiliation, note_affiliation, note_teacher, remove_teacher
from lms.grading.services.helping import take_over
from lms.grading.services.leasing import renew_lease, take_lease
from lms.grading.services.marking import confirm_draft, confirm_mark, save_draft
from lms.grading.services.opening import open_grading
from lms.grading.services.reassigning import move_all, reassign
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import Sat, calibrate, finalize, graders, mark_all, open_assignments, opened, sheet, sit
from tests.lms.grading.roster_oracle import Roster


def refusal_of(act: object, *arguments: object, **named: object) -> Refusal:
    with pytest.raises(Refused) as caught:
        act(*arguments, **named)  # type: ignore[operator]
    db.session.rollback()
    return caught.value.reason


def name_company(participant_id: int, company: str) -> None:
    db.session.get_one(Participant, participant_id).company = company
    db.session.commit()


def test_ties_of_every_kind_keep_from_grading_and_deciding_as_the_settings_say(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=2), graders(make, 5)
    now, (first, second) = clock.now(), (seat.participant_id for seat in sat.seats)
    name_company(first, "ｶｸｳ商事 株式会社")
    declare_conflict(staff[0], first, "親族", by=sat.office, now=now)
    declare_conflict(staff[0], first, "個別相談を2回", kind=ConflictKind.CONSULTED, by=sat.office, now=now)
    note_affiliation(staff[1], "カクウ商事　株式会社", by=sat.office, now=now)
    note_affiliation(staff[1], "㈱カクウ 商事", by=sat.office, now=now)
    note_affiliation(sat.releaser, "株式会社カクウ商事", by=sat.office, now=now)
    note_teacher(sat.cohort_id, staff[2], by=sat.office, now=now)
    assert list_conflicts(sat.window_id) == {first: frozenset({staff[0], staff[1], sat.releaser}), second: frozenset()}
    (tie,) = cohort_conflicts(sat.cohort_id).ties(staff[0], first)
    assert (tie.kind, tie.detail) == (TieKind.CONSULTED, "個別相談を2回")
    assert [may_decide(sat.window_id, each) for each in (sat.office, sat.releaser, staff[2])] == [True, False, False]
    (row,) = db.session.scalars(select(GraderAffiliation).where(GraderAffiliation.grader_id == staff[1]))
    end_affiliation(row.id, by=sat.office, now=now)
    end_affiliation(row.id, by=sat.office, now=now + timedelta(days=1))
    remove_teacher(sat.cohort_id, staff[2], by=sat.office, now=now)
    assert list_conflicts(sat.window_id)[first] == {staff[0], sat.releaser}
    assert may_decide(sat.window_id, staff[2])
    assert refusal_of(declare_conflict, staff[0], first, " ", by=sat.office, now=now) is Refusal.REASON_NEEDED
    assert refusal_of(note_affiliation, staff[0], " ", by=sat.office, now=now) is Refusal.COMPANY_NEEDED
    stranger = sat.seats[0].user_id
    assert refusal_of(note_teacher, sat.cohort_id, stranger, by=sat.office, now=now) is Refusal.NOT_STAFF


@pytest.mark.database("sqlite")
def test_a_tie_is_noted_only_after_what_waits_was_moved_and_what_is_marked_is_shown(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=1), graders(make, 5)
    opened(make, sat, staff)
    waiting, other = open_assignments(sat.window_id, GraderPart.FIRST)
    person, now = sat.seats[0].participant_id, clock.now()
    grader = waiting.grader_id
    assert refusal_of(declare_conflict, grader, person, "親族", by=sat.office, now=now) is Refusal.ALREADY_ASSIGNED
    for task in list_tasks(sat.window_id, grader_id=grader, now=now):
        if task.task.assignment_id != waiting.id:
            reassign(task.task.assignment_id, list_candidates(task)[0].user_id, "親族とわかった", by=sat.office, now=now)
    confirm_mark(waiting.public_id, sheet(waiting.essay_id, 4), by=grader, now=now)
    declare_conflict(grader, person, "親族", by=sat.office, now=now)
    assert [(each.grader_id, each.is_marked) for each in list_breaches(sat.window_id)] == [(grader, True)]
    assert grader not in [each.user_id for each in list_candidates(get_task(other.id, now=now))]
    with pytest.raises(NoSuchAssignment):
        get_task(waiting.id, now=now)


def test_an_essay_goes_back_when_a_corrected_company_ties_its_grader_and_office_and_meeting_see_it(
    make: Factory, context: Flask
) -> None:
    sat, staff, now = sit(make, people=1), graders(make, 5), clock.now()
    opened(make, sat, staff)
    mine, *_ = open_assignments(sat.window_id, GraderPart.FIRST)
    task_id, grader, address, sheet_of_hers = mine.id, mine.grader_id, mine.public_id, sheet(mine.essay_id, 4)
    note_affiliation(grader, "株式会社青葉", by=sat.office, now=now)
    take_lease(address, device="a", by=grader, now=now)
    version = save_draft(address, sheet_of_hers, by=grader, now=now, device="a")
    correct_company(sat, "㈱ 青葉")
    for act in (
        lambda: take_lease(address, device="a", by=grader, now=now),
        lambda: renew_lease(address, device="a", by=grader, now=now),
        lambda: save_draft(address, sheet_of_hers, by=grader, now=now, device="a"),
        lambda: confirm_draft(address, seen=sheet_of_hers.fingerprint, by=grader, now=now),
        lambda: confirm_mark(address, sheet_of_hers, by=grader, now=now),
    ):
        assert refusal_of(act) is Refusal.GOES_BACK
    assert version == db.session.get_one(MarkDraft, task_id).version
    told = refusal_words(Refused(Refusal.GOES_BACK))
    assert not [word for word in ("利益相反", "会社", "関係", "青葉") if word in told]
    breaches = list_breaches(sat.window_id)
    assert {(each.grader_id, each.is_marked) for each in breaches} == {(grader, False)}
    assert [tie.kind for each in breaches for tie in each.ties] == [TieKind.SAME_COMPANY] * len(breaches)
    board = find_meeting(sat.window_id)
    assert board is not None
    assert board.breaches == breaches
    later = now + timedelta(hours=1)
    tasks = list_tasks(sat.window_id, now=later)
    assert {each.task.grader_id for each in tasks if each.task.must_move} == {grader}
    for each in tasks:
        if each.task.must_move:
            to = list_candidates(get_task(each.task.assignment_id, now=later))[0].user_id
            reassign(each.task.assignment_id, to, "利益相反", by=sat.office, now=later)
    assert list_breaches(sat.window_id) == ()
    moved = db.session.get_one(Assignment, task_id)
    confirm_mark(moved.public_id, sheet_of_hers, by=moved.grader_id, now=later)


def correct_company(sat: Sat, company: str) -> None:
    """The office corrects what the roster says."""
    seat = get_participant(sat.seats[0].participant_id)
    typed = {column: getattr(seat, column.value) for column in Column} | {Column.COMPANY: company}
    correct_participant(seat.participant_id, typed, by=sat.office, now=clock.now())


def test_the_office_gives_an_essay_to_another_grader_for_a_reason(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=1), graders(make, 5)
    opened(make, sat, staff)
    mine = open_assignments(sat.window_id, GraderPart.FIRST)[0]
    task_id, former, address, now = mine.id, mine.grader_id, mine.public_id, clock.now()
    save_draft(address, sheet(mine.essay_id, 3, note="迷い"), by=former, now=now)
    take_lease(address, device="a", by=former, now=now)
    holder = db.session.scalars(
        select(Assignment.grader_id).where(Assignment.essay_id == mine.essay_id, Assignment.id != task_id)
    ).one()
    (idle,) = set(staff) - {each.grader_id for each in participants_work(sat)}
    assert refusal_of(reassign, task_id, idle, "病気", by=sat.office, now=now) is Refusal.BEING_GRADED
    later = now + timedelta(hours=1)
    assert refusal_of(reassign, task_id, idle, " ", by=sat.office, now=later) is Refusal.REASON_NEEDED
    assert refusal_of(reassign, task_id, holder, "病気", by=sat.office, now=later) is Refusal.HOLDS_A_PART
    assert refusal_of(reassign, task_id, former, "病気", by=sat.office, now=later) is Refusal.CHANGES_NOTHING
    assert refusal_of(reassign, task_id, sat.office, "病気", by=sat.office, now=later) is Refusal.NOT_ON_STAFF
    declare_conflict(idle, sat.seats[0].participant_id, "親族", by=sat.office, now=later)
    assert refusal_of(reassign, task_id, idle, "病気", by=sat.office, now=later) is Refusal.CONFLICT
    candidates = list_candidates(get_task(task_id, now=later))
    assert {each.user_id for each in candidates} == set(staff) - {former, holder, idle}
    assert [each.load for each in candidates] == sorted(each.load for each in candidates)
    to = candidates[0].user_id
    reassign(task_id, to, "病気", by=sat.office, now=later)
    moved = db.session.get_one(Assignment, task_id)
    assert (moved.grader_id, moved.public_id != address, moved.assigned_by_id) == (to, True, sat.office)
    assert db.session.get(MarkDraft, task_id) is None
    assert db.session.get(AssignmentLease, task_id) is None
    (change,) = db.session.scalars(select(AssignmentChange))
    assert (change.kind, change.from_grader_id, change.to_grader_id, change.reason) == (ChangeKind.REASSIGNED, former, to, "病気")
    assert change.draft["note"] == "迷い"
    with pytest.raises(Refused):
        save_draft(address, sheet(moved.essay_id, 3), by=former, now=later)


def test_all_a_dropout_has_left_is_spread_and_nothing_more_is_given(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=4), graders(make, 5)
    opened(make, sat, staff)
    leaver, now = staff[0], clock.now()
    (done, *left) = [each for each in open_assignments(sat.window_id) if each.grader_id == leaver]
    confirm_mark(done.public_id, sheet(done.essay_id, 4), by=leaver, now=now)
    assert refusal_of(move_all, sat.window_id, leaver, "", by=sat.office, now=now) is Refusal.REASON_NEEDED
    moved = move_all(sat.window_id, leaver, "育児休業", ends_part=True, by=sat.office, now=now)
    assert (moved.moved, moved.stuck, moved.without_third) == (len(left), (), ())
    assert list_tasks(sat.window_id, grader_id=leaver, now=now) == ()
    assert leaver not in find_staff(sat.window_id).markers | find_staff(sat.window_id).adjudicators
    assert has_grading_part(sat.window_id, leaver)
    assert db.session.get_one(WindowGrader, (sat.window_id, leaver)).is_marker is False
    loads = Counter(each.grader_id for each in participants_work(sat))
    assert max(loads[each] for each in staff[1:]) - min(loads[each] for each in staff[1:]) <= 1
    again = refusal_of(move_all, sat.window_id, leaver, "育児休業", ends_part=True, by=sat.office, now=now)
    assert again is Refusal.NOTHING_TO_MOVE
    mark_all(sat.window_id)
    assert finalize(sat) == 4


def participants_work(sat: Sat) -> list[Assignment]:
    work = select(Assignment).join(Essay, Essay.id == Assignment.essay_id)
    return list(db.session.scalars(work.where(Essay.window_id == sat.window_id, Essay.anchor_id.is_(None))))


@pytest.mark.database("sqlite")
def test_what_nobody_may_take_is_named(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    leaver = open_assignments(sat.window_id, GraderPart.FIRST)[0].grader_id
    moved = move_all(sat.window_id, leaver, "病気", ends_part=True, by=sat.office, now=clock.now())
    assert moved.moved == len(moved.without_third) > 0
    second = next(each for each in staff if each != leaver)
    stuck = move_all(sat.window_id, second, "病気", by=sat.office, now=clock.now())
    assert (stuck.moved, {card.task.grader_id for card in stuck.stuck}) == (0, {second})


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_that_is_stored_breaks_a_rule_whatever_the_roster(make: Factory, context: Flask, seed: int) -> None:
    chance = Random(seed)
    sat, staff = sit(make, people=2), graders(make, 7)
    roster = random_ties(chance, sat, staff)
    open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
    calibrate(sat.window_id)
    for _ in range(2):
        one_random_act(chance, sat, staff)
    mark_all(sat.window_id, level=3)
    finalize(sat)
    check_marks(sat, roster)
    check_decisions(sat, roster)


def random_ties(chance: Random, sat: Sat, staff: list[int]) -> Roster:
    """What is noted through the services, and the same for the oracle."""
    people, now = [seat.participant_id for seat in sat.seats], clock.now()
    roster = Roster(
        companies={each: chance.choice(["", "架空 物産", "ｶｸｳ商事(株)"]) for each in people},
        no_grading={"same_company", "consulted", "declared"},
        no_deciding={"same_company", "consulted", "declared", "taught"},
    )
    for each, company in roster.companies.items():
        name_company(each, company)
    for kind in (ConflictKind.DECLARED, ConflictKind.CONSULTED):
        who, whom = chance.choice(staff[:2]), chance.choice(people)
        declare_conflict(who, whom, "理由", kind=kind, by=sat.office, now=now)
        roster.declared = {each for each in roster.declared if each[:2] != (who, whom)} | {(who, whom, kind.value)}
    note_affiliation(staff[2], chance.choice(["㈱架空物産", "カクウ商事"]), by=sat.office, now=now)
    company = db.session.scalars(select(GraderAffiliation.company)).one()
    roster.belongs.add((staff[2], company))
    note_teacher(sat.cohort_id, staff[3], by=sat.office, now=now)
    roster.teachers.add(staff[3])
    return roster


def one_random_act(chance: Random, sat: Sat, staff: list[int]) -> None:
    """Somebody is moved, drops out, confirms or helps; what the rules refuse is refused."""
    now, tasks = clock.now(), list_tasks(sat.window_id, now=clock.now())
    card = chance.choice(tasks)
    for to in chance.sample(staff, 2):
        try:
            reassign(card.task.assignment_id, to, "理由", by=sat.office, now=now)
        except Refused:
            db.session.rollback()
    move_all(sat.window_id, chance.choice(tasks).task.grader_id, "理由", by=sat.office, now=now)
    for helper in chance.sample(staff, 2):
        try:
            take_over(by=helper, now=now)
        except Refused:
            db.session.rollback()
    for assignment in open_assignments(sat.window_id)[:3]:
        confirm_mark(
            assignment.public_id,
            sheet(assignment.essay_id, chance.randint(0, 5), note="理由"),
            by=assignment.grader_id,
            now=now,
        )


def check_marks(sat: Sat, roster: Roster) -> None:
    rows = db.session.execute(
        text(
            "SELECT e.id, t.participant_id, a.grader_id, a.part FROM assignments a JOIN essays e ON e.id = a.essay_id"
            " JOIN attempts t ON t.id = e.attempt_id JOIN grader_marks m ON m.assignment_id = a.id WHERE e.window_id = :window"
        ),
        {"window": sat.window_id},
    ).all()
    assert all(roster.may_grade(row.grader_id, row.participant_id) for row in rows)
    by_essay = Counter(row.id for row in rows)
    assert len({(row.id, row.grader_id) for row in rows}) == len({(row.id, row.part) for row in rows}) == len(rows)
    assert set(by_essay.values()) <= {2, 3}
    moved = db.session.execute(
        text(
            "SELECT t.participant_id, c.to_grader_id FROM assignment_changes c JOIN assignments a ON a.id = c.assignment_id"
            " JOIN essays e ON e.id = a.essay_id JOIN attempts t ON t.id = e.attempt_id"
        )
    ).all()
    assert moved
    assert all(roster.may_grade(row.to_grader_id, row.participant_id) for row in moved)


def check_decisions(sat: Sat, roster: Roster) -> None:
    decisions = db.session.execute(
        text(
            "SELECT p.proposed_by_id, r.finalized_by_id, t.participant_id FROM results r JOIN attempts t ON t.id = r.attempt_id"
            " JOIN verdict_proposals p ON p.id = r.proposal_id"
        )
    ).all()
    marking = set(db.session.scalars(select(Assignment.grader_id).join(GraderMarkRow)))
    assert len(decisions) == len(sat.seats)
    for proposer, finalizer, participant_id in decisions:
        assert proposer != finalizer
        assert not {proposer, finalizer} & marking
        assert roster.may_decide(proposer, participant_id)
        assert roster.may_decide(finalizer, participant_id)


@pytest.mark.database("sqlite")
def test_whoever_taught_or_is_tied_may_not_decide_and_whoever_decided_may_not_grade(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    mark_all(sat.window_id)
    note_teacher(sat.cohort_id, sat.office, by=sat.office, now=clock.now())
    assert not may_decide(sat.window_id, sat.office)
    assert refusal_of(finalize, sat) is Refusal.TIED_HERE
    remove_teacher(sat.cohort_id, sat.office, by=sat.office, now=clock.now())
    finalize(sat)
    db.session.add(StaffRole(user_id=sat.office, role=Role.GRADER, given_at=clock.now()))
    db.session.delete(db.session.get_one(StaffRole, (sat.office, Role.OFFICE)))
    db.session.commit()
    late = refusal_of(open_grading, sat.window_id, [*staff, sat.office], by=sat.office, now=clock.now())
    assert late is Refusal.DECIDED_HERE
