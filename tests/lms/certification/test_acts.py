"""Acts on a certificate: four eyes, what follows what, what the holder is told, what stays printed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms import clock
from lms.certification.models import EntryDetail, RegisterEntry
from lms.certification.queries.acts import find_waiting_act, get_act
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.completion import latest_proposals, numbers_of
from lms.certification.queries.register import find_certificate
from lms.certification.rules.chain import commit_to
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.entries import CertificateStatus, EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.services.acting import decide_act, propose_act
from lms.certification.services.deciding import decide_certification, hold_certification, propose_certification
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.ordering import order_reissue
from lms.certification.services.reissuing import accept_order, decline_order
from lms.db.session import db
from lms.exams.models import Attempt
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.factories import Seat
from tests.lms.certification.builders import Builder

WORDS = {"explanation": "内部の経緯", "words": "お問い合わせの件を確認しています。"}


def refused(act: Any, *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(CertificationRefused) as caught:
        act(*args, **kwargs)
    return caught.value.reason


def propose(build: Builder, number: str, kind: EntryKind, reason: Reason, *, by: int = 0) -> int:
    return propose_act(number, kind, reason, **WORDS, by=by or build.proposer, now=clock.now())


def status(seat: Seat) -> CertificateStatus:
    found = find_certificate(seat.participant_id)
    assert found is not None
    return found.status


def kinds(number: str) -> list[EntryKind]:
    found = db.session.scalars(
        select(RegisterEntry.kind).where(RegisterEntry.certificate_number == number).order_by(RegisterEntry.position)
    )
    return list(found)


def test_a_whole_life_is_kept_and_the_holder_is_told_of_every_turn(build: Builder) -> None:
    seat, number = build.issued_seat("架空 一子")
    build.enact(number, EntryKind.SUSPEND)
    with build.app.app_context():
        assert status(seat) is CertificateStatus.SUSPENDED
    build.enact(number, EntryKind.RESUME)
    assert build.reissue(seat, Reason.NAME_CHANGE, "架空 二子") == 2
    build.enact(number, EntryKind.REVOKE, Reason.BREACH_OF_TERMS)
    with build.app.app_context():
        assert kinds(number) == [EntryKind.ISSUE, EntryKind.SUSPEND, EntryKind.RESUME, EntryKind.REISSUE, EntryKind.REVOKE]
        assert status(seat) is CertificateStatus.REVOKED
        assert list_register_problems() == []
        sent = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
        told = [mail.template for mail in sent if mail.template.startswith("certificate_")]
        assert told == [f"certificate_{word}" for word in ("issued", "suspended", "resumed", "reissued", "revoked")]
        assert all("架空の経緯" not in mail.body for mail in sent)
        assert "架空のお知らせです。" in sent[-1].body


def test_the_chain_holds_the_word_of_the_reason_and_the_detail_what_was_said(build: Builder) -> None:
    _, number = build.issued_seat()
    build.enact(number, EntryKind.REVOKE, Reason.EXAM_MISCONDUCT)
    with build.app.app_context():
        entry = db.session.scalars(select(RegisterEntry).where(RegisterEntry.kind == EntryKind.REVOKE)).one()
        detail = db.session.get_one(EntryDetail, entry.id)
        assert (entry.reason, entry.pdf_sha256, entry.version) == ("exam_misconduct", "", 1)
        assert entry.issued_on == clock.today_jst()
        assert commit_to(detail.detail, detail.salt) == entry.commitment
        told = json.loads(detail.detail)
        assert (told["explanation"], told["proposed_by_id"], told["decided_by_id"]) == (
            "架空の経緯です。",
            build.proposer,
            build.approver,
        )


@pytest.mark.database("sqlite")
def test_four_eyes_that_neither_graded_nor_hold_the_certificate(build: Builder) -> None:
    seat = build.approved_seat()
    grader = build.make.staff(Role.OFFICE, Role.GRADER)
    with build.app.app_context():
        attempt = db.session.scalars(select(Attempt.id)).one()
    build.assign_essay(grader, attempt)
    number = build.issue(seat)
    with build.app.app_context():
        assert refused(propose, build, number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY, by=grader) is Refusal.PROPOSER_GRADED
        assert refused(propose, build, number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY, by=seat.user_id) is (
            Refusal.OWN_CERTIFICATE
        )
        act = propose(build, number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY)
        for person, why in (
            (build.proposer, Refusal.DECIDER_PROPOSED),
            (grader, Refusal.DECIDER_GRADED),
            (seat.user_id, Refusal.OWN_CERTIFICATE),
        ):
            assert refused(decide_act, act, True, "", by=person, now=clock.now()) is why
            assert refused(decide_act, act, False, "x", by=person, now=clock.now()) is why
        assert status(seat) is CertificateStatus.VALID
        assert refused(decide_act, act, False, " ", by=build.approver, now=clock.now()) is Refusal.REASON_MISSING
        decide_act(act, False, "事実がありません", by=build.approver, now=clock.now())
        assert get_act(act).is_approved is False
        assert find_waiting_act(number) is None
        assert refused(decide_act, act, True, "", by=build.approver, now=clock.now()) is Refusal.ALREADY_DECIDED
        assert kinds(number) == [EntryKind.ISSUE]


@pytest.mark.database("sqlite")
def test_an_act_that_does_not_fit_is_refused_and_only_one_waits(build: Builder) -> None:
    seat, number = build.issued_seat()
    with build.app.app_context():
        assert refused(propose, build, number, EntryKind.RESUME, Reason.INQUIRY_CLOSED) is Refusal.NOT_POSSIBLE
        assert refused(propose, build, number, EntryKind.EXPIRE, Reason.LOSS) is Refusal.NOT_POSSIBLE
        assert refused(propose, build, number, EntryKind.REVOKE, Reason.LOSS) is Refusal.WRONG_REASON
        empty = {"explanation": " ", "words": "x"}
        assert (
            refused(propose_act, number, EntryKind.VOID, Reason.PRINTING_FAULT, **empty, by=build.proposer, now=clock.now())
            is Refusal.WORDS_MISSING
        )
        order = order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=clock.now())
        act = propose(build, number, EntryKind.REVOKE, Reason.OWN_REQUEST)
        assert refused(propose, build, number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY) is Refusal.ACT_WAITS
        assert refused(accept_order, order, by=build.approver, now=clock.now()) is Refusal.ACT_WAITS
        decide_act(act, True, "", by=build.approver, now=clock.now())
        assert refused(accept_order, order, by=build.approver, now=clock.now()) is Refusal.NOT_POSSIBLE
        assert refused(propose, build, number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY) is Refusal.NOT_POSSIBLE


@pytest.mark.database("sqlite")
def test_a_voided_number_never_comes_back_and_a_new_one_needs_a_new_decision(build: Builder) -> None:
    seat, number = build.issued_seat()
    build.enact(number, EntryKind.VOID)
    with build.app.app_context():
        assert numbers_of([seat.participant_id]) == {}
        assert latest_proposals([seat.participant_id]) == {}
        again = refused(issue_certificate, seat.participant_id, by=build.proposer, now=clock.now())
        assert again is Refusal.NOT_APPROVED
    build.approve(seat)
    new = build.issue(seat)
    with build.app.app_context():
        assert (number.split("-")[3], new.split("-")[3]) == ("0001", "0002")
        assert numbers_of([seat.participant_id]) == {seat.participant_id: new}
        assert status(seat) is CertificateStatus.VALID
        assert list_register_problems() == []


@pytest.mark.database("sqlite")
def test_a_reissue_keeps_what_was_certified_whatever_the_account_says_today(build: Builder) -> None:
    seat, number = build.issued_seat("架空 一子")
    with build.app.app_context():
        before = find_certificate(seat.participant_id)
        order = order_reissue(seat.participant_id, Reason.NAME_CHANGE, "髙﨑 一子", "結婚", by=seat.user_id, now=clock.now())
        later = clock.now() + timedelta(days=2)
        assert accept_order(order, "お待たせしました。", by=build.approver, now=later) == 2
        after = find_certificate(seat.participant_id)
        assert before is not None
        assert after is not None
        assert (after.number, after.version, after.record.holder_name) == (number, 2, "髙﨑 一子")
        assert (after.record.body_lines, after.record.course_title) == (before.record.body_lines, before.record.course_title)
        assert after.record.first_issued_on == before.record.issued_on < after.record.issued_on
        assert after.record.verify_code != before.record.verify_code
        assert refused(accept_order, order, by=build.approver, now=later) is Refusal.ORDER_SETTLED
        assert refused(decline_order, order, "x", by=build.approver, now=later) is Refusal.ORDER_SETTLED
    assert build.reissue(seat) == 3
    with build.app.app_context():
        last = find_certificate(seat.participant_id)
        assert last is not None
        assert last.record.holder_name == "髙﨑 一子"
        assert last.record.first_issued_on == before.record.issued_on


@pytest.mark.database("sqlite")
def test_who_ordered_for_the_holder_does_not_settle_the_order(build: Builder) -> None:
    seat, _ = build.issued_seat()
    with build.app.app_context():
        order = order_reissue(seat.participant_id, Reason.DAMAGE, "", "", by=build.proposer, now=clock.now())
        assert refused(accept_order, order, by=build.proposer, now=clock.now()) is Refusal.DECIDER_PROPOSED
        assert refused(decline_order, order, " ", by=build.approver, now=clock.now()) is Refusal.WORDS_MISSING
        decline_order(order, "現物を拝見したところ、お使いいただけます。", by=build.approver, now=clock.now())
        mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "certificate_reissue_declined")).one()
        assert "現物を拝見した" in mail.body


@pytest.mark.database("sqlite")
def test_a_held_proposal_is_not_approved_until_it_is_let_go(build: Builder) -> None:
    seat = build.complete_seat()
    with build.app.app_context():
        now = clock.now()
        (proposal,) = propose_certification([seat.participant_id], note="入金は口座で確認", by=build.proposer, now=now)
        held = latest_proposals([seat.participant_id])[seat.participant_id]
        assert (held.note, held.is_held) == ("入金は口座で確認", False)
        assert refused(hold_certification, proposal, True, "x", by=build.proposer, now=now) is Refusal.DECIDER_PROPOSED
        assert refused(hold_certification, proposal, True, " ", by=build.approver, now=now) is Refusal.REASON_MISSING
        assert refused(hold_certification, proposal, False, "x", by=build.approver, now=now) is Refusal.NOT_HELD
        hold_certification(proposal, True, "出席の記録を確認中", by=build.approver, now=now)
        assert refused(hold_certification, proposal, True, "x", by=build.approver, now=now) is Refusal.HELD
        assert refused(decide_certification, proposal, True, "", by=build.approver, now=now) is Refusal.HELD
        hold_certification(proposal, False, "確認できた", by=build.approver, now=now)
        decide_certification(proposal, True, "", by=build.approver, now=now)
        issue_certificate(seat.participant_id, by=build.approver, now=now)
        assert refused(hold_certification, proposal, True, "x", by=build.approver, now=now) is Refusal.ALREADY_DECIDED
