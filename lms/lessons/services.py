"""Verbs of 教材: open and complete a lesson, try its quiz, save its worksheet and memo, mark a heading, note a place."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.audit.services import record
from lms.db.session import bookkeeping, command, db
from lms.lessons.models import Bookmark, LessonProgress, QuizTry, ReadingPlace, WorksheetEntry
from lms.lessons.queries import ReadingSeat, Sheet, find_heading, find_open_lesson, library, texts_at, worksheet_of
from lms.lessons.rules.content import Lesson
from lms.lessons.rules.quizzes import QuizOutcome, mark_quiz, unanswered
from lms.lessons.rules.worksheets import MAX_TEXT_LENGTH, MEMO_KEY, SheetEdit, SheetOutcome, decide_save, tidy
from lms.lessons.source.rendering import Heading

MAX_TITLE = 200
"""Characters of a heading that a しおり keeps."""


class Refusal(StrEnum):
    """Why a verb of this room does nothing."""

    NOT_OPEN = "not_open"
    UNANSWERED = "unanswered"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_HEADING = "unknown_heading"
    TOO_LONG = "too_long"


class LessonRefused(Exception):
    """The verb was refused; `fields` names the questions or worksheet fields it is about."""

    def __init__(self, reason: Refusal, fields: tuple[str, ...] = ()) -> None:
        super().__init__(f"{reason.value} {' '.join(fields)}".strip())
        self.reason = reason
        self.fields = fields


@dataclass(frozen=True, slots=True)
class SavedField:
    """What became of one worksheet field: the version its text has, and the text another screen had saved meanwhile."""

    outcome: SheetOutcome
    version: int
    saved_at: datetime | None
    beside: str = ""


def note_opening(participant_id: int, lesson_id: str, *, now: datetime) -> None:
    """Keep the moment of the first opening, under GET in a short transaction of its own; a second one changes nothing."""
    with suppress(IntegrityError), bookkeeping() as own:
        own.add(LessonProgress(participant_id=participant_id, lesson_id=lesson_id, opened_at=now))


def note_place(seat: ReadingSeat, lesson_id: str, heading_id: str, *, now: datetime) -> None:
    """Keep the heading somebody reads at, in a short transaction of its own; a busy database lets it be.

    Raises LessonRefused when the lesson is not open or has no such heading.
    """
    heading = _heading(_open_lesson(seat, lesson_id, now=now), heading_id)
    with suppress(DBAPIError), bookkeeping(is_patient=False) as own:
        own.merge(ReadingPlace(participant_id=seat.participant_id, lesson_id=lesson_id, heading_id=heading.id, seen_at=now))


@command
def set_bookmark(seat: ReadingSeat, lesson_id: str, heading_id: str, *, is_set: bool, by: int, now: datetime) -> None:
    """Put a しおり at a heading (the empty one is the lesson), or take it away; twice is once.

    `by` is the participant's own user id; the row itself is the record. A しおり can be taken away though the heading is gone.
    Raises LessonRefused when it cannot be put because the lesson is not open or has no such heading.
    """
    kept = db.session.get(Bookmark, (seat.participant_id, lesson_id, heading_id), with_for_update=True)
    if not is_set:
        if kept is not None:
            db.session.delete(kept)
    elif kept is None:
        heading = _heading(_open_lesson(seat, lesson_id, now=now), heading_id)
        _put_bookmark(seat.participant_id, lesson_id, heading, now=now)


@command
def complete_lesson(seat: ReadingSeat, lesson_id: str, *, by: int, now: datetime) -> None:
    """Note 「読み終えました」; the first time counts.

    Raises LessonRefused when the lesson is not open.
    """
    _open_lesson(seat, lesson_id, now=now)
    progress = _locked_progress(seat.participant_id, lesson_id, now=now)
    if progress.completed_at is None:
        progress.completed_at = now
        record("lesson:complete", subject=("participant", seat.participant_id), by=by, now=now, detail={"lesson": lesson_id})


@command
def try_quiz(seat: ReadingSeat, lesson_id: str, answers: Mapping[str, str], *, by: int, now: datetime) -> QuizOutcome:
    """Mark a try of the 確認テスト and keep it; tries are unlimited and a pass is never lost.

    Raises LessonRefused when the lesson is not open or a question has no answer.
    """
    lesson = _open_lesson(seat, lesson_id, now=now)
    missing = unanswered(lesson.quiz, answers)
    if missing:
        raise LessonRefused(Refusal.UNANSWERED, missing)
    outcome = mark_quiz(lesson.quiz, answers, pass_percent=library().course.pass_percent)
    _keep_try(seat.participant_id, lesson, outcome, now=now)
    progress = _locked_progress(seat.participant_id, lesson_id, now=now)
    if outcome.is_passed and progress.quiz_passed_at is None:
        progress.quiz_passed_at = now
    detail = {"lesson": lesson_id, "correct": outcome.correct, "total": outcome.total}
    record("quiz:try", subject=("participant", seat.participant_id), by=by, now=now, detail=detail)
    return outcome


@command
def save_worksheet(
    seat: ReadingSeat,
    lesson_id: str,
    edits: Mapping[str, SheetEdit],
    *,
    earlier: Collection[str] = (),
    by: int,
    now: datetime,
) -> Mapping[str, SavedField]:
    """Append a version of every changed field (or of the memo); one typed without knowing another screen's is kept beside it.

    A field in which nothing was typed since the version its screen knows is left alone, whatever another screen has saved.
    `earlier` names fields of the page that went with another edition while it was open: what was typed there is kept too.
    `by` is the participant's own user id: nobody else writes here, so the versions themselves are the record.
    Raises LessonRefused when the lesson is not open, a field is unknown or a text is too long; then nothing is saved.
    """
    lesson = _open_lesson(seat, lesson_id, now=now)
    tidied = {key: SheetEdit(tidy(edit.text), edit.base_version) for key, edit in edits.items()}
    _refuse_bad_fields(lesson, tidied, earlier)
    _locked_progress(seat.participant_id, lesson_id, now=now)
    shown = worksheet_of(seat.participant_id, lesson_id)
    stale = {key: edit.base_version for key, edit in tidied.items() if key in shown and edit.base_version < shown[key].version}
    fields = _Fields(seat.participant_id, lesson_id, shown, texts_at(seat.participant_id, lesson_id, stale))
    return {key: fields.save(key, edit, now=now) for key, edit in tidied.items()}


def _open_lesson(seat: ReadingSeat, lesson_id: str, *, now: datetime) -> Lesson:
    lesson = find_open_lesson(seat, lesson_id, now=now)
    if lesson is None:
        raise LessonRefused(Refusal.NOT_OPEN)
    return lesson


def _heading(lesson: Lesson, heading_id: str) -> Heading:
    heading = find_heading(lesson, heading_id)
    if heading is None:
        raise LessonRefused(Refusal.UNKNOWN_HEADING)
    return heading


def _put_bookmark(participant_id: int, lesson_id: str, heading: Heading, *, now: datetime) -> None:
    """Two screens may put the same one at the same moment."""
    mark = Bookmark(
        participant_id=participant_id, lesson_id=lesson_id, heading_id=heading.id, title=heading.text[:MAX_TITLE], made_at=now
    )
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(mark)


def _locked_progress(participant_id: int, lesson_id: str, *, now: datetime) -> LessonProgress:
    """The progress row, locked so that two screens write one after the other."""
    with suppress(IntegrityError), db.session.begin_nested():
        if db.session.get(LessonProgress, (participant_id, lesson_id)) is None:
            db.session.add(LessonProgress(participant_id=participant_id, lesson_id=lesson_id, opened_at=now))
    return db.session.scalars(
        select(LessonProgress)
        .where(LessonProgress.participant_id == participant_id, LessonProgress.lesson_id == lesson_id)
        .with_for_update()
    ).one()


def _keep_try(participant_id: int, lesson: Lesson, outcome: QuizOutcome, *, now: datetime) -> None:
    db.session.add(
        QuizTry(
            participant_id=participant_id,
            lesson_id=lesson.id,
            answers={item.question.id: item.chosen.id for item in outcome.items},
            correct=outcome.correct,
            total=outcome.total,
            is_passed=outcome.is_passed,
            content_sha256=lesson.quiz.sha256,
            tried_at=now,
        )
    )


def _refuse_bad_fields(lesson: Lesson, edits: Mapping[str, SheetEdit], earlier: Collection[str]) -> None:
    known = {MEMO_KEY, *(field.key for field in lesson.worksheet), *earlier}
    if unknown := tuple(key for key in edits if key not in known):
        raise LessonRefused(Refusal.UNKNOWN_FIELD, unknown)
    if long := tuple(key for key, edit in edits.items() if len(edit.text) > MAX_TEXT_LENGTH):
        raise LessonRefused(Refusal.TOO_LONG, long)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of one lesson: what is shown of each, and what an older screen showed when something was typed there."""

    participant_id: int
    lesson_id: str
    shown: Mapping[str, Sheet]
    based: Mapping[str, str]

    def save(self, key: str, edit: SheetEdit, *, now: datetime) -> SavedField:
        shown = self.shown.get(key, Sheet())
        outcome = decide_save(edit, base_text=self.based.get(key), current_text=shown.text, current_version=shown.version)
        if outcome is SheetOutcome.UNCHANGED:
            return SavedField(outcome, shown.version if edit.text == shown.text else edit.base_version, shown.saved_at)
        entry = WorksheetEntry(participant_id=self.participant_id, lesson_id=self.lesson_id, key=key, text=edit.text)
        entry.version, entry.saved_at = shown.version + 1, now
        db.session.add(entry)
        return SavedField(outcome, entry.version, now, shown.text if outcome is SheetOutcome.SAVED_BESIDE else "")
