"""Every fault that can be found in a handout's file, as facts; labels.py puts them into Japanese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ProblemKind(StrEnum):
    """What is wrong."""

    FOLDER_EMPTY = "folder_empty"
    FILE_UNREADABLE = "file_unreadable"
    FILE_NAME = "file_name"
    FRONT_MATTER = "front_matter"
    YAML = "yaml"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_VALUE = "wrong_value"
    DOUBLED = "doubled"
    WRONG_FORMAT = "wrong_format"
    MINUTES_MISPLACED = "minutes_misplaced"
    UNKNOWN_FACT = "unknown_fact"
    UNSURE_FACT = "unsure_fact"
    UNLISTED_FACT = "unlisted_fact"
    UNCITED_FACT = "uncited_fact"
    UNKNOWN_LESSON = "unknown_lesson"
    SLIDE_TITLE = "slide_title"
    SLIDE_MINUTES = "slide_minutes"
    SLIDE_NOTE = "slide_note"
    SLIDE_FULL = "slide_full"
    TOTAL_MINUTES = "total_minutes"
    COLUMN_COUNT = "column_count"
    TABLE_RULE = "table_rule"
    STRAY_MARK = "stray_mark"
    TOP_HEADING = "top_heading"
    EMPTY_BODY = "empty_body"


@dataclass(frozen=True, slots=True)
class HandoutProblem:
    """A fault with its place; `line` counts from 1."""

    file: str
    line: int
    kind: ProblemKind
    values: Mapping[str, str | int] = field(default_factory=dict)
