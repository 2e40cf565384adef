"""Signing a hand-in as it is frozen, and checking what strangers hold in hand."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from lms.accounts.rules.throttling import network_of
from lms.accounts.services.throttling import give_back, take_turn
from lms.exam_engine.answers import answer_from_json, is_blank
from lms.exams.models import Submission
from lms.exams.queries.pages import count_questions
from lms.exams.queries.receipts import association_name, signing_keys
from lms.exams.queries.sittings import Sitting
from lms.exams.rules.receipts import RECEIPT_CHECKS, ReceiptCheck, Statement, statement_text
from lms.signing import Purpose

logger = logging.getLogger("lms.exams")


class TooManyChecks(Exception):
    """Nothing was checked: the limit is reached."""


def sign_submission(submission: Submission, sitting: Sitting) -> None:
    """Put statement and signature into a submission that is not stored yet.

    Whatever goes wrong here must not stop a hand-in: it then stays unsigned, its 提出控 says so, and the log tells why.
    """
    try:
        keys = signing_keys()
        statement = statement_text(_statement(submission, sitting, keys.key_id))
        key_id, signature = keys.sign(statement.encode(), purpose=Purpose.RECEIPT)
    except Exception:
        logger.exception("hand-in %s of attempt %s stays unsigned", submission.number, sitting.attempt_id)
        return
    submission.statement, submission.signature, submission.key_id = statement, signature, key_id


def check_receipt(check: Callable[[], ReceiptCheck], *, visitor: str, now: datetime) -> ReceiptCheck:
    """What `check` finds. `visitor` is a network address, of which only a keyed hash is kept.

    Works under GET, because a QR code is one. Raises TooManyChecks after too many failures from the visitor's network.
    """
    network = network_of(visitor)
    if not take_turn(RECEIPT_CHECKS, network, now=now):
        raise TooManyChecks
    found = check()
    if found.fault is None:
        give_back(RECEIPT_CHECKS, network, now=now)
    return found


def _statement(submission: Submission, sitting: Sitting, key_id: str) -> Statement:
    return Statement(
        association=association_name(),
        exam_id=sitting.paper.exam_id,
        exam_version=sitting.paper.exam_version,
        attempt=sitting.public_id,
        candidate_number=sitting.candidate_number,
        window=sitting.window_number,
        number=submission.number,
        kind=submission.kind.value,
        submitted_at=submission.submitted_at.astimezone(UTC).isoformat(timespec="seconds"),
        paper_sha256=sitting.paper_sha256,
        answers_sha256=submission.sha256,
        question_count=count_questions(sitting.paper),
        answered_count=_count_answered(submission.answers, sitting),
        key_id=key_id,
    )


def _count_answered(answers: Mapping[str, Mapping[str, object]], sitting: Sitting) -> int:
    bodies = {question: str(entry["body"]) for question, entry in answers.items()}
    return sum(not is_blank(answer_from_json(sitting.paper.question(each), body)) for each, body in bodies.items())
