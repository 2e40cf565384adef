"""Pure: 利益相反: which ties between people and participants keep somebody from grading, and from deciding."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lms.grading.rules.operating import ConflictRules, Stance
from lms.grading.rules.parts import ConflictKind

GRADERS_PER_PARTICIPANT = 3
"""Two graders and one who adjudicates."""
DECIDERS_PER_PARTICIPANT = 2
"""One who proposes, one who finalizes."""


class TieKind(StrEnum):
    """How somebody is tied to a participant."""

    SEATED = "seated"
    """Has a seat in the same cohort: would judge people of the same sitting. Never allowed."""
    TAUGHT = "taught"
    """Taught the cohort."""
    SAME_COMPANY = "same_company"
    CONSULTED = "consulted"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie; `detail` is what was noted of it (a company, a reason), for the office only."""

    kind: TieKind
    detail: str = ""


def declared_tie(kind: ConflictKind, reason: str) -> Tie:
    """The tie that a declaration to the office makes."""
    return Tie(TieKind(kind.value), reason)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The ties of a cohort's or a window's participants under the association's rules."""

    rules: ConflictRules
    participant_ids: tuple[int, ...]
    of_cohort: Mapping[int, tuple[Tie, ...]] = field(default_factory=dict)
    """User id → ties to everybody in the cohort."""
    personal: Mapping[tuple[int, int], tuple[Tie, ...]] = field(default_factory=dict)
    """(user id, participant id) → ties to this participant."""

    def ties(self, user_id: int, participant_id: int) -> tuple[Tie, ...]:
        """Every tie between the two, refused or not."""
        return (*self.of_cohort.get(user_id, ()), *self.personal.get((user_id, participant_id), ()))

    def against_grading(self, user_id: int, participant_id: int) -> tuple[Tie, ...]:
        """The ties because of which this person must not grade the participant; empty for who may."""
        return tuple(tie for tie in self.ties(user_id, participant_id) if keeps_from_grading(tie.kind, self.rules))

    def against_deciding(self, user_id: int, participant_id: int) -> tuple[Tie, ...]:
        """The ties because of which this person must not decide about the participant; empty for who may."""
        return tuple(tie for tie in self.ties(user_id, participant_id) if keeps_from_deciding(tie.kind, self.rules))

    def barred_graders(self, participant_id: int) -> frozenset[int]:
        """Everybody known who must not grade the participant."""
        return frozenset(user_id for user_id in self._known(participant_id) if self.against_grading(user_id, participant_id))

    def barred_deciders(self, participant_id: int) -> frozenset[int]:
        """Everybody known who must not decide about the participant."""
        return frozenset(user_id for user_id in self._known(participant_id) if self.against_deciding(user_id, participant_id))

    def why_not_decide(self, user_id: int) -> tuple[Tie, ...]:
        """The ties that keep somebody from deciding about all these participants together; empty for who may.

        Results are finalized and released for a whole window: a tie to one person in it is enough.
        """
        ties = (tie for each in self.participant_ids for tie in self.against_deciding(user_id, each))
        return tuple(dict.fromkeys((*ties, *self._cohort_ties_against_deciding(user_id))))

    def _cohort_ties_against_deciding(self, user_id: int) -> Iterable[Tie]:
        return (tie for tie in self.of_cohort.get(user_id, ()) if keeps_from_deciding(tie.kind, self.rules))

    def _known(self, participant_id: int) -> set[int]:
        return {*self.of_cohort, *(user_id for user_id, tied_to in self.personal if tied_to == participant_id)}


def keeps_from_grading(kind: TieKind, rules: ConflictRules) -> bool:
    """Whether such a tie forbids grading."""
    return _stances(rules, rules.taught.grading)[kind] is Stance.REFUSE


def keeps_from_deciding(kind: TieKind, rules: ConflictRules) -> bool:
    """Whether such a tie forbids to take part in the decision."""
    return _stances(rules, rules.taught.deciding)[kind] is Stance.REFUSE


def _stances(rules: ConflictRules, taught: Stance) -> dict[TieKind, Stance]:
    return {
        TieKind.SEATED: Stance.REFUSE,
        TieKind.TAUGHT: taught,
        TieKind.SAME_COMPANY: rules.same_company,
        TieKind.CONSULTED: rules.consulted,
        TieKind.DECLARED: rules.declared,
    }


@dataclass(frozen=True, slots=True)
class Shortage:
    """How many people a participant still lacks; graders include the one who adjudicates."""

    participant_id: int
    graders: int
    deciders: int


def find_shortages(conflicts: Conflicts, graders: Collection[int], deciders: Collection[int]) -> tuple[Shortage, ...]:
    """The participants who lack two graders, an adjudicator or two people who decide, under the rules.

    Nobody may do both: whoever has both roles counts as a grader as far as graders are needed, then as a decider.
    """
    found = (_shortage(conflicts, each, set(graders), set(deciders)) for each in conflicts.participant_ids)
    return tuple(each for each in found if each.graders or each.deciders)


def _shortage(conflicts: Conflicts, participant_id: int, graders: set[int], deciders: set[int]) -> Shortage:
    grading = graders - conflicts.barred_graders(participant_id)
    deciding = deciders - conflicts.barred_deciders(participant_id)
    only_grading = grading - deciding
    borrowed = min(len(grading & deciding), max(0, GRADERS_PER_PARTICIPANT - len(only_grading)))
    return Shortage(
        participant_id,
        graders=max(0, GRADERS_PER_PARTICIPANT - len(grading)),
        deciders=max(0, DECIDERS_PER_PARTICIPANT - (len(deciding) - borrowed)),
    )


class Remedy(StrEnum):
    """What can be done when too few people are left for a participant."""

    ANOTHER_GRADER = "another_grader"
    ANOTHER_DECIDER = "another_decider"
    END_AFFILIATION = "end_affiliation"
    """Somebody who no longer belongs to the company may grade again once that is noted."""
    ALLOW_BY_SETTING = "allow_by_setting"
    """A tie that the association may allow."""


def find_remedies(
    conflicts: Conflicts, shortages: Collection[Shortage], graders: Collection[int], deciders: Collection[int]
) -> tuple[Remedy, ...]:
    """What would help those who lack people, the best first; empty when nobody does."""
    refused = {tie.kind for each in shortages for tie in _refused(conflicts, each, graders, deciders)}
    helps = {
        Remedy.ANOTHER_GRADER: any(each.graders for each in shortages),
        Remedy.ANOTHER_DECIDER: any(each.deciders for each in shortages),
        Remedy.END_AFFILIATION: TieKind.SAME_COMPANY in refused,
        Remedy.ALLOW_BY_SETTING: bool(refused - {TieKind.SEATED}),
    }
    return tuple(remedy for remedy, does_help in helps.items() if does_help)


def _refused(conflicts: Conflicts, shortage: Shortage, graders: Collection[int], deciders: Collection[int]) -> Iterable[Tie]:
    if shortage.graders:
        for user_id in graders:
            yield from conflicts.against_grading(user_id, shortage.participant_id)
    if shortage.deciders:
        for user_id in deciders:
            yield from conflicts.against_deciding(user_id, shortage.participant_id)
