"""What the statistics are told from: who earned how many points in which question, and what was chosen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """One person's answer to one question; no chosen options and no other answer mean that it was left blank.

    `chosen` holds the ids of chosen options, and is empty for kinds without options.
    """

    question_id: str
    section_id: str
    points: Decimal
    max_points: Decimal
    chosen: tuple[str, ...] = ()
    is_blank: bool = False


@dataclass(frozen=True, slots=True)
class MarkedPaper:
    """Everything one person earned in the sections that are marked or settled; other sections are left out."""

    person: str
    answers: tuple[MarkedAnswer, ...]

    def points_in(self, section_id: str) -> Decimal:
        """The points of one section."""
        return sum((answer.points for answer in self.answers if answer.section_id == section_id), Decimal(0))


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """What must be known of a question beforehand: its section, and its options and keys if it has any."""

    id: str
    section_id: str
    max_points: Decimal
    option_ids: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionForm:
    """A section: its points in all, and the points needed in it if the pass rule asks for any."""

    id: str
    max_points: Decimal
    pass_line: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ExamForm:
    """The exam the papers were drawn from."""

    sections: tuple[SectionForm, ...]
    questions: Mapping[str, QuestionForm]
    pass_line: Decimal
    """Of the total."""

    @property
    def max_points(self) -> Decimal:
        """The points of all sections."""
        return sum((section.max_points for section in self.sections), Decimal(0))


def sections_of(paper: MarkedPaper) -> frozenset[str]:
    """The sections of which a paper has points."""
    return frozenset(answer.section_id for answer in paper.answers)


def smallest_step(points: Iterable[Decimal]) -> Decimal:
    """The smallest difference between two of the points, 1 when there are no two different ones."""
    ordered = sorted(set(points))
    return min((later - earlier for earlier, later in pairwise(ordered)), default=Decimal(1))
