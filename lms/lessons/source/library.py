"""The published library of a content folder, read once and again when a file changes."""

import logging
from datetime import date
from pathlib import Path

from lms.lessons.rules.content import Library
from lms.lessons.rules.problems import LessonContentError, LessonProblem, ProblemKind
from lms.lessons.source.checks import check_course

COURSE = "lessons/practitioner"

HARMLESS = frozenset({ProblemKind.LENGTH, ProblemKind.FACT_OVERDUE, ProblemKind.FILE_UNEXPECTED})
"""Problems for the editor that do not keep a lesson from being read."""

logger = logging.getLogger(__name__)

_Fingerprint = tuple[tuple[str, int, int], ...]
_read: dict[Path, tuple[_Fingerprint, Library]] = {}


def published_library(content: Path) -> Library:
    """The library as last read without a harmful problem: an edit that breaks a file takes no lesson off the screen.

    Raises LessonContentError when no such state was ever read.
    """
    mark = _fingerprint(content)
    known = _read.get(content)
    if known is not None and known[0] == mark:
        return known[1]
    found, problems = check_course(content, COURSE, today=None)
    harmful = tuple(problem for problem in problems if problem.kind not in HARMLESS)
    if found is None or harmful:
        if known is None:
            raise LessonContentError(harmful)
        logger.error("lesson content is broken, the earlier state stays: %s", LessonContentError(harmful))
        found = known[1]
    _read[content] = (mark, found)
    return found


def content_problems(content: Path, *, today: date) -> tuple[LessonProblem, ...]:
    """Every problem of the lessons, their quizzes and their facts, in the order of files and lines."""
    return check_course(content, COURSE, today=today)[1]


def _fingerprint(content: Path) -> _Fingerprint:
    files = [content / "facts.yaml", *sorted((content / COURSE).iterdir())]
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
