"""Verbs of 教材 on both databases."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.lessons.models import LessonProgress, QuizTry, WorksheetEntry
from lms.lessons.queries import find_last_try, find_sheet_history, lessons_done, progress_of, worksheet_of
from lms.lessons.queries.sheets import HISTORY_LENGTH
from lms.lessons.rules.worksheets import MAX_TEXT_LENGTH, SheetEdit, SheetOutcome
from lms.lessons.services import LessonRefused, Refusal, complete_lesson, note_opening, save_worksheet, try_quiz
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.lessons.builders import LESSON, hold_back, reader, reading_seat, right_answers


def test_the_first_opening_is_kept_and_a_second_changes_nothing(make: Factory, context: Flask, frozen_clock: FrozenClock) -> None:
    seat = make.seat()
    first = clock.now()
    note_opening(seat.participant_id, LESSON, now=first)
    note_opening(seat.participant_id, LESSON, now=frozen_clock.advance(hours=1))
    assert progress_of(seat.participant_id)[LESSON].opened_at == first


def test_reading_to_the_end_counts_once_and_is_written_down(make: Factory, context: Flask, frozen_clock: FrozenClock) -> None:
    seat = reading_seat(make.seat())
    first = clock.now()
    complete_lesson(seat, LESSON, by=1, now=first)
    complete_lesson(seat, LESSON, by=1, now=frozen_clock.advance(hours=1))
    assert progress_of(seat.participant_id)[LESSON].completed_at == first
    assert [event.tag for event in db.session.scalars(select(AuditEvent))] == ["lesson:complete"]


def test_a_quiz_may_be_tried_again_and_again_and_a_pass_is_never_lost(
    make: Factory, context: Flask, frozen_clock: FrozenClock
) -> None:
    seat = reading_seat(make.seat())
    assert not try_quiz(seat, LESSON, right_answers(wrong=2), by=1, now=clock.now()).is_passed
    assert lessons_done(seat.participant_id).quizzes_passed == 0
    passed_at = frozen_clock.advance(minutes=5)
    assert try_quiz(seat, LESSON, right_answers(wrong=1), by=1, now=passed_at).is_passed
    try_quiz(seat, LESSON, right_answers(wrong=5), by=1, now=frozen_clock.advance(minutes=5))
    assert progress_of(seat.participant_id)[LESSON].quiz_passed_at == passed_at
    assert db.session.scalar(select(func.count(QuizTry.id))) == 3
    last = find_last_try(seat.participant_id, LESSON)
    assert last is not None
    assert (last.correct, last.is_passed, last.tried_at) == (0, False, clock.now())


def test_an_incomplete_try_is_refused_and_not_kept(make: Factory, context: Flask) -> None:
    seat = reading_seat(make.seat())
    answers = {**right_answers(), "L01-q3": "z"}
    with pytest.raises(LessonRefused) as refused:
        try_quiz(seat, LESSON, answers, by=1, now=clock.now())
    assert (refused.value.reason, refused.value.fields) == (Refusal.UNANSWERED, ("L01-q3",))
    assert db.session.scalar(select(func.count(QuizTry.id))) == 0


@pytest.mark.parametrize(
    ("lesson_id", "paid"), [("L01", False), ("L06", True), ("X99", True)], ids=["not paid", "not published", "no such lesson"]
)
def test_nothing_is_written_for_a_lesson_that_is_not_open(
    make: Factory, context: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lesson_id: str, paid: bool
) -> None:
    hold_back(monkeypatch, context, tmp_path, "L06")
    seat = reading_seat(make.seat(paid=paid))
    for act in (
        lambda: complete_lesson(seat, lesson_id, by=1, now=clock.now()),
        lambda: try_quiz(seat, lesson_id, {}, by=1, now=clock.now()),
        lambda: save_worksheet(seat, lesson_id, {"definition": SheetEdit("文", 0)}, by=1, now=clock.now()),
    ):
        with pytest.raises(LessonRefused) as refused:
            act()
        assert refused.value.reason is Refusal.NOT_OPEN
    assert db.session.scalar(select(func.count()).select_from(LessonProgress)) == 0


def test_a_worksheet_keeps_every_version_exactly_as_typed(make: Factory, context: Flask, frozen_clock: FrozenClock) -> None:
    seat = reading_seat(make.seat())
    first = save_worksheet(seat, LESSON, {"definition": SheetEdit("髙﨑𠮷の定義\r\n一文", 0)}, by=1, now=clock.now())
    assert first["definition"].outcome is SheetOutcome.SAVED
    frozen_clock.advance(minutes=1)
    save_worksheet(seat, LESSON, {"definition": SheetEdit("二つめ", 1), "parties": SheetEdit("近隣", 0)}, by=1, now=clock.now())
    same = save_worksheet(seat, LESSON, {"definition": SheetEdit("二つめ", 2)}, by=1, now=frozen_clock.advance(minutes=1))
    assert same["definition"].outcome is SheetOutcome.UNCHANGED
    sheets = worksheet_of(seat.participant_id, LESSON)
    assert {key: (sheet.text, sheet.version) for key, sheet in sheets.items()} == {
        "definition": ("二つめ", 2),
        "parties": ("近隣", 1),
    }
    assert [each.text for each in find_sheet_history(seat.participant_id, LESSON, "definition").versions] == [
        "二つめ",
        "髙﨑𠮷の定義\n一文",
    ]


def test_two_screens_lose_nothing_and_the_later_one_is_told(make: Factory, context: Flask) -> None:
    seat = reading_seat(make.seat())
    save_worksheet(seat, LESSON, {"definition": SheetEdit("もとの文", 0)}, by=1, now=clock.now())
    save_worksheet(seat, LESSON, {"definition": SheetEdit("画面Aの文", 1)}, by=1, now=clock.now())
    told = save_worksheet(seat, LESSON, {"definition": SheetEdit("画面Bの文", 1)}, by=1, now=clock.now())["definition"]
    assert (told.outcome, told.version, told.beside) == (SheetOutcome.SAVED_BESIDE, 3, "画面Aの文")
    kept = db.session.scalars(select(WorksheetEntry.text).order_by(WorksheetEntry.version)).all()
    assert kept == ["もとの文", "画面Aの文", "画面Bの文"]


def test_a_stale_screen_leaves_the_fields_alone_in_which_nothing_was_typed(make: Factory, context: Flask) -> None:
    seat = reading_seat(make.seat())
    save_worksheet(seat, LESSON, {"parties": SheetEdit("近隣", 0)}, by=1, now=clock.now())
    save_worksheet(
        seat, LESSON, {"definition": SheetEdit("PCの定義", 0), "parties": SheetEdit("取引先", 1)}, by=1, now=clock.now()
    )
    phone = {"definition": SheetEdit("", 0), "parties": SheetEdit("近隣", 1), "beyond": SheetEdit("電話の文", 0)}
    told = save_worksheet(seat, LESSON, phone, by=1, now=clock.now())
    assert {key: (each.outcome, each.version) for key, each in told.items()} == {
        "definition": (SheetOutcome.UNCHANGED, 0),
        "parties": (SheetOutcome.UNCHANGED, 1),
        "beyond": (SheetOutcome.SAVED, 1),
    }
    shown = worksheet_of(seat.participant_id, LESSON)
    assert [shown[key].text for key in phone] == ["PCの定義", "取引先", "電話の文"]
    typed = save_worksheet(seat, LESSON, {"parties": SheetEdit("電話で直した", 1)}, by=1, now=clock.now())["parties"]
    assert (typed.outcome, typed.version, typed.beside) == (SheetOutcome.SAVED_BESIDE, 3, "取引先")


def test_what_another_screen_had_saved_is_found_however_long_somebody_writes_on(make: Factory, context: Flask) -> None:
    seat = reading_seat(make.seat())
    kept = [f"{number}つめの案" for number in range(HISTORY_LENGTH + 5)]
    for version, text in enumerate(kept):
        save_worksheet(seat, LESSON, {"definition": SheetEdit(text, version)}, by=1, now=clock.now())
    for length in range(1, 31):
        edit = SheetEdit("書き足していく文" + "、" * length, len(kept) + length - 1)
        save_worksheet(seat, LESSON, {"definition": edit}, by=1, now=clock.now())
    first = find_sheet_history(seat.participant_id, LESSON, "definition")
    second = find_sheet_history(seat.participant_id, LESSON, "definition", newest=first.older)
    assert [each.text for each in (*first.versions, *second.versions)] == ["書き足していく文" + "、" * 30, *reversed(kept)]
    assert (len(first.versions), second.older) == (HISTORY_LENGTH, None)


def test_a_text_that_is_too_long_or_a_field_of_another_lesson_saves_nothing(make: Factory, context: Flask) -> None:
    seat = reading_seat(make.seat())
    long = {"parties": SheetEdit("短い", 0), "definition": SheetEdit("あ" * (MAX_TEXT_LENGTH + 1), 0)}
    with pytest.raises(LessonRefused) as refused:
        save_worksheet(seat, LESSON, long, by=1, now=clock.now())
    assert (refused.value.reason, refused.value.fields) == (Refusal.TOO_LONG, ("definition",))
    with pytest.raises(LessonRefused) as refused:
        save_worksheet(seat, LESSON, {"case1": SheetEdit("文", 0)}, by=1, now=clock.now())
    assert refused.value.reason is Refusal.UNKNOWN_FIELD
    assert worksheet_of(seat.participant_id, LESSON) == {}


def test_people_see_only_their_own_worksheets(make: Factory, context: Flask) -> None:
    cohort_id = make.cohort(day1=date(2026, 12, 10), day2=date(2026, 12, 11))
    seats = reader(make, cohort_id=cohort_id), reader(make, cohort_id=cohort_id)
    one, other = (reading_seat(seat) for seat in seats)
    save_worksheet(one, LESSON, {"definition": SheetEdit("ひとりめ", 0)}, by=1, now=clock.now())
    assert worksheet_of(other.participant_id, LESSON) == {}
