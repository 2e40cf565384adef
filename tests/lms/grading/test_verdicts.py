"""合否判定会議 on both databases: proposed by one, finalized by another, and nothing leaves before the release."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.grading.models import Assignment, CohortTeacher, ResultRow, VerdictProposal
from lms.grading.queries.board import get_result_board
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.queries.meeting import find_meeting
from lms.grading.queries.obstacles import find_finalize_obstacles, find_proposal_obstacles
from lms.grading.rules.meeting import ProposalState
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.services.doubting import raise_doubt
from lms.grading.services.results import finalize_results, release_results
from lms.grading.services.verdicts import propose_verdicts
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import Sat, also_office, finalize, graders, mark_all, opened, sit
from tests.lms.lessons.builders import consent


def graded(make: Factory, people: int = 2) -> Sat:
    """A window whose every essay is settled."""
    sat = sit(make, people)
    opened(make, sat, graders(make))
    mark_all(sat.window_id)
    return sat


def refusal(act: object, *arguments: object, by: int) -> tuple[Refusal, int]:
    with pytest.raises(Refused) as caught:
        act(*arguments, by=by, now=clock.now())  # type: ignore[operator]
    db.session.rollback()
    return caught.value.reason, caught.value.number


def propose(sat: Sat, by: int | None = None) -> int:
    return propose_verdicts(sat.window_id, {}, by=by or sat.releaser, now=clock.now())


def attempts(sat: Sat) -> list[int]:
    return [each.attempt_id for each in list_attempt_facts(window_id=sat.window_id)]


def test_two_people_make_a_result_and_it_names_the_proposal(make: Factory, context: Flask) -> None:
    sat = graded(make)
    assert refusal(finalize_results, sat.window_id, by=sat.office) == (Refusal.NOT_PROPOSED, 2)
    assert propose(sat) == 2
    assert refusal(finalize_results, sat.window_id, by=sat.releaser) == (Refusal.OWN_PROPOSAL, 2)
    assert finalize_results(sat.window_id, by=sat.office, now=clock.now()) == 2
    rows = db.session.scalars(select(ResultRow)).all()
    for row in rows:
        proposal = db.session.get_one(VerdictProposal, row.proposal_id)
        assert proposal.proposed_by_id == sat.releaser != row.finalized_by_id
        assert (proposal.attempt_id, proposal.total, proposal.is_passed) == (row.attempt_id, row.total, row.is_passed)
    assert propose(sat) == 0, "what is finalized is not proposed again"
    tags = db.session.scalars(select(AuditEvent.tag).where(AuditEvent.tag.in_(["grading:propose", "grading:finalize"]))).all()
    assert sorted(tags) == ["grading:finalize", "grading:propose"]


def test_a_candidate_on_hold_keeps_the_window_from_being_finalized_until_proposed_anew(make: Factory, context: Flask) -> None:
    sat = graded(make)
    held, _ = attempts(sat)
    without_reason = {held: "  "}
    assert refusal(propose_verdicts, sat.window_id, without_reason, by=sat.releaser) == (Refusal.REASON_NEEDED, 0)
    propose_verdicts(sat.window_id, {held: "似た答案を確かめる"}, by=sat.releaser, now=clock.now())
    assert refusal(finalize_results, sat.window_id, by=sat.office) == (Refusal.ON_HOLD, 1)
    standing = get_result_board(sat.window_id).standing
    assert {attempt: each.state for attempt, each in standing.items()} == {
        attempt: ProposalState.ON_HOLD if attempt == held else ProposalState.READY for attempt in attempts(sat)
    }
    propose(sat, by=sat.office)
    assert refusal(finalize_results, sat.window_id, by=sat.office) == (Refusal.OWN_PROPOSAL, 2)
    assert finalize_results(sat.window_id, by=sat.releaser, now=clock.now()) == 2


@pytest.mark.database("sqlite")
def test_a_proposal_is_outdated_once_a_mark_changes_what_it_rests_on(make: Factory, context: Flask) -> None:
    sat = sit(make, 1)
    opened(make, sat, graders(make))
    mark_all(sat.window_id, 4)
    propose(sat)
    doubted = db.session.scalars(select(Assignment).where(Assignment.part == GraderPart.FIRST).order_by(Assignment.id)).first()
    assert doubted is not None
    raise_doubt(doubted.public_id, "段階を一つ高く付けた", by=doubted.grader_id, now=clock.now())
    assert refusal(finalize_results, sat.window_id, by=sat.office) == (Refusal.UNSETTLED, 1)
    mark_all(sat.window_id, 4)
    assert refusal(finalize_results, sat.window_id, by=sat.office) == (Refusal.PROPOSAL_STALE, 1)
    assert finalize(sat) == 1


@pytest.mark.database("sqlite")
def test_whoever_grades_or_taught_neither_proposes_nor_finalizes(make: Factory, context: Flask) -> None:
    sat, both, taught = sit(make, 1), make.staff(Role.GRADER), make.staff(Role.OFFICE)
    opened(make, sat, [*graders(make), both])
    also_office(make, both)
    mark_all(sat.window_id)
    db.session.add(CohortTeacher(cohort_id=sat.cohort_id, user_id=taught, noted_by_id=sat.office, noted_at=clock.now()))
    db.session.commit()
    for person, reason in ((both, Refusal.GRADED_HERE), (taught, Refusal.TIED_HERE)):
        assert refusal(propose_verdicts, sat.window_id, {}, by=person) == (reason, 0)
        board = get_result_board(sat.window_id)
        assert [each.reason for each in find_proposal_obstacles(board, by=person, now=clock.now())] == [reason]
    propose(sat)
    for person, reason in ((both, Refusal.GRADED_HERE), (taught, Refusal.TIED_HERE)):
        assert refusal(finalize_results, sat.window_id, by=person) == (reason, 0)
        assert [each.reason for each in find_finalize_obstacles(get_result_board(sat.window_id), by=person, now=clock.now())] == [
            reason
        ]
    assert find_finalize_obstacles(get_result_board(sat.window_id), by=sat.office, now=clock.now()) == ()


@pytest.mark.database("sqlite")
def test_nothing_can_be_proposed_before_everything_is_settled(make: Factory, context: Flask) -> None:
    sat = sit(make, 1)
    assert refusal(propose_verdicts, sat.window_id, {}, by=sat.releaser) == (Refusal.NOT_OPENED, 0)
    opened(make, sat, graders(make))
    assert refusal(propose_verdicts, sat.window_id, {}, by=sat.releaser) == (Refusal.UNSETTLED, 1)
    mark_all(sat.window_id)
    finalize(sat)
    release_results(sat.window_id, by=sat.office, now=clock.now())
    assert refusal(propose_verdicts, sat.window_id, {}, by=sat.releaser) == (Refusal.ALREADY_RELEASED, 0)


@pytest.mark.database("sqlite")
def test_proposing_and_finalizing_tell_the_participant_nothing(app: Flask, make: Factory) -> None:
    sat = sit(make, 1)
    opened(make, sat, graders(make))
    consent(make, sat.seats[0].user_id)
    with app.app_context():
        mark_all(sat.window_id)
    reader = make.login(sat.seats[0].user_id)

    def seen() -> list[str]:
        pages = []
        for address in ("/", "/result", "/certificate"):
            reader.get(address)
            pages.append(reader.text)
        with app.app_context():
            assert db.session.scalars(select(OutgoingMail)).all() == []
        return pages

    before = seen()
    with app.app_context():
        propose(sat)
    assert seen() == before
    with app.app_context():
        finalize_results(sat.window_id, by=sat.office, now=clock.now())
    assert seen() == before


@pytest.mark.database("sqlite")
def test_a_tie_of_the_proposer_noted_afterwards_stops_the_second_person(make: Factory, context: Flask) -> None:
    sat = sit(make, 1)
    opened(make, sat, graders(make))
    mark_all(sat.window_id)
    propose(sat)
    db.session.add(CohortTeacher(cohort_id=sat.cohort_id, user_id=sat.releaser, noted_by_id=sat.office, noted_at=clock.now()))
    db.session.commit()
    assert refusal(finalize_results, sat.window_id, by=sat.office) == (Refusal.PROPOSER_UNFIT, 1)
    told = find_finalize_obstacles(get_result_board(sat.window_id), by=sat.office, now=clock.now())
    assert [(each.reason, each.number) for each in told] == [(Refusal.PROPOSER_UNFIT, 1)]


@pytest.mark.database("sqlite")
def test_borderline_is_who_lies_in_the_bands_of_the_meeting(make: Factory, context: Flask) -> None:
    sat = sit(make, 2, right=27)
    opened(make, sat, graders(make))
    mark_all(sat.window_id, 4)
    board, meeting = get_result_board(sat.window_id), find_meeting(sat.window_id)
    assert meeting is not None
    assert board.bands == meeting.bands
    near = {each.attempt_id for each in meeting.near}
    assert {line.attempt_id for line in board.lines if line.is_borderline} == near == {line.attempt_id for line in board.lines}
