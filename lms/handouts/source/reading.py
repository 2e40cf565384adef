"""A handout's file → a value, with every problem and its line."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.documents.handout import Block, Slide
from lms.documents.slide_layout import arrange
from lms.exam_engine.yaml_tree import Path as TreePath
from lms.exam_engine.yaml_tree import SourceText, Tree, format_path, read_tree
from lms.handouts.rules.content import FORMATS, Handout, HandoutKind
from lms.handouts.rules.problems import HandoutProblem, ProblemKind
from lms.handouts.source.blocks import BREAK, BlockReader
from lms.handouts.source.shapes import FrontMatterSource

UNSURE = "C"
_SHOWN = 40
_TITLE = re.compile(r"# \[(\S[^\]]*)\] (\S.*)")
_NOTE = re.compile(r"Note: ([1-9]\d?)分")
_FACTS = "Facts: "


@dataclass(frozen=True, slots=True)
class Known:
    """What a handout may point at: lessons of the course, and facts with their certainty."""

    lessons: frozenset[str]
    facts: Mapping[str, str]


@dataclass(slots=True)
class HandoutReader:
    """Reads one file and keeps the problems it meets."""

    file: str
    known: Known
    problems: list[HandoutProblem] = field(default_factory=list)
    _cited: list[tuple[str, int]] = field(default_factory=list)

    def report(self, line: int, kind: ProblemKind, values: Mapping[str, str | int] | None = None) -> None:
        """Keep one problem."""
        self.problems.append(HandoutProblem(self.file, line, kind, values or {}))

    def read(self, text: str) -> Handout | None:
        """The handout as far as it can be read; it is sound when no problem was kept."""
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
        end = lines.index(BREAK, 1) if lines[0] == BREAK and BREAK in lines[1:] else 0
        if not end:
            self.report(1, ProblemKind.FRONT_MATTER)
            return None
        shaped = self._front_matter("\n".join(lines[1:end]))
        if shaped is None:
            return None
        front, tree = shaped
        self._check_front(front, tree)
        slides, blocks = self._body(front, tree, lines[end + 1 :], end + 2)
        return _assemble(front, slides, blocks, text)

    def _front_matter(self, text: str) -> tuple[FrontMatterSource, Tree] | None:
        tree, faults = read_tree(SourceText(self.file, text))
        for fault in faults:
            self.report(fault.line + 1, ProblemKind.YAML, {"reason": str(fault.values.get("reason", fault.code))})
        if tree is None or faults:
            return None
        try:
            return FrontMatterSource.model_validate(tree.data), tree
        except ValidationError as error:
            self._keep_shape_faults(tree, error.errors(include_url=False))
            return None

    def _keep_shape_faults(self, tree: Tree, details: Iterable[ErrorDetails]) -> None:
        kinds = {"missing": ProblemKind.MISSING_FIELD, "extra_forbidden": ProblemKind.UNKNOWN_FIELD}
        for detail in details:
            path: TreePath = tuple(step for step in detail["loc"] if step != "[key]")
            kind = kinds.get(detail["type"], ProblemKind.WRONG_VALUE)
            given = str(detail["input"])[:_SHOWN] if isinstance(detail["input"], str | int) else ""
            self.report(tree.line(path) + 1, kind, {"field": format_path(path), "given": given})

    def _check_front(self, front: FrontMatterSource, tree: Tree) -> None:
        if self.file.rpartition("/")[2] != f"{front.id}.md":
            self.report(tree.line(("id",)) + 1, ProblemKind.FILE_NAME, {"id": front.id})
        if (front.minutes is not None) != (front.kind is HandoutKind.SLIDES):
            self.report(tree.line(("minutes",)) + 1, ProblemKind.MINUTES_MISPLACED)
        for index, each in enumerate(front.formats):
            if each not in FORMATS[front.kind]:
                self.report(tree.line(("formats", index)) + 1, ProblemKind.WRONG_FORMAT, {"format": each.value})
        self._check_references(front, tree)

    def _check_references(self, front: FrontMatterSource, tree: Tree) -> None:
        for name, given in (("formats", front.formats), ("lessons", front.lessons), ("facts", front.facts)):
            for index in _doubled(given):
                self.report(tree.line((name, index)) + 1, ProblemKind.DOUBLED, {"id": str(given[index])})
        for index, lesson in enumerate(front.lessons):
            if lesson not in self.known.lessons:
                self.report(tree.line(("lessons", index)) + 1, ProblemKind.UNKNOWN_LESSON, {"id": lesson})
        for index, fact in enumerate(front.facts):
            self._check_fact(fact, tree.line(("facts", index)) + 1)

    def _check_fact(self, fact: str, line: int) -> None:
        certainty = self.known.facts.get(fact)
        if certainty is None:
            self.report(line, ProblemKind.UNKNOWN_FACT, {"id": fact})
        elif certainty == UNSURE:
            self.report(line, ProblemKind.UNSURE_FACT, {"id": fact})

    def _body(
        self, front: FrontMatterSource, tree: Tree, lines: Sequence[str], first_line: int
    ) -> tuple[tuple[Slide, ...], tuple[Block, ...]]:
        if not any(line.strip() for line in lines):
            self.report(first_line, ProblemKind.EMPTY_BODY)
            return (), ()
        if front.kind is HandoutKind.DOCUMENT:
            return (), BlockReader(lines, first_line, self.report).read()
        slides = tuple(slide for slide in (self._slide(*part) for part in _parts(lines, first_line)) if slide is not None)
        self._check_plan(front, tree, slides)
        return slides, ()

    def _check_plan(self, front: FrontMatterSource, tree: Tree, slides: tuple[Slide, ...]) -> None:
        total = sum(slide.minutes for slide in slides)
        if front.minutes is not None and total != front.minutes:
            line = tree.line(("minutes",)) + 1
            self.report(line, ProblemKind.TOTAL_MINUTES, {"total": total, "planned": front.minutes})
        cited = {fact for fact, _ in self._cited}
        for index, fact in enumerate(front.facts):
            if fact not in cited:
                self.report(tree.line(("facts", index)) + 1, ProblemKind.UNCITED_FACT, {"id": fact})
        for fact, line in self._cited:
            if fact not in front.facts:
                self.report(line, ProblemKind.UNLISTED_FACT, {"id": fact})

    def _slide(self, lines: Sequence[str], first_line: int) -> Slide | None:
        begin = next((index for index, line in enumerate(lines) if line.strip()), 0)
        title = _TITLE.fullmatch(lines[begin]) if lines else None
        if title is None:
            self.report(first_line + begin, ProblemKind.SLIDE_TITLE)
            return None
        note_at = [index for index, line in enumerate(lines) if line.startswith("Note:")]
        minutes = _NOTE.fullmatch(lines[note_at[0]]) if len(note_at) == 1 else None
        if minutes is None:
            self.report(first_line + begin, ProblemKind.SLIDE_MINUTES)
            return None
        note = "\n".join(lines[note_at[0] + 1 :]).strip()
        if not note:
            self.report(first_line + note_at[0], ProblemKind.SLIDE_NOTE)
        body = list(lines[begin + 1 : note_at[0]])
        facts = self._take_facts(body, first_line + begin + 1)
        blocks = BlockReader(body, first_line + begin + 1, self.report, has_headings=False).read()
        slide = Slide(title[1], title[2].strip(), blocks, int(minutes[1]), note, facts)
        if arrange(slide) is None:
            self.report(first_line + begin, ProblemKind.SLIDE_FULL, {"title": slide.title})
        return slide

    def _take_facts(self, body: list[str], first_line: int) -> tuple[str, ...]:
        """The facts a slide names; their line is emptied, so that the lines below keep their numbers."""
        for index, line in enumerate(body):
            if line.startswith(_FACTS):
                body[index] = ""
                facts = tuple(each.strip() for each in line.removeprefix(_FACTS).split(","))
                self._cited += [(fact, first_line + index) for fact in facts]
                return facts
        return ()


def _doubled(given: Sequence[str]) -> Iterator[int]:
    return (index for index, each in enumerate(given) if each in given[:index])


def _parts(lines: Sequence[str], first_line: int) -> Iterator[tuple[Sequence[str], int]]:
    begin = 0
    for index, line in enumerate([*lines, BREAK]):
        if line == BREAK:
            yield lines[begin:index], first_line + begin
            begin = index + 1


def _assemble(front: FrontMatterSource, slides: tuple[Slide, ...], blocks: tuple[Block, ...], text: str) -> Handout:
    return Handout(
        id=front.id,
        title=front.title,
        file_name=front.file_name,
        kind=front.kind,
        formats=tuple(front.formats),
        version=front.version,
        as_of=front.as_of,
        purpose=front.purpose,
        audience=front.audience,
        licence=front.licence,
        minutes=front.minutes or 0,
        lessons=tuple(front.lessons),
        facts=tuple(front.facts),
        slides=slides,
        blocks=blocks,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
