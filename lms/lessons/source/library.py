"""The published library of a content folder, read once and again when a file changes."""

import logging
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from lms.lessons.rules.content import Library
from lms.lessons.rules.problems import LessonContentError, LessonProblem, ProblemKind
from lms.lessons.source.checks import check_course
from lms.lessons.source.glossary import GLOSSARY_FILE
from lms.lessons.source.keeping import Kept
from lms.lessons.source.picture_files import FOLDER

COURSE = "lessons/practitioner"

HARMLESS = frozenset(
    {
        ProblemKind.LENGTH,
        ProblemKind.FACT_OVERDUE,
        ProblemKind.FILE_UNEXPECTED,
        ProblemKind.NO_PAID_GROUP,
        ProblemKind.UNSURE_FACT,
        ProblemKind.UNLISTED_FACT,
        ProblemKind.PICTURE_UNUSED,
        ProblemKind.PICTURE_SMALL_TEXT,
    }
)
"""Problems for the editor that do not keep a lesson from being read."""

logger = logging.getLogger(__name__)

_Fingerprint = tuple[tuple[str, int, int], ...]


def published_library(content: Path) -> Library:
    """The library as last read without a harmful problem: an edit that breaks a file takes no lesson off the screen.

    Raises LessonContentError when no such state was ever read.
    """
    return _libraries(content)


def _read_again(content: Path, known: Library | None) -> Library:
    found, problems = check_course(content, COURSE, today=None)
    harmful = tuple(problem for problem in problems if _is_harmful(problem))
    if found is None or harmful:
        if known is None:
            raise LessonContentError(harmful)
        logger.error("lesson content is broken, the earlier state stays: %s", LessonContentError(harmful))
        return known
    return found


def _is_harmful(problem: LessonProblem) -> bool:
    """The 用語集 keeps no lesson from being read: it is shown without the terms that have a fault."""
    return problem.kind not in HARMLESS and problem.file != GLOSSARY_FILE


def content_problems(content: Path, *, today: date) -> tuple[LessonProblem, ...]:
    """Every problem of the lessons, quizzes, pictures, facts and the 用語集, in the order of files and lines."""
    return check_course(content, COURSE, today=today)[1]


def _fingerprint(content: Path) -> _Fingerprint:
    course = content / COURSE
    marks = [mark for place in (content, course, course / FOLDER) for mark in _marks(place)]
    return tuple(sorted(marks))


def _marks(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Name, time and size of each file, by the quickest way there is: every request asks several times."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file():
                    stat = entry.stat()
                    yield entry.path, stat.st_mtime_ns, stat.st_size
    except FileNotFoundError:  # a course needs no pictures
        return


_libraries = Kept(_fingerprint, _read_again)
