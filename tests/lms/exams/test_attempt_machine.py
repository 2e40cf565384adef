"""A short round of the attempt's state machine; `make proof` plays it at length."""

from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.proof.attempt_machine import lay_stage, play


def test_a_few_attempts_do_not_differ_from_the_reference_model(make: Factory, frozen_clock: FrozenClock) -> None:
    play(lay_stage(make, frozen_clock), examples=12, steps=40)
