"""Every SELECT of the manual: what it says today, and the links by which others may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from flask import current_app
from sqlalchemy import ColumnElement, func, select

from lms import clock
from lms.accounts.models import User
from lms.accounts.queries import hash_token
from lms.cohorts.models import Participant
from lms.config import Settings
from lms.db.session import db
from lms.documents.manual import Manual
from lms.editions.queries import content_folder
from lms.lessons.queries import ReadingSeat, answers_of, library, release_of
from lms.lessons.rules.release import Release
from lms.lessons.rules.worksheets import MEMO_KEY
from lms.manuals.labels import problem_words
from lms.manuals.models import ManualShare
from lms.manuals.rules.composing import Cover, compose
from lms.manuals.rules.plan import FieldRef
from lms.manuals.rules.sharing import ShareState, share_state
from lms.manuals.source.reading import manual_problems, published_plan


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A link as its owner sees it; the link itself is not kept."""

    id: int
    label: str
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    open_count: int
    state: ShareState


@dataclass(frozen=True, slots=True)
class OpenShare:
    """A live link that somebody holds."""

    id: int
    participant_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ContentProblem:
    """A fault in content/manual.yaml, in words; `file` is relative to the content folder."""

    file: str
    line: int
    text: str


def find_manual(participant_id: int, *, now: datetime) -> Manual:
    """The manual of a participant as it stands at this moment; two SELECTs."""
    answers = {
        FieldRef(lesson_id, key): sheet.text for (lesson_id, key), sheet in answers_of(participant_id).items() if key != MEMO_KEY
    }
    company = db.session.scalar(select(Participant.company).where(Participant.id == participant_id)) or ""
    association = cast(Settings, current_app.extensions["settings"]).certificate.association
    cover = Cover(company, association, clock.to_jst(now).date())
    return compose(published_plan(content_folder()), library(), answers, cover)


def list_locked(seat: ReadingSeat, *, now: datetime) -> Mapping[str, Release]:
    """Lesson id → when it opens, of the lessons that are not open to the participant yet."""
    releases = {entry.id: release_of(seat, entry, now=now) for entry in library().course.entries}
    return {lesson_id: release for lesson_id, release in releases.items() if not release.is_open}


def share_days() -> int:
    """How many days a link made now lives."""
    return published_plan(content_folder()).share_days


def list_shares(participant_id: int, *, now: datetime) -> tuple[ShareLine, ...]:
    """Every link of a participant, the latest first."""
    rows = db.session.scalars(
        select(ManualShare).where(ManualShare.participant_id == participant_id).order_by(ManualShare.id.desc())
    )
    return tuple(
        ShareLine(
            id=row.id,
            label=row.label,
            made_at=row.made_at,
            expires_at=row.expires_at,
            opened_at=row.opened_at,
            open_count=row.open_count,
            state=share_state(expires_at=row.expires_at, revoked_at=row.revoked_at, now=now),
        )
        for row in rows
    )


def count_live_shares(participant_id: int, *, now: datetime) -> int:
    """How many links of a participant work at this moment."""
    count = select(func.count()).select_from(ManualShare).where(ManualShare.participant_id == participant_id, *_is_live(now))
    return db.session.scalar(count) or 0


def find_open_share(token: str, *, now: datetime) -> OpenShare | None:
    """The link with this token, while it lives and its maker is still a participant."""
    row = db.session.execute(
        select(ManualShare.id, ManualShare.participant_id, ManualShare.expires_at)
        .join(Participant, Participant.id == ManualShare.participant_id)
        .join(User, User.id == Participant.user_id)
        .where(
            ManualShare.token_hash == hash_token(token),
            *_is_live(now),
            Participant.withdrawn_at.is_(None),
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    return OpenShare(row.id, row.participant_id, row.expires_at) if row else None


def list_problems_in(content: Path) -> list[ContentProblem]:
    """Every problem of the manual's plan in a content folder, published or not."""
    return [ContentProblem(each.file, each.line, problem_words(each)) for each in manual_problems(content)]


def _is_live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (ManualShare.revoked_at.is_(None), ManualShare.expires_at > now)
