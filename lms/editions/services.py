"""Verbs of 教材の版: make an edition, publish one, go back to the files of the installation, take one out."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.audit.services import record
from lms.db.session import command, db
from lms.editions.models import ContentEdition, EditionRelease
from lms.editions.queries import find_last_release_id, find_published_id, forget_published
from lms.editions.rules.contents import Files, Origin, digest
from lms.editions.rules.limits import NOTE_LIMIT, REASON_LIMIT
from lms.editions.rules.refusals import ReleaseRefusal, ReleaseRefused
from lms.editions.source.archives import pack

INSTALLED = "installed"
"""What the files of the installation are called in 操作記録."""


@dataclass(frozen=True, slots=True)
class Made:
    """The edition that holds the files; not new when they were made into one before."""

    edition_id: int
    is_new: bool


@command
def make_edition(files: Files, origin: Origin, note: str = "", *, by: int, now: datetime) -> Made:
    """Keep these files as an edition; nobody reads it yet. The same files are the same edition, whoever brings them."""
    sha256 = digest(files)
    if (known := _find(sha256)) is not None:
        return Made(known, is_new=False)
    edition = ContentEdition(
        sha256=sha256, archive=pack(files), origin=origin, note=note.strip()[:NOTE_LIMIT], made_by_id=by, made_at=now
    )
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.add(edition)
    made = _find(sha256)
    assert made is not None  # ours, or that of somebody who was a moment quicker
    if made != edition.id:
        return Made(made, is_new=False)
    record("edition:make", subject=("edition", made), by=by, now=now, detail={"sha256": sha256, "files": len(files)})
    return Made(made, is_new=True)


@command
def release_edition(edition_id: int | None, reason: str, *, seen: int | None = None, by: int, now: datetime) -> None:
    """Let everybody read this edition from the next page on; None: the files of the installation again.

    `seen` is the latest line of the history that the page showed, None when nobody looked. Raises ReleaseRefused. Of two
    at the same moment the later line counts; both stay in the history.
    """
    words = reason.strip()[:REASON_LIMIT]
    if not words:
        raise ReleaseRefused(ReleaseRefusal.NO_REASON)
    if edition_id is not None and db.session.scalar(select(ContentEdition.id).where(ContentEdition.id == edition_id)) is None:
        raise ReleaseRefused(ReleaseRefusal.UNKNOWN)
    if find_published_id() == edition_id:
        raise ReleaseRefused(ReleaseRefusal.ALREADY)
    if seen is not None and seen != find_last_release_id():
        raise ReleaseRefused(ReleaseRefusal.NOT_THE_LAST)
    db.session.add(EditionRelease(edition_id=edition_id, reason=words, released_by_id=by, released_at=now))
    record("edition:release", subject=("edition", _name(edition_id)), by=by, now=now, reason=words)
    forget_published()


@command
def note_export(edition_id: int | None, sha256: str, *, by: int, now: datetime) -> None:
    """Write down who took an edition, with the keys of its questions, out of the site; None: the files of the installation."""
    record("edition:export", subject=("edition", _name(edition_id)), by=by, now=now, detail={"sha256": sha256})


def _name(edition_id: int | None) -> int | str:
    return INSTALLED if edition_id is None else edition_id


def _find(sha256: str) -> int | None:
    return db.session.scalar(select(ContentEdition.id).where(ContentEdition.sha256 == sha256))
