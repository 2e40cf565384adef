"""Every SELECT of 配布資料: what may be taken, its files, and who took what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from lms.accounts.models import User
from lms.cohorts.models import Cohort, Participant
from lms.config import Settings
from lms.db.session import db
from lms.documents.handout import Colophon, Deck, Paper, Source
from lms.editions.queries import content_folder
from lms.handouts.models import HandoutDownload
from lms.handouts.rules.content import FileFormat, Handout
from lms.handouts.rules.problems import HandoutProblem
from lms.handouts.source.files import MadeFile, known_size, made_file
from lms.handouts.source.shelf import Shelf, published_shelf, read_shelf
from lms.lessons.queries import ReadingSeat, library
from lms.lessons.rules.content import Anchor
from lms.lessons.rules.release import Release, is_released

NEWEST = 100
"""How many of the latest downloads the office sees."""


@dataclass(frozen=True, slots=True)
class FileChoice:
    """A format in which a handout may be taken; `size` in bytes is known once it was made."""

    file_format: FileFormat
    size: int | None
    taken_at: datetime | None
    """When this participant last took this version in this format."""


@dataclass(frozen=True, slots=True)
class LessonLink:
    """A lesson that a handout belongs to."""

    id: str
    title: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class HandoutCard:
    """A handout as its page shows it; `older` is the version the participant took last, when it is not this one."""

    handout: Handout
    files: tuple[FileChoice, ...]
    lessons: tuple[LessonLink, ...]
    older: str


@dataclass(frozen=True, slots=True)
class VersionCount:
    """How often a version of a handout was taken, by how many people, and when last."""

    handout_id: str
    title: str
    version: str
    downloads: int
    people: int
    last_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        """What tells one version of one handout from the others."""
        return self.handout_id, self.version


@dataclass(frozen=True, slots=True)
class DownloadLine:
    """One download, for the office."""

    name: str
    cohort_label: str
    title: str
    version: str
    file_format: str
    downloaded_at: datetime


def entitlement(seat: ReadingSeat, *, now: datetime) -> Release:
    """Whether a participant may take handouts: as soon as the lessons that open with the payment are open.

    The check of the content asks for such lessons; in a plan without them the first group decides.
    """
    groups = library().course.release_groups
    group = next((group for group in groups if group.anchor is Anchor.PAID), groups[0])
    return is_released(group, now=now, paid_at=seat.paid_at, days=seat.days)


def find_handout(handout_id: str) -> Handout | None:
    """The published handout of this id."""
    return _shelf().find(handout_id)


def list_cards(seat: ReadingSeat, *, now: datetime) -> tuple[HandoutCard, ...]:
    """Every published handout with its files and the participant's own downloads; one SELECT."""
    taken = db.session.scalars(
        select(HandoutDownload)
        .where(HandoutDownload.participant_id == seat.participant_id)
        .order_by(HandoutDownload.downloaded_at, HandoutDownload.id)
    ).all()
    return tuple(_card(seat, handout, taken, now=now) for handout in _shelf().handouts)


def _card(seat: ReadingSeat, handout: Handout, taken: Sequence[HandoutDownload], *, now: datetime) -> HandoutCard:
    own = [each for each in taken if each.handout_id == handout.id]
    latest = {(each.version, each.file_format): each.downloaded_at for each in own}
    record = _record(handout)
    files = tuple(
        FileChoice(each, known_size(record, each), latest.get((handout.version, each.value))) for each in handout.formats
    )
    is_older = bool(own) and own[-1].version != handout.version
    return HandoutCard(handout, files, _lessons(seat, handout, now=now), own[-1].version if is_older else "")


def _lessons(seat: ReadingSeat, handout: Handout, *, now: datetime) -> tuple[LessonLink, ...]:
    course = library().course
    entries = [entry for entry in course.entries if entry.id in handout.lessons and entry.is_published]
    opened = {
        group.id: is_released(group, now=now, paid_at=seat.paid_at, days=seat.days).is_open for group in course.release_groups
    }
    return tuple(LessonLink(entry.id, entry.title, opened[entry.release_group]) for entry in entries)


def make_file(handout: Handout, file_format: FileFormat) -> MadeFile:
    """The handout in a format it has. Raises FontsNotBuilt when a PDF is asked for and the press has no typeface."""
    return made_file(_record(handout), file_format, _settings().fonts)


def version_counts() -> tuple[VersionCount, ...]:
    """How often each version was taken, the latest first; one SELECT."""
    last = func.max(HandoutDownload.downloaded_at)
    rows = db.session.execute(
        select(
            HandoutDownload.handout_id,
            HandoutDownload.version,
            func.count(),
            func.count(HandoutDownload.participant_id.distinct()),
            last,
        )
        .group_by(HandoutDownload.handout_id, HandoutDownload.version)
        .order_by(last.desc(), HandoutDownload.handout_id)
    )
    titles = _titles()
    return tuple(VersionCount(row[0], titles.get(row[0], row[0]), row[1], row[2], row[3], row[4]) for row in rows)


def list_downloads() -> tuple[DownloadLine, ...]:
    """The latest downloads of everybody; one SELECT."""
    rows = db.session.execute(
        select(HandoutDownload, User.name, Cohort.label)
        .join(Participant, Participant.id == HandoutDownload.participant_id)
        .join(User, User.id == Participant.user_id)
        .join(Cohort, Cohort.id == Participant.cohort_id)
        .order_by(HandoutDownload.downloaded_at.desc(), HandoutDownload.id.desc())
        .limit(NEWEST)
    )
    titles = _titles()
    return tuple(
        DownloadLine(name, label, titles.get(row.handout_id, row.handout_id), row.version, row.file_format, row.downloaded_at)
        for row, name, label in rows
    )


def list_published() -> tuple[Handout, ...]:
    """Every handout that may be taken now."""
    return _shelf().handouts


def list_problems_in(content: Path) -> tuple[HandoutProblem, ...]:
    """Every problem of the handouts of a content folder."""
    return read_shelf(content).problems


def _titles() -> Mapping[str, str]:
    return {each.id: each.title for each in _shelf().handouts}


def _record(handout: Handout) -> Deck | Paper:
    colophon = Colophon(
        title=handout.title,
        purpose=handout.purpose,
        audience=handout.audience,
        publisher=_settings().certificate.association,
        version=handout.version,
        as_of=handout.as_of,
        licence=handout.licence,
        sources=_sources(handout),
    )
    return Deck(colophon, handout.slides) if handout.slides else Paper(colophon, handout.blocks)


def _sources(handout: Handout) -> tuple[Source, ...]:
    facts, grouped = _shelf().facts, dict[str, list[str]]()
    for fact in handout.facts:
        grouped.setdefault(facts[fact].source, []).append(fact)
    return tuple(Source(words, tuple(ids)) for words, ids in grouped.items())


def _shelf() -> Shelf:
    return published_shelf(content_folder())


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
