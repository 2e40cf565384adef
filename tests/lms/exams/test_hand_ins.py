"""What two people decide about a submitted attempt: late answers that count or not, a section that is opened again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.exam_engine.attempts import AttemptStatus
from lms.exams.models import AnswerVersion, HandInDecision, HandInProposal, Submission
from lms.exams.queries.answers import list_answers
from lms.exams.queries.late_answers import compare_late, count_undecided_late, list_late_stamps
from lms.exams.queries.proposals import get_proposal
from lms.exams.queries.sittings import get_sitting
from lms.exams.queries.submissions import get_submission
from lms.exams.rules.comparing import compare_texts
from lms.exams.rules.incidents import IncidentRefusal, IncidentRefused
from lms.exams.rules.late_answers import LateState
from lms.exams.rules.sitting import HandInKind
from lms.exams.services.hand_ins import decide_hand_in, propose_late, propose_reopening
from lms.exams.services.handing_in import close_expired_attempts, hand_in_section
from lms.exams.services.saving import save_answers
from lms.mail.models import OutgoingMail
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin, sent
from tests.lms.exams.test_concurrency import at_once

LATE_TEXT = "要求の内容を確かめた。二人で対応した。記録を残した。"
EARLY_TEXT = "要求の内容を確かめた。記録を残した。"
WHY = "停電のあいだに入力された解答のため"


@dataclass(frozen=True)
class LateCase:
    """A submitted attempt with one essay that arrived late, and two people of the office."""

    started: Started
    question: str
    version_id: int
    proposer: int
    decider: int

    def propose(self, *, is_admission: bool = True) -> int:
        return propose_late(
            self.started.attempt_id, [self.version_id], WHY, is_admission=is_admission, by=self.proposer, now=clock.now()
        )


def submit(started: Started) -> None:
    for section in ("choice", "essay"):
        hand_in_section(started.attempt_id, section, [], device="d", by=started.seat.user_id, now=clock.now())


def late_case(make: Factory) -> LateCase:
    started = begin(make)
    by, question = started.seat.user_id, started.question("essay")
    with make.app.app_context():
        hand_in_section(started.attempt_id, "choice", [], device="d", by=by, now=clock.now())
        early = sent(started.paper, question, EARLY_TEXT, sequence=1)
        save_answers(started.attempt_id, [early], device="d", by=by, now=clock.now())
        hand_in_section(started.attempt_id, "essay", [], device="d", by=by, now=clock.now())
        late = sent(started.paper, question, LATE_TEXT, base=1, sequence=2, typed_at=clock.now() - timedelta(minutes=3))
        save_answers(started.attempt_id, [late], device="d", by=by, now=clock.now())
        version_id = db.session.scalars(select(AnswerVersion.id).order_by(AnswerVersion.id.desc())).first()
    return LateCase(started, question, version_id or 0, make.staff(), make.staff())


def expect_refusal(reason: IncidentRefusal, act: Callable[[], object]) -> None:
    with pytest.raises(IncidentRefused) as refused:
        act()
    assert refused.value.reason is reason


def test_the_office_sees_what_arrived_late_beside_what_was_handed_in(make: Factory, context: Flask) -> None:
    case = late_case(make)
    sitting = get_sitting(case.started.attempt_id)
    [late] = compare_late(sitting, list_late_stamps(sitting))
    assert (late.question_id, late.state) == (case.question, LateState.OPEN)
    assert "".join(piece.text for piece in late.comparison.left) == EARLY_TEXT
    assert [piece.text for piece in late.comparison.right if piece.is_other] == ["二人で対応した。"]
    assert late.typed_at == clock.now() - timedelta(minutes=3)
    assert count_undecided_late(case.started.window_id) == {case.started.attempt_id: 1}


def test_admitted_text_is_a_further_hand_in_by_the_office_and_the_earlier_one_stays(make: Factory, context: Flask) -> None:
    case = late_case(make)
    decide_hand_in(case.propose(), True, "", by=case.decider, now=clock.now())
    rows = db.session.scalars(select(Submission).order_by(Submission.number)).all()
    assert [(row.number, row.kind) for row in rows] == [(1, HandInKind.PARTICIPANT), (2, HandInKind.OFFICE)]
    assert EARLY_TEXT in rows[0].answers[case.question]["body"]
    assert LATE_TEXT in rows[1].answers[case.question]["body"]
    assert get_submission(case.started.attempt_id).number == 2
    assert LATE_TEXT in list_answers(case.started.attempt_id)[case.question].body
    assert [late.state for late in list_late_stamps(get_sitting(case.started.attempt_id))] == [LateState.ADMITTED]
    assert count_undecided_late(case.started.window_id) == {}
    mails = db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "exam_received")).all()
    assert len(mails) == 2
    assert "遅れて届いた解答を、事務局の確認を経て加えました。" in mails[1].body


def test_text_that_is_left_aside_stays_and_hands_nothing_in(make: Factory, context: Flask) -> None:
    case = late_case(make)
    decide_hand_in(case.propose(is_admission=False), True, "", by=case.decider, now=clock.now())
    assert get_submission(case.started.attempt_id).number == 1
    assert [late.state for late in list_late_stamps(get_sitting(case.started.attempt_id))] == [LateState.REFUSED]
    assert db.session.scalar(select(func.count(AnswerVersion.id)).where(AnswerVersion.id == case.version_id)) == 1


def test_what_was_not_approved_may_be_proposed_again(make: Factory, context: Flask) -> None:
    case = late_case(make)
    first = case.propose()
    expect_refusal(IncidentRefusal.NOT_LATE, case.propose)
    decide_hand_in(first, False, "停電の記録がない", by=case.decider, now=clock.now())
    assert get_submission(case.started.attempt_id).number == 1
    assert case.propose() != first


def test_nobody_decides_what_they_proposed_or_their_own_attempt(make: Factory, context: Flask) -> None:
    case = late_case(make)
    own = case.started.seat.user_id
    expect_refusal(
        IncidentRefusal.OWN_ATTEMPT,
        lambda: propose_late(case.started.attempt_id, [case.version_id], WHY, is_admission=True, by=own, now=clock.now()),
    )
    proposal = case.propose()
    expect_refusal(
        IncidentRefusal.DECIDER_PROPOSED, lambda: decide_hand_in(proposal, True, "", by=case.proposer, now=clock.now())
    )
    expect_refusal(IncidentRefusal.OWN_ATTEMPT, lambda: decide_hand_in(proposal, True, "", by=own, now=clock.now()))
    expect_refusal(IncidentRefusal.REASON_MISSING, lambda: decide_hand_in(proposal, False, " ", by=case.decider, now=clock.now()))
    assert get_proposal(proposal).decision is None


def test_a_decision_is_taken_once_even_by_two_at_the_same_moment(make: Factory) -> None:
    case = late_case(make)
    other = make.staff()
    with make.app.app_context():
        proposal = case.propose()

    def decide(by: int) -> str:
        try:
            decide_hand_in(proposal, True, "", by=by, now=clock.now())
        except IncidentRefused as refused:
            return refused.reason.value
        return "done"

    assert sorted(at_once(make, [lambda: decide(case.decider), lambda: decide(other)])) == ["already_decided", "done"]
    with make.app.app_context():
        assert db.session.scalar(select(func.count(HandInDecision.proposal_id))) == 1
        assert db.session.scalar(select(func.count(Submission.id))) == 2


@pytest.mark.parametrize("wrong", [[], [999_999]])
def test_only_late_versions_of_the_attempt_can_be_proposed(make: Factory, context: Flask, wrong: list[int]) -> None:
    case = late_case(make)
    reason = IncidentRefusal.NOT_LATE if wrong else IncidentRefusal.NOTHING_CHOSEN
    expect_refusal(
        reason,
        lambda: propose_late(case.started.attempt_id, wrong, WHY, is_admission=True, by=case.proposer, now=clock.now()),
    )


def test_of_one_question_only_one_late_text_can_count(make: Factory, context: Flask) -> None:
    case = late_case(make)
    more = sent(case.started.paper, case.question, LATE_TEXT * 2, base=1, sequence=3)
    save_answers(case.started.attempt_id, [more], device="d", by=case.started.seat.user_id, now=clock.now())
    ids = [late.id for late in list_late_stamps(get_sitting(case.started.attempt_id))]
    expect_refusal(
        IncidentRefusal.TWO_OF_ONE_QUESTION,
        lambda: propose_late(case.started.attempt_id, ids, WHY, is_admission=True, by=case.proposer, now=clock.now()),
    )


def test_a_running_attempt_is_not_decided_about(make: Factory, context: Flask) -> None:
    started, by = begin(make), make.staff()
    expect_refusal(
        IncidentRefusal.NOT_SUBMITTED,
        lambda: propose_reopening(started.attempt_id, "choice", 10, WHY, by=by, now=clock.now()),
    )


def test_a_reopened_section_goes_on_with_its_answers_and_ends_by_itself(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    case = late_case(make)
    attempt_id = case.started.attempt_id
    frozen_clock.advance(days=2)
    proposal = propose_reopening(attempt_id, "essay", 20, WHY, by=case.proposer, now=clock.now())
    decide_hand_in(proposal, True, "", by=case.decider, now=clock.now())
    sitting = get_sitting(attempt_id)
    access = sitting.section_access(clock.now())
    assert access is not None
    assert (sitting.stored_state.current_section, access.remaining) == ("essay", timedelta(minutes=20))
    mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "exam_reopened")).one()
    assert "20分" in mail.body
    assert case.started.public_id in mail.body
    assert "論述" in mail.body
    text = sent(case.started.paper, case.question, "書き直した。", base=1, sequence=9)
    save_answers(attempt_id, [text], device="d", by=case.started.seat.user_id, now=clock.now())
    frozen_clock.advance(minutes=21)
    assert close_expired_attempts(now=clock.now()) == 1
    assert close_expired_attempts(now=clock.now()) == 0
    rows = db.session.scalars(select(Submission).order_by(Submission.number)).all()
    assert [(row.number, row.kind) for row in rows] == [(1, HandInKind.PARTICIPANT), (2, HandInKind.CLOCK)]
    assert "書き直した。" in rows[1].answers[case.question]["body"]
    assert get_sitting(attempt_id).stored_state.status is AttemptStatus.SUBMITTED


def test_a_reopening_is_proposed_once_and_within_measure(make: Factory, context: Flask) -> None:
    started, by = begin(make), make.staff()
    submit(started)

    def propose(section: str = "essay", minutes: int = 10) -> int:
        return propose_reopening(started.attempt_id, section, minutes, WHY, by=by, now=clock.now())

    expect_refusal(IncidentRefusal.TIME_RANGE, lambda: propose(minutes=0))
    expect_refusal(IncidentRefusal.UNKNOWN_SECTION, lambda: propose("nowhere"))
    propose()
    expect_refusal(IncidentRefusal.PROPOSAL_WAITS, propose)
    assert db.session.scalar(select(func.count(HandInProposal.id))) == 1


def test_admission_waits_while_the_attempt_is_open_again(make: Factory, context: Flask) -> None:
    case = late_case(make)
    late, again = case.propose(), propose_reopening(case.started.attempt_id, "essay", 5, WHY, by=case.proposer, now=clock.now())
    decide_hand_in(again, True, "", by=case.decider, now=clock.now())
    expect_refusal(IncidentRefusal.NOT_SUBMITTED, lambda: decide_hand_in(late, True, "", by=case.decider, now=clock.now()))


def test_every_step_stands_in_the_records(make: Factory, context: Flask) -> None:
    case = late_case(make)
    decide_hand_in(case.propose(), True, "", by=case.decider, now=clock.now())
    again = propose_reopening(case.started.attempt_id, "choice", 5, WHY, by=case.proposer, now=clock.now())
    decide_hand_in(again, False, "不要", by=case.decider, now=clock.now())
    tags = db.session.scalars(select(AuditEvent.tag).order_by(AuditEvent.id)).all()
    wanted = ("late_answers:propose", "late_answers:approve", "reopening:propose", "reopening:refuse")
    assert [tag for tag in tags if tag.startswith(("late", "reop"))] == list(wanted)


@pytest.mark.parametrize(
    ("left", "right"), [("", ""), ("", "あ。"), ("あ。い。", "あ。い。"), ("あ。い\nう", "い\nあ。う"), ("a" * 5000, "、" * 5000)]
)
def test_a_comparison_put_together_again_is_the_texts(left: str, right: str) -> None:
    found = compare_texts(left, right)
    assert "".join(piece.text for piece in found.left) == left
    assert "".join(piece.text for piece in found.right) == right
    assert found.is_same is (left == right)
