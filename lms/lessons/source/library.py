"""The published library of a content folder, read once and again when a file changes."""

import logging
from pathlib import Path

from lms.lessons.rules.content import Lesson, LessonEntry, Library
from lms.lessons.rules.problems import LessonContentError
from lms.lessons.source.reading import Reader, assemble, read_course, read_facts, read_lesson, read_quiz

COURSE = "lessons/practitioner"

logger = logging.getLogger(__name__)

_Fingerprint = tuple[tuple[str, int, int], ...]
_read: dict[Path, tuple[_Fingerprint, Library]] = {}


def published_library(content: Path) -> Library:
    """The library as last read without an error: an edit that breaks a file never takes a lesson off the screen.

    Raises LessonContentError when no error-free state was ever read.
    """
    mark = _fingerprint(content)
    known = _read.get(content)
    if known is not None and known[0] == mark:
        return known[1]
    library, reader = read_library(content)
    if library is None or reader.problems:
        if known is None:
            raise LessonContentError(tuple(reader.problems))
        logger.error("lesson content is broken, the earlier state stays: %s", LessonContentError(tuple(reader.problems)))
        library = known[1]
    _read[content] = (mark, library)
    return library


def read_library(content: Path) -> tuple[Library | None, Reader]:
    """Everything that can be read; None when the plan or the facts cannot. The reader holds the problems."""
    reader = Reader(content)
    plan, facts = read_course(reader, COURSE), read_facts(reader)
    if plan is None or facts is None:
        return None, reader
    lessons = (_read_one(reader, entry) for entry in plan[0].entries if entry.is_published)
    return Library(plan[0], {lesson.id: lesson for lesson in lessons if lesson}, facts[0]), reader


def _read_one(reader: Reader, entry: LessonEntry) -> Lesson | None:
    lesson, quiz = read_lesson(reader, COURSE, entry.id), read_quiz(reader, COURSE, entry.id)
    return assemble(entry, lesson, quiz) if lesson and quiz else None


def _fingerprint(content: Path) -> _Fingerprint:
    files = [content / "facts.yaml", *sorted((content / COURSE).iterdir())]
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
