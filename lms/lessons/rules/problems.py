"""Every fault that can be found in lesson files, as facts; labels.py puts them into Japanese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ProblemKind(StrEnum):
    """What is wrong."""

    FILE_MISSING = "file_missing"
    FILE_UNREADABLE = "file_unreadable"
    FILE_UNEXPECTED = "file_unexpected"
    FRONT_MATTER = "front_matter"
    YAML = "yaml"
    ANCHOR = "anchor"
    DUPLICATE_KEY = "duplicate_key"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_VALUE = "wrong_value"
    DUPLICATE_ID = "duplicate_id"
    DIFFERS_FROM_PLAN = "differs_from_plan"
    UNKNOWN_MODULE = "unknown_module"
    UNKNOWN_GROUP = "unknown_group"
    NO_PAID_GROUP = "no_paid_group"
    UNKNOWN_FACT = "unknown_fact"
    UNSURE_FACT = "unsure_fact"
    UNLISTED_FACT = "unlisted_fact"
    OBJECTIVE_COUNT = "objective_count"
    POINT_COUNT = "point_count"
    QUESTION_COUNT = "question_count"
    OPTION_COUNT = "option_count"
    OPTION_IDS = "option_ids"
    KEY_NOT_AN_OPTION = "key_not_an_option"
    LENGTH = "length"
    SECTION_MISSING = "section_missing"
    SECTION_REPEATED = "section_repeated"
    SECTION_ORDER = "section_order"
    TOP_HEADING = "top_heading"
    RAW_HTML = "raw_html"
    IMAGE = "image"
    BLOCK_MARK = "block_mark"
    BROKEN_LINK = "broken_link"
    FACT_OVERDUE = "fact_overdue"
    RESERVED_KEY = "reserved_key"
    TEXT_ALTERNATIVE = "text_alternative"
    PICTURE_MISSING = "picture_missing"
    PICTURE_UNUSED = "picture_unused"
    PICTURE_UNREADABLE = "picture_unreadable"
    PICTURE_FRAME = "picture_frame"
    PICTURE_WORDLESS = "picture_wordless"
    PICTURE_FOREIGN = "picture_foreign"
    PICTURE_MIXED = "picture_mixed"
    PICTURE_SMALL_TEXT = "picture_small_text"
    UNKNOWN_LESSON = "unknown_lesson"
    DUPLICATE_TERM = "duplicate_term"
    NO_KANA = "no_kana"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in one text, whose file its reader knows; `line` counts from 1 within the text."""

    line: int
    kind: ProblemKind
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LessonProblem:
    """A fault with its place; `line` counts from 1."""

    file: str
    line: int
    kind: ProblemKind
    values: Mapping[str, str | int] = field(default_factory=dict)


class LessonContentError(Exception):
    """The lessons cannot be shown; carries every problem found."""

    def __init__(self, problems: tuple[LessonProblem, ...]) -> None:
        super().__init__("; ".join(f"{each.file}:{each.line} {each.kind}" for each in problems))
        self.problems = problems
