"""Acts of grading in depth: what calibrators, the desk, the meeting and whoever handles appeals do."""

from collections.abc import Callable

from lms.grading.services.verdicts import propose_verdicts
from tests.factories import Factory
from tests.house.acts import AUDIT, Act, act, now
from tests.lms.grading import builders as grading


def proposing_verdicts(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    grading.mark_all(sat.window_id)
    return act(lambda: propose_verdicts(sat.window_id, {}, by=sat.releaser, now=now()), "verdict_proposals", AUDIT)


ACTS_OF_GRADING: tuple[Callable[[Factory], Act], ...] = (proposing_verdicts,)
