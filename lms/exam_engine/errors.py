"""What can go wrong in the engine: facts and enums only; the rooms above put them into Japanese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Values = Mapping[str, str | int]


class Severity(StrEnum):
    """An error keeps an exam from going live; a warning is for the editor to consider."""

    ERROR = "error"
    WARNING = "warning"


class ProblemCode(StrEnum):
    """Every fault that can be found in exam content."""

    YAML_SYNTAX = "yaml_syntax"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    ANCHOR = "anchor"
    TAG = "tag"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    BAD_VALUE = "bad_value"
    UNKNOWN_KIND = "unknown_kind"
    DUPLICATE_ID = "duplicate_id"
    UNKNOWN_FACT = "unknown_fact"
    UNCERTAIN_FACT = "uncertain_fact"
    UNKNOWN_LESSON = "unknown_lesson"
    OPTION_COUNT = "option_count"
    OPTION_IDS = "option_ids"
    KEY_NOT_AN_OPTION = "key_not_an_option"
    KEY_LENGTH = "key_length"
    NEGATIVE_NOT_BOLD = "negative_not_bold"
    CATCH_ALL_OPTION = "catch_all_option"
    CHAR_LIMITS = "char_limits"
    RUBRIC_LEVELS = "rubric_levels"
    UNKNOWN_CRITERION = "unknown_criterion"
    CAP_POINTS = "cap_points"
    MISSING_RUBRIC = "missing_rubric"
    RUBRIC_POINTS = "rubric_points"
    QUOTA_UNFILLED = "quota_unfilled"
    SLOT_UNFILLED = "slot_unfilled"
    POINTS_MISMATCH = "points_mismatch"
    UNKNOWN_SECTION = "unknown_section"
    UNREACHABLE_POINTS = "unreachable_points"
    DUPLICATE_TEXT = "duplicate_text"
    IDS_GIVE_KEY_AWAY = "ids_give_key_away"
    LEFT_WITHOUT_PARTNER = "left_without_partner"
    RIGHT_USED_TWICE = "right_used_twice"
    NOTHING_TO_ACCEPT = "nothing_to_accept"
    SAME_ANSWER = "same_answer"
    UNKNOWN_CASE = "unknown_case"
    UNKNOWN_ENEMY = "unknown_enemy"
    QUOTAS_COLLIDE = "quotas_collide"
    UNKNOWN_ESSAY = "unknown_essay"
    UNKNOWN_MARK_CRITERION = "unknown_mark_criterion"
    UNKNOWN_LEVEL = "unknown_level"
    MISSING_LEVEL = "missing_level"
    MISSING_REASON = "missing_reason"
    UNKNOWN_CAP = "unknown_cap"
    CAP_REASON = "cap_reason"
    LENGTH_CLAIM = "length_claim"
    ANCHOR_POINTS = "anchor_points"
    REPEATED_TEXT = "repeated_text"
    ESSAY_WITHOUT_ANCHOR = "essay_without_anchor"
    ESSAY_WITHOUT_RECHECK = "essay_without_recheck"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault seen inside one object: where (relative to it), which, and the values that show it."""

    path: tuple[str | int, ...]
    code: ProblemCode
    values: Values = field(default_factory=dict)
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in a content file with its place; `line` counts from 1, `path` reads like `questions[2].key`."""

    file: str
    line: int
    path: str
    code: ProblemCode
    values: Values
    severity: Severity = Severity.ERROR


class ExamContentError(Exception):
    """The content cannot make an exam; carries every problem found, warnings too."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.file}:{p.line} {p.path} {p.code}" for p in problems))
        self.problems = problems


class CannotDraw(Exception):
    """The bank holds too few questions for a quota or slot of the blueprint."""

    def __init__(self, section_id: str) -> None:
        super().__init__(section_id)
        self.section_id = section_id


class InvalidPaper(Exception):
    """A text is not the canonical form of a paper."""


class AnswerFault(StrEnum):
    """Why an answer body is refused."""

    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    WRONG_KIND = "wrong_kind"
    UNKNOWN_OPTION = "unknown_option"
    NUL_CHARACTER = "nul_character"
    LONE_SURROGATE = "lone_surrogate"
    TOO_LONG = "too_long"
    LINE_TOO_LONG = "line_too_long"
    REPEATED_OPTION = "repeated_option"
    INCOMPLETE_ORDER = "incomplete_order"


class InvalidAnswer(Exception):
    """An answer body does not fit its question."""

    def __init__(self, reason: AnswerFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


class MarkFault(StrEnum):
    """Why a grader's mark is refused."""

    MISSING_CRITERION = "missing_criterion"
    UNKNOWN_CRITERION = "unknown_criterion"
    REPEATED_CRITERION = "repeated_criterion"
    UNKNOWN_LEVEL = "unknown_level"
    UNKNOWN_CAP = "unknown_cap"


class InvalidMark(Exception):
    """A grader's mark does not fit its rubric."""

    def __init__(self, reason: MarkFault, criterion_id: str = "") -> None:
        super().__init__(f"{reason.value} {criterion_id}".strip())
        self.reason = reason
        self.criterion_id = criterion_id


class Refusal(StrEnum):
    """Why a step in the life of an attempt is not allowed."""

    WINDOW_NOT_OPEN = "window_not_open"
    NOT_STARTED = "not_started"
    ALREADY_STARTED = "already_started"
    ALREADY_SUBMITTED = "already_submitted"
    UNKNOWN_SECTION = "unknown_section"
    WRONG_SECTION = "wrong_section"
    SECTION_ALREADY_HANDED_IN = "section_already_handed_in"
    SECTION_STILL_OPEN = "section_still_open"
    SECTIONS_REMAIN = "sections_remain"
    TIME_RUNS_BACKWARDS = "time_runs_backwards"
    PAUSED = "paused"
    NOT_PAUSED = "not_paused"
    NOT_SUBMITTED = "not_submitted"


class NotAllowed(Exception):
    """An attempt may not take this step now."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
