"""リハーサル: a sample paper drawn, saved and handed in as in an attempt, in one row of its own and outside of every count."""

import dataclasses
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.exam_engine.answers import InvalidAnswer, answer_to_json, is_blank, parse_answer
from lms.exam_engine.attempts import AttemptStatus, NotAllowed, next_events_for_hand_in, next_events_for_start
from lms.exam_engine.canonical import sha256_hex
from lms.exam_engine.papers import PaperQuestion, draw_paper, paper_to_json
from lms.exams.models import Rehearsal
from lms.exams.queries.answers import StoredAnswer
from lms.exams.queries.content import find_exam
from lms.exams.queries.rehearsals import RehearsalRun, answers_to_json, events_to_json, run_of
from lms.exams.rules.rehearsing import REHEARSAL_EXAM, BrowserFacts, RehearsalVerdict, judge_browser, verdict_of
from lms.exams.rules.sitting import (
    HandInOutcome,
    ItemOutcome,
    NotFound,
    RefusalReason,
    Refused,
    SaveOutcome,
    Sender,
    SentAnswer,
    judge_save,
)
from lms.exams.services.accommodating import hold_participant
from lms.exams.services.saving import SavedItem, untouched

FRESH = timedelta(hours=1)
"""A rehearsal whose paper was not opened yet is gone on with for so long instead of drawing another."""


@dataclass(frozen=True, slots=True)
class RehearsalReceipt:
    """The acknowledgement of one request, and where the rehearsal stands after it."""

    items: tuple[SavedItem, ...]
    run: RehearsalRun


@command
def start_rehearsal(participant_id: int, *, by: int, now: datetime) -> str:
    """Draw and freeze a sample paper and return the rehearsal's public id; the paper's time does not run yet.

    A second call (a double click) returns the one that is not opened yet. Raises Refused while the sample exam has errors.
    """
    hold_participant(participant_id)
    unopened = select(Rehearsal).where(Rehearsal.participant_id == participant_id, Rehearsal.started_at > now - FRESH)
    latest = db.session.scalars(unopened.order_by(Rehearsal.id.desc()).limit(1)).first()
    if latest is not None and not latest.events:
        return latest.public_id
    exam = find_exam(REHEARSAL_EXAM)
    if exam is None:
        raise Refused(RefusalReason.NO_EXAM)
    row = Rehearsal(
        public_id=secrets.token_hex(12),
        participant_id=participant_id,
        paper=paper_to_json(draw_paper(exam, seed=secrets.token_hex(16))),
        events=[],
        answers={},
        checks={},
        verdict=None,
        started_at=now,
        finished_at=None,
    )
    db.session.add(row)
    db.session.flush()
    record("rehearsal:start", subject=("participant", participant_id), by=by, now=now, detail={"rehearsal_id": row.id})
    return row.public_id


@command
def note_browser(rehearsal_id: int, facts: BrowserFacts | None, *, now: datetime) -> RehearsalVerdict:
    """Keep what the browser found out about itself, or that no script ran, and give the verdict. Raises NotFound."""
    row, _ = _lock(rehearsal_id, now=now)
    row.checks = dataclasses.asdict(facts) if facts else {}
    row.verdict = verdict_of(judge_browser(facts))
    return row.verdict


@command
def open_rehearsal_paper(rehearsal_id: int, *, now: datetime) -> None:
    """Start the first section's clock; a paper that is open or over stays as it is. Raises NotFound."""
    row, run = _lock(rehearsal_id, now=now)
    if not run.is_begun:
        row.events = events_to_json(next_events_for_start(run.stored_state, run.paper, run.window, now=now))


@command
def save_rehearsal_answers(rehearsal_id: int, sent: Sequence[SentAnswer], *, device: str, now: datetime) -> RehearsalReceipt:
    """Store what a page sends, by the rules of an attempt, but only the answer that counts is kept. Raises NotFound."""
    row, run = _lock(rehearsal_id, now=now)
    return RehearsalReceipt(*_store(row, run, sent, device=device, now=now))


