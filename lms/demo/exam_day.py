"""What happened around the demo's exam days: a power cut, an essay that arrived late, a doubted question, a review."""

from datetime import datetime, timedelta

from lms.demo.people import DemoCast
from lms.demo.sitting import DEVICE
from lms.exam_engine.definitions import SectionKind
from lms.exam_engine.rulings import Ruling, RulingKind
from lms.exams.queries.answers import list_answers
from lms.exams.queries.content import get_exam
from lms.exams.queries.late_answers import list_late_stamps
from lms.exams.queries.reviewing import wording_of
from lms.exams.queries.sittings import get_sitting, list_sittings
from lms.exams.rules.conduct import SentFact
from lms.exams.rules.incidents import ConductKind
from lms.exams.rules.sitting import SentAnswer
from lms.exams.services.hand_ins import decide_hand_in, propose_late
from lms.exams.services.incidents import add_time, pause_attempts, resume_attempts
from lms.exams.services.notices import publish_notice, withdraw_notice
from lms.exams.services.reviewing import approve_question
from lms.exams.services.saving import save_answers
from lms.grading.services.rescoring import decide_rescoring, propose_rescoring

FURTHER_SENTENCE = "対応の記録は関係者で共有し、再発の防止に使います。"
LATE_SEQUENCE = 9_000
"""Beyond every number the sittings use."""


def cut_the_power(attempt_id: int, now: datetime, *, by: int) -> None:
    """A power cut of six minutes while somebody sits: paused, resumed, five minutes more, a notice, and what the page noticed."""
    sitting = get_sitting(attempt_id)
    window_id, reason = sitting.window_id, "会場の停電のため"
    pause_attempts(window_id, reason, form_key=f"demo-pause-{attempt_id}", by=by, now=now)
    words = "停電のため、試験を一時停止しています。画面を閉じずにお待ちください。"
    notice_id = publish_notice(window_id, words, by=by, now=now + timedelta(minutes=1))
    facts = (
        SentFact(1, ConductKind.OFFLINE, {"seconds": 240}, now + timedelta(minutes=4)),
        SentFact(2, ConductKind.FOCUS_LOST, {"seconds": 42}, now + timedelta(minutes=5)),
    )
    save_answers(attempt_id, [], device=DEVICE, facts=facts, by=sitting.user_id, now=now + timedelta(minutes=5))
    back = now + timedelta(minutes=6)
    resume_attempts(window_id, "復旧したため", form_key=f"demo-resume-{attempt_id}", by=by, now=back)
    add_time(window_id, 5, "PCの再起動のため", form_key=f"demo-time-{attempt_id}", by=by, now=back + timedelta(minutes=1))
    withdraw_notice(notice_id, "復旧したため", by=by, now=back + timedelta(minutes=1))


def admit_late_essay(
    cast: DemoCast, attempt_id: int, quality: str, *, first: int, second: int, sent_at: datetime, decided_at: datetime
) -> None:
    """An essay, handed in in this quality, that arrived with a further sentence after the hand-in; two people let it count."""
    sitting = get_sitting(attempt_id)
    section = next(section for section in sitting.paper.sections if section.kind is SectionKind.ESSAY)
    question_id = section.questions[0].id
    body = {"kind": "essay", "text": cast.essay_for(question_id, quality).text + FURTHER_SENTENCE}
    late = SentAnswer(
        question_id,
        body,
        base_version=list_answers(attempt_id)[question_id].version,
        sequence=LATE_SEQUENCE,
        typed_at=sent_at - timedelta(minutes=7),
    )
    save_answers(attempt_id, [late], device=DEVICE, by=sitting.user_id, now=sent_at)
    versions = [stamp.id for stamp in list_late_stamps(sitting)]
    reason = "停電のあいだに入力された解答と確かめたため"
    proposal_id = propose_late(attempt_id, versions, reason, is_admission=True, by=first, now=decided_at)
    decide_hand_in(proposal_id, True, "", by=second, now=decided_at + timedelta(hours=1))


def leave_a_question_as_it_is(window_id: int, *, first: int, second: int, proposed_at: datetime, decided_at: datetime) -> None:
    """Somebody doubts a question after the release; a second person has read it again and leaves the marks as they are."""
    paper = list_sittings(window_id)[0].paper
    section = next(section for section in paper.sections if section.kind is SectionKind.CHOICE)
    question = section.questions[0]
    ruling = Ruling(question.id, question.version, RulingKind.FULL_CREDIT)
    number = propose_rescoring(
        paper.exam_id, ruling, "選択肢の一つも正答に読めるとの申出", certificates={}, by=first, now=proposed_at
    )
    reason = "条文に照らして正答は一つに定まることを確かめたため"
    decide_rescoring(number, is_approved=False, reason=reason, certificates={}, by=second, now=decided_at, seen="")


def read_a_question(exam_id: str, *, by: int, now: datetime) -> None:
    """One person of the demo's office has read the first question of the bank; a second reading is still to come."""
    exam = get_exam(exam_id)
    question = exam.questions[0]
    approve_question(exam_id, question.id, wording_of(exam, question), "デモの記録です。", by=by, now=now)
