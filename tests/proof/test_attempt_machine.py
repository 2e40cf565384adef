"""The attempt's life through its real doors, 300 times 50 steps over both databases, never differs from the reference model."""

import pytest

from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.proof.attempt_machine import lay_stage, play

EXAMPLES = {"sqlite": 240, "postgresql": 60}
STEPS = 50

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]


def test_no_order_of_acts_differs_from_the_reference_model(make: Factory, frozen_clock: FrozenClock, database_kind: str) -> None:
    play(lay_stage(make, frozen_clock), examples=EXAMPLES[database_kind], steps=STEPS)
    print(f"\nattempt machine on {database_kind}: {EXAMPLES[database_kind]} attempts of up to {STEPS} steps, 0 differences")
