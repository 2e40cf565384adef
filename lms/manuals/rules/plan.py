"""The plan of the manual as content/manual.yaml gives it, and what can be wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class FieldRef:
    """A field of a lesson's worksheet: 「L09.inside」."""

    lesson_id: str
    key: str

    def __str__(self) -> str:
        return f"{self.lesson_id}.{self.key}"


@dataclass(frozen=True, slots=True)
class ChapterPlan:
    """A chapter and the fields that stand in it, in order."""

    id: str
    title: str
    intro: str
    fields: tuple[FieldRef, ...]


@dataclass(frozen=True, slots=True)
class ManualPlan:
    """The whole manual; `left_out` are fields of worksheets that are no part of it."""

    title: str
    intro: str
    share_days: int
    """How many days a link to the manual lives."""
    chapters: tuple[ChapterPlan, ...]
    left_out: tuple[FieldRef, ...]


class ProblemKind(StrEnum):
    """What can be wrong with the file."""

    FILE_UNREADABLE = "file_unreadable"
    YAML = "yaml"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_VALUE = "wrong_value"
    DOUBLED_CHAPTER = "doubled_chapter"
    DOUBLED = "doubled"
    UNKNOWN_LESSON = "unknown_lesson"
    UNKNOWN_REF = "unknown_ref"
    NOT_PLACED = "not_placed"


@dataclass(frozen=True, slots=True)
class ManualProblem:
    """One fault with its line (from 1)."""

    file: str
    line: int
    kind: ProblemKind
    values: Mapping[str, str | int]
