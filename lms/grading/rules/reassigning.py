"""Pure: 担当替え: whether an assignment may go to another grader, to whom, and how somebody's whole work is spread evenly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.grading.rules.allocation import EssayToShare, spread
from lms.grading.rules.parts import GraderPart, Refusal


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An assignment without a mark, and who must not get it."""

    assignment_id: int
    key: str
    """Names the task reproducibly."""
    part: GraderPart
    grader_id: int
    is_leased: bool
    """Its grader works at it right now."""
    involved: frozenset[int]
    """Everybody who has another part of this essay, and who must not read it when it is graded again."""
    barred: frozenset[int]
    """Everybody with 利益相反."""
    is_regrading: bool = False
    """Graded again after an appeal: then everybody of the window may have read it, and any grader may be asked."""

    @property
    def must_move(self) -> bool:
        """Whether a tie of its own grader came up after it was given out."""
        return self.grader_id in self.barred

    def find_fault(self, to: int, staff: "PartStaff") -> Refusal | None:
        """Why this task may not go to this person; None when it may."""
        faults = {
            Refusal.BEING_GRADED: self.is_leased,
            Refusal.CHANGES_NOTHING: to == self.grader_id,
            Refusal.NOT_ON_STAFF: to not in staff.of(self),
            Refusal.DECIDED_HERE: to in staff.deciders,
            Refusal.HOLDS_A_PART: to in self.involved,
            Refusal.CONFLICT: to in self.barred,
        }
        return next((fault for fault, applies in faults.items() if applies), None)

    def candidates(self, staff: "PartStaff", loads: Mapping[int, int]) -> tuple[int, ...]:
        """Whom the rules allow, the least loaded first; empty while its grader works at it."""
        free = [grader for grader in staff.of(self) if self.find_fault(grader, staff) is None]
        return tuple(sorted(free, key=lambda grader: (loads.get(grader, 0), grader)))


@dataclass(frozen=True, slots=True)
class PartStaff:
    """Who may be given marks or adjudications in a window, and who has decided in it and must not grade any more."""

    markers: frozenset[int]
    adjudicators: frozenset[int]
    deciders: frozenset[int] = frozenset()
    graders: frozenset[int] = frozenset()
    """Everybody who may be asked to grade again after an appeal, on the window's staff or not."""

    def of(self, task: OpenTask) -> frozenset[int]:
        """Who may be asked for such a task; nobody is ever given a calibration of somebody else."""
        by_part = {
            GraderPart.FIRST: self.markers,
            GraderPart.SECOND: self.markers,
            GraderPart.ADJUDICATOR: self.adjudicators,
        }
        of_window = by_part.get(task.part, frozenset())
        return of_window | self.graders if task.is_regrading else of_window


@dataclass(frozen=True, slots=True)
class Moves:
    """Who gets which task (assignment id → user id), and the tasks that nobody may take."""

    given: Mapping[int, int]
    stuck: tuple[OpenTask, ...]


def plan_moves(tasks: Sequence[OpenTask], staff: PartStaff, loads: Mapping[int, int], *, seed: str) -> Moves:
    """Spread one grader's tasks over those the rules allow, as evenly as they let, whatever the order they come in.

    A task may stay stuck: its grader works at it, or nobody is free for it.
    """
    movable = [task for task in tasks if task.candidates(staff, loads)]
    everybody = staff.markers | staff.adjudicators | staff.graders
    essays = [
        EssayToShare(task.key, frozenset(grader for grader in everybody if task.find_fault(grader, staff) is not None))
        for task in movable
    ]
    by_key = spread(essays, everybody, seed=seed, loads=loads)
    stuck = tuple(sorted((task for task in tasks if task not in movable), key=lambda task: task.key))
    return Moves({task.assignment_id: by_key[task.key] for task in movable}, stuck)


def without_third(task: OpenTask, to: int, staff: PartStaff) -> bool:
    """Whether nobody would be left to adjudicate the essay once this person grades it."""
    if task.part is GraderPart.ADJUDICATOR:
        return False
    adjudicators = staff.adjudicators | (staff.graders if task.is_regrading else frozenset())
    return not adjudicators - staff.deciders - task.barred - task.involved - {to, task.grader_id}
