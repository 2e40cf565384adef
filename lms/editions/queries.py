"""Every SELECT of 教材の版, and the folder the published content is read from."""

import time
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Request, current_app, g, has_request_context, request
from sqlalchemy import select

from lms.accounts.queries import list_users
from lms.config import Settings
from lms.db.session import db
from lms.editions.models import ContentEdition, EditionRelease
from lms.editions.rules.contents import Files, Origin
from lms.editions.source.archives import unpack
from lms.editions.source.folders import laid_out, read_files

MEMO_SECONDS = 2.0
"""So long the answer holds where there is no request whose length it could hold for (worker, command line)."""
HISTORY_LENGTH = 50

_MEMO = "published_content"


class UnknownEdition(LookupError):
    """There is no edition of this id."""


class UnreadableEdition(RuntimeError):
    """The edition is there, but its files cannot be had: its bytes are damaged, or this machine's disk takes none."""


@dataclass(frozen=True, slots=True)
class _Memo:
    """The folder that was found, for one request, or for a moment outside of one."""

    folder: Path
    settings: Settings
    request: Request | None
    until: float

    def holds(self, settings: Settings) -> bool:
        """Whether it still answers: for the request it was asked in, or until its moment is over."""
        here = _request()
        is_same = self.settings is settings and self.request is here
        return is_same and (here is not None or time.monotonic() < self.until)


@dataclass(frozen=True, slots=True)
class EditionCard:
    """An edition as the list shows it."""

    id: int
    sha256: str
    origin: Origin
    note: str
    made_by: str
    made_at: datetime

    @property
    def short_hash(self) -> str:
        """The beginning of its hash, by which people can tell editions apart."""
        return self.sha256[:12]


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """One line of the history: an edition, or with None the files of the installation, began to be what everybody reads."""

    id: int
    edition_id: int | None
    reason: str
    by: str
    at: datetime


def content_folder() -> Path:
    """The folder that holds the published lessons, facts, questions, scenarios and handouts.

    One SELECT a request; the same folder throughout the request, though another edition be published meanwhile.
    Raises UnreadableEdition: what was not published is shown to nobody instead.
    """
    settings = _settings()
    memo: _Memo | None = g.get(_MEMO)
    if memo is None or not memo.holds(settings):
        memo = _Memo(_published_folder(settings), settings, _request(), time.monotonic() + MEMO_SECONDS)
        setattr(g, _MEMO, memo)
    return memo.folder


def forget_published() -> None:
    """Ask the database again at the next look: something was published just now."""
    g.pop(_MEMO, None)


def find_published_id() -> int | None:
    """The edition that is published; None while the files of the installation are."""
    return db.session.scalar(select(EditionRelease.edition_id).order_by(EditionRelease.id.desc()).limit(1))


def find_last_release_id() -> int:
    """The id of the latest line of the history; 0 before the first."""
    return db.session.scalar(select(EditionRelease.id).order_by(EditionRelease.id.desc()).limit(1)) or 0


def find_last_release_at() -> datetime | None:
    """When something was last published; None before the first time."""
    return db.session.scalar(select(EditionRelease.released_at).order_by(EditionRelease.id.desc()).limit(1))


def edition_folder(edition_id: int) -> Path:
    """The folder of an edition, published or not; raises UnknownEdition, UnreadableEdition."""
    sha256 = db.session.scalar(select(ContentEdition.sha256).where(ContentEdition.id == edition_id))
    if sha256 is None:
        raise UnknownEdition(edition_id)
    return _folder(_settings(), edition_id, sha256)


def installed_files() -> Files:
    """The files of the installation, as they came with it."""
    return read_files(_settings().content)


def published_files() -> Files:
    """The files that everybody reads now."""
    return read_files(content_folder())


def find_card(edition_id: int) -> EditionCard | None:
    """One edition."""
    return next(iter(_cards([edition_id])), None)


def list_cards() -> Sequence[EditionCard]:
    """Every edition, the newest first; two SELECTs."""
    return _cards(None)


def list_releases() -> tuple[ReleaseLine, ...]:
    """The latest lines of the history, newest first; two SELECTs."""
    rows = db.session.scalars(select(EditionRelease).order_by(EditionRelease.id.desc()).limit(HISTORY_LENGTH)).all()
    users = list_users([row.released_by_id for row in rows])
    return tuple(ReleaseLine(row.id, row.edition_id, row.reason, users[row.released_by_id].name, row.released_at) for row in rows)


def _cards(ids: Sequence[int] | None) -> Sequence[EditionCard]:
    columns = (ContentEdition.id, ContentEdition.sha256, ContentEdition.origin, ContentEdition.note)
    statement = select(*columns, ContentEdition.made_by_id, ContentEdition.made_at).order_by(ContentEdition.id.desc())
    if ids is not None:
        statement = statement.where(ContentEdition.id.in_(ids))
    rows = db.session.execute(statement).all()
    users = list_users([row.made_by_id for row in rows])
    return [
        EditionCard(row.id, row.sha256, Origin(row.origin), row.note, users[row.made_by_id].name, row.made_at) for row in rows
    ]


def _published_folder(settings: Settings) -> Path:
    row = db.session.execute(
        select(EditionRelease.edition_id, ContentEdition.sha256)
        .outerjoin(ContentEdition, ContentEdition.id == EditionRelease.edition_id)
        .order_by(EditionRelease.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.edition_id is None:
        return settings.content
    return _folder(settings, row.edition_id, row.sha256)


def _folder(settings: Settings, edition_id: int, sha256: str) -> Path:
    try:
        return laid_out(settings.instance, sha256, lambda: _stored_files(edition_id))
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise UnreadableEdition(f"edition {edition_id}: {error}") from error


def _stored_files(edition_id: int) -> Files:
    return unpack(db.session.execute(select(ContentEdition.archive).where(ContentEdition.id == edition_id)).scalar_one())


def _request() -> Request | None:
    """The request at hand itself, not the proxy that stands for whichever is."""
    return request._get_current_object() if has_request_context() else None  # type: ignore[attr-defined]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
