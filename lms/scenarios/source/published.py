"""The published scenarios of a content folder, read once and again when a file changes."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lms.exam_engine.yaml_tree import SourceText
from lms.lessons.source.keeping import Kept
from lms.lessons.source.library import COURSE
from lms.lessons.source.reading import COURSE_FILE, FACTS_FILE
from lms.scenarios.rules.graph import Scenario
from lms.scenarios.source.shelf import FOLDER, Known, read_known, read_scenario

logger = logging.getLogger(__name__)

_Fingerprint = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class PublishedScenario:
    """A sound scenario with the SHA-256 of its file; choices mean something only together with that text."""

    scenario: Scenario
    sha256: str


@dataclass(frozen=True, slots=True)
class _State:
    """A content folder as it was last read: by file name what is published."""

    known: Known
    files: Mapping[str, PublishedScenario]


def published_scenarios(content: Path) -> Mapping[str, PublishedScenario]:
    """Scenario id → scenario, in the order of the files.

    A file with a problem stays as it was when last sound, or is left out when it never was.
    """
    return {each.scenario.id: each for each in _states(content).files.values()}


def _read_again(content: Path, before: _State | None) -> _State:
    known = read_known(content)
    is_known_alike = before is not None and before.known == known
    files: dict[str, PublishedScenario] = {}
    for file in sorted((content / FOLDER).glob("*.yaml")):
        earlier = before.files.get(file.name) if before else None
        found = _read_file(file, known, earlier if is_known_alike else None) or earlier
        if found is not None:
            files[file.name] = found
    return _State(known, files)


def _read_file(file: Path, known: Known, earlier: PublishedScenario | None) -> PublishedScenario | None:
    """The scenario of a file; one that stands there unchanged is not checked again. None when it has a problem."""
    try:
        data = file.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        logger.exception("the scenario file %s cannot be read, its earlier state stays", file.name)
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    if earlier is not None and earlier.sha256 == sha256:
        return earlier
    scenario, problems = read_scenario(SourceText(f"{FOLDER}/{file.name}", text), known)
    if scenario is None or problems:
        logger.error("the scenario file %s is broken, its earlier state stays: %s", file.name, problems)
        return None
    return PublishedScenario(scenario, sha256)


def _fingerprint(content: Path) -> _Fingerprint:
    folder = content / FOLDER
    files = [content / FACTS_FILE, content / COURSE / COURSE_FILE, *sorted(folder.glob("*.yaml"))]
    return tuple(_mark(file) for file in files)


def _mark(file: Path) -> tuple[str, int, int]:
    """Name, change time and size; a file that is gone in the meantime is marked as such."""
    try:
        found = file.stat()
    except OSError:
        return (file.name, 0, -1)
    return (file.name, found.st_mtime_ns, found.st_size)


_states = Kept(_fingerprint, _read_again)
