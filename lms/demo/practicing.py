"""The demo's plays of practice scenarios: one looked back at, one in the middle of the talk."""

from datetime import datetime, timedelta
from itertools import cycle

from lms.lessons.queries import find_reading_seat
from lms.scenarios.queries import find_published
from lms.scenarios.rules.playing import begin, choose, is_over
from lms.scenarios.services import begin_play, choose_reply

HABIT = (1, 0, 2)
"""Somebody who does not always find the best reply."""


def practice(user_id: int, scenario_id: str, *, now: datetime, replies: int | None = None) -> None:
    """Play a scenario to its end, or only so many replies of it; nothing when it is not published."""
    seat, published = find_reading_seat(user_id), find_published(scenario_id)
    if seat is None or published is None:
        return
    public_id = begin_play(seat, scenario_id, by=user_id, now=now)
    play = begin(published.scenario)
    for choice in cycle(HABIT):
        if is_over(published.scenario, play) or len(play.steps) == replies:
            return
        moment = now + timedelta(minutes=1 + len(play.steps))
        choose_reply(public_id, len(play.steps), choice, by=user_id, now=moment)
        play = choose(published.scenario, play, choice)
