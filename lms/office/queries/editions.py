"""教材の版 as the office looks at them: what is published, what another edition would change, and whether it may be published."""

import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import current_app

from lms.editions.queries import (
    EditionCard,
    ReleaseLine,
    UnknownEdition,
    UnreadableEdition,
    content_folder,
    edition_folder,
    find_card,
    find_last_release_id,
    find_published_id,
    list_cards,
    list_releases,
)
from lms.editions.rules.contents import FileChange, list_changes
from lms.editions.rules.differences import Block, blocks_of_changes, pair_up
from lms.editions.source.folders import read_files
from lms.exams.queries.reviewing import list_review_lines
from lms.exams.queries.windows import list_windows
from lms.exams.rules.reviewing import ReviewState
from lms.exams.source import Exam, ExamContentError, MissingContent, list_exam_ids, load_exam
from lms.lessons.rules.content import Lesson, Library
from lms.lessons.rules.problems import LessonContentError
from lms.lessons.source.library import published_library
from lms.office.labels import editions as words
from lms.office.queries.content_findings import Finding, check_edition
from lms.office.queries.edition_questions import question_parts

logger = logging.getLogger("lms.office")

NEIGHBORS = 2
"""Lines shown above and below a line that differs."""
INSTALLED_ID = 0
"""Stands in addresses for the files of the installation, which are no edition."""


@dataclass(frozen=True, slots=True)
class EditionsPage:
    """The list: what everybody reads, every edition, and the history."""

    published: EditionCard | None
    """None while the files of the installation are published."""
    is_readable: bool
    """Whether what is published can be read at all."""
    since: ReleaseLine | None
    cards: Sequence[EditionCard]
    releases: tuple[ReleaseLine, ...]
    installed_changes: tuple[FileChange, ...]
    """By what the files of the installation differ from what is published."""
    known: frozenset[str]
    """The hashes of the editions there are."""

    def was_released(self, edition_id: int) -> bool:
        """Whether an edition was published before, as far as the history is shown."""
        return any(each.edition_id == edition_id for each in self.releases)


@dataclass(frozen=True, slots=True)
class LessonChange:
    """A lesson that another edition changes; `parts` are keys of the words of its parts."""

    id: str
    title: str
    is_new: bool
    is_withdrawn: bool
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExamChange:
    """An exam of which another edition changes questions; `is_readable` is False while either has errors."""

    id: str
    title: str
    changed: int
    added: int
    removed: int
    unapproved: int
    """Changed or added ones that were not approved by two people in their new wording."""
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class EditionPage:
    """One edition, or the files of the installation, held against what is published."""

    id: int
    card: EditionCard | None
    is_published: bool
    is_beside_published: bool
    """False when what is published cannot be read: then the files of the installation stand in its place."""
    changes: tuple[FileChange, ...]
    findings: tuple[Finding, ...]
    lessons: tuple[LessonChange, ...] | None
    """None when the lessons cannot be read."""
    exams: tuple[ExamChange, ...]
    seen: int
    """The latest line of the history when the page was made."""

    @property
    def may_be_published(self) -> bool:
        """Whether nothing that was found keeps it from being published."""
        return not any(each.keeps_from_publishing for each in self.findings)


@dataclass(frozen=True, slots=True)
class FileComparison:
    """A file of another edition beside the published one: the lines that differ, with their neighbors."""

    path: str
    blocks: tuple[Block, ...]


def editions_page() -> EditionsPage:
    """Everything the list shows."""
    releases, cards, published = list_releases(), list_cards(), _published_folder()
    published_id = releases[0].edition_id if releases else None
    return EditionsPage(
        published=next((card for card in cards if card.id == published_id), None),
        is_readable=published is not None,
        since=releases[0] if releases else None,
        cards=cards,
        releases=releases,
        installed_changes=list_changes(read_files(published), read_files(target_folder(INSTALLED_ID))) if published else (),
        known=frozenset(card.sha256 for card in cards),
    )


def find_edition_page(edition_id: int, *, today: date) -> EditionPage | None:
    """An edition beside the published content, with what the check of the content finds; None when there is none."""
    card = find_card(edition_id)
    if card is None and edition_id != INSTALLED_ID:
        return None
    new = target_folder(edition_id)
    published = _published_folder()
    old = published or target_folder(INSTALLED_ID)
    return EditionPage(
        id=edition_id,
        card=card,
        is_published=(find_published_id() or INSTALLED_ID) == edition_id,
        is_beside_published=published is not None,
        changes=list_changes(read_files(old), read_files(new)),
        findings=find_findings(edition_id, today=today),
        lessons=_lesson_changes(old, new),
        exams=tuple(_exam_changes(old, new)),
        seen=find_last_release_id(),
    )


def target_folder(edition_id: int) -> Path:
    """The folder of an edition or, for INSTALLED_ID, of the installation; raises UnknownEdition."""
    if edition_id == INSTALLED_ID:
        content: Path = current_app.extensions["settings"].content
        return content
    return edition_folder(edition_id)


