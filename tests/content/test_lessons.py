"""Every lesson, quiz and fact in content/ is sound, and planted damage is found with its file, line and sentence."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lms.config import ROOT
from lms.lessons.labels import PROBLEMS, problem_words
from lms.lessons.rules.content import Level
from lms.lessons.rules.problems import LessonContentError, LessonProblem, ProblemKind
from lms.lessons.source.library import COURSE, content_problems, published_library

CONTENT = ROOT / "content"
TODAY = date(2026, 12, 1)
LESSON = f"{COURSE}/L01.md"
QUIZ = f"{COURSE}/L01.quiz.yaml"
PLAN = f"{COURSE}/course.yaml"
FACTS = "facts.yaml"
GLOSSARY = "glossary.yaml"


def test_the_content_has_no_problem() -> None:
    assert [f"{each.file}:{each.line} {problem_words(each)}" for each in content_problems(CONTENT, today=TODAY)] == []


LESSON_IDS = (*(f"L{number:02}" for number in range(1, 21)), "A01")


def test_the_whole_course_is_published() -> None:
    course = published_library(CONTENT).course
    assert course.published_ids == LESSON_IDS == tuple(entry.id for entry in course.entries)
    assert course.pass_percent == 80


@pytest.mark.parametrize("lesson_id", LESSON_IDS)
def test_a_lesson_is_whole(lesson_id: str) -> None:
    library = published_library(CONTENT)
    lesson = library.lessons[lesson_id]
    assert len(lesson.objectives) == 3
    assert 12 <= lesson.minutes <= 18
    assert all(library.facts[fact].certainty in "ABC" for fact in lesson.facts)
    levels = [question.level for question in lesson.quiz.questions]
    assert (levels.count(Level.REMEMBER), levels.count(Level.UNDERSTAND), levels.count(Level.APPLY)) == (2, 2, 1)


def test_right_answers_are_spread_over_the_places() -> None:
    keys = [question.key for lesson in published_library(CONTENT).lessons.values() for question in lesson.quiz.questions]
    assert set(keys) == set("abcd")
    assert max(keys.count(key) for key in "abcd") <= len(keys) / 2


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the lessons and facts that may be damaged."""
    shutil.copytree(CONTENT / COURSE, tmp_path / COURSE)
    for file in (FACTS, GLOSSARY):
        shutil.copy(CONTENT / file, tmp_path / file)
    return tmp_path


def replace(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def drop_line(start: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.split("\n")
        lines.remove(next(line for line in lines if line.startswith(start)))
        return "\n".join(lines)

    return change


def add(text: str) -> Callable[[str], str]:
    return lambda before: before.rstrip("\n") + "\n\n" + text + "\n"


DAMAGES: list[tuple[str, str, Callable[[str], str], ProblemKind]] = [
    ("a field is missing", LESSON, drop_line("minutes:"), ProblemKind.MISSING_FIELD),
    ("a field is misspelt", LESSON, replace("minutes: ", "minute: "), ProblemKind.UNKNOWN_FIELD),
    ("a number is a word", LESSON, replace("minutes: 15", 'minutes: "15"'), ProblemKind.WRONG_VALUE),
    ("an objective's level is unknown", LESSON, replace("level: 記憶", "level: 暗記"), ProblemKind.WRONG_VALUE),
    ("the front matter is not closed", LESSON, replace("---\n\n## 場面", "\n## 場面"), ProblemKind.FRONT_MATTER),
    ("the YAML is broken", LESSON, replace("minutes: 15", "minutes: [15"), ProblemKind.YAML),
    ("the sections are in another order", LESSON, add("## おわりに\n\n終わり。"), ProblemKind.SECTION_ORDER),
    ("an underlined heading", LESSON, add("大見出し\n==="), ProblemKind.TOP_HEADING),
    ("a comment in HTML", LESSON, add("<!-- あとで -->"), ProblemKind.RAW_HTML),
    ("an option is missing", QUIZ, drop_line("      - {id: d"), ProblemKind.OPTION_COUNT),
    ("a reason is empty", QUIZ, replace('reason: "要求が妥当', 'reason: "", note: "要求が妥当'), ProblemKind.WRONG_VALUE),
    ("the quiz names another lesson", QUIZ, replace("lesson: L01", "lesson: L02"), ProblemKind.DIFFERS_FROM_PLAN),
    ("an anchor of release is unknown", PLAN, replace("anchor: day1", "anchor: day3"), ProblemKind.WRONG_VALUE),
    ("a time is no time", PLAN, replace('"18:00"', '"25:00"'), ProblemKind.WRONG_VALUE),
    ("a lesson is listed twice", PLAN, replace("id: L06", "id: L07"), ProblemKind.DUPLICATE_ID),
    (
        "a published lesson has no file",
        PLAN,
        add("  - {id: L99, title: 足したレッスン, module: M5, release_group: P2, state: published}"),
        ProblemKind.FILE_MISSING,
    ),
    ("a date is no date", FACTS, replace('as_of: "2026-11-22"', 'as_of: "2026-11-31"'), ProblemKind.WRONG_VALUE),
]


def line_with(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), start=1) if words in line)


