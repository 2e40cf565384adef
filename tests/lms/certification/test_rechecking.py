"""Between the approval and the paper: what is asked again, who is kept out by a tie, what can be taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from lms import clock
from lms.certification.models import CompletionProposal
from lms.certification.queries.acts import find_waiting_act, get_act
from lms.certification.queries.completion import latest_proposals, list_candidates, numbers_of
from lms.certification.queries.issuing import preview_issue
from lms.certification.queries.register import list_certificate_numbers
from lms.certification.rules.completion import Requirement
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.services.acting import decide_act, propose_act, withdraw_act
from lms.certification.services.deciding import decide_certification, hold_certification, propose_certification
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.ordering import order_reissue
from lms.certification.services.reissuing import accept_order
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exams.models import Attempt
from lms.grading.models import Assignment, AssignmentChange, CohortTeacher, GraderAffiliation, GraderConflict, ResultRow
from lms.grading.queries.released import list_graded_participant_ids
from lms.web.access import Role
from tests.factories import Seat
from tests.lms.certification.builders import Builder

pytestmark = pytest.mark.database("sqlite")

WORDS = {"explanation": "架空の経緯です。", "words": "架空のお知らせです。"}


def refused(act: Callable[..., object], *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(CertificationRefused) as caught:
        act(*args, **kwargs)
    return caught.value.reason


def issue(build: Builder, seat: Seat) -> str:
    return issue_certificate(seat.participant_id, by=build.approver, now=clock.now())


def the_proposal(seat: Seat) -> int:
    return latest_proposals([seat.participant_id])[seat.participant_id].id


def rename(seat: Seat, name: str) -> None:
    db.session.execute(update(Participant).where(Participant.id == seat.participant_id).values(certificate_name=name))
    db.session.commit()


def fail_by_appeal(build: Builder) -> None:
    """The released result is corrected after the approval: the newest revision is no pass."""
    first = db.session.scalars(select(ResultRow)).one()
    kept = {column.name: getattr(first, column.name) for column in ResultRow.__table__.columns if column.name != "id"}
    db.session.add(ResultRow(**{**kept, "revision": 2, "is_passed": False}))
    db.session.commit()


def test_who_no_longer_meets_the_rule_is_not_issued_to_and_the_approval_stays(build: Builder) -> None:
    seat = build.approved_seat()
    with build.app.app_context():
        fail_by_appeal(build)
        assert refused(issue, build, seat) is Refusal.NOT_COMPLETE
        (preview,) = preview_issue(build.cohort_id, issued_on=clock.today_jst())
        assert preview.refusal is Refusal.NOT_COMPLETE
        assert [line.requirement for line in preview.unmet] == [Requirement.EXAM]
        assert latest_proposals([seat.participant_id])[seat.participant_id].is_approved is True
        assert numbers_of([seat.participant_id]) == {}
    office = build.make.login(build.approver)
    office.get(f"/office/cohorts/{build.cohort_id}/certification/issue")
    assert "修了要件を満たしていない項目があります。 認定試験:" in office.text


def test_a_held_approval_is_not_issued_until_it_is_let_go_or_proposed_anew(build: Builder) -> None:
    seat = build.approved_seat()
    with build.app.app_context():
        now, taken_back = clock.now(), the_proposal(seat)
        assert refused(hold_certification, taken_back, True, "x", by=build.proposer, now=now) is Refusal.DECIDER_PROPOSED
        hold_certification(taken_back, True, "照会中", by=build.approver, now=now)
        assert refused(issue, build, seat) is Refusal.HELD
        assert preview_issue(build.cohort_id, issued_on=clock.today_jst()) == []
        hold_certification(taken_back, False, "確認できた", by=build.approver, now=now)
        hold_certification(taken_back, True, "再び照会中", by=build.approver, now=now)
        (anew,) = propose_certification([seat.participant_id], by=build.approver, now=now)
        assert refused(issue, build, seat) is Refusal.NOT_APPROVED
        assert refused(hold_certification, taken_back, False, "x", by=build.approver, now=now) is Refusal.ALREADY_DECIDED
        decide_certification(anew, True, "", by=build.proposer, now=now)
        number = issue(build, seat)
        assert refused(hold_certification, anew, True, "x", by=build.proposer, now=now) is Refusal.ALREADY_DECIDED
    build.enact(number, EntryKind.VOID)
    with build.app.app_context():
        assert latest_proposals([seat.participant_id]) == {}, "the approval taken back does not stand in for the used one"


def test_an_approved_proposal_can_be_held_on_the_desk(build: Builder) -> None:
    seat = build.approved_seat("架空 一子")
    with build.app.app_context():
        proposal = the_proposal(seat)
    office = build.make.login(build.approver)
    office.get(f"/office/cohorts/{build.cohort_id}/certification")
    assert f"/office/certification/{proposal}/hold" in office.page.html
    office.submit(f"/office/certification/{proposal}/hold", {"reason": "照会中"}, action="/hold/hold")
    assert "承認済み・保留" in office.text
    assert f"/office/certification/{proposal}/refuse" not in office.page.html


@pytest.mark.parametrize("tie", ["taught", "company", "declared"])
def test_who_is_tied_takes_no_part_in_any_decision(build: Builder, tie: str) -> None:
    seat, number = build.issued_seat()
    other = build.complete_seat()
    tied = build.make.staff(Role.OFFICE)
    with build.app.app_context():
        now = clock.now()
        (proposal,) = propose_certification([other.participant_id], by=build.proposer, now=now)
        act = propose_act(number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY, **WORDS, by=build.proposer, now=now)
        _tie(tie, tied, seat, other, noted_by=build.proposer)
        assert refused(decide_act, act, True, "", by=tied, now=now) is Refusal.DECIDER_TIED
        withdraw_act(act, by=build.proposer, now=now)
        order = order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=now)
        assert refused(accept_order, order, by=tied, now=now) is Refusal.DECIDER_TIED
        assert (
            refused(propose_act, number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY, **WORDS, by=tied, now=now)
            is Refusal.PROPOSER_TIED
        )
        assert refused(propose_certification, [other.participant_id], by=tied, now=now) is Refusal.PROPOSAL_WAITS
        assert refused(decide_certification, proposal, True, "", by=tied, now=now) is Refusal.DECIDER_TIED
        assert refused(hold_certification, proposal, True, "x", by=tied, now=now) is Refusal.DECIDER_TIED
        decide_certification(proposal, False, "x", by=build.approver, now=now)
        assert refused(propose_certification, [other.participant_id], by=tied, now=now) is Refusal.PROPOSER_TIED
        candidates = {each.seat.participant_id: each for each in list_candidates(build.cohort_id, viewer_id=tied)}
        assert candidates[other.participant_id].cannot_propose is Refusal.PROPOSER_TIED
        propose_certification([other.participant_id], by=build.approver, now=now)


def _tie(kind: str, tied: int, *seats: Seat, noted_by: int) -> None:
    noted = {"noted_by_id": noted_by, "noted_at": clock.now()}
    if kind == "taught":
        db.session.add(CohortTeacher(cohort_id=seats[0].cohort_id, user_id=tied, **noted))
    elif kind == "company":
        ids = [seat.participant_id for seat in seats]
        db.session.execute(update(Participant).where(Participant.id.in_(ids)).values(company="架空商事"))
        db.session.add(GraderAffiliation(grader_id=tied, company="架空商事", **noted))
    else:
        said = {"reason": "親族", "declared_by_id": noted_by, "declared_at": clock.now()}
        db.session.add_all(GraderConflict(grader_id=tied, participant_id=seat.participant_id, **said) for seat in seats)
    db.session.commit()


def test_another_name_than_the_proposed_one_is_neither_approved_nor_issued(build: Builder) -> None:
    seat = build.complete_seat("架空 一子")
    with build.app.app_context():
        now = clock.now()
        (proposal,) = propose_certification([seat.participant_id], by=build.proposer, now=now)
        assert latest_proposals([seat.participant_id])[seat.participant_id].holder_name == "架空 一子"
        rename(seat, "架空 花子")
        assert refused(decide_certification, proposal, True, "", by=build.approver, now=now) is Refusal.NAME_CHANGED
        rename(seat, "架空 一子")
        decide_certification(proposal, True, "", by=build.approver, now=now)
        rename(seat, "架空 花子")
        assert refused(issue, build, seat) is Refusal.NAME_CHANGED
    office = build.make.login(build.approver)
    for page in ("", "/issue"):
        office.get(f"/office/cohorts/{build.cohort_id}/certification{page}")
        assert "印刷する氏名が変わっています。提案し直してください。" in office.text
    with build.app.app_context():
        hold_certification(proposal, True, "氏名が変わった", by=build.approver, now=now)
        (anew,) = propose_certification([seat.participant_id], by=build.proposer, now=now)
        decide_certification(anew, True, "", by=build.approver, now=now)
        assert issue(build, seat)


def test_an_old_proposal_without_a_name_is_used_as_before(build: Builder) -> None:
    seat = build.complete_seat()
    with build.app.app_context():
        now = clock.now()
        row = CompletionProposal(participant_id=seat.participant_id, checklist=[], proposed_by_id=build.proposer, proposed_at=now)
        db.session.add(row)
        db.session.commit()
        decide_certification(row.id, True, "", by=build.approver, now=now)
        assert issue(build, seat)


def test_who_handed_an_essay_over_has_graded_too(build: Builder) -> None:
    seat = build.complete_seat()
    first, second = (build.make.staff(Role.OFFICE, Role.GRADER) for _ in range(2))
    with build.app.app_context():
        attempt = db.session.scalars(select(Attempt.id)).one()
    build.assign_essay(second, attempt)
    with build.app.app_context():
        given = db.session.scalars(select(Assignment)).one()
        change = {"assignment_id": given.id, "kind": "reassigned", "from_grader_id": first, "to_grader_id": second}
        noted = {"reason": "病気", "draft": {}, "changed_by_id": build.proposer, "changed_at": clock.now()}
        db.session.add(AssignmentChange(**change, **noted))
        db.session.commit()
        assert list_graded_participant_ids(first) == list_graded_participant_ids(second) == {seat.participant_id}
        ids = [seat.participant_id]
        assert refused(propose_certification, ids, by=first, now=clock.now()) is Refusal.PROPOSER_GRADED


def test_the_number_shown_is_the_newest_that_stands(build: Builder) -> None:
    seat, number = build.issued_seat()
    build.enact(number, EntryKind.VOID)
    with build.app.app_context():
        assert list_certificate_numbers([seat.participant_id]) == {}
    build.approve(seat)
    newest = build.issue(seat)
    with build.app.app_context():
        assert list_certificate_numbers([seat.participant_id]) == {seat.participant_id: newest}
    build.enact(newest, EntryKind.REVOKE)
    with build.app.app_context():
        assert list_certificate_numbers([seat.participant_id]) == {}


def test_only_the_proposer_takes_an_undecided_act_back_and_a_reissue_is_free_again(build: Builder) -> None:
    seat, number = build.issued_seat()
    with build.app.app_context():
        now = clock.now()
        order = order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=now)
        act = propose_act(number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY, **WORDS, by=build.proposer, now=now)
        assert refused(withdraw_act, act, by=build.approver, now=now) is Refusal.NOT_PROPOSER
        assert refused(accept_order, order, by=build.approver, now=now) is Refusal.ACT_WAITS
    office = build.make.login(build.proposer)
    office.submit(f"/office/register/acts/{act}", {}, action="/withdraw")
    assert "提案を取り下げました。" in office.text
    with build.app.app_context():
        assert get_act(act).is_withdrawn
        assert find_waiting_act(number) is None
        assert refused(withdraw_act, act, by=build.proposer, now=now) is Refusal.ALREADY_DECIDED
        assert refused(decide_act, act, True, "", by=build.approver, now=now) is Refusal.ALREADY_DECIDED
        assert accept_order(order, by=build.approver, now=now) == 2
    office.get(f"/office/register/acts/{act}")
    assert "取り下げ" in office.text
