"""What is wrong with a file to be imported, and what an import wants to be looked at, each with its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lms.exam_engine.errors import ProblemCode, Severity, Values

MAX_FAULTS = 200


class FaultCode(StrEnum):
    """Every fault a file of questions can have beyond those of exam content itself."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "file_too_large"
    UTF16 = "utf16"
    NOT_UTF8 = "not_utf8"
    BINARY = "binary"
    UNKNOWN_FORMAT = "unknown_format"
    NO_QUESTIONS = "no_questions"
    TOO_MANY = "too_many"
    UNSUPPORTED_KIND = "unsupported_kind"
    BAD_CHARACTER = "bad_character"
    XML_SYNTAX = "xml_syntax"
    XML_ENCODING = "xml_encoding"
    XML_DECLARATION = "xml_declaration"
    XML_DEPTH = "xml_depth"
    NOT_MOODLE = "not_moodle"
    TITLE_OPEN = "title_open"
    BRACES = "braces"
    NO_STEM = "no_stem"
    NO_ANSWERS = "no_answers"
    CROWDED = "crowded"
    NO_RIGHT_ANSWER = "no_right_answer"
    SEVERAL_RIGHT = "several_right"
    ARROW_MISSING = "arrow_missing"
    NOT_A_NUMBER = "not_a_number"
    WILDCARD = "wildcard"
    OLD_EXCEL = "old_excel"
    LOCKED_EXCEL = "locked_excel"
    UNSAFE_EXCEL = "unsafe_excel"
    BROKEN_EXCEL = "broken_excel"
    NOT_OUR_EXCEL = "not_our_excel"
    MISSING_COLUMN = "missing_column"
    DOUBLED_COLUMN = "doubled_column"
    FORMULA = "formula"
    NOT_A_TEXT_CELL = "not_a_text_cell"
    UNKNOWN_WORD = "unknown_word"
    GAP = "gap"
    # What follows is never more than a warning.
    UNKNOWN_COLUMN = "unknown_column"
    FILLED_IN = "filled_in"
    TO_BE_WRITTEN = "to_be_written"
    STATUS_CARRIED = "status_carried"
    ALREADY_IN_BANK = "already_in_bank"
    COMPOSED = "composed"
    WEIGHTS_DROPPED = "weights_dropped"
    ANSWER_DROPPED = "answer_dropped"
    FEEDBACK_DROPPED = "feedback_dropped"
    MARKUP_DROPPED = "markup_dropped"
    FILE_DROPPED = "file_dropped"
    CATEGORY_DROPPED = "category_dropped"
    TAG_DROPPED = "tag_dropped"
    POINTS_DROPPED = "points_dropped"
    UNIT_DROPPED = "unit_dropped"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file: line and column count from 1; in Excel they are the row and column of a cell in `sheet`."""

    line: int = 1
    column: int = 1
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault or warning: where, what, the values that show it, and the question it is about (empty for the file)."""

    place: Place
    code: FaultCode | ProblemCode
    values: Values = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    question_id: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it keeps the whole file out."""
        return self.severity is Severity.ERROR


class Unreadable(Exception):
    """The file as a whole cannot be read, or no further than a certain place."""

    def __init__(self, code: FaultCode, place: Place | None = None, values: Mapping[str, str | int] | None = None) -> None:
        super().__init__(code.value)
        self.fault = Fault(place or Place(), code, values or {})


def in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """The faults in the order of the file, the first 200 of them."""
    return tuple(sorted(faults, key=lambda each: (each.place.sheet, each.place, each.code))[:MAX_FAULTS])