@command
def hand_in_rehearsal_section(
    rehearsal_id: int, section_id: str, sent: Sequence[SentAnswer], *, device: str, now: datetime
) -> HandInOutcome:
    """Store the answers of the form and lock the section; the last one ends the rehearsal. Raises NotFound."""
    row, run = _lock(rehearsal_id, now=now)
    items, run = _store(row, run, sent, device=device, now=now)
    if any(item.outcome is ItemOutcome.STALE for item in items):
        return HandInOutcome.STALE
    access = run.section_access(now)
    by_clock = access is not None and access.in_grace
    try:
        events = next_events_for_hand_in(run.stored_state, run.paper, now=now, by_clock=by_clock, section_id=section_id)
    except NotAllowed:
        return HandInOutcome.ALREADY
    after = _append(row, run.with_events(events), now=now)
    return HandInOutcome.SUBMITTED if _is_over(after) else HandInOutcome.NEXT_SECTION


def _lock(rehearsal_id: int, *, now: datetime) -> tuple[Rehearsal, RehearsalRun]:
    """The row, held until the transaction ends, with what time has brought about written down."""
    row = db.session.get(Rehearsal, rehearsal_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("rehearsal")
    run = run_of(row)
    return row, _append(row, run.with_events(run.due_events(now)), now=now)


def _append(row: Rehearsal, run: RehearsalRun, *, now: datetime) -> RehearsalRun:
    if len(run.events) > len(row.events):
        row.events = events_to_json(run.events)
        if _is_over(run):
            row.finished_at = now
    return run


def _is_over(run: RehearsalRun) -> bool:
    return run.stored_state.status is AttemptStatus.SUBMITTED


def _store(
    row: Rehearsal, run: RehearsalRun, sent: Sequence[SentAnswer], *, device: str, now: datetime
) -> tuple[tuple[SavedItem, ...], RehearsalRun]:
    answers = dict(run.answers)
    items = tuple(_take(run, answers, item, device=device, now=now) for item in sorted(sent, key=lambda each: each.sequence or 0))
    if answers != run.answers:
        row.answers = answers_to_json(answers)
    return items, dataclasses.replace(run, answers=answers)


def _take(run: RehearsalRun, answers: dict[str, StoredAnswer], item: SentAnswer, *, device: str, now: datetime) -> SavedItem:
    question = _open_questions(run).get(item.question_id)
    if question is None:
        return SavedItem(item.question_id, item.sequence, ItemOutcome.REFUSED)
    try:
        answer = parse_answer(question, item.body)
    except InvalidAnswer as invalid:
        return SavedItem(item.question_id, item.sequence, ItemOutcome.REFUSED, fault=invalid.reason)
    stored, body = answers.get(question.id) or untouched(question), answer_to_json(answer)
    sha256 = sha256_hex(body)
    if stored.sha256 == sha256 or (stored.version == 0 and is_blank(answer)):
        answers[question.id] = dataclasses.replace(stored, is_flagged=item.is_flagged)
        return SavedItem(question.id, item.sequence, ItemOutcome.CURRENT, stored.version, sha256)
    version = stored.last_version + 1
    sender = Sender(device, -version if item.sequence is None else item.sequence)
    outcome = _judge(item, stored, sender)
    if outcome is not SaveOutcome.CURRENT:
        answers[question.id] = dataclasses.replace(stored, last_version=version)
        return SavedItem(question.id, item.sequence, ItemOutcome(outcome.value), version, sha256, stored)
    answers[question.id] = StoredAnswer(question.id, version, version, None, body, sha256, item.is_flagged, sender, now)
    return SavedItem(question.id, item.sequence, ItemOutcome.CURRENT, version, sha256)


def _judge(item: SentAnswer, stored: StoredAnswer, sender: Sender) -> SaveOutcome:
    return judge_save(
        is_running=True,
        base_version=item.base_version,
        current_version=stored.version,
        sender=sender,
        current_sender=stored.sender,
    )


def _open_questions(run: RehearsalRun) -> Mapping[str, PaperQuestion]:
    """The questions of the running section; before the paper is opened those of the first, for trying to save."""
    state = run.stored_state
    running = run.paper.sections[0].id if state.status is AttemptStatus.NOT_STARTED else state.current_section
    return {question.id: question for question in run.paper.section(running).questions} if running else {}
