"""What a course, a lesson, its quiz and its facts are: frozen values, as read from content/."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class Publication(StrEnum):
    """How far a lesson's text is; only a published one can be opened."""

    PLANNED = "planned"
    DRAFT = "draft"
    PUBLISHED = "published"


class Anchor(StrEnum):
    """What a release is counted from."""

    PAID = "paid"
    DAY1 = "day1"
    DAY2 = "day2"


class Level(StrEnum):
    """認知水準 of an objective or a quiz question (revised Bloom taxonomy)."""

    REMEMBER = "記憶"
    UNDERSTAND = "理解"
    APPLY = "応用"
    ANALYZE = "分析"
    EVALUATE = "評価"
    CREATE = "創造"


@dataclass(frozen=True, slots=True)
class Module:
    """A group of lessons with a common subject."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class ReleaseGroup:
    """Lessons that open together: `offset_days` after the anchor's date, at `at` on a Japanese wall clock."""

    id: str
    title: str
    anchor: Anchor
    offset_days: int
    at: time


@dataclass(frozen=True, slots=True)
class LessonEntry:
    """A lesson's line in the course plan; planned lessons have nothing but this."""

    id: str
    title: str
    module: str
    release_group: str
    publication: Publication

    @property
    def is_published(self) -> bool:
        """Whether the text is there to be read."""
        return self.publication is Publication.PUBLISHED


@dataclass(frozen=True, slots=True)
class Course:
    """The plan of the whole course."""

    id: str
    title: str
    modules: tuple[Module, ...]
    release_groups: tuple[ReleaseGroup, ...]
    pass_percent: int
    entries: tuple[LessonEntry, ...]

    @property
    def published_ids(self) -> tuple[str, ...]:
        """Ids of the published lessons, in order."""
        return tuple(entry.id for entry in self.entries if entry.is_published)

    def group(self, identity: str) -> ReleaseGroup:
        """The release group of this id; content checks make sure that it exists."""
        return next(group for group in self.release_groups if group.id == identity)

    def find_entry(self, lesson_id: str) -> LessonEntry | None:
        """The plan's line of a lesson, or None."""
        return next((entry for entry in self.entries if entry.id == lesson_id), None)


@dataclass(frozen=True, slots=True)
class Objective:
    """One thing the reader will be able to do."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class WorksheetField:
    """One text field of the 自組織ワーク; `rows` is its height in lines."""

    key: str
    label: str
    hint: str
    rows: int


@dataclass(frozen=True, slots=True)
class QuizOption:
    """One option with the reason why it is right or wrong."""

    id: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """One question of a 確認テスト."""

    id: str
    level: Level
    stem: str
    options: tuple[QuizOption, ...]
    key: str
    explanation: str
    facts: tuple[str, ...]

    def option(self, identity: str) -> QuizOption | None:
        """The option of this id, or None."""
        return next((option for option in self.options if option.id == identity), None)


@dataclass(frozen=True, slots=True)
class Quiz:
    """The 確認テスト of one lesson; `sha256` names the exact text that was asked."""

    lesson_id: str
    questions: tuple[QuizQuestion, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact lessons and questions rest on, with its public source and the day the office looks at it again."""

    id: str
    text: str
    source: str
    as_of: date
    review_by: date
    certainty: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a lesson: `address` is what its Markdown calls it, `svg` the file's text."""

    address: str
    svg: str


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the 用語集: `reading` in Hiragana sorts it, `also` are other ways to say or write it."""

    id: str
    term: str
    reading: str
    also: tuple[str, ...]
    meaning: str
    lessons: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A whole lesson: `body` is the Markdown below the front matter, `pictures` are those that it sets."""

    id: str
    title: str
    module: str
    minutes: int
    release_group: str
    as_of: date
    version: int
    objectives: tuple[Objective, ...]
    facts: tuple[str, ...]
    worksheet: tuple[WorksheetField, ...]
    body: str
    quiz: Quiz
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that can be read: the plan, the published lessons by id, the facts by id, the 用語集 by its readings."""

    course: Course
    lessons: Mapping[str, Lesson]
    facts: Mapping[str, Fact]
    terms: tuple[Term, ...] = ()
