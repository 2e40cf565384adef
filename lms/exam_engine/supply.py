"""What a paper takes from the bank: its places, who may stand there, and who may not stand together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.exam_engine.definitions import (
    Case,
    ChoiceSection,
    Domain,
    EssayQuestion,
    EssaySlot,
    Level,
    MachineQuestion,
    Question,
    QuestionStatus,
    Quota,
    Section,
)
from lms.exam_engine.drawing import Demand, can_fill


@dataclass(frozen=True, slots=True)
class Place:
    """A quota or slot of a section, with the name under which its lots are drawn and the points of each question."""

    section_id: str
    lot: tuple[str, ...]
    points: Decimal
    what: Quota | EssaySlot

    @property
    def count(self) -> int:
        """How many questions are drawn for it."""
        return self.what.count if isinstance(self.what, Quota) else 1

    def demand(self, candidates: Sequence[Question]) -> Demand:
        """The place as a demand on its candidates."""
        return Demand(self.count, frozenset(question.id for question in candidates))


def places_of(section: Section) -> Iterator[Place]:
    """The places of a section, in the order in which they are drawn."""
    if isinstance(section, ChoiceSection):
        for quota in section.quotas:
            kind = () if quota.kind is None else (quota.kind,)
            yield Place(section.id, (quota.domain, quota.level, *kind), section.points_per_question, quota)
    else:
        for index, slot in enumerate(section.slots):
            yield Place(section.id, ("slot", str(index)), slot.max_points, slot)


def in_use(bank: Sequence[Question], cases: Sequence[Case]) -> tuple[Question, ...]:
    """The questions that may be drawn, by id: neither they nor their case are retired."""
    retired = {case.id for case in cases if case.status is QuestionStatus.RETIRED}
    usable = (each for each in bank if each.status is not QuestionStatus.RETIRED and each.case not in retired)
    return tuple(sorted(usable, key=lambda question: question.id))


def candidates_of(places: Sequence[Place], usable: Sequence[Question]) -> list[list[Question]]:
    """The questions that may be drawn for each place, in the given order."""
    # A blueprint has many cells and a bank many questions: each is looked at once.
    cells: dict[tuple[Domain, Level], list[MachineQuestion]] = {}
    essays = [question for question in usable if isinstance(question, EssayQuestion)]
    for question in usable:
        if isinstance(question, MachineQuestion):
            cells.setdefault((question.domain, question.level), []).append(question)

    def candidates(what: Quota | EssaySlot) -> list[Question]:
        if isinstance(what, EssaySlot):
            return [essay for essay in essays if essay.type in what.types]
        return [question for question in cells.get((what.domain, what.level), ()) if what.takes(question)]

    return [candidates(place.what) for place in places]


def enemies_among(bank: Sequence[Question]) -> Mapping[str, frozenset[str]]:
    """Who may not stand beside whom, both ways, whichever of the two says so."""
    enemies: dict[str, set[str]] = {}
    for question in bank:
        for enemy in question.enemies:
            enemies.setdefault(question.id, set()).add(enemy)
            enemies.setdefault(enemy, set()).add(question.id)
    return {question_id: frozenset(others) for question_id, others in enemies.items()}


def can_supply(sections: Sequence[Section], usable: Sequence[Question]) -> bool:
    """Whether these questions can fill all places of these sections in one paper."""
    places = [place for section in sections for place in places_of(section)]
    found = candidates_of(places, usable)
    demands = [place.demand(candidates) for place, candidates in zip(places, found, strict=True)]
    return can_fill(demands, enemies_among(usable))
