"""The curriculum table in docs is true: every lesson once with its blocks and facts, and every block of the timetable."""

import re
from collections import Counter

import pytest

from lms.cohorts.source import TimetableLine, read_course_facts
from lms.config import ROOT
from lms.lessons.source.glossary import UNSURE
from lms.lessons.source.library import published_library

CONTENT = ROOT / "content"
CURRICULUM = (ROOT / "docs" / "curriculum.ja.md").read_text(encoding="utf-8")
WITHOUT_BLOCK = "教材"
LESSON_MARK = re.compile(r"[LA]\d\d ")
BLOCK_MARK = re.compile(r"\d-\d")

LIBRARY = published_library(CONTENT)
LESSON_IDS = tuple(entry.id for entry in LIBRARY.course.entries)


def rows(mark: re.Pattern[str]) -> list[list[str]]:
    """The cells of every table row whose first cell begins with the mark."""
    lines = (line for line in CURRICULUM.splitlines() if line.startswith("| "))
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [row for row in cells if mark.match(row[0])]


def marked_timetable() -> dict[str, TimetableLine]:
    """Each block of the timetable under the mark the document gives it: the day and its place within the day."""
    marked: dict[str, TimetableLine] = {}
    for line in read_course_facts(CONTENT / "course.yaml").timetable:
        place = 1 + sum(mark.startswith(f"{line.day}-") for mark in marked)
        marked[f"{line.day}-{place}"] = line
    return marked


LESSON_ROWS = {row[0][:3]: row for row in rows(LESSON_MARK)}
TIMETABLE = marked_timetable()


def test_every_lesson_stands_in_the_table_once() -> None:
    assert Counter(row[0][:3] for row in rows(LESSON_MARK)) == Counter(LESSON_IDS)


@pytest.mark.parametrize("lesson_id", LESSON_IDS)
def test_a_row_names_the_lesson_and_exactly_its_facts(lesson_id: str) -> None:
    lesson = LIBRARY.lessons[lesson_id]
    assert LESSON_ROWS[lesson_id][0] == f"{lesson_id} {lesson.title}"
    assert LESSON_ROWS[lesson_id][4].split() == list(lesson.facts)


@pytest.mark.parametrize("lesson_id", LESSON_IDS)
def test_a_lesson_rests_on_facts_that_were_looked_up(lesson_id: str) -> None:
    assert [fact for fact in LIBRARY.lessons[lesson_id].facts if LIBRARY.facts[fact].certainty == UNSURE] == []


@pytest.mark.parametrize("lesson_id", LESSON_IDS)
def test_a_row_names_the_blocks_of_the_timetable(lesson_id: str) -> None:
    expected = [mark for mark, line in TIMETABLE.items() if lesson_id in line.lessons]
    assert LESSON_ROWS[lesson_id][1].split() == (expected or [WITHOUT_BLOCK])


@pytest.mark.parametrize("lesson_id", LESSON_IDS)
def test_a_row_says_what_the_lesson_answers(lesson_id: str) -> None:
    assert all(LESSON_ROWS[lesson_id])


def test_all_nine_blocks_are_covered_as_the_timetable_gives_them() -> None:
    told = {row[0]: row[1:] for row in rows(BLOCK_MARK)}
    assert len(TIMETABLE) == 9
    assert set(told) == set(TIMETABLE)
    for mark, line in TIMETABLE.items():
        starts, minutes, title, lessons = told[mark]
        assert (starts, minutes, title) == (line.starts, f"{line.minutes}分", line.title)
        assert re.findall(r"[LA]\d\d", lessons) == line.lessons
