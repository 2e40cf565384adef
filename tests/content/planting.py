"""Planting faults into a copy of the content, and asking the linter of the planted file what it finds there."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lms.config import ROOT
from lms.exam_engine.errors import Severity
from lms.exam_engine.parsing import check_exam
from lms.exam_engine.yaml_tree import SourceText
from lms.handouts.source.reading import HandoutReader
from lms.handouts.source.reading import Known as KnownToHandouts
from lms.lessons.labels import problem_words
from lms.lessons.source.library import COURSE, content_problems, published_library
from lms.manuals.source.reading import manual_problems
from lms.scenarios.source.shelf import Known as KnownToScenarios
from lms.scenarios.source.shelf import read_scenario

CONTENT = ROOT / "content"
TODAY = date(2026, 12, 1)
EXAM = "exams/practitioner"

Change = Callable[[str], str]
Found = tuple[str, int, str]
"""File, line and the linter's name for the fault."""


def lesson(identity: str) -> str:
    """The file of a lesson."""
    return f"{COURSE}/{identity}.md"


def quiz(identity: str) -> str:
    """The file of a 確認テスト."""
    return f"{COURSE}/{identity}.quiz.yaml"


@dataclass(frozen=True)
class Planted:
    """A copy of the content; one file at a time is damaged and mended again."""

    folder: Path

    @contextmanager
    def damaged(self, file: str, change: Change) -> Iterator[str]:
        """The file as changed, for as long as the block lasts."""
        path = self.folder / file
        sound = path.read_text(encoding="utf-8")
        changed = change(sound)
        assert changed != sound
        path.write_text(changed, encoding="utf-8")
        try:
            yield changed
        finally:
            path.write_text(sound, encoding="utf-8")

    def find(self, file: str) -> list[Found]:
        """What the linter of this kind of file finds, for lessons in the whole course."""
        if file.startswith("exams/"):
            return self._in_bank(file)
        if file.startswith("scenarios/"):
            return self._in_scenario(file)
        if file.startswith("handouts/"):
            return self._in_handout(file)
        if file == "manual.yaml":
            return [(each.file, each.line, each.kind) for each in manual_problems(self.folder)]
        return self._in_course()

    def _in_course(self) -> list[Found]:
        problems = content_problems(self.folder, today=TODAY)
        assert all(problem_words(each).endswith("。") and "不明" not in problem_words(each) for each in problems)
        return [(each.file, each.line, each.kind) for each in problems]

    def _source(self, file: str) -> SourceText:
        return SourceText(file, (self.folder / file).read_text(encoding="utf-8"))

    def _in_bank(self, file: str) -> list[Found]:
        """The errors of one bank; an exam of this bank alone also lacks questions, which is told of exam.yaml."""
        facts, lessons = self._known()
        exam, rubrics = self._source(f"{EXAM}/exam.yaml"), self._source(f"{EXAM}/rubrics.yaml")
        problems = check_exam(exam, [self._source(file)], rubrics, facts=facts, lesson_ids=lessons)
        return [(each.file, each.line, each.code) for each in problems if each.file == file and each.severity is Severity.ERROR]

    def _in_scenario(self, file: str) -> list[Found]:
        facts, lessons = self._known()
        _, problems = read_scenario(self._source(file), KnownToScenarios(lessons, facts))
        return [(each.file, each.line, each.kind) for each in problems]

    def _in_handout(self, file: str) -> list[Found]:
        facts, lessons = self._known()
        reader = HandoutReader(file, KnownToHandouts(lessons, facts))
        reader.read(self._source(file).text)
        return [(each.file, each.line, each.kind) for each in reader.problems]

    def _known(self) -> tuple[dict[str, str], frozenset[str]]:
        library = published_library(self.folder)
        certainties = {identity: fact.certainty for identity, fact in library.facts.items()}
        return certainties, frozenset(entry.id for entry in library.course.entries)


UNSURE = "F-998"
"""The copy has one more fact, of certainty C."""

_UNSURE_FACT = f"""  - id: {UNSURE}
    text: "たしかめられていない話。"
    source: "聞いた話"
    as_of: "2026-11-22"
    review_by: "2027-05-31"
    certainty: C
"""


def plant(folder: Path) -> Planted:
    """A copy of the content in a folder."""
    shutil.copytree(CONTENT, folder / "content")
    with (folder / "content" / "facts.yaml").open("a", encoding="utf-8") as facts:
        facts.write(_UNSURE_FACT)
    return Planted(folder / "content")


def swap(pattern: str, new: str, *, which: int = 0) -> Change:
    """Exchange one match of a pattern, the first unless told otherwise."""

    def change(text: str) -> str:
        match = list(re.finditer(pattern, text, re.MULTILINE))[which]
        return text[: match.start()] + match.expand(new) + text[match.end() :]

    return change


def write(paragraph: str, *, before: str = "## よくある誤解") -> Change:
    """Put a paragraph before a heading."""
    return lambda text: text.replace(f"\n{before}\n", f"\n{paragraph}\n\n{before}\n", 1)


def shorten(text: str) -> str:
    """Leave headings, lists and pictures only, so that a lesson is too short."""
    head, fence, body = text.partition("\n---\n")
    return head + fence + "\n\n".join(part for part in body.split("\n\n") if part.lstrip("\n").startswith(("#", "- ", "![")))


def line_with(text: str, words: str) -> int:
    """The line on which these words stand; without words the first one of a lesson's body."""
    lines = text.split("\n")
    return next(n for n, line in enumerate(lines, start=1) if words in line) if words else lines.index("---", 1) + 2
