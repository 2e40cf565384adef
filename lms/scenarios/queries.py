"""Every SELECT of 場面練習, and the published scenarios it is answered from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from lms.cohorts.models import Participant
from lms.db.session import db
from lms.editions.queries import content_folder
from lms.lessons.queries import ReadingSeat, library, release_of
from lms.lessons.rules.citations import Citation, cite
from lms.lessons.rules.content import LessonEntry
from lms.lessons.rules.release import Release
from lms.scenarios.models import ScenarioPlay
from lms.scenarios.rules.debriefing import CriterionDebrief, Debrief, debrief
from lms.scenarios.rules.graph import Channel, Result, Scenario, Situation
from lms.scenarios.rules.looking_back import Score, score, turning_point
from lms.scenarios.rules.opening import last_to_open
from lms.scenarios.rules.playing import Play, is_over, replay
from lms.scenarios.source.published import PublishedScenario, published_scenarios


@dataclass(frozen=True, slots=True)
class PlayRow:
    """A play as it is kept."""

    public_id: str
    participant_id: int
    scenario_id: str
    content_sha256: str
    choices: tuple[int, ...]
    began_at: datetime
    ended_at: datetime | None
    result: Result | None


@dataclass(frozen=True, slots=True)
class PastPlay:
    """A play in the participant's own list; `score` only when it is over and its text is still the published one."""

    row: PlayRow
    is_same_text: bool
    score: Score | None


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """A scenario in the list as one participant sees it."""

    scenario: Scenario
    is_open: bool
    release: Release
    lessons: tuple[LessonEntry, ...]
    running: PlayRow | None
    last: PastPlay | None
    best: Score | None


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The scenarios by channel, and which of them practise each situation."""

    channels: Mapping[Channel, tuple[ScenarioLine, ...]]
    situations: Mapping[Situation, tuple[ScenarioLine, ...]]


@dataclass(frozen=True, slots=True)
class SettingPage:
    """What stands before a play: the scenario, whether it is open, and the participant's own plays, the latest first."""

    line: ScenarioLine
    plays: tuple[PastPlay, ...]


@dataclass(frozen=True, slots=True)
class MomentPage:
    """A running play; `play` is where it stands."""

    row: PlayRow
    scenario: Scenario
    play: Play


@dataclass(frozen=True, slots=True)
class Source:
    """What a criterion's advice rests on, and the open lessons that teach it."""

    citations: tuple[Citation, ...]
    lessons: tuple[LessonEntry, ...]


@dataclass(frozen=True, slots=True)
class DebriefPage:
    """A finished play looked back at; `turning` is the step (from 1) that is most worth another try."""

    row: PlayRow
    scenario: Scenario
    play: Play
    debrief: Debrief
    score: Score
    sources: tuple[Source, ...]
    """One for each criterion of the debrief, in the same order."""
    turning: int | None
    plays: tuple[PastPlay, ...]


def list_published() -> tuple[Scenario, ...]:
    """The published scenarios in the order of their ids."""
    return tuple(each.scenario for each in _shelf().values())


def find_published(scenario_id: str) -> PublishedScenario | None:
    """A published scenario with the hash of its file."""
    return _shelf().get(scenario_id)


def opening_of(seat: ReadingSeat, scenario: Scenario, *, now: datetime) -> Release:
    """A scenario opens for a participant when all of its lessons are open."""
    return last_to_open([release_of(seat, entry, now=now) for entry in _entries(scenario)])


def is_open(seat: ReadingSeat, scenario: Scenario, *, now: datetime) -> bool:
    """Whether the participant may play it: its lessons are published and open."""
    return all(entry.is_published for entry in _entries(scenario)) and opening_of(seat, scenario, now=now).is_open


def index_page(seat: ReadingSeat, *, now: datetime) -> IndexPage:
    """The list of scenarios with the participant's own plays; one SELECT."""
    plays = _past_plays(_list_rows(ScenarioPlay.participant_id == seat.participant_id))
    lines = [_line(seat, scenario, plays, now=now) for scenario in list_published()]
    return IndexPage(
        channels={
            channel: found for channel in Channel if (found := tuple(line for line in lines if line.scenario.channel is channel))
        },
        situations={
            situation: found
            for situation in Situation
            if (found := tuple(line for line in lines if situation in line.scenario.situations))
        },
    )


