"""A sample attempt through the real tables: drawn, saved, handed in, read back and compared; then everything is undone."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from lms.cohorts.queries import Seat, list_participants
from lms.db.session import command, only_reading
from lms.exam_engine.answers import answer_body, answer_sha256, parse_answer
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.kinds.registry import MACHINE_KINDS, Answer, PaperQuestion
from lms.exam_engine.marking import mark_question, solve
from lms.exam_engine.papers import Paper, PaperEssayQuestion
from lms.exams.queries.receipts import signing_keys
from lms.exams.queries.sittings import find_public_id, find_sitting
from lms.exams.queries.submissions import SubmissionRecord, get_submission
from lms.exams.queries.windows import WindowCard, get_window
from lms.exams.rules.readiness import Trial
from lms.exams.rules.sitting import ItemOutcome, SentAnswer
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.saving import SavedItem, save_answers
from lms.exams.services.starting import draw_for, place_attempt
from lms.signing import Purpose

logger = logging.getLogger("lms.exams")

DEVICE = "readiness"
ESSAY = "髙橋さんは、𠮷野課長に「もう一度お話を伺います」と伝えた。\nカ゛ハ゜、①、ｶﾅ、👩‍💼、1,000円。" * 12
"""Whatever has ever been lost on its way into a table: characters beyond the first plane, marks of their own, line breaks."""


class _Differs(Exception):
    """What was read back is not what was written; the message says where."""


class _Undo(Exception):
    """The trial went well and is taken back."""


def try_out_attempt(window_id: int, *, now: datetime) -> Trial:
    """Sit the exam of a window for a participant who has not begun, compare every hash, and leave nothing behind.

    Raises NotFound for an unknown window.
    """
    with only_reading():
        window = get_window(window_id)
        free = (each for each in list_participants(window.cohort_id) if not find_public_id(each.participant_id, window_id))
        seat = next(free, None)
    if seat is None:
        return Trial(has_run=False)
    try:
        with only_reading():
            paper = draw_for(seat.participant_id, window)
        _sit(window, seat, paper, now=min(max(now, window.opens_at), window.closes_at - timedelta(seconds=1)))
    except _Undo:
        return Trial()
    except Exception as problem:
        logger.exception("the sample attempt for window %s failed", window_id)
        return Trial(fault=f"{type(problem).__name__}: {problem}"[:300])
    raise AssertionError("a trial never ends quietly")


@command
def _sit(window: WindowCard, seat: Seat, paper: Paper, *, now: datetime) -> None:
    public_id = place_attempt(seat.participant_id, window, paper, by=seat.user_id, now=now)
    sitting = find_sitting(public_id, user_id=seat.user_id)
    if sitting is None or sitting.paper != paper:
        raise _Differs("paper")
    answers = {question.id: _answer(question) for section in paper.sections for question in section.questions}
    for section in paper.sections:
        sent = [_sent(question, answers, number) for number, question in enumerate(section.questions, start=1)]
        receipt = save_answers(sitting.attempt_id, sent, device=f"{DEVICE}-{section.id}", by=seat.user_id, now=now)
        _compare(receipt.items, answers)
        hand_in_section(sitting.attempt_id, section.id, [], device=DEVICE, by=seat.user_id, now=now)
    _read_back(sitting.attempt_id, paper, answers)
    raise _Undo


def _answer(question: PaperQuestion) -> Answer:
    if isinstance(question, PaperEssayQuestion):
        return parse_answer(question, {"kind": question.kind, "text": ESSAY})
    return solve(question)


def _sent(question: PaperQuestion, answers: Mapping[str, Answer], number: int) -> SentAnswer:
    return SentAnswer(question.id, answer_body(answers[question.id]), base_version=0, sequence=number)


def _compare(items: tuple[SavedItem, ...], answers: Mapping[str, Answer]) -> None:
    for item in items:
        if item.outcome is not ItemOutcome.CURRENT or item.sha256 != answer_sha256(answers[item.question_id]):
            raise _Differs(f"saved answer {item.question_id}")


def _is_signed(submission: SubmissionRecord) -> bool:
    if submission.statement is None or submission.signature is None or submission.key_id is None:
        return False
    statement = submission.statement.encode()
    return signing_keys().verify(submission.key_id, statement, submission.signature, purpose=Purpose.RECEIPT)


def _read_back(attempt_id: int, paper: Paper, answers: Mapping[str, Answer]) -> None:
    submission = get_submission(attempt_id)
    if submission.sha256 != sha256_hex(canonical_json(submission.stored)):
        raise _Differs("hash of the hand-in")
    if not _is_signed(submission):
        raise _Differs("signature of the hand-in")
    stored = {question_id: answer.answer for question_id, answer in submission.answers.items()}
    if stored != dict(answers):
        raise _Differs("handed-in answers")
    if wrong := [key for key, answer in submission.answers.items() if answer.sha256 != answer_sha256(answer.answer)]:
        raise _Differs(f"hashes of {wrong}")
    questions = [question for section in paper.sections for question in section.questions if question.kind in MACHINE_KINDS]
    if lost := [each.id for each in questions if not mark_question(each, stored[each.id]).is_correct]:
        raise _Differs(f"marks of {lost}")
