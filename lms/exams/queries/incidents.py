"""What the office did on the day of the exam: time given, pauses, notices, and what an act would come to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select

from lms.accounts.models import User
from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exams.models import Attempt, ExamIncident, ExamNotice
from lms.exams.queries.content import find_exam
from lms.exams.queries.windows import WindowCard
from lms.exams.rules.incidents import IncidentKind, window_gain


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One act of the office; `candidate_number` is empty when it concerned everybody."""

    kind: IncidentKind
    attempt_id: int | None
    candidate_number: str
    given: timedelta
    widened: timedelta
    people: int
    reason: str
    done_by: str
    done_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """お知らせ of a window; `withdrawn_at` is None while it stands on the pages."""

    id: int
    window_id: int
    text: str
    published_by: str
    published_at: datetime
    withdrawn_at: datetime | None


def find_incident(form_key: str) -> IncidentLine | None:
    """The act that a form of this key has done, or None."""
    row = db.session.execute(_incidents().where(ExamIncident.form_key == form_key)).first()
    return None if row is None else _incident(row)


def list_incidents(window_id: int) -> tuple[IncidentLine, ...]:
    """Every act in a window, the latest first."""
    wanted = _incidents().where(ExamIncident.window_id == window_id).order_by(ExamIncident.id.desc())
    return tuple(_incident(row) for row in db.session.execute(wanted))


def list_notice_lines(window_id: int) -> tuple[NoticeLine, ...]:
    """Every notice of a window, the latest first."""
    return tuple(_notice(row) for row in db.session.execute(_notices().where(ExamNotice.window_id == window_id)))


def find_notice(notice_id: int) -> NoticeLine | None:
    """The notice of this id, or None."""
    row = db.session.execute(_notices().where(ExamNotice.id == notice_id)).first()
    return None if row is None else _notice(row)


def count_not_started(window: WindowCard) -> int:
    """People of the cohort who hold a seat and have not started in the window; in a resit, whether they may is not asked."""
    started = select(Attempt.participant_id).where(Attempt.window_id == window.id)
    waiting = select(func.count(Participant.id)).where(
        Participant.cohort_id == window.cohort_id, Participant.withdrawn_at.is_(None), Participant.id.not_in(started)
    )
    return db.session.scalar(waiting) or 0


def expect_gain(window: WindowCard, given: timedelta, *, now: datetime) -> timedelta:
    """By how much the window closes later when everybody in it is given this time now."""
    exam = find_exam(window.exam_id)
    return window_gain(
        closes_at=window.closes_at,
        time_limits=[] if exam is None else [section.time_limit for section in exam.sections],
        given=given,
        has_others=count_not_started(window) > 0,
        now=now,
    )


def _incidents() -> Select[*tuple[Any, ...]]:
    return (
        select(ExamIncident, Attempt.candidate_number, User.name)
        .join(User, User.id == ExamIncident.done_by_id)
        .outerjoin(Attempt, Attempt.id == ExamIncident.attempt_id)
    )


def _incident(row: Row[*tuple[Any, ...]]) -> IncidentLine:
    stored, candidate_number, name = row
    return IncidentLine(
        kind=stored.kind,
        attempt_id=stored.attempt_id,
        candidate_number=candidate_number or "",
        given=timedelta(seconds=stored.seconds or 0),
        widened=timedelta(seconds=stored.widened_seconds),
        people=stored.people,
        reason=stored.reason,
        done_by=name,
        done_at=stored.done_at,
    )


def _notices() -> Select[*tuple[Any, ...]]:
    return select(ExamNotice, User.name).join(User, User.id == ExamNotice.published_by_id).order_by(ExamNotice.id.desc())


def _notice(row: Row[*tuple[Any, ...]]) -> NoticeLine:
    stored, name = row
    return NoticeLine(stored.id, stored.window_id, stored.text, name, stored.published_at, stored.withdrawn_at)