def find_findings(edition_id: int, *, today: date) -> tuple[Finding, ...]:
    """What the check of the content finds, and exams that are needed and missing; raises UnknownEdition.

    The check is kept for an edition, which never changes.
    """
    folder = target_folder(edition_id)
    found = check_edition(folder, today=today) if edition_id == INSTALLED_ID else _findings_of(folder, today)
    return (*found, *_missing_exams(folder))


def compare_file(edition_id: int, path: str) -> FileComparison | None:
    """A changed file line by line; None when it is in neither or no part of an edition. Raises UnknownEdition."""
    old, new = read_files(content_folder()).get(path), read_files(target_folder(edition_id)).get(path)
    if old is None and new is None:
        return None
    before, after = ((data or b"").decode("utf-8", errors="replace").splitlines() for data in (old, new))
    return FileComparison(path, blocks_of_changes(pair_up(before, after), context=NEIGHBORS))


def readable_library(content: Path) -> Library | None:
    """The lessons of a folder; None when they have errors."""
    try:
        return published_library(content)
    except (LessonContentError, OSError, RecursionError):
        return None


def readable_exam(content: Path, exam_id: str) -> Exam | None:
    """An exam of a folder; None when it is not there or has errors."""
    try:
        return load_exam(content, exam_id)
    except (ExamContentError, MissingContent, RecursionError):
        return None


def _published_folder() -> Path | None:
    """What everybody should read, or None when it cannot be read: the office must be able to go back all the same."""
    try:
        return content_folder()
    except UnreadableEdition:
        logger.exception("the published edition cannot be read")
        return None


def _missing_exams(folder: Path) -> Iterator[Finding]:
    """An exam that has a window, also one that is over: answers are still graded and looked at by its files."""
    needed = {window.exam_id for window in list_windows()}
    for exam_id in sorted(needed - set(list_exam_ids(folder))):
        yield Finding(f"content/exams/{exam_id}/exam.yaml:1", words.EXAM_MISSING)


@functools.lru_cache(maxsize=16)
def _findings_of(folder: Path, today: date) -> tuple[Finding, ...]:
    return check_edition(folder, today=today)


def _lesson_changes(old: Path, new: Path) -> tuple[LessonChange, ...] | None:
    before, after = readable_library(old), readable_library(new)
    if before is None or after is None:
        return None
    ids = dict.fromkeys([*(each.id for each in after.course.entries), *before.lessons])
    pairs = ((before.lessons.get(each), after.lessons.get(each)) for each in ids)
    return tuple(_lesson_change(one, other, before, after) for one, other in pairs if _differs(one, other, before, after))


def _differs(old: Lesson | None, new: Lesson | None, before: Library, after: Library) -> bool:
    return old != new or (old is not None and new is not None and _facts(old, before) != _facts(new, after))


def _lesson_change(old: Lesson | None, new: Lesson | None, before: Library, after: Library) -> LessonChange:
    shown = new or old
    assert shown is not None  # the ids come from the two libraries
    parts: tuple[str, ...] = ()
    if old is not None and new is not None:
        parts = tuple(name for name in PART_NAMES if _part(name, old, before) != _part(name, new, after))
    return LessonChange(shown.id, shown.title, is_new=old is None, is_withdrawn=new is None, parts=parts)


PART_NAMES = ("basics", "objectives", "body", "worksheet", "quiz", "facts")


def _part(name: str, lesson: Lesson, library: Library) -> object:
    parts: Mapping[str, object] = {
        "basics": (lesson.title, lesson.module, lesson.minutes, lesson.release_group, lesson.as_of, lesson.version),
        "objectives": lesson.objectives,
        "body": lesson.body,
        "worksheet": lesson.worksheet,
        "quiz": lesson.quiz.questions,
        "facts": _facts(lesson, library),
    }
    return parts[name]


def _facts(lesson: Lesson, library: Library) -> list[object]:
    return [library.facts.get(each) for each in lesson.facts]


def _exam_changes(old: Path, new: Path) -> Iterator[ExamChange]:
    for exam_id in sorted({*list_exam_ids(old), *list_exam_ids(new)}):
        before, after = readable_exam(old, exam_id), readable_exam(new, exam_id)
        if before is None or after is None:
            title = (before or after).title if before or after else exam_id  # type: ignore[union-attr]
            yield ExamChange(exam_id, title, 0, 0, 0, 0, is_readable=False)
        elif (change := _exam_change(before, after)).changed + change.added + change.removed:
            yield change


def _exam_change(before: Exam, after: Exam) -> ExamChange:
    old, new = ({each.id: question_parts(exam, each) for each in exam.bank} for exam in (before, after))
    touched = {each for each in new if old.get(each) != new[each]}
    lines = {each.id: each for each in list_review_lines(after)} if touched else {}
    return ExamChange(
        id=after.id,
        title=after.title,
        changed=len(touched & old.keys()),
        added=len(touched - old.keys()),
        removed=len(old.keys() - new.keys()),
        unapproved=sum(lines[each].is_in_use and lines[each].state is not ReviewState.APPROVED for each in touched),
    )


__all__ = [
    "INSTALLED_ID",
    "EditionPage",
    "EditionsPage",
    "FileComparison",
    "UnknownEdition",
    "compare_file",
    "editions_page",
    "find_edition_page",
    "find_findings",
    "readable_exam",
    "readable_library",
    "target_folder",
]
