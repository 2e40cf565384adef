"""The facts of the course stand in one file, and a wrong one is refused."""

from datetime import time
from pathlib import Path

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from lms.cohorts.source import read_course_facts
from lms.config import ROOT

REAL = ROOT / "content" / "course.yaml"


def test_the_course_costs_and_asks_what_the_association_says() -> None:
    facts = read_course_facts(REAL)
    assert (facts.title, facts.prices.course, facts.prices.consultation) == ("カスハラ対策の実務者養成講座", 198_000, 6_600)
    assert (facts.attendance_percent, facts.days.minutes) == (80, 300)


def test_both_days_of_the_timetable_fill_their_minutes_without_gaps() -> None:
    facts = read_course_facts(REAL)
    for number in (1, 2):
        lines = [line for line in facts.timetable if line.day == number]
        assert sum(line.minutes for line in lines) == facts.days.minutes
        clock_minutes = [int(line.starts[:2]) * 60 + int(line.starts[3:]) for line in lines]
        ends = [start + line.minutes for start, line in zip(clock_minutes, lines, strict=True)]
        assert clock_minutes[1:] == ends[:-1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("course: 198000", "course: -1"),
        ("course: 198000", "course: '198000'"),
        ("attendance_percent: 80", "attendance_percent: 180"),
        ('starts: "13:00"', 'starts: "25:00"'),
        ("exam_id: practitioner", "exam: practitioner"),
        ("join_minutes_before: 30", "join_minutes_before: -1"),
        ('at: "09:00"', 'at: "9 Uhr"'),
    ],
)
def test_a_wrong_fact_is_refused(tmp_path: Path, old: str, new: str) -> None:
    broken = tmp_path / "course.yaml"
    broken.write_text(REAL.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValidationError):
        read_course_facts(broken)


def test_every_lesson_of_the_timetable_is_in_the_plan_of_the_course() -> None:
    plan = YAML(typ="safe", pure=True).load((ROOT / "content/lessons/practitioner/course.yaml").read_text(encoding="utf-8"))
    named = [lesson for line in read_course_facts(REAL).timetable for lesson in line.lessons]
    assert set(named) <= {lesson["id"] for lesson in plan["lessons"]}
    assert {"L01", "L10", "L12", "L13", "L15", "L17", "L20"} <= set(named)


def test_doors_open_and_reminders_go_out_when_the_facts_say_so() -> None:
    facts = read_course_facts(REAL)
    assert (facts.join_minutes_before, facts.late_after_minutes, facts.early_before_minutes) == (30, 5, 5)
    assert [(each.days_before, each.clock_time) for each in facts.reminders] == [(3, time(9)), (0, time(10))]
