"""Every fault that can be found in scenario files, as facts; labels.py puts them into Japanese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Path = tuple[str | int, ...]


class ProblemKind(StrEnum):
    """What is wrong."""

    FILE_MISSING = "file_missing"
    FILE_NAME = "file_name"
    YAML = "yaml"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_VALUE = "wrong_value"
    DUPLICATE_ID = "duplicate_id"
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_RECORD = "unknown_record"
    UNKNOWN_FACT = "unknown_fact"
    UNSURE_FACT = "unsure_fact"
    UNKNOWN_LESSON = "unknown_lesson"
    DEAD_END = "dead_end"
    ENDING_WITH_REPLIES = "ending_with_replies"
    REPLY_COUNT = "reply_count"
    NODE_COUNT = "node_count"
    LOOP = "loop"
    COOLED_INTO_HEAT = "cooled_into_heat"
    UNREACHABLE = "unreachable"
    TOO_SHORT_WAY = "too_short_way"
    TOO_LONG_WAY = "too_long_way"
    UNTOUCHED = "untouched"
    NEEDLESS_REASON = "needless_reason"
    NO_POINT = "no_point"
    NO_DIFFERENCE = "no_difference"
    NO_GOOD_WAY = "no_good_way"
    GOOD_WAY_FORGETS = "good_way_forgets"
    RECORD_UNSHOWN = "record_unshown"
    RECORD_NEVER_KEPT = "record_never_kept"
    SAME_PLACE = "same_place"
    LENGTH_TELLS = "length_tells"
    ADVICE_MISSING = "advice_missing"
    TOO_LONG = "too_long"
    LEFT_OVER = "left_over"
    LEGAL_WORD = "legal_word"
    MUST_WORD = "must_word"
    JUDGING_WORD = "judging_word"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault at a place in a scenario's tree."""

    kind: ProblemKind
    path: Path
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScenarioProblem:
    """A fault with its place in the files; `line` counts from 1."""

    file: str
    line: int
    kind: ProblemKind
    values: Mapping[str, str | int] = field(default_factory=dict)
