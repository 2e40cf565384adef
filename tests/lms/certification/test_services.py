"""Proposing, deciding and issuing on both databases: four eyes, one transaction, contiguous numbers, an intact chain."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select

from certificates.codes import digest
from certificates.credential import name_agrees, read_credential
from certificates.numbering import parse_number
from certificates.press import press
from certificates.record import record_from_json
from certificates.unsealing import check_seal
from lms import clock
from lms.audit.models import AuditEvent
from lms.certification.models import (
    CompletionDecision,
    IssuedDocument,
    NameConsent,
    NumberSeries,
    PrintedRecord,
    RegisterEntry,
    VerificationLookup,
    VerificationSecret,
)
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.completion import NoSuchProposal, latest_proposals
from lms.certification.queries.issuing import settings
from lms.certification.queries.register import certificate_pdf, find_certificate
from lms.certification.rules.chain import commit_to
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.services import issuing, papers
from lms.certification.services.deciding import decide_certification, propose_certification
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.looking_up import note_lookup
from lms.certification.services.using import set_name_consent
from lms.cohorts.models import Attendance, Participant
from lms.db.session import db
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.factories import Seat
from tests.lms.certification.builders import Builder


def serials(build: Builder) -> list[int]:
    with build.app.app_context():
        numbers = db.session.scalars(select(RegisterEntry.certificate_number).order_by(RegisterEntry.position)).all()
    parsed = [parse_number(number) for number in numbers]
    return [number.serial for number in parsed if number]


def refused(function: Any, *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(CertificationRefused) as caught:
        function(*args, **kwargs)
    return caught.value.reason


def propose(build: Builder, seat: Seat, by: int = 0) -> int:
    with build.app.app_context():
        return propose_certification([seat.participant_id], by=by or build.proposer, now=clock.now())[0]


def test_a_proposal_keeps_the_checklist_as_it_stood(build: Builder) -> None:
    seat = build.complete_seat()
    propose(build, seat)
    with build.app.app_context():
        proposal = latest_proposals([seat.participant_id])[seat.participant_id]
        tags = db.session.scalars(select(AuditEvent.tag)).all()
    assert len(proposal.checklist) == 7
    assert proposal.proposed_by == "事務 一子"
    assert "certification:propose" in tags


def test_who_has_not_completed_is_not_proposed_and_nobody_with_them(build: Builder) -> None:
    done, half = build.complete_seat(), build.make.seat(build.cohort_id)
    both = [done.participant_id, half.participant_id]
    with build.app.app_context():
        assert refused(propose_certification, both, by=build.proposer, now=clock.now()) is Refusal.NOT_COMPLETE
        assert latest_proposals(both) == {}


def test_a_failed_exam_or_an_unreleased_result_is_not_enough(build: Builder) -> None:
    failed = build.make.seat(build.make.cohort(3), minutes=300)
    hidden = build.make.seat(build.make.cohort(4), minutes=300)
    for seat in (failed, hidden):
        build.finish_lessons(seat)
        build.consent_to_terms(seat)
    build.release_result(failed, is_passed=False, total="90")
    build.release_result(hidden, is_passed=True, is_released=False)
    with build.app.app_context():
        for seat in (failed, hidden):
            reason = refused(propose_certification, [seat.participant_id], by=build.proposer, now=clock.now())
            assert reason is Refusal.NOT_COMPLETE


def test_a_second_proposal_waits_for_the_first(build: Builder) -> None:
    seat = build.complete_seat()
    proposal_id = propose(build, seat)
    with build.app.app_context():
        again = [seat.participant_id]
        assert refused(propose_certification, again, by=build.approver, now=clock.now()) is Refusal.PROPOSAL_WAITS
        decide_certification(proposal_id, True, "", by=build.approver, now=clock.now())
        assert refused(propose_certification, again, by=build.proposer, now=clock.now()) is Refusal.ALREADY_APPROVED


def test_who_was_refused_may_be_proposed_again(build: Builder) -> None:
    seat = build.complete_seat()
    proposal_id = propose(build, seat)
    with build.app.app_context():
        decide_certification(proposal_id, False, "出席の確認が必要", by=build.approver, now=clock.now())
        propose_certification([seat.participant_id], by=build.proposer, now=clock.now())
        latest = latest_proposals([seat.participant_id])[seat.participant_id]
    assert latest.is_approved is None


def test_the_proposer_does_not_decide(build: Builder) -> None:
    proposal_id = propose(build, build.complete_seat())
    with build.app.app_context():
        reason = refused(decide_certification, proposal_id, True, "", by=build.proposer, now=clock.now())
        assert reason is Refusal.DECIDER_PROPOSED
        assert db.session.scalar(select(CompletionDecision)) is None


def test_a_grader_of_the_participant_neither_proposes_nor_decides(build: Builder) -> None:
    both = build.make.staff(Role.OFFICE, Role.GRADER)
    seat = build.make.seat(build.cohort_id, minutes=300)
    build.finish_lessons(seat)
    build.consent_to_terms(seat)
    build.assign_essay(both, build.release_result(seat, is_passed=True))
    other = build.complete_seat()
    with build.app.app_context():
        now = clock.now()
        assert refused(propose_certification, [seat.participant_id], by=both, now=now) is Refusal.PROPOSER_GRADED
        propose_certification([other.participant_id], by=both, now=now)
        proposal_id = propose_certification([seat.participant_id], by=build.proposer, now=now)[0]
        assert refused(decide_certification, proposal_id, True, "", by=both, now=now) is Refusal.DECIDER_GRADED


def test_nobody_is_certified_by_themselves(build: Builder) -> None:
    seat = build.complete_seat()
    proposal_id = propose(build, seat)
    with build.app.app_context():
        now = clock.now()
        assert refused(decide_certification, proposal_id, True, "", by=seat.user_id, now=now) is Refusal.OWN_CERTIFICATE


def test_a_decision_is_taken_once_and_a_refusal_gives_its_reason(build: Builder) -> None:
    proposal_id = propose(build, build.complete_seat())
    with build.app.app_context():
        now = clock.now()
        assert refused(decide_certification, proposal_id, False, "  ", by=build.approver, now=now) is Refusal.REASON_MISSING
        decide_certification(proposal_id, True, "", by=build.approver, now=now)
        assert refused(decide_certification, proposal_id, False, "x", by=build.approver, now=now) is Refusal.ALREADY_DECIDED
        with pytest.raises(NoSuchProposal):
            decide_certification(10_000, True, "", by=build.approver, now=now)


def test_what_changed_since_the_proposal_is_seen_at_the_decision(build: Builder) -> None:
    seat = build.complete_seat()
    proposal_id = propose(build, seat)
    with build.app.app_context():
        now = clock.now()
        db.session.add(
            Attendance(participant_id=seat.participant_id, day_number=1, minutes=10, entered_by_id=build.proposer, entered_at=now)
        )
        db.session.commit()
        assert refused(decide_certification, proposal_id, True, "", by=build.approver, now=now) is Refusal.NOT_COMPLETE


def test_an_issued_certificate_stands_in_every_table(build: Builder) -> None:
    seat, number = build.issued_seat("髙﨑 𠮷邉")
    assert number == "JHRMA-CH-2026-0001-9"
    with build.app.app_context():
        entry = db.session.execute(select(RegisterEntry)).scalar_one()
        printed = db.session.execute(select(PrintedRecord)).scalar_one()
        document = db.session.execute(select(IssuedDocument)).scalar_one()
        secret = db.session.execute(select(VerificationSecret)).scalar_one()
        record = record_from_json(printed.record)
        assert record.holder_name == "髙﨑 𠮷邉"
        assert record.body_lines[0] == "あなたは当協会が実施するカスハラ対策の実務者養成講座の"
        assert record.qualification == "【カスハラ対策実務者】"
        assert not record.is_sample
        assert entry.commitment == commit_to(printed.record, printed.salt)
        assert entry.pdf_sha256 == document.sha256 == hashlib.sha256(document.pdf).hexdigest()
        assert document.pdf.startswith(press(record, settings().fonts)), "the seal only appends"
        assert check_seal(document.pdf, build.app.extensions["seal"].anchors).is_trusted
        credential = read_credential(record.verify_url)
        assert credential is not None
        assert (credential.number, credential.version, credential.issued_on) == (number, 1, record.issued_on)
        assert credential.key_id == build.app.extensions["signing"].key_id
        assert name_agrees(credential, "高崎吉辺")
        assert secret.code_hash == digest(record.verify_code)
        assert secret.token_hash == digest(record.verify_url.removeprefix("http://localhost/verify/").partition("#")[0])
        assert list_register_problems() == []
        mail = db.session.execute(select(OutgoingMail)).scalar_one()
        assert (mail.to_address, mail.template) == (seat.email, "certificate_issued")
        assert number in mail.body
        event = db.session.execute(select(AuditEvent).where(AuditEvent.tag == "certificate:issue")).scalar_one()
        assert event.detail["entry_hash"] == entry.entry_hash


def test_no_table_but_record_and_pdf_holds_code_token_or_name(build: Builder) -> None:
    build.issued_seat("目印 花子")
    with build.app.app_context():
        record = record_from_json(db.session.execute(select(PrintedRecord)).scalar_one().record)
        wanted = (record.verify_code, record.verify_url.rpartition("/")[2], "目印")
        for model in (RegisterEntry, VerificationSecret, AuditEvent, NumberSeries):
            for row in db.session.execute(select(model.__table__)):
                text = json.dumps([str(value) for value in row], ensure_ascii=False)
                assert not any(word in text for word in wanted), model


def test_a_double_click_gives_the_same_number(build: Builder) -> None:
    seat, number = build.issued_seat()
    assert build.issue(seat) == number
    assert serials(build) == [1]


def test_two_simultaneous_clicks_give_one_certificate(build: Builder) -> None:
    seat = build.approved_seat()
    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(lambda _: build.issue(seat), range(8)))
    assert len(numbers) == 1
    assert serials(build) == [1]


def test_nothing_is_issued_without_approval(build: Builder) -> None:
    seat = build.complete_seat()
    with build.app.app_context():
        reason = refused(issue_certificate, seat.participant_id, by=build.proposer, now=clock.now())
    propose(build, seat)
    with build.app.app_context():
        assert reason is refused(issue_certificate, seat.participant_id, by=build.proposer, now=clock.now())
    assert reason is Refusal.NOT_APPROVED


def test_who_withdrew_after_the_approval_gets_no_certificate(build: Builder) -> None:
    seat = build.approved_seat()
    with build.app.app_context():
        db.session.get_one(Participant, seat.participant_id).withdrawn_at = clock.now()
        db.session.commit()
        assert refused(issue_certificate, seat.participant_id, by=build.proposer, now=clock.now()) is Refusal.WITHDRAWN


def test_a_name_that_cannot_be_printed_takes_no_number(build: Builder) -> None:
    seat = build.approved_seat("架空 \U0001f600子")
    with build.app.app_context():
        with pytest.raises(CertificationRefused) as caught:
            issue_certificate(seat.participant_id, by=build.proposer, now=clock.now())
        assert caught.value.reason is Refusal.MISSING_GLYPHS
        assert caught.value.characters == ("\U0001f600",)
        assert db.session.scalar(select(NumberSeries)) is None
    build.issued_seat()
    assert serials(build) == [1]


@pytest.mark.parametrize(("place", "broken"), [(papers, "press"), (papers, "enter"), (issuing, "queue_mail")])
def test_a_crash_in_the_middle_takes_no_number(
    build: Builder, place: ModuleType, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = build.approved_seat()

    def crash(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(place, broken, crash)
        with pytest.raises(RuntimeError):
            build.issue(seat)
    with build.app.app_context():
        for model in (RegisterEntry, PrintedRecord, IssuedDocument, VerificationSecret, NumberSeries, OutgoingMail):
            assert db.session.execute(select(model)).first() is None
    build.issue(seat)
    assert serials(build) == [1]


def test_numbers_are_contiguous_whoever_issues_at_the_same_time(build: Builder) -> None:
    seats = [build.complete_seat() for _ in range(20)]
    build.approve_all(seats)
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(build.issue, seats))
    assert len(set(numbers)) == 20
    assert serials(build) == list(range(1, 21))
    with build.app.app_context():
        assert list_register_problems() == []


def test_another_year_counts_from_one_and_the_chain_goes_on(build: Builder, frozen_clock: Any) -> None:
    build.issued_seat()
    frozen_clock.advance(days=31)
    _, number = build.issued_seat()
    assert number.startswith("JHRMA-CH-2027-0001-")
    with build.app.app_context():
        assert list_register_problems() == []


def test_the_year_is_japans(build: Builder, frozen_clock: Any) -> None:
    frozen_clock.travel(datetime(2026, 12, 31, 15, 0, tzinfo=UTC))
    _, number = build.issued_seat()
    assert number.startswith("JHRMA-CH-2027-")


def test_the_holder_sees_certificate_pdf_consent_and_days(build: Builder, frozen_clock: Any) -> None:
    seat, number = build.issued_seat("見る 花子")
    with build.app.app_context():
        assert find_certificate(build.make.seat(build.cohort_id).participant_id) is None
        note_lookup(number, on=clock.today_jst())
        note_lookup(number, on=clock.today_jst())
        set_name_consent(seat.participant_id, is_shown=True, by=seat.user_id, now=clock.now())
        view = find_certificate(seat.participant_id)
        assert view is not None
        assert (view.number, view.is_name_shown, view.looked_up_on) == (number, True, (clock.today_jst(),))
        assert certificate_pdf(seat.participant_id).body.startswith(b"%PDF-")
        set_name_consent(seat.participant_id, is_shown=False, by=seat.user_id, now=clock.now())
        assert db.session.execute(select(NameConsent.is_shown)).scalar_one() is False
        assert len(db.session.execute(select(VerificationLookup)).all()) == 1
