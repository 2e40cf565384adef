"""What a participant's plays come to: how well one went, and which of its moments is worth another try."""

from dataclasses import dataclass

from lms.scenarios.rules.debriefing import Debrief, Standing
from lms.scenarios.rules.graph import Mark
from lms.scenarios.rules.playing import Play

_WEIGHTS = {Mark.HARMFUL: 2, Mark.PARTLY: 1, Mark.GOOD: 0}


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """How many criteria of a play were held, of those that came up; the order says which play went better."""

    held: int
    not_harmed: int
    met: int


def score(debriefed: Debrief) -> Score:
    """Count the standings of a debrief."""
    standings = [each.standing for each in debriefed.criteria if each.standing is not Standing.NOT_MET]
    return Score(
        held=standings.count(Standing.HELD),
        not_harmed=len(standings) - standings.count(Standing.RETHINK),
        met=len(standings),
    )


def turning_point(play: Play) -> int | None:
    """The step (from 1) whose reply did most harm, the first of these, or None when every reply was good."""
    harms = [sum(_WEIGHTS[point.mark] for point in step.reply.points) for step in play.steps]
    worst = max(harms, default=0)
    return harms.index(worst) + 1 if worst else None