@pytest.mark.parametrize(("name", "file", "change", "kind"), DAMAGES, ids=[damage[0] for damage in DAMAGES])
def test_planted_damage_is_found(content: Path, name: str, file: str, change: Callable[[str], str], kind: ProblemKind) -> None:
    path = content / file
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    found = content_problems(content, today=TODAY)
    assert kind in {each.kind for each in found}
    assert all(problem_words(each).endswith("。") and "不明" not in problem_words(each) for each in found)
    assert all(each.line >= 1 for each in found)


def find(content: Path, kind: ProblemKind) -> LessonProblem:
    return next(each for each in content_problems(content, today=TODAY) if each.kind is kind)


def test_a_problem_names_the_very_line(content: Path) -> None:
    path = content / LESSON
    text = path.read_text(encoding="utf-8").replace("F-001", "F-999") + "\nこれは<b>太字</b>です。\n"
    path.write_text(text, encoding="utf-8")
    assert find(content, ProblemKind.RAW_HTML).line == line_with(text, "<b>")
    assert find(content, ProblemKind.UNKNOWN_FACT).line == line_with(text, "F-999")
    quiz = content / QUIZ
    changed = quiz.read_text(encoding="utf-8").replace("key: d", "key: q", 1)
    quiz.write_text(changed, encoding="utf-8")
    problem = find(content, ProblemKind.KEY_NOT_AN_OPTION)
    assert (problem.file, problem.line) == (QUIZ, line_with(changed, "key: q"))
    assert problem_words(problem) == "正解「q」が選択肢にありません。"


def test_a_fact_is_overdue_the_day_after_its_review_date() -> None:
    first = min(fact.review_by for fact in published_library(CONTENT).facts.values())
    assert content_problems(CONTENT, today=first) == ()
    late = content_problems(CONTENT, today=first.replace(day=first.day) + (date(2026, 1, 2) - date(2026, 1, 1)))
    assert {each.kind for each in late} == {ProblemKind.FACT_OVERDUE}
    assert "見直し期限" in problem_words(late[0])


def test_code_may_hold_what_text_may_not(content: Path) -> None:
    path = content / LESSON
    path.write_text(path.read_text(encoding="utf-8") + "\n例: `<b>` と `{}`。\n", encoding="utf-8")
    assert content_problems(content, today=TODAY) == ()


def test_a_stranger_among_the_files_is_reported(content: Path) -> None:
    (content / COURSE / "L77.md").write_text("---\n---\n", encoding="utf-8")
    assert [each.kind for each in content_problems(content, today=TODAY)] == [ProblemKind.FILE_UNEXPECTED]


def test_drafts_and_plans_need_no_files_and_are_not_read(content: Path) -> None:
    plan = content / PLAN
    line = next(each for each in plan.read_text(encoding="utf-8").split("\n") if "{id: L06," in each)
    plan.write_text(replace(line, line.replace("published", "draft"))(plan.read_text(encoding="utf-8")), encoding="utf-8")
    (content / COURSE / "L06.md").write_text("まだ下書き", encoding="utf-8")
    assert content_problems(content, today=TODAY) == ()
    assert "L06" not in published_library(content).lessons


def test_an_edit_that_breaks_a_lesson_leaves_the_earlier_text_on_the_screen(content: Path) -> None:
    path = content / LESSON
    before = published_library(content).lessons["L01"]
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("minutes: 15", "minutes: たくさん"), encoding="utf-8")
    assert published_library(content).lessons["L01"] == before
    path.write_text(good.replace("minutes: 15", "minutes: 16"), encoding="utf-8")
    assert published_library(content).lessons["L01"].minutes == 16


def test_broken_content_never_goes_live_at_all(content: Path) -> None:
    path = content / QUIZ
    path.write_text(path.read_text(encoding="utf-8").replace("key: c", "key: z"), encoding="utf-8")
    with pytest.raises(LessonContentError) as error:
        published_library(content)
    assert {each.kind for each in error.value.problems} == {ProblemKind.KEY_NOT_AN_OPTION}


def test_every_kind_of_problem_has_a_sentence() -> None:
    assert set(PROBLEMS) == set(ProblemKind)
