"""content/manual.yaml → the plan of the manual, with every problem and its line."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.exam_engine.yaml_tree import Path as TreePath
from lms.exam_engine.yaml_tree import SourceText, Tree, format_path, read_tree
from lms.lessons.rules.content import Library
from lms.lessons.rules.problems import LessonContentError
from lms.lessons.source.keeping import Kept
from lms.lessons.source.library import published_library
from lms.manuals.rules.plan import FieldRef, ManualPlan, ManualProblem, ProblemKind
from lms.manuals.source.shapes import ManualSource

FILE = "manual.yaml"
_SHOWN = 40
_SHAPE_KINDS = {"missing": ProblemKind.MISSING_FIELD, "extra_forbidden": ProblemKind.UNKNOWN_FIELD}

logger = logging.getLogger(__name__)

_Fingerprint = tuple[int, int]


class ManualContentError(RuntimeError):
    """The file was never read whole."""


def published_plan(content: Path) -> ManualPlan:
    """The plan as last read whole from a content folder; read again when the file changes.

    Raises ManualContentError when it never could be read.
    """
    return _plans(content)


def manual_problems(content: Path) -> tuple[ManualProblem, ...]:
    """Every problem of the file, also of its fields when the lessons themselves can be read."""
    reading = _Reading()
    reading.read(content)
    if reading.plan is not None and reading.tree is not None:
        reading.check(reading.plan, reading.tree, _find_library(content))
    return tuple(sorted(reading.problems, key=lambda problem: problem.line))


def _read_again(content: Path, known: ManualPlan | None) -> ManualPlan:
    reading = _Reading()
    reading.read(content)
    if reading.plan is not None:
        return reading.plan
    if known is None:
        raise ManualContentError(str(reading.problems))
    logger.error("the plan of the manual is broken, its earlier state stays: %s", reading.problems)
    return known


@dataclass(slots=True)
class _Reading:
    problems: list[ManualProblem] = field(default_factory=list)
    tree: Tree | None = None
    plan: ManualPlan | None = None

    def read(self, content: Path) -> None:
        """Read and shape the file."""
        try:
            text = (content / FILE).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._report(1, ProblemKind.FILE_UNREADABLE, reason=type(error).__name__)
            return
        self.tree, faults = read_tree(SourceText(FILE, text))
        for fault in faults:
            self._report(fault.line, ProblemKind.YAML, reason=str(fault.values.get("reason", fault.code)))
        if self.tree is None or faults:
            return
        try:
            self.plan = ManualSource.model_validate(self.tree.data).define()
        except ValidationError as error:
            self._keep_shape_faults(self.tree, error.errors(include_url=False))

    def check(self, plan: ManualPlan, tree: Tree, library: Library | None) -> None:
        """Hold the plan against the worksheets."""
        self._check_chapters(plan, tree)
        places = list(_places(plan, tree))
        seen: set[FieldRef] = set()
        for ref, line in places:
            if ref in seen:
                self._report(line, ProblemKind.DOUBLED, ref=str(ref))
            seen.add(ref)
        if library is None:
            return
        self._check_known(places, library)
        for ref in _fields(library):
            if ref not in seen:
                self._report(tree.line(("chapters",)), ProblemKind.NOT_PLACED, ref=str(ref))

    def _check_chapters(self, plan: ManualPlan, tree: Tree) -> None:
        ids = [chapter.id for chapter in plan.chapters]
        for index, identity in enumerate(ids):
            if identity in ids[:index]:
                self._report(tree.line(("chapters", index, "id")), ProblemKind.DOUBLED_CHAPTER, id=identity)

    def _check_known(self, places: Sequence[tuple[FieldRef, int]], library: Library) -> None:
        """Fields of lessons that are not published yet cannot be known."""
        fields = frozenset(_fields(library))
        for ref, line in places:
            if library.course.find_entry(ref.lesson_id) is None:
                self._report(line, ProblemKind.UNKNOWN_LESSON, lesson=ref.lesson_id)
            elif ref.lesson_id in library.lessons and ref not in fields:
                self._report(line, ProblemKind.UNKNOWN_REF, ref=str(ref))

    def _keep_shape_faults(self, tree: Tree, details: Iterable[ErrorDetails]) -> None:
        for detail in details:
            path: TreePath = tuple(detail["loc"])
            kind = _SHAPE_KINDS.get(detail["type"], ProblemKind.WRONG_VALUE)
            given = str(detail["input"])[:_SHOWN] if isinstance(detail["input"], str | int) else ""
            self._report(tree.line(path), kind, field=format_path(path), given=given)

    def _report(self, line: int, kind: ProblemKind, **values: str | int) -> None:
        self.problems.append(ManualProblem(FILE, line, kind, values))


def _places(plan: ManualPlan, tree: Tree) -> Iterator[tuple[FieldRef, int]]:
    """Every field that is named, with its line."""
    for number, chapter in enumerate(plan.chapters):
        for index, ref in enumerate(chapter.fields):
            yield ref, tree.line(("chapters", number, "fields", index))
    for index, ref in enumerate(plan.left_out):
        yield ref, tree.line(("left_out", index))


def _fields(library: Library) -> Iterator[FieldRef]:
    for lesson_id, lesson in library.lessons.items():
        for each in lesson.worksheet:
            yield FieldRef(lesson_id, each.key)


def _find_library(content: Path) -> Library | None:
    """The lessons; None while they have problems of their own, which are reported with them."""
    try:
        return published_library(content)
    except (LessonContentError, OSError):
        return None


def _fingerprint(content: Path) -> _Fingerprint:
    """Change time and size; a file that is gone is marked as such."""
    try:
        found = (content / FILE).stat()
    except OSError:
        return (0, -1)
    return (found.st_mtime_ns, found.st_size)


_plans = Kept(_fingerprint, _read_again)
