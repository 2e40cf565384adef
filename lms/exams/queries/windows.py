"""受験期間: the windows of a cohort, and what the office should look at before they open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Row, Select, func, select

from lms.db.session import db
from lms.exam_engine.windows import ExamWindow as EngineWindow
from lms.exams.models import Attempt, ExamWindow
from lms.exams.queries.accommodation import list_extra_times
from lms.exams.queries.content import find_exam
from lms.exams.queries.results import resit_opens_at
from lms.exams.rules.sitting import NotFound, WindowFlaw, list_window_flaws

NUMBER_SOURCE = "exams.number_source"

NumberSource = Callable[[int], frozenset[str]]
"""Window id → 受験番号 that something else than an attempt bears."""


@dataclass(frozen=True, slots=True)
class WindowCard:
    """受験期間 of a cohort, half-open; `attempts` counts the people who have started."""

    id: int
    cohort_id: int
    exam_id: str
    number: int
    opens_at: datetime
    closes_at: datetime
    grace: timedelta
    attempts: int

    @property
    def engine_window(self) -> EngineWindow:
        """The window as the engine decides with it."""
        return EngineWindow(self.opens_at, self.closes_at, self.grace)


def get_window(window_id: int) -> WindowCard:
    """The window of this id; raises NotFound."""
    found = _read(_windows().where(ExamWindow.id == window_id))
    if not found:
        raise NotFound("window")
    return found[0]


def find_window(cohort_id: int, number: int) -> WindowCard | None:
    """The cohort's window of this number (1 first sitting, 2 resit)."""
    found = _read(_windows().where(ExamWindow.cohort_id == cohort_id, ExamWindow.number == number))
    return found[0] if found else None


def list_windows(cohort_id: int | None = None) -> tuple[WindowCard, ...]:
    """The windows of a cohort by number, or of all cohorts, the latest opening first."""
    if cohort_id is None:
        return _read(_windows().order_by(ExamWindow.opens_at.desc(), ExamWindow.id.desc()))
    return _read(_windows().where(ExamWindow.cohort_id == cohort_id).order_by(ExamWindow.number))


def window_flaws(window_id: int) -> tuple[WindowFlaw, ...]:
    """What is wrong with a window though it may be opened, with the names of those it is too short for; raises NotFound."""
    window = get_window(window_id)
    exam = find_exam(window.exam_id)
    return list_window_flaws(
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        time_limits=() if exam is None else tuple(section.time_limit for section in exam.sections),
        extras=list_extra_times(window.id, window.cohort_id),
        resit_opens_at=resit_opens_at(window.cohort_id, window.number),
    )


def candidate_numbers(window_id: int) -> frozenset[str]:
    """The 受験番号 of a window that are taken: given to somebody, or kept for the room above."""
    given = db.session.scalars(select(Attempt.candidate_number).where(Attempt.window_id == window_id))
    source: NumberSource | None = current_app.extensions.get(NUMBER_SOURCE)
    return frozenset(given) | (source(window_id) if source else frozenset())


def init_numbers(app: Flask, source: NumberSource) -> None:
    """Lend the exam room the numbers that are borne by something else than an attempt."""
    app.extensions[NUMBER_SOURCE] = source


def _windows() -> Select[*tuple[Any, ...]]:
    attempts = select(func.count(Attempt.id)).where(Attempt.window_id == ExamWindow.id).scalar_subquery()
    return select(
        ExamWindow.id,
        ExamWindow.cohort_id,
        ExamWindow.exam_id,
        ExamWindow.number,
        ExamWindow.opens_at,
        ExamWindow.closes_at,
        ExamWindow.grace_seconds,
        attempts.label("attempts"),
    )


def _read(statement: Select[*tuple[Any, ...]]) -> tuple[WindowCard, ...]:
    return tuple(_card(row) for row in db.session.execute(statement))


def _card(row: Row[*tuple[Any, ...]]) -> WindowCard:
    return WindowCard(
        id=row.id,
        cohort_id=row.cohort_id,
        exam_id=row.exam_id,
        number=row.number,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        grace=timedelta(seconds=row.grace_seconds),
        attempts=row.attempts,
    )
