"""Every SELECT of 場面練習, and the published scenarios it is answered from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from lms.cohorts.models import Participant
from lms.db.session import db
from lms.editions.queries import content_folder
from lms.lessons.queries import ReadingSeat
from lms.lessons.rules.citations import Citation, cite
from lms.lessons.rules.content import LessonEntry, Library
from lms.lessons.rules.release import Release, is_released
from lms.lessons.source.library import published_library
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
class OwnPlay:
    """A play and the participant's other plays of the same scenario, the latest first."""

    row: PlayRow
    others: tuple[PlayRow, ...]


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


@dataclass(frozen=True, slots=True)
class _Books:
    """The published scenarios and lessons, looked up once for a page."""

    shelf: Mapping[str, PublishedScenario]
    library: Library

    def entries(self, scenario: Scenario) -> tuple[LessonEntry, ...]:
        """The scenario's lessons in the plan of the course."""
        found = (self.library.course.find_entry(lesson_id) for lesson_id in scenario.lessons)
        return tuple(entry for entry in found if entry is not None)

    def release(self, seat: ReadingSeat, entry: LessonEntry, *, now: datetime) -> Release:
        """Whether a lesson is open to the participant."""
        return is_released(self.library.course.group(entry.release_group), now=now, paid_at=seat.paid_at, days=seat.days)

    def opening(self, seat: ReadingSeat, scenario: Scenario, *, now: datetime) -> Release:
        """A scenario opens for a participant when all of its lessons are open."""
        return last_to_open([self.release(seat, entry, now=now) for entry in self.entries(scenario)])

    def is_open(self, seat: ReadingSeat, scenario: Scenario, *, now: datetime) -> bool:
        """Its lessons are published and open."""
        is_published = all(entry.is_published for entry in self.entries(scenario))
        return is_published and self.opening(seat, scenario, now=now).is_open

    def scenario_of(self, row: PlayRow) -> Scenario | None:
        """The scenario a play was made in, as long as its text is the published one."""
        published = self.shelf.get(row.scenario_id)
        return published.scenario if published is not None and published.sha256 == row.content_sha256 else None


def list_published() -> tuple[Scenario, ...]:
    """The published scenarios in the order of their ids."""
    return tuple(each.scenario for each in _shelf().values())


def find_published(scenario_id: str) -> PublishedScenario | None:
    """A published scenario with the hash of its file."""
    return _shelf().get(scenario_id)


def is_open(seat: ReadingSeat, scenario: Scenario, *, now: datetime) -> bool:
    """Whether the participant may play it: its lessons are published and open."""
    return _books().is_open(seat, scenario, now=now)


def index_page(seat: ReadingSeat, *, now: datetime) -> IndexPage:
    """The list of scenarios with the participant's own plays; one SELECT."""
    books = _books()
    plays = _past_plays(_list_rows(ScenarioPlay.participant_id == seat.participant_id), books)
    lines = [_line(seat, each.scenario, plays, books, now=now) for each in books.shelf.values()]
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


def setting_page(seat: ReadingSeat, scenario_id: str, *, now: datetime) -> SettingPage | None:
    """The page before a play, or None when there is no such scenario; one SELECT."""
    books = _books()
    published = books.shelf.get(scenario_id)
    if published is None:
        return None
    scenario = published.scenario
    rows = _list_rows(ScenarioPlay.participant_id == seat.participant_id, ScenarioPlay.scenario_id == scenario.id)
    plays = _past_plays(rows, books)
    return SettingPage(_line(seat, scenario, plays, books, now=now), plays)


def find_play(public_id: str, *, user_id: int) -> OwnPlay | None:
    """A play of the user's own with the others of the same scenario; one SELECT."""
    named = ScenarioPlay.public_id == public_id
    rows = _list_rows(
        Participant.user_id == user_id,
        ScenarioPlay.participant_id == select(ScenarioPlay.participant_id).where(named).scalar_subquery(),
        ScenarioPlay.scenario_id == select(ScenarioPlay.scenario_id).where(named).scalar_subquery(),
    )
    row = next((each for each in rows if each.public_id == public_id), None)
    return OwnPlay(row, tuple(each for each in rows if each is not row)) if row else None


def play_page(own: OwnPlay, seat: ReadingSeat, *, now: datetime) -> MomentPage | DebriefPage | None:
    """The moment a play stands at, or its debrief when it is over; None when its text has changed."""
    books, row = _books(), own.row
    scenario = books.scenario_of(row)
    if scenario is None:
        return None
    play = replay(scenario, row.choices)
    if not is_over(scenario, play):
        return MomentPage(row, scenario, play)
    debriefed = debrief(scenario, play)
    return DebriefPage(
        row=row,
        scenario=scenario,
        play=play,
        debrief=debriefed,
        score=score(debriefed),
        sources=tuple(_source(each, scenario, seat, books, now=now) for each in debriefed.criteria),
        turning=turning_point(play),
        plays=_past_plays(own.others, books),
    )


def _shelf() -> Mapping[str, PublishedScenario]:
    return published_scenarios(content_folder())


def _books() -> _Books:
    folder = content_folder()
    return _Books(published_scenarios(folder), published_library(folder))


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
        PlayRow(
            public_id=row.public_id,
            participant_id=row.participant_id,
            scenario_id=row.scenario_id,
            content_sha256=row.content_sha256,
            choices=tuple(row.choices),
            began_at=row.began_at,
            ended_at=row.ended_at,
            result=Result(row.result) if row.result else None,
        )
        for row in rows
    )


def _past_plays(rows: Iterable[PlayRow], books: _Books) -> tuple[PastPlay, ...]:
    return tuple(_past_play(row, books) for row in rows)


def _past_play(row: PlayRow, books: _Books) -> PastPlay:
    scenario = books.scenario_of(row)
    if scenario is None or row.ended_at is None:
        return PastPlay(row, scenario is not None, None)
    return PastPlay(row, True, score(debrief(scenario, replay(scenario, row.choices))))


def _line(seat: ReadingSeat, scenario: Scenario, plays: Sequence[PastPlay], books: _Books, *, now: datetime) -> ScenarioLine:
    mine = [each for each in plays if each.row.scenario_id == scenario.id]
    return ScenarioLine(
        scenario=scenario,
        is_open=books.is_open(seat, scenario, now=now),
        release=books.opening(seat, scenario, now=now),
        lessons=books.entries(scenario),
        running=next((each.row for each in mine if each.is_same_text and each.row.ended_at is None), None),
        last=next((each for each in mine if each.row.ended_at is not None), None),
        best=max((each.score for each in mine if each.score is not None), default=None),
    )


def _source(criterion: CriterionDebrief, scenario: Scenario, seat: ReadingSeat, books: _Books, *, now: datetime) -> Source:
    """The sources of the advice, and those of the scenario's open lessons that rest on the same facts."""
    known = books.library
    facts = [fact for advice in criterion.advice for fact in advice.facts if fact in known.facts]
    taught = {lesson.id for lesson in known.lessons.values() if set(facts) & set(lesson.facts)}
    lessons = [entry for entry in books.entries(scenario) if entry.id in taught and books.release(seat, entry, now=now).is_open]
    return Source(cite(known.facts[fact] for fact in facts), tuple(lessons))
