"""The exam in the content folder, and every problem in it in Japanese."""

from dataclasses import dataclass
from pathlib import Path

from lms.editions.queries import content_folder
from lms.exam_engine.errors import Severity
from lms.exams.labels import problem_sentence
from lms.exams.source import (
    Exam,
    ExamContentError,
    MissingContent,
    Problem,
    check_exam_files,
    list_exam_ids,
    list_question_problems,
    load_exam,
)


@dataclass(frozen=True, slots=True)
class ContentProblem:
    """A problem of content/exams as `flask content check` prints it; a warning does not keep an exam from going live."""

    file: str
    line: int
    sentence: str
    is_error: bool


def get_exam(exam_id: str) -> Exam:
    """The exam of this id; raises ExamContentError or MissingContent when it may not go live."""
    return load_exam(content_folder(), exam_id)


def find_exam(exam_id: str) -> Exam | None:
    """The exam of this id, or None while its content has errors."""
    try:
        return get_exam(exam_id)
    except (ExamContentError, MissingContent):
        return None


def list_content_problems() -> tuple[ContentProblem, ...]:
    """Every problem of every exam in the content folder."""
    return list_problems_in(content_folder())


def list_question_findings(exam_id: str, question_id: str) -> tuple[ContentProblem, ...]:
    """What the check of the content says about one question."""
    try:
        return tuple(_sentence(each) for each in list_question_problems(content_folder(), exam_id, question_id))
    except MissingContent:
        return ()


def list_problems_in(content: Path) -> tuple[ContentProblem, ...]:
    """Every problem of every exam in a content folder."""
    exam_ids = list_exam_ids(content)
    if not exam_ids:
        return (ContentProblem("content/exams", 1, "試験(exam.yaml)が1つもありません。", is_error=True),)
    return tuple(problem for exam_id in exam_ids for problem in _check(content, exam_id))


def _check(content: Path, exam_id: str) -> tuple[ContentProblem, ...]:
    try:
        problems = check_exam_files(content, exam_id)
    except MissingContent as missing:
        return (ContentProblem(missing.file, missing.line, "ファイルがないか、読み取れません。", is_error=True),)
    return tuple(_sentence(each) for each in problems)


def _sentence(problem: Problem) -> ContentProblem:
    return ContentProblem(problem.file, problem.line, problem_sentence(problem), is_error=problem.severity is Severity.ERROR)
