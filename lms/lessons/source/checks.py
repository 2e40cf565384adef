"""What a finished course must be: every fault of its plan, facts, lessons and quizzes, with the line it stands on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from lms.exam_engine.source_models import SourceModel
from lms.lessons.rules.content import Anchor, Course, Fact, Lesson, LessonEntry, Library
from lms.lessons.rules.problems import LessonProblem, ProblemKind
from lms.lessons.rules.worksheets import MEMO_KEY
from lms.lessons.source.body_checks import Around, anchors_of, check_body, pictures_of
from lms.lessons.source.glossary import UNSURE, read_terms
from lms.lessons.source.picture_files import FOLDER, read_pictures, report_unused
from lms.lessons.source.reading import (
    COURSE_FILE,
    LessonFile,
    QuizFile,
    Reader,
    Shaped,
    assemble,
    read_course,
    read_facts,
    read_lesson,
    read_quiz,
)
from lms.lessons.source.shapes import CourseSource, FactsSource, QuestionSource

OBJECTIVES, QUESTIONS = 3, 5
OPTION_IDS = ("a", "b", "c", "d")

_FILE_NAME = re.compile(r"^([A-Z]\d{2})(?:\.quiz\.yaml|\.md)$")

M = TypeVar("M", bound=SourceModel)


@dataclass(frozen=True, slots=True)
class Known:
    """What lessons and quizzes are held against: the plan, the facts and the picture files."""

    course: Course
    facts: Mapping[str, Fact]
    pictures: Mapping[str, str]


def check_course(content: Path, base: str, *, today: date | None) -> tuple[Library | None, tuple[LessonProblem, ...]]:
    """The library as far as it can be read, and every problem.

    With `today` (Japan's date), facts past their review date are problems too.
    """
    reader = Reader(content)
    plan, facts = read_course(reader, base), read_facts(reader)
    if plan is None or facts is None:
        return None, tuple(reader.problems)
    course = plan.value.define()
    known = Known(course, {fact.id: fact.define() for fact in facts.value.facts}, read_pictures(reader, base))
    _check_plan(reader, plan, course)
    _check_facts(reader, facts, today)
    _check_strangers(reader, base, course)
    report_unused(reader, base, known.pictures)
    lessons = _read_lessons(reader, base, known)
    terms = read_terms(reader, lesson_ids={each.id for each in course.entries}, facts=known.facts)
    problems = tuple(sorted(reader.problems, key=lambda each: (each.file, each.line, each.kind)))
    return Library(course, {lesson.id: lesson for lesson in lessons}, known.facts, terms), problems


def _check_plan(reader: Reader, plan: Shaped[CourseSource], course: Course) -> None:
    _report_doubled(reader, plan, "modules", [each.id for each in course.modules])
    _report_doubled(reader, plan, "release_groups", [each.id for each in course.release_groups])
    _report_doubled(reader, plan, "lessons", [each.id for each in course.entries])
    if not any(each.anchor is Anchor.PAID for each in course.release_groups):
        reader.report(plan.file, plan.line("release_groups"), ProblemKind.NO_PAID_GROUP)
    modules, groups = {each.id for each in course.modules}, {each.id for each in course.release_groups}
    for index, entry in enumerate(course.entries):
        if entry.module not in modules:
            line = plan.line("lessons", index, "module")
            reader.report(plan.file, line, ProblemKind.UNKNOWN_MODULE, id=entry.module)
        if entry.release_group not in groups:
            line = plan.line("lessons", index, "release_group")
            reader.report(plan.file, line, ProblemKind.UNKNOWN_GROUP, id=entry.release_group)


def _check_facts(reader: Reader, facts: Shaped[FactsSource], today: date | None) -> None:
    _report_doubled(reader, facts, "facts", [each.id for each in facts.value.facts])
    for index, fact in enumerate(facts.value.facts):
        if today is not None and fact.review_by < today:
            line = facts.line("facts", index, "review_by")
            reader.report(facts.file, line, ProblemKind.FACT_OVERDUE, id=fact.id, review_by=fact.review_by.isoformat())


def _check_strangers(reader: Reader, base: str, course: Course) -> None:
    for file in sorted((reader.folder / base).iterdir()):
        match = _FILE_NAME.match(file.name)
        is_known = file.name in {COURSE_FILE, FOLDER} or bool(match and course.find_entry(match.group(1)))
        if not is_known and not file.name.startswith("."):
            reader.report(f"{base}/{file.name}", 1, ProblemKind.FILE_UNEXPECTED)


def _report_doubled(reader: Reader, place: Shaped[M], part: str, identities: Sequence[str]) -> None:
    for index, identity in enumerate(identities):
        if identity in identities[:index]:
            reader.report(place.file, place.line(part, index, "id"), ProblemKind.DUPLICATE_ID, id=identity)


def _read_lessons(reader: Reader, base: str, known: Known) -> list[Lesson]:
    entries = [entry for entry in known.course.entries if entry.is_published]
    files = {entry.id: read_lesson(reader, base, entry.id) for entry in entries}
    anchors = dict.fromkeys((entry.id for entry in known.course.entries), frozenset[str]())
    anchors |= {identity: anchors_of(file.body) for identity, file in files.items() if file is not None}
    question_ids: set[str] = set()
    lessons = []
    for entry in entries:
        lesson, quiz = files[entry.id], read_quiz(reader, base, entry.id)
        if lesson is not None:
            check_lesson(reader, lesson, entry, known, anchors=anchors)
        if quiz is not None:
            check_quiz(reader, quiz, entry, known.facts, question_ids)
        if lesson is not None and quiz is not None:
            lessons.append(assemble(lesson, quiz, {each: known.pictures.get(each) for each in pictures_of(lesson.body)}))
    return lessons


def check_lesson(
    reader: Reader, lesson: LessonFile, entry: LessonEntry, known: Known, *, anchors: Mapping[str, frozenset[str]]
) -> None:
    """Report what a lesson's front matter and body lack; `anchors` are those of every lesson of the plan."""
    front = lesson.front.value
    for field, planned in (
        ("id", entry.id),
        ("title", entry.title),
        ("module", entry.module),
        ("release_group", entry.release_group),
    ):
        if getattr(front, field) != planned:
            reader.report(lesson.name, lesson.front.line(field), ProblemKind.DIFFERS_FROM_PLAN, field=field, planned=planned)
    if len(front.objectives) != OBJECTIVES:
        line = lesson.front.line("objectives")
        reader.report(lesson.name, line, ProblemKind.OBJECTIVE_COUNT, count=len(front.objectives))
    for index, fact in enumerate(front.facts):
        if fact not in known.facts:
            reader.report(lesson.name, lesson.front.line("facts", index), ProblemKind.UNKNOWN_FACT, id=fact)
    _check_keys(reader, lesson)
    around = Around(entry.id, anchors, frozenset(known.pictures), frozenset(front.facts))
    for finding in check_body(lesson.body, around):
        reader.report(lesson.name, lesson.body_line + finding.line - 1, finding.kind, **finding.values)


def _check_keys(reader: Reader, lesson: LessonFile) -> None:
    keys = [each.key for each in lesson.front.value.worksheet]
    for index, key in enumerate(keys):
        line = lesson.front.line("worksheet", index, "key")
        if key in keys[:index]:
            reader.report(lesson.name, line, ProblemKind.DUPLICATE_ID, id=key)
        if key == MEMO_KEY:
            reader.report(lesson.name, line, ProblemKind.RESERVED_KEY, id=key)


def check_quiz(reader: Reader, quiz: QuizFile, entry: LessonEntry, facts: Mapping[str, Fact], known_ids: set[str]) -> None:
    """Report what a quiz lacks; `known_ids` collects the question ids over all quizzes."""
    place, source = quiz.quiz, quiz.quiz.value
    if source.lesson != entry.id:
        reader.report(quiz.name, place.line("lesson"), ProblemKind.DIFFERS_FROM_PLAN, field="lesson", planned=entry.id)
    if len(source.questions) != QUESTIONS:
        reader.report(quiz.name, place.line("questions"), ProblemKind.QUESTION_COUNT, count=len(source.questions))
    for index, question in enumerate(source.questions):
        for path, kind, values in _question_faults(question, facts):
            reader.report(quiz.name, place.line("questions", index, *path), kind, **values)
        if question.id in known_ids:
            reader.report(quiz.name, place.line("questions", index, "id"), ProblemKind.DUPLICATE_ID, id=question.id)
        known_ids.add(question.id)


_Fault = tuple[tuple[str | int, ...], ProblemKind, dict[str, str | int]]


def _question_faults(question: QuestionSource, facts: Mapping[str, Fact]) -> Iterator[_Fault]:
    ids = tuple(option.id for option in question.options)
    if len(ids) != len(OPTION_IDS):
        yield ("options",), ProblemKind.OPTION_COUNT, {"count": len(ids)}
    elif ids != OPTION_IDS:
        yield ("options",), ProblemKind.OPTION_IDS, {"ids": "・".join(ids)}
    if question.key not in ids:
        yield ("key",), ProblemKind.KEY_NOT_AN_OPTION, {"key": question.key}
    for index, fact in enumerate(question.facts):
        if fact not in facts:
            yield ("facts", index), ProblemKind.UNKNOWN_FACT, {"id": fact}
        elif facts[fact].certainty == UNSURE:
            yield ("facts", index), ProblemKind.UNSURE_FACT, {"id": fact}
