"""Every SELECT of 教材, and the published library they are answered from."""

from collections.abc import Mapping

from flask import current_app
from sqlalchemy import func, select

from lms.cohorts.models import Participant
from lms.config import Settings
from lms.db.session import db
from lms.lessons.models import LessonProgress
from lms.lessons.rules.content import Library
from lms.lessons.rules.progress import LessonMark, LessonsDone, count_done
from lms.lessons.source.library import published_library


def library() -> Library:
    """The lessons as last read without an error from the content folder."""
    settings: Settings = current_app.extensions["settings"]
    return published_library(settings.content)


def list_published_lesson_ids() -> tuple[str, ...]:
    """Ids of the published lessons, in the order of the course."""
    return library().course.published_ids


def progress_of(participant_id: int) -> Mapping[str, LessonMark]:
    """Lesson id → mark, of the published lessons a participant has opened."""
    rows = db.session.execute(
        select(
            LessonProgress.lesson_id, LessonProgress.opened_at, LessonProgress.completed_at, LessonProgress.quiz_passed_at
        ).where(LessonProgress.participant_id == participant_id, LessonProgress.lesson_id.in_(list_published_lesson_ids()))
    )
    return {row.lesson_id: LessonMark(row.opened_at, row.completed_at, row.quiz_passed_at) for row in rows}


def lessons_done(participant_id: int) -> LessonsDone:
    """How many published lessons a participant has read to the end, and how many quizzes passed."""
    return count_done(progress_of(participant_id).values(), published=len(list_published_lesson_ids()))


def progress_of_cohort(cohort_id: int) -> Mapping[int, LessonsDone]:
    """Participant id → counts, for every seat of a cohort (also withdrawn ones); one SELECT."""
    published = list_published_lesson_ids()
    joined = (LessonProgress.participant_id == Participant.id) & LessonProgress.lesson_id.in_(published)
    rows = db.session.execute(
        select(Participant.id, func.count(LessonProgress.completed_at), func.count(LessonProgress.quiz_passed_at))
        .outerjoin(LessonProgress, joined)
        .where(Participant.cohort_id == cohort_id)
        .group_by(Participant.id)
    )
    return {row[0]: LessonsDone(completed=row[1], quizzes_passed=row[2], published=len(published)) for row in rows}
