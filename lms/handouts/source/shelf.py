"""The handouts of a content folder and every problem in their files; read again when a file changes."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lms.handouts.rules.content import Handout
from lms.handouts.rules.problems import HandoutProblem, ProblemKind
from lms.handouts.source.reading import HandoutReader, Known
from lms.lessons.rules.content import Fact
from lms.lessons.source.keeping import Kept
from lms.lessons.source.library import COURSE
from lms.lessons.source.reading import COURSE_FILE, FACTS_FILE, Reader, read_course, read_facts

FOLDER = "handouts"

logger = logging.getLogger(__name__)

_Fingerprint = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The sound handouts, in the order of their files; the facts they may cite; every problem of the others."""

    handouts: tuple[Handout, ...]
    facts: Mapping[str, Fact]
    problems: tuple[HandoutProblem, ...]

    def find(self, handout_id: str) -> Handout | None:
        """The handout of this id, or None."""
        return next((each for each in self.handouts if each.id == handout_id), None)


def published_shelf(content: Path) -> Shelf:
    """The shelf as it stands now; a handout whose file has a problem is left out, which is written to the log."""
    return _shelves(content)


def read_shelf(content: Path) -> Shelf:
    """Every handout below content/handouts; one with a problem is left out of `handouts`."""
    reader = Reader(content)  # its problems are reported with the lessons
    course, facts = read_course(reader, COURSE), read_facts(reader)
    by_id = {each.id: each.define() for each in facts.value.facts} if facts else {}
    lessons = frozenset(each.id for each in course.value.lessons) if course else frozenset()
    known = Known(lessons, {each.id: each.certainty for each in by_id.values()})
    handouts, problems = list[Handout](), list[HandoutProblem]()
    files = sorted((content / FOLDER).glob("*.md"))
    if not files:
        problems.append(HandoutProblem(FOLDER, 1, ProblemKind.FOLDER_EMPTY))
    for file in files:
        handout, found = _read_file(file, known)
        problems.extend(found)
        if handout is not None and not found:
            handouts.append(handout)
    return Shelf(tuple(sorted(handouts, key=_place)), by_id, tuple(problems))


def _read_again(content: Path, _known: Shelf | None) -> Shelf:
    shelf = read_shelf(content)
    for problem in shelf.problems:
        logger.error("handout left out: %s:%d %s", problem.file, problem.line, problem.kind)
    return shelf


def _place(handout: Handout) -> tuple[bool, str]:
    """The slides stand before the documents that are handed out with them."""
    return not handout.slides, handout.id


def _read_file(file: Path, known: Known) -> tuple[Handout | None, tuple[HandoutProblem, ...]]:
    name = f"{FOLDER}/{file.name}"
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, (HandoutProblem(name, 1, ProblemKind.FILE_UNREADABLE, {"reason": type(error).__name__}),)
    reader = HandoutReader(name, known)
    handout = reader.read(text)
    return handout, tuple(sorted(reader.problems, key=lambda each: (each.line, each.kind)))


def _fingerprint(content: Path) -> _Fingerprint:
    files = [content / FACTS_FILE, content / COURSE / COURSE_FILE, *sorted((content / FOLDER).glob("*.md"))]
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


_shelves = Kept(_fingerprint, _read_again)
