"""Verbs of 場面練習: begin a play, choose a reply, try another way from a step on."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from lms.cohorts.models import Participant
from lms.db.session import command, db
from lms.lessons.queries import ReadingSeat
from lms.scenarios.models import ScenarioPlay
from lms.scenarios.queries import find_published, is_open
from lms.scenarios.rules.graph import Scenario
from lms.scenarios.rules.playing import ImpossibleChoice, choose, is_over, replay
from lms.scenarios.source.published import PublishedScenario


class Refusal(StrEnum):
    """Why a verb of this room does nothing."""

    UNKNOWN = "unknown"
    NOT_OPEN = "not_open"
    TEXT_CHANGED = "text_changed"
    NO_SUCH_REPLY = "no_such_reply"


class ScenarioRefused(Exception):
    """The verb was refused; nothing was changed."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Choosing(StrEnum):
    """What became of a reply."""

    TAKEN = "taken"
    ALREADY_TAKEN = "already_taken"
    """The same reply came again, by a second click."""
    OUTDATED = "outdated"
    """Another reply of this step counts, or the step does not exist yet."""


@command
def begin_play(seat: ReadingSeat, scenario_id: str, *, by: int, now: datetime) -> str:
    """Begin a play and give back its public id; one that has not had its first reply yet is taken up instead.

    `by` is the participant's own user id: nobody else plays here, so the play itself is the record.
    Raises ScenarioRefused when the scenario is unknown or not open.
    """
    published = find_published(scenario_id)
    if published is None:
        raise ScenarioRefused(Refusal.UNKNOWN)
    return _open_play(seat, published, (), now=now)


@command
def branch_play(seat: ReadingSeat, public_id: str, step: int, *, by: int, now: datetime) -> str:
    """Begin a play that has come the same way up to `step` (from 0) and give back its public id; the first play stays.

    Raises ScenarioRefused when the play is not the user's own, its text has changed, the scenario is not open, or the play
    never came to that step.
    """
    play = _locked_play(public_id, by=by)
    published = _same_text(play)
    if not 0 <= step < len(play.choices):
        raise ScenarioRefused(Refusal.NO_SUCH_REPLY)
    return _open_play(seat, published, play.choices[:step], now=now)


@command
def choose_reply(public_id: str, step: int, choice: int, *, by: int, now: datetime) -> Choosing:
    """Take the reply `choice` at `step` (both from 0) of the user's own play; a step counts once.

    Raises ScenarioRefused when the play is not the user's own, its text has changed, or there is no such reply.
    """
    play = _locked_play(public_id, by=by)
    if step != len(play.choices):
        is_again = step < len(play.choices) and play.choices[step] == choice
        return Choosing.ALREADY_TAKEN if is_again else Choosing.OUTDATED
    _take(play, _same_text(play).scenario, choice, now=now)
    return Choosing.TAKEN


def _open_play(seat: ReadingSeat, published: PublishedScenario, choices: Sequence[int], *, now: datetime) -> str:
    """A running play that stands exactly there, or a new one; two clicks at once wait for each other at the seat."""
    if not is_open(seat, published.scenario, now=now):
        raise ScenarioRefused(Refusal.NOT_OPEN)
    db.session.execute(select(Participant.id).where(Participant.id == seat.participant_id).with_for_update())
    running = db.session.scalars(
        select(ScenarioPlay).where(
            ScenarioPlay.participant_id == seat.participant_id,
            ScenarioPlay.scenario_id == published.scenario.id,
            ScenarioPlay.content_sha256 == published.sha256,
            ScenarioPlay.ended_at.is_(None),
        )
    )
    for play in running:
        if play.choices == list(choices):
            return play.public_id
    return _add_play(seat.participant_id, published, choices, now=now)


def _add_play(participant_id: int, published: PublishedScenario, choices: Sequence[int], *, now: datetime) -> str:
    public_id = secrets.token_hex(12)
    db.session.add(
        ScenarioPlay(
            public_id=public_id,
            participant_id=participant_id,
            scenario_id=published.scenario.id,
            content_sha256=published.sha256,
            choices=list(choices),
            began_at=now,
        )
    )
    return public_id


def _locked_play(public_id: str, *, by: int) -> ScenarioPlay:
    play = db.session.scalars(
        select(ScenarioPlay)
        .join(Participant, Participant.id == ScenarioPlay.participant_id)
        .where(ScenarioPlay.public_id == public_id, Participant.user_id == by)
        .with_for_update(of=ScenarioPlay)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if play is None:
        raise ScenarioRefused(Refusal.UNKNOWN)
    return play


def _same_text(play: ScenarioPlay) -> PublishedScenario:
    published = find_published(play.scenario_id)
    if published is None or published.sha256 != play.content_sha256:
        raise ScenarioRefused(Refusal.TEXT_CHANGED)
    return published


def _take(play: ScenarioPlay, scenario: Scenario, choice: int, *, now: datetime) -> None:
    try:
        moved = choose(scenario, replay(scenario, play.choices), choice)
    except ImpossibleChoice as error:
        raise ScenarioRefused(Refusal.NO_SUCH_REPLY) from error
    play.choices = list(moved.choices)
    if is_over(scenario, moved):
        play.ended_at = now
        play.result = scenario.node(moved.node).result
