"""受験の開始: one paper, one attempt, once."""

import secrets
from datetime import datetime

from sqlalchemy import select

from lms.cohorts.queries import get_participant
from lms.db.session import command, db
from lms.exam_engine.attempts import AttemptState, next_events_for_start
from lms.exam_engine.papers import Paper, draw_paper, paper_sha256, paper_to_json
from lms.exams.models import Attempt, ExamWindow, StoredPaper
from lms.exams.queries.accommodation import accommodation_of
from lms.exams.queries.content import find_exam
from lms.exams.queries.eligibility import eligibility_of
from lms.exams.queries.papers import keep_paper
from lms.exams.queries.readiness import is_window_cleared
from lms.exams.queries.sittings import find_public_id, get_sitting, list_seen_questions
from lms.exams.queries.windows import WindowCard, candidate_numbers, get_window
from lms.exams.rules.sitting import RefusalReason, Refused, draw_candidate_number
from lms.exams.services.accommodating import hold_participant
from lms.exams.services.ledger import append_events


@command
def start_attempt(participant_id: int, window_id: int, *, pledged: bool, by: int, now: datetime) -> str:
    """Draw and freeze a paper and 合理的配慮, start the first section's clock, and return the attempt's public id.

    A second call (a double click) returns the attempt that is there. Raises NotFound, or Refused when the pledge is
    missing, a condition of 受験資格 is not met, 開催前点検 keeps the window shut, or the exam's content has errors.
    """
    # Both clicks of a double click wait here for each other, so that the second one sees the first one's attempt.
    hold_participant(participant_id)
    existing = find_public_id(participant_id, window_id)
    if existing is not None:
        return existing
    if not pledged:
        raise Refused(RefusalReason.NOT_PLEDGED)
    window = get_window(window_id)
    _require_eligible(participant_id, window, now=now)
    if not is_window_cleared(window):
        raise Refused(RefusalReason.NOT_READY)
    paper = draw_for(participant_id, window)
    return place_attempt(participant_id, window, paper, by=by, now=now)


def _require_eligible(participant_id: int, window: WindowCard, *, now: datetime) -> None:
    seat = get_participant(participant_id)
    is_own = seat.cohort_id == window.cohort_id and seat.withdrawn_at is None
    if not is_own or not eligibility_of(seat, window, now=now).is_met:
        raise Refused(RefusalReason.NOT_ELIGIBLE)


def draw_for(participant_id: int, window: WindowCard) -> Paper:
    """A paper for a participant, without what she has seen wherever the bank allows; raises Refused without an exam."""
    exam = find_exam(window.exam_id)
    if exam is None:
        raise Refused(RefusalReason.NO_EXAM)
    return draw_paper(exam, seed=secrets.token_hex(16), avoid=list_seen_questions(participant_id))


def place_attempt(participant_id: int, window: WindowCard, paper: Paper, *, by: int, now: datetime) -> str:
    """Freeze the paper into an attempt that starts now, within the caller's transaction; return the public id."""
    events = next_events_for_start(AttemptState(), paper, window.engine_window, now=now)
    body = paper_to_json(paper)
    stored = StoredPaper(
        exam_id=paper.exam_id,
        exam_version=paper.exam_version,
        seed=paper.seed,
        body=body,
        sha256=paper_sha256(body),
        drawn_at=now,
    )
    db.session.add(stored)
    db.session.flush()
    keep_paper(stored.id, stored.sha256, paper)
    # Everybody who starts at the same moment takes a number from the same window: one after another.
    db.session.execute(select(ExamWindow.id).where(ExamWindow.id == window.id).with_for_update(key_share=True))
    extra = accommodation_of(participant_id).grant.extra
    attempt = Attempt(
        public_id=secrets.token_hex(12),
        participant_id=participant_id,
        window_id=window.id,
        paper_id=stored.id,
        candidate_number=draw_candidate_number(secrets.randbelow, candidate_numbers(window.id)),
        extra_seconds=extra.seconds,
        extra_percent=extra.percent,
        pledged_at=now,
        created_at=now,
    )
    db.session.add(attempt)
    db.session.flush()
    append_events(get_sitting(attempt.id), events, by=by, now=now)
    return attempt.public_id
