"""The words all question kinds share: domains, levels, statuses, and the rubric an essay is read with."""

from dataclasses import dataclass
from enum import StrEnum


class Domain(StrEnum):
    """A subject area of the blueprint."""

    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"
    D5 = "D5"


class Level(StrEnum):
    """What a question asks of the mind, from recalling to judging."""

    REMEMBER = "remember"
    UNDERSTAND = "understand"
    APPLY = "apply"
    EVALUATE = "evaluate"


class QuestionStatus(StrEnum):
    """How far a question has come in its review; a retired one is never drawn."""

    UNREVIEWED = "unreviewed"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    RETIRED = "retired"


class Materials(StrEnum):
    """What a participant may look at while answering a section."""

    CLOSED = "closed"
    HANDOUTS = "handouts"


class SectionKind(StrEnum):
    """Whether a section is marked by machine or graded by people."""

    CHOICE = "choice"
    ESSAY = "essay"


@dataclass(frozen=True, slots=True)
class RubricLevel:
    """One state an essay can be in under a criterion, in words, and the whole points it earns."""

    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """観点: one thing an essay is read for."""

    id: str
    title: str
    levels: tuple[RubricLevel, ...]

    @property
    def max_points(self) -> int:
        """The points of the best level."""
        return max((level.points for level in self.levels), default=0)


@dataclass(frozen=True, slots=True)
class Cap:
    """A gravely unsuitable proposal that limits the points of the whole essay."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rubric:
    """採点基準: the criteria of one essay type, immutable once used; a change is a new revision."""

    id: str
    revision: int
    title: str
    criteria: tuple[Criterion, ...]
    caps: tuple[Cap, ...]
    cap_points: int
    expression_criterion: str

    @property
    def max_points(self) -> int:
        """The sum of the best levels of all criteria."""
        return sum(criterion.max_points for criterion in self.criteria)
