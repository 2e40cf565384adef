"""Readers and their lessons for the tests of 教材 and マイページ."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from lms import clock
from lms.config import ROOT
from lms.db.session import db
from lms.lessons.models import LessonProgress
from lms.lessons.queries import ReadingSeat, find_reading_seat, library
from lms.lessons.source.library import COURSE
from lms.terms.models import TermsConsent
from lms.terms.queries import get_current_terms
from tests.factories import Factory, Seat

LESSON = "L01"
LATER = {"day1": date(2026, 12, 10), "day2": date(2026, 12, 11)}
"""Days that lie ahead of the frozen clock."""


def consent(make: Factory, user_id: int) -> None:
    """The person agreed to the terms in force."""
    with make.app.app_context():
        terms = get_current_terms()
        db.session.add(TermsConsent(user_id=user_id, revision=terms.revision, text_sha256="0" * 64, consented_at=clock.now()))
        db.session.commit()


def reader(make: Factory, *, paid: bool = True, cohort_id: int = 0) -> Seat:
    """A participant who may read: paid by default, consented."""
    seat = make.seat(cohort_id, paid=paid)
    consent(make, seat.user_id)
    return seat


def reading_seat(seat: Seat) -> ReadingSeat:
    """The same seat as the lesson room knows it; needs an application context."""
    found = find_reading_seat(seat.user_id)
    assert found is not None
    return found


def hold_back(patch: pytest.MonkeyPatch, app: Flask, folder: Path, *lesson_ids: str) -> None:
    """The site shows a copy of the content in `folder` in which these lessons are still drafts."""
    shutil.copytree(ROOT / "content", folder / "content")
    plan = folder / "content" / COURSE / "course.yaml"
    lines = plan.read_text(encoding="utf-8").split("\n")
    for index, line in enumerate(lines):
        if any(f"{{id: {each}," in line for each in lesson_ids):
            lines[index] = line.replace("state: published", "state: draft")
    plan.write_text("\n".join(lines), encoding="utf-8")
    patch.setitem(app.extensions, "settings", replace(app.extensions["settings"], content=folder / "content"))


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SELECTs sent to the database meanwhile."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        if str(arguments[2]).lstrip().upper().startswith(("SELECT", "WITH")):
            statements.append(str(arguments[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def right_answers(lesson_id: str = LESSON, *, wrong: int = 0) -> dict[str, str]:
    """Question id → option id, the first `wrong` of them wrong."""
    questions = library().lessons[lesson_id].quiz.questions
    return {
        each.id: next(option.id for option in each.options if (option.id == each.key) is (index >= wrong))
        for index, each in enumerate(questions)
    }


def finish(make: Factory, seat: Seat, lessons: tuple[str, ...] = ()) -> None:
    """Lessons read and their quizzes passed; all published ones unless named."""
    with make.app.app_context():
        now = clock.now()
        for lesson_id in lessons or library().course.published_ids:
            db.session.add(
                LessonProgress(
                    participant_id=seat.participant_id,
                    lesson_id=lesson_id,
                    opened_at=now,
                    completed_at=now,
                    quiz_passed_at=now,
                )
            )
        db.session.commit()
