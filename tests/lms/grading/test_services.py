"""採点 end to end on both databases: opening, disagreement, adjudication, the verdict that hangs on one mark, release."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.accounts.models import User
from lms.audit.models import AuditEvent
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exams.rules.eligibility import ReleasedOutcome
from lms.grading.models import Assignment, ChoiceMark, Essay, GraderMarkRow, MarkDraft, ResultRelease, ResultRow
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.queries.released import (
    find_released_outcome,
    find_released_result,
    list_graded_participant_ids,
    list_released_verdicts,
)
from lms.grading.rules.parts import AdjudicationReason, GraderPart, Refusal, Refused
from lms.grading.services.conflicts import declare_conflict
from lms.grading.services.marking import confirm_draft, confirm_mark, save_draft
from lms.grading.services.opening import open_grading
from lms.grading.services.results import finalize_results, release_results
from lms.mail.models import OutgoingMail
from tests.factories import Factory
from tests.lms.grading.builders import also_office, finalize, graders, mark_all, open_assignments, opened, sheet, sit


def refusal_of(act: object, *arguments: object, **named: object) -> Refusal:
    with pytest.raises(Refused) as caught:
        act(*arguments, **named)  # type: ignore[operator]
    return caught.value.reason


def confirm(assignment: Assignment, level: int, **changes: object) -> None:
    confirm_mark(assignment.public_id, sheet(assignment.essay_id, level, **changes), by=assignment.grader_id, now=clock.now())


def test_opening_gives_every_essay_to_two_graders_and_marks_the_choices(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=3, right=30), graders(make)
    added = open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
    assert (added.attempts, added.essays, added.adjudications) == (3, 6, 0)
    assert [mark.points for mark in db.session.scalars(select(ChoiceMark))] == [Decimal(75)] * 3
    for essay in db.session.scalars(select(Essay).where(Essay.anchor_id.is_(None))):
        pair = db.session.scalars(select(Assignment).where(Assignment.essay_id == essay.id)).all()
        assert {each.part for each in pair} == {GraderPart.FIRST, GraderPart.SECOND}
        assert len({each.grader_id for each in pair}) == 2
    given = [task.grader_id for task in open_assignments(sat.window_id)]
    assert sorted(given.count(grader) for grader in staff) == [4, 4, 4]


def test_opening_again_adds_nothing_for_the_same_hand_ins(make: Factory, context: Flask) -> None:
    sat, staff = sit(make), graders(make)
    open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
    before = [(row.id, row.grader_id, row.position) for row in db.session.scalars(select(Assignment).order_by(Assignment.id))]
    again = open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
    assert (again.attempts, again.essays) == (0, 0)
    assert [
        (row.id, row.grader_id, row.position) for row in db.session.scalars(select(Assignment).order_by(Assignment.id))
    ] == before


@pytest.mark.parametrize(
    ("count", "adjudicators", "reason"),
    [(1, None, Refusal.TOO_FEW_GRADERS), (2, None, Refusal.TOO_FEW_GRADERS), (3, [], Refusal.NO_ADJUDICATOR)],
    ids=["one grader", "two graders and nobody to adjudicate", "three graders none of whom adjudicates"],
)
def test_too_few_people_are_refused(
    make: Factory, context: Flask, count: int, adjudicators: list[int] | None, reason: Refusal
) -> None:
    sat = sit(make)
    assert refusal_of(open_grading, sat.window_id, graders(make, count), adjudicators, by=sat.office, now=clock.now()) is reason
    assert db.session.scalars(select(Essay)).all() == []


def test_two_graders_and_a_third_who_only_adjudicates_are_enough(make: Factory, context: Flask) -> None:
    sat, staff = sit(make), graders(make)
    open_grading(sat.window_id, staff[:2], staff[2:], by=sat.office, now=clock.now())
    assert {row.grader_id for row in open_assignments(sat.window_id)} == set(staff[:2])


def test_a_person_without_the_role_or_with_a_seat_in_the_cohort_may_not_grade(make: Factory, context: Flask) -> None:
    sat, staff = sit(make), graders(make)
    assert refusal_of(open_grading, sat.window_id, [*staff, sat.office], by=sat.office, now=clock.now()) is Refusal.NOT_A_GRADER
    db.session.add(
        Participant(cohort_id=sat.cohort_id, user_id=staff[0], certificate_name="席をもつ採点者", enrolled_at=clock.now())
    )
    db.session.commit()
    assert refusal_of(open_grading, sat.window_id, staff, by=sat.office, now=clock.now()) is Refusal.HOLDS_A_SEAT


def test_conflicts_keep_a_grader_from_a_participants_essays(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=3), graders(make, 5)
    declare_conflict(staff[0], sat.seats[0].participant_id, "個別相談で指導した", by=sat.office, now=clock.now())
    elsewhere = make.seat(0)
    db.session.get_one(Participant, sat.seats[1].participant_id).company = "架空物産 株式会社"
    seat = db.session.get_one(Participant, elsewhere.participant_id)
    seat.user_id, seat.company = staff[1], "架空物産　株式会社"
    db.session.commit()
    open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
    assert sat.seats[0].participant_id not in list_graded_participant_ids(staff[0])
    assert sat.seats[1].participant_id not in list_graded_participant_ids(staff[1])
    given = db.session.scalar(select(Assignment).where(Assignment.grader_id == staff[2]))
    assert given is not None
    graded = next(seat for seat in sat.seats if seat.participant_id in list_graded_participant_ids(staff[2]))
    late = refusal_of(declare_conflict, staff[2], graded.participant_id, "同じ会社", by=sat.office, now=clock.now())
    assert late is Refusal.ALREADY_ASSIGNED


def test_conflicts_that_leave_nobody_to_adjudicate_are_refused(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=1), graders(make)
    declare_conflict(staff[0], sat.seats[0].participant_id, "同じ会社", by=sat.office, now=clock.now())
    with pytest.raises(Refused) as caught:
        open_grading(sat.window_id, staff, by=sat.office, now=clock.now())
    assert (caught.value.reason, caught.value.number) == (Refusal.NO_ADJUDICATOR, 2)


def test_a_draft_is_kept_until_the_mark_is_confirmed(make: Factory, context: Flask) -> None:
    sat = sit(make, people=1)
    opened(make, sat, graders(make))
    assignment = open_assignments(sat.window_id)[0]
    draft = sheet(assignment.essay_id, 3, note="迷い")
    save_draft(assignment.public_id, draft, by=assignment.grader_id, now=clock.now())
    assert db.session.get_one(MarkDraft, assignment.id).body["note"] == "迷い"
    stale = refusal_of(confirm_draft, assignment.public_id, seen="other", by=assignment.grader_id, now=clock.now())
    assert stale is Refusal.DRAFT_CHANGED
    confirm_draft(assignment.public_id, seen=draft.fingerprint, by=assignment.grader_id, now=clock.now())
    assert db.session.get(MarkDraft, assignment.id) is None
    mark = db.session.scalars(select(GraderMarkRow).where(GraderMarkRow.assignment_id == assignment.id)).one()
    assert (mark.points, mark.note) == (Decimal(15), "迷い")


def test_a_mark_is_given_once_and_only_by_its_grader(make: Factory, context: Flask) -> None:
    sat = sit(make, people=1)
    opened(make, sat, graders(make))
    assignment = open_assignments(sat.window_id)[0]
    full = sheet(assignment.essay_id, 4)
    assert refusal_of(confirm_mark, assignment.public_id, full, by=sat.office, now=clock.now()) is Refusal.NOT_YOURS
    confirm(assignment, 4)
    again = {"by": assignment.grader_id, "now": clock.now()}
    assert refusal_of(confirm_mark, assignment.public_id, full, **again) is Refusal.ALREADY_CONFIRMED
    assert refusal_of(save_draft, assignment.public_id, full, **again) is Refusal.ALREADY_CONFIRMED


@pytest.mark.parametrize("statement", ["UPDATE grader_marks SET points = 2500", "DELETE FROM grader_marks"])
def test_the_database_refuses_to_change_a_mark(make: Factory, context: Flask, statement: str) -> None:
    sat = sit(make, people=1)
    opened(make, sat, graders(make))
    confirm(open_assignments(sat.window_id)[0], 4)
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"levels": {}}, Refusal.INCOMPLETE),
        ({"cap_id": "retaliation"}, Refusal.CAP_REASON_NEEDED),
    ],
    ids=["no level chosen", "a cap without its reason"],
)
def test_an_incomplete_sheet_is_refused(make: Factory, context: Flask, changes: dict[str, object], reason: Refusal) -> None:
    sat = sit(make, people=1)
    opened(make, sat, graders(make))
    assignment = open_assignments(sat.window_id)[0]
    incomplete = sheet(assignment.essay_id, 4, **changes)
    assert refusal_of(confirm_mark, assignment.public_id, incomplete, by=assignment.grader_id, now=clock.now()) is reason


def test_marks_that_agree_are_settled_by_their_mean(make: Factory, context: Flask) -> None:
    sat = sit(make, people=1)
    opened(make, sat, graders(make))
    for number, assignment in enumerate(open_assignments(sat.window_id)):
        confirm(assignment, 4, first=4 - number % 2)
    assert open_assignments(sat.window_id) == []
    finalize(sat)
    result = db.session.scalars(select(ResultRow)).one()
    assert (result.total, result.is_passed) == (Decimal(139), True)
    assert result.section_points == {"choice": "100", "essay": "39"}
    assert {essay["points"] for essay in result.essays.values()} == {"19.5"}


def test_marks_that_disagree_go_to_a_third_grader_whose_points_count(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    first, second, *others = open_assignments(sat.window_id)
    confirm(first, 5)
    assert open_assignments(sat.window_id, GraderPart.ADJUDICATOR) == []
    confirm(second, 3)
    third = open_assignments(sat.window_id, GraderPart.ADJUDICATOR)[0]
    assert third.grader_id not in {first.grader_id, second.grader_id}
    assert third.reasons == [AdjudicationReason.TOTAL_GAP.value]
    for other in others:
        confirm(other, 4)
    assert refusal_of(finalize_results, sat.window_id, by=sat.office, now=clock.now()) is Refusal.UNSETTLED
    without_reason = sheet(third.essay_id, 4)
    act = {"by": third.grader_id, "now": clock.now()}
    assert refusal_of(confirm_mark, third.public_id, without_reason, **act) is Refusal.NOTE_NEEDED
    confirm(third, 4, note="事実の整理は4が妥当")
    finalize(sat)
    record = db.session.scalars(select(ResultRow)).one().essays
    essay = db.session.get_one(Essay, third.essay_id)
    assert record[essay.question_id]["points"] == "20"
    assert record[essay.question_id]["settled_by"] == "adjudicator"


def test_marks_that_differ_without_touching_the_verdict_need_no_third_grader(make: Factory, context: Flask) -> None:
    # 32 right choices are 80 points; the essays give 11 and 10 or 13: with neither single mark are 25 in sight.
    sat = sit(make, people=1, right=32)
    opened(make, sat, graders(make))
    give(sat.window_id, [[(2, 3), (2, 3)], [(2, 2), (3, 1)]])
    assert open_assignments(sat.window_id) == []
    assert list_attempt_facts(window_id=sat.window_id)[0].choice_points == Decimal(80)


def test_a_verdict_that_hangs_on_one_mark_is_adjudicated(make: Factory, context: Flask) -> None:
    # 80 points, and essays of 11/14 and 11/11: the means fail at 103.5, the single mark 14 would pass at 105.
    sat = sit(make, people=1, right=32)
    opened(make, sat, graders(make))
    one = min(assignment.essay_id for assignment in open_assignments(sat.window_id))
    give(sat.window_id, [[(2, 3), (3, 2)], [(2, 3), (2, 3)]])
    third = open_assignments(sat.window_id, GraderPart.ADJUDICATOR)
    assert [(each.essay_id, each.reasons) for each in third] == [(one, [AdjudicationReason.FLIPS_VERDICT.value])]
    confirm(third[0], 3, note="合否に関わるため独立に採点した")
    assert open_assignments(sat.window_id) == []
    finalize(sat)
    assert db.session.scalars(select(ResultRow)).one().total == Decimal(106)


def test_a_verdict_on_which_two_graders_split_sends_both_essays_to_a_third(make: Factory, context: Flask) -> None:
    # 80 points, and essays of 12/14 twice: the means pass at 106 and no single mark moves them, yet 12 + 12 would fail.
    sat = sit(make, people=1, right=32)
    opened(make, sat, graders(make))
    both = sorted({assignment.essay_id for assignment in open_assignments(sat.window_id)})
    give(sat.window_id, [[(2, 4), (3, 2)], [(2, 4), (3, 2)]])
    third = open_assignments(sat.window_id, GraderPart.ADJUDICATOR)
    assert sorted((each.essay_id, *each.reasons) for each in third) == [(each, "split_verdict") for each in both]


def give(window_id: int, marks: list[list[tuple[int, int]]]) -> None:
    """Confirm (level, level of the first criterion) for the first and second mark of each essay, in the order of essays."""
    waiting = open_assignments(window_id)
    by_essay = dict(zip(sorted({assignment.essay_id for assignment in waiting}), marks, strict=True))
    for assignment in waiting:
        assert open_assignments(window_id, GraderPart.ADJUDICATOR) == []
        level, first = by_essay[assignment.essay_id].pop(0)
        confirm(assignment, level, first=first)


def test_two_graders_who_confirm_at_the_same_moment_still_get_their_third(app: Flask, make: Factory) -> None:
    sat = sit(make, people=1)
    opened(make, sat, graders(make))
    with app.app_context():
        pair = [(each.public_id, each.grader_id, each.essay_id) for each in open_assignments(sat.window_id)[:2]]
        sheets = [sheet(essay_id, level) for (_, _, essay_id), level in zip(pair, (5, 2), strict=True)]
    together = Barrier(2)

    def act(index: int) -> None:
        with app.app_context():
            together.wait()
            confirm_mark(pair[index][0], sheets[index], by=pair[index][1], now=clock.now())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, range(2)))
    with app.app_context():
        assert len(open_assignments(sat.window_id, GraderPart.ADJUDICATOR)) == 1


def test_an_essay_nobody_is_free_to_adjudicate_waits_until_a_grader_is_added(make: Factory, context: Flask) -> None:
    sat, staff, fourth = sit(make, people=1), graders(make), graders(make, 1)
    opened(make, sat, staff)
    first, second, *_ = open_assignments(sat.window_id)
    third = next(grader for grader in staff if grader not in {first.grader_id, second.grader_id})
    db.session.execute(
        text("UPDATE window_graders SET is_adjudicator = :no WHERE grader_id = :third"), {"no": False, "third": third}
    )
    db.session.commit()
    confirm(first, 5)
    confirm(second, 2)
    assert open_assignments(sat.window_id, GraderPart.ADJUDICATOR) == []
    added = open_grading(sat.window_id, [], fourth, by=sat.office, now=clock.now())
    assert added.adjudications == 1
    assert [each.grader_id for each in open_assignments(sat.window_id, GraderPart.ADJUDICATOR)] == fourth


def test_nobody_who_grades_in_the_window_finalizes_or_releases(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, people=1), graders(make)
    opened(make, sat, staff)
    mark_all(sat.window_id)
    db.session.rollback()
    also_office(make, staff[2])
    assert refusal_of(finalize_results, sat.window_id, by=staff[2], now=clock.now()) is Refusal.GRADED_HERE
    finalize(sat)
    assert refusal_of(release_results, sat.window_id, by=staff[2], now=clock.now()) is Refusal.GRADED_HERE


def test_results_are_finalized_once_and_released_once_with_a_mail_that_says_nothing(make: Factory, context: Flask) -> None:
    sat = sit(make, people=2)
    opened(make, sat, graders(make))
    mark_all(sat.window_id)
    assert refusal_of(release_results, sat.window_id, by=sat.office, now=clock.now()) is Refusal.NOT_FINALIZED
    assert finalize(sat) == 2
    assert finalize(sat) == 0
    assert find_released_result(sat.seats[0].participant_id) is None
    assert db.session.scalars(select(OutgoingMail)).all() == []
    assert release_results(sat.window_id, by=sat.releaser, now=clock.now()) == 2
    assert refusal_of(release_results, sat.window_id, by=sat.releaser, now=clock.now()) is Refusal.ALREADY_RELEASED
    mails = db.session.scalars(select(OutgoingMail)).all()
    assert {mail.to_address for mail in mails} == {seat.email for seat in sat.seats}
    for mail in mails:
        assert "合格" not in mail.subject + mail.body
        assert "140" not in mail.body
    tags = db.session.scalars(select(AuditEvent.tag).where(AuditEvent.tag.in_(["grading:finalize", "grading:release"]))).all()
    assert sorted(tags) == ["grading:finalize", "grading:release"]


def test_a_release_whose_mail_cannot_be_queued_releases_nothing(make: Factory, context: Flask) -> None:
    sat = sit(make, people=2)
    opened(make, sat, graders(make))
    mark_all(sat.window_id)
    finalize(sat)
    db.session.get_one(User, sat.seats[1].user_id).email = "not an address"
    db.session.commit()
    with pytest.raises(ValueError, match="address"):
        release_results(sat.window_id, by=sat.office, now=clock.now())
    assert db.session.scalars(select(ResultRelease)).all() == []
    assert db.session.scalars(select(OutgoingMail)).all() == []


def test_the_released_result_says_what_it_rests_on(make: Factory, context: Flask) -> None:
    sat = sit(make, people=1, right=38)
    opened(make, sat, graders(make))
    mark_all(sat.window_id)
    finalize(sat)
    release_results(sat.window_id, by=sat.office, now=clock.now())
    result = find_released_result(sat.seats[0].participant_id)
    assert result is not None
    assert (result.is_passed, result.total, result.max_total) == (True, Decimal(135), Decimal(150))
    assert [(line.what, line.points, line.is_met) for line in result.arithmetic] == [
        ("total", Decimal(135), True),
        ("choice", Decimal(95), True),
        ("essay", Decimal(40), True),
    ]
    assert [essay.number for essay in result.essays] == [1, 2]
    assert all(len(essay.criteria) == 5 and len(essay.feedbacks) == 2 for essay in result.essays)
    assert all(len(criterion.level_texts) == 1 for essay in result.essays for criterion in essay.criteria)
    assert sum(domain.total - domain.correct for domain in result.domains) == 2
    assert any(domain.lessons for domain in result.domains)
    assert find_released_outcome(result.attempt_id) == ReleasedOutcome(True, clock.now())
    assert list_released_verdicts([sat.seats[0].participant_id])[sat.seats[0].participant_id].total == Decimal(135)


def test_an_open_window_or_a_running_attempt_cannot_be_finalized(make: Factory, context: Flask) -> None:
    sat = sit(make, people=2)
    opened(make, sat, graders(make))
    mark_all(sat.window_id)
    db.session.execute(text("UPDATE exam_windows SET closes_at = '2027-01-01 00:00:00'"))
    db.session.commit()
    assert refusal_of(finalize_results, sat.window_id, by=sat.office, now=clock.now()) is Refusal.WINDOW_OPEN


def test_an_essay_too_short_to_be_graded_is_worth_nothing(make: Factory, context: Flask) -> None:
    sat = sit(make, people=1, essay="短い答案です。")
    opened(make, sat, graders(make))
    mark_all(sat.window_id, level=5)
    finalize(sat)
    result = db.session.scalars(select(ResultRow)).one()
    assert (result.total, result.is_passed) == (Decimal(100), False)
    assert {tuple(essay["applied"]) for essay in result.essays.values()} == {("not_graded",)}
