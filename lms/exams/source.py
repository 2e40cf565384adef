"""Reading content/exams through the engine, once per process and change of a file."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lms.exam_engine.anchors import Anchor, check_anchors, check_coverage, parse_anchors
from lms.exam_engine.definitions import Exam
from lms.exam_engine.errors import Severity
from lms.exam_engine.exchange.drafts import Surroundings
from lms.exam_engine.parsing import ExamContentError, Problem, SourceText, read_exam
from lms.exams.rules.rehearsing import REHEARSAL_EXAM

Fingerprint = tuple[tuple[str, int, int], ...]

_ENTRY = re.compile(r"^\s*-\s+\{?\s*id:\s*(?P<id>[A-Za-z0-9_-]+)(?:\s*$|\s*,\s*kind:)")
"""Where an entry of a bank file begins; options and items begin with an id too, but say more on the same line."""

LESSONS_OF = {REHEARSAL_EXAM: "practitioner"}
"""Whose lessons an exam without a course of its own is held against."""


@dataclass(frozen=True, slots=True)
class ExamFiles:
    """The files one exam is made of, all below the content folder."""

    content: Path
    exam: Path
    rubrics: Path
    banks: tuple[Path, ...]
    facts: Path
    course: Path
    anchors: Path

    def fingerprint(self) -> Fingerprint:
        """Changes whenever a file does."""
        paths = (self.exam, self.rubrics, *self.banks, self.facts, self.course)
        stats = [(path, path.stat()) for path in paths]
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)

    def source(self, path: Path) -> SourceText:
        """A file as the engine reads it, named relative to the content folder's parent."""
        return SourceText(str(path.relative_to(self.content.parent)), _read_text(path))


class MissingContent(Exception):
    """A file the exam needs is missing, not UTF-8 or not YAML; `file` and `line` say which and where."""

    def __init__(self, file: str, line: int = 1) -> None:
        super().__init__(f"{file}:{line}")
        self.file = file
        self.line = line


def list_exam_ids(content: Path) -> tuple[str, ...]:
    """Everything in the content folder that is drawn and answered as an exam: the certification exams, and the rehearsal."""
    return tuple(sorted(path.parent.name for path in (content / "exams").glob("*/exam.yaml")))


def load_exam(content: Path, exam_id: str) -> Exam:
    """The exam of this id.

    Raises ExamContentError with every problem, MissingContent when a file is not there.
    """
    files = _files(content, exam_id)
    exam, problems = _read(files, _fingerprint(files))
    if exam is None:
        raise ExamContentError(problems)
    return exam


def list_question_problems(content: Path, exam_id: str, question_id: str) -> tuple[Problem, ...]:
    """The warnings (and errors) about one question, its options and key; raises MissingContent when a file is not there."""
    files = _files(content, exam_id)
    _, problems = _read(files, _fingerprint(files))
    texts = {source.name: source.text.split("\n") for source in map(files.source, files.banks)}
    return tuple(each for each in problems if each.file in texts and _entry_at(texts[each.file], each.line) == question_id)


def _entry_at(lines: Sequence[str], line: int) -> str:
    """The id of the entry of a bank file in which this line stands."""
    starts = (_ENTRY.match(text) for text in reversed(lines[:line]))
    return next((found["id"] for found in starts if found), "")


def check_exam_files(content: Path, exam_id: str) -> tuple[Problem, ...]:
    """Every error and warning in the exam's files; raises MissingContent when a file is not there.

    Anchors are held against the exam only once the exam itself has no error.
    """
    files = _files(content, exam_id)
    _, problems = _read(files, _fingerprint(files))
    if not files.anchors.exists() or any(problem.severity is Severity.ERROR for problem in problems):
        return problems
    source, exam = files.source(files.anchors), load_exam(content, exam_id)
    return (*problems, *check_anchors(source, exam), *check_coverage(source, exam))


def load_anchors(content: Path, exam_id: str) -> tuple[Anchor, ...]:
    """The anchors graders find a common measure by; none when the exam has no such file.

    Raises ExamContentError with every problem, MissingContent when a file of the exam is not there. A fault in the
    anchors never keeps the exam itself from going live: `load_exam` does not read them.
    """
    files = _files(content, exam_id)
    if not files.anchors.exists():
        return ()
    stat = files.anchors.stat()
    return _read_anchors(files, (*_fingerprint(files), (str(files.anchors), stat.st_mtime_ns, stat.st_size)))


def load_surroundings(content: Path, exam_id: str) -> Surroundings:
    """What questions from outside would stand beside in this exam's bank.

    Raises ExamContentError with every problem, MissingContent when a file is not there.
    """
    exam = load_exam(content, exam_id)
    facts, lessons = _references(_files(content, exam_id))
    return Surroundings(
        facts=facts,
        lesson_ids=lessons,
        rubric_ids={rubric.id for rubric in exam.rubrics},
        question_ids={question.id for question in (*exam.questions, *exam.essays)},
        case_ids={case.id for case in exam.cases},
    )


@functools.lru_cache(maxsize=8)
def _read(files: ExamFiles, _version: Fingerprint) -> tuple[Exam | None, tuple[Problem, ...]]:
    banks = [files.source(path) for path in files.banks]
    facts, lessons = _references(files)
    return read_exam(files.source(files.exam), banks, files.source(files.rubrics), facts=facts, lesson_ids=lessons)


@functools.lru_cache(maxsize=8)
def _read_anchors(files: ExamFiles, _version: Fingerprint) -> tuple[Anchor, ...]:
    return parse_anchors(files.source(files.anchors), load_exam(files.content, files.exam.parent.name))


def _files(content: Path, exam_id: str) -> ExamFiles:
    folder = content / "exams" / exam_id
    return ExamFiles(
        content=content,
        exam=folder / "exam.yaml",
        rubrics=folder / "rubrics.yaml",
        banks=tuple(sorted((folder / "bank").glob("*.yaml"))),
        facts=content / "facts.yaml",
        course=content / "lessons" / LESSONS_OF.get(exam_id, exam_id) / "course.yaml",
        anchors=folder / "anchors.yaml",
    )


def _fingerprint(files: ExamFiles) -> Fingerprint:
    try:
        return files.fingerprint()
    except OSError as error:
        raise MissingContent(str(error.filename)) from error


def _references(files: ExamFiles) -> tuple[Mapping[str, str], tuple[str, ...]]:
    facts = _read_list(files.facts, "facts")
    lessons = _read_list(files.course, "lessons")
    certainties = {str(fact.get("id")): str(fact.get("certainty")) for fact in facts}
    return certainties, tuple(str(lesson.get("id")) for lesson in lessons)


def _read_text(path: Path) -> str:
    """The text of a file; one saved in another encoding (Excel's cp932, say) is not readable, and says so."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MissingContent(str(path), data[: error.start].count(b"\n") + 1) from error


def _read_list(path: Path, name: str) -> list[dict[str, Any]]:
    try:
        data = YAML(typ="safe", pure=True).load(_read_text(path))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise MissingContent(str(path), mark.line + 1 if mark else 1) from error
    entries = data.get(name) if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise MissingContent(str(path))
    return [entry for entry in entries if isinstance(entry, dict)]


__all__ = [
    "Anchor",
    "Exam",
    "ExamContentError",
    "MissingContent",
    "Problem",
    "check_exam_files",
    "list_exam_ids",
    "list_question_problems",
    "load_anchors",
    "load_exam",
    "load_surroundings",
]