def setting_page(seat: ReadingSeat, scenario: Scenario, *, now: datetime) -> SettingPage:
    """The page before a play; one SELECT."""
    plays = _past_plays(_list_rows(ScenarioPlay.participant_id == seat.participant_id, ScenarioPlay.scenario_id == scenario.id))
    return SettingPage(_line(seat, scenario, plays, now=now), plays)


def find_play(public_id: str, *, user_id: int) -> PlayRow | None:
    """A play of the user's own; one SELECT."""
    found = _list_rows(ScenarioPlay.public_id == public_id, Participant.user_id == user_id)
    return found[0] if found else None


def find_scenario_of(row: PlayRow) -> Scenario | None:
    """The scenario a play was made in, as long as its text is the published one."""
    published = find_published(row.scenario_id)
    return published.scenario if published is not None and published.sha256 == row.content_sha256 else None


def play_page(row: PlayRow, scenario: Scenario, seat: ReadingSeat, *, now: datetime) -> MomentPage | DebriefPage:
    """The moment a play stands at, or its debrief when it is over; at most one SELECT."""
    play = replay(scenario, row.choices)
    if not is_over(scenario, play):
        return MomentPage(row, scenario, play)
    debriefed = debrief(scenario, play)
    rows = _list_rows(ScenarioPlay.participant_id == row.participant_id, ScenarioPlay.scenario_id == row.scenario_id)
    return DebriefPage(
        row=row,
        scenario=scenario,
        play=play,
        debrief=debriefed,
        score=score(debriefed),
        sources=tuple(_source(each, scenario, seat, now=now) for each in debriefed.criteria),
        turning=turning_point(play),
        plays=tuple(each for each in _past_plays(rows) if each.row.public_id != row.public_id),
    )


def _shelf() -> Mapping[str, PublishedScenario]:
    return published_scenarios(content_folder())


def _entries(scenario: Scenario) -> tuple[LessonEntry, ...]:
    found = (library().course.find_entry(lesson_id) for lesson_id in scenario.lessons)
    return tuple(entry for entry in found if entry is not None)


def _list_rows(*conditions: ColumnElement[bool]) -> tuple[PlayRow, ...]:
    """The plays these conditions name, the latest first."""
    rows = db.session.execute(
        select(
            ScenarioPlay.public_id,
            ScenarioPlay.participant_id,
            ScenarioPlay.scenario_id,
            ScenarioPlay.content_sha256,
            ScenarioPlay.choices,
            ScenarioPlay.began_at,
            ScenarioPlay.ended_at,
            ScenarioPlay.result,
        )
        .join(Participant, Participant.id == ScenarioPlay.participant_id)
        .where(*conditions)
        .order_by(ScenarioPlay.id.desc())
    )
    return tuple(
        PlayRow(*row[:4], tuple(row.choices), row.began_at, row.ended_at, Result(row.result) if row.result else None)
        for row in rows
    )


def _past_plays(rows: Iterable[PlayRow]) -> tuple[PastPlay, ...]:
    return tuple(_past_play(row) for row in rows)


def _past_play(row: PlayRow) -> PastPlay:
    scenario = find_scenario_of(row)
    if scenario is None or row.ended_at is None:
        return PastPlay(row, scenario is not None, None)
    return PastPlay(row, True, score(debrief(scenario, replay(scenario, row.choices))))


def _line(seat: ReadingSeat, scenario: Scenario, plays: Sequence[PastPlay], *, now: datetime) -> ScenarioLine:
    mine = [each for each in plays if each.row.scenario_id == scenario.id]
    return ScenarioLine(
        scenario=scenario,
        is_open=is_open(seat, scenario, now=now),
        release=opening_of(seat, scenario, now=now),
        lessons=_entries(scenario),
        running=next((each.row for each in mine if each.is_same_text and each.row.ended_at is None), None),
        last=next((each for each in mine if each.row.ended_at is not None), None),
        best=max((each.score for each in mine if each.score is not None), default=None),
    )


def _source(criterion: CriterionDebrief, scenario: Scenario, seat: ReadingSeat, *, now: datetime) -> Source:
    """The sources of the advice, and those of the scenario's open lessons that rest on the same facts."""
    known = library()
    facts = [fact for advice in criterion.advice for fact in advice.facts if fact in known.facts]
    teaching = [
        entry
        for entry in _entries(scenario)
        if (lesson := known.lessons.get(entry.id)) and set(facts) & set(lesson.facts) and release_of(seat, entry, now=now).is_open
    ]
    return Source(cite(known.facts[fact] for fact in facts), tuple(teaching))
