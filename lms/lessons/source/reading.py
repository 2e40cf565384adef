"""Lesson files → values, with every problem and its line collected on the way."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.exam_engine.errors import ProblemCode
from lms.exam_engine.source_models import SourceModel
from lms.exam_engine.yaml_tree import Path as TreePath
from lms.exam_engine.yaml_tree import SourceText, Tree, format_path, kept_tree
from lms.lessons.rules.content import Lesson, Picture, Quiz
from lms.lessons.rules.problems import LessonProblem, ProblemKind
from lms.lessons.source.shapes import CourseSource, FactsSource, FrontMatterSource, QuizSource

M = TypeVar("M", bound=SourceModel)

COURSE_FILE = "course.yaml"
FACTS_FILE = "facts.yaml"
FENCE = "---"
_SHOWN = 40

_YAML_KINDS = {
    ProblemCode.ANCHOR: ProblemKind.ANCHOR,
    ProblemCode.TAG: ProblemKind.ANCHOR,
    ProblemCode.DUPLICATE_KEY: ProblemKind.DUPLICATE_KEY,
}


@dataclass(frozen=True, slots=True)
class Shaped(Generic[M]):
    """A file in its shape, with the lines of its parts (shifted by what stands before the YAML)."""

    value: M
    tree: Tree
    shift: int = 0

    @property
    def file(self) -> str:
        """The file's name below the content folder."""
        return self.tree.file

    def line(self, *path: str | int) -> int:
        """The line of a part in the file."""
        return self.tree.line(path) + self.shift


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A lesson's file taken apart: its front matter and the Markdown below."""

    name: str
    front: Shaped[FrontMatterSource]
    body: str
    body_line: int


@dataclass(frozen=True, slots=True)
class QuizFile:
    """A quiz file in its shape."""

    name: str
    quiz: Shaped[QuizSource]
    sha256: str


@dataclass(slots=True)
class Reader:
    """Reads files below one content folder and keeps the problems it meets."""

    folder: Path
    problems: list[LessonProblem] = field(default_factory=list)

    def report(self, file: str, line: int, kind: ProblemKind, **values: str | int) -> None:
        """Keep one problem."""
        self.problems.append(LessonProblem(file, line, kind, values))

    def text(self, name: str) -> str | None:
        """The text of a file, or None with the reason kept."""
        try:
            text = (self.folder / name).read_bytes().decode("utf-8")
        except FileNotFoundError:
            self.report(name, 1, ProblemKind.FILE_MISSING)
            return None
        except (OSError, UnicodeDecodeError) as error:
            self.report(name, 1, ProblemKind.FILE_UNREADABLE, reason=type(error).__name__)
            return None
        return text.removeprefix("\ufeff").replace("\r\n", "\n")

    def shape(self, model: type[M], name: str, text: str, shift: int = 0) -> Shaped[M] | None:
        """The YAML in the shape of the model, or None with every fault kept."""
        tree, faults = kept_tree(SourceText(name, text))
        for fault in faults:
            values = {key: value for key, value in fault.values.items() if key in {"reason", "name", "field"}}
            self.report(name, fault.line + shift, _YAML_KINDS.get(fault.code, ProblemKind.YAML), **values)
        if tree is None or faults:
            return None
        try:
            value = model.model_validate(tree.data)
        except ValidationError as error:
            self._keep_shape_faults(tree, shift, error.errors(include_url=False))
            return None
        return Shaped(value, tree, shift)

    def _keep_shape_faults(self, tree: Tree, shift: int, details: Iterable[ErrorDetails]) -> None:
        for detail in details:
            path: TreePath = tuple(step for step in detail["loc"] if step != "[key]")
            kind = {"missing": ProblemKind.MISSING_FIELD, "extra_forbidden": ProblemKind.UNKNOWN_FIELD}.get(
                detail["type"], ProblemKind.WRONG_VALUE
            )
            given = detail["input"] if isinstance(detail["input"], str | int) else ""
            self.report(tree.file, tree.line(path) + shift, kind, field=format_path(path), given=str(given)[:_SHOWN])


def read_course(reader: Reader, base: str) -> Shaped[CourseSource] | None:
    """The plan of the course in course.yaml."""
    name = f"{base}/{COURSE_FILE}"
    text = reader.text(name)
    return reader.shape(CourseSource, name, text) if text is not None else None


def read_facts(reader: Reader) -> Shaped[FactsSource] | None:
    """The facts of facts.yaml."""
    text = reader.text(FACTS_FILE)
    return reader.shape(FactsSource, FACTS_FILE, text) if text is not None else None


def read_lesson(reader: Reader, base: str, lesson_id: str) -> LessonFile | None:
    """A lesson's front matter and body."""
    name = f"{base}/{lesson_id}.md"
    text = reader.text(name)
    if text is None:
        return None
    lines = text.split("\n")
    end = lines.index(FENCE, 1) if lines[0] == FENCE and FENCE in lines[1:] else 0
    if not end:
        reader.report(name, 1, ProblemKind.FRONT_MATTER)
        return None
    front = reader.shape(FrontMatterSource, name, "\n".join(lines[1:end]), shift=1)
    return None if front is None else LessonFile(name, front, "\n".join(lines[end + 1 :]), end + 2)


def read_quiz(reader: Reader, base: str, lesson_id: str) -> QuizFile | None:
    """A lesson's quiz."""
    name = f"{base}/{lesson_id}.quiz.yaml"
    text = reader.text(name)
    quiz = reader.shape(QuizSource, name, text) if text is not None else None
    if text is None or quiz is None:
        return None
    return QuizFile(name, quiz, hashlib.sha256(text.encode()).hexdigest())


def assemble(lesson: LessonFile, quiz: QuizFile, pictures: Mapping[str, str | None]) -> Lesson:
    """The whole lesson from its two files and the pictures its text sets (address → SVG, None when there is no file)."""
    front = lesson.front.value
    return Lesson(
        id=front.id,
        title=front.title,
        module=front.module,
        minutes=front.minutes,
        release_group=front.release_group,
        as_of=front.as_of,
        version=front.version,
        objectives=front.define_objectives(),
        facts=tuple(front.facts),
        worksheet=front.define_worksheet(),
        body=lesson.body,
        quiz=Quiz(front.id, tuple(each.define() for each in quiz.quiz.value.questions), quiz.sha256),
        pictures=tuple(Picture(address, svg) for address, svg in pictures.items() if svg is not None),
    )
