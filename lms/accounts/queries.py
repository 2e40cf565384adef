"""Every SELECT of 利用者, and the loader that turns a session cookie into the current visitor."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Request, current_app, session
from flask_login import AnonymousUserMixin, LoginManager
from sqlalchemy import ColumnElement, Row, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from lms import clock
from lms.accounts.models import LoginSession, SingleUseLink, StaffRole, User
from lms.accounts.rules.devices import describe_device
from lms.accounts.rules.lifetimes import LinkPurpose, idle_limit
from lms.db.session import bookkeeping, db
from lms.web.access import STAFF_ROLES, Role

logger = logging.getLogger("lms.accounts")

SESSION_KEY = "sid"
SEEN_EVERY = timedelta(minutes=1)
BLINDNESS = "grading_blindness"


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The person behind this request."""

    id: int
    name: str
    email: str
    roles: frozenset[Role]
    login_session_id: int
    needs_second_factor: bool
    has_second_factor: bool
    owes_consent: Callable[[int], bool]
    """Asked only where it matters: doors that are open before the consent need not know."""
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Flask-Login's identity."""
        return str(self.id)

    @property
    def needs_terms(self) -> bool:
        """Whether the participant has not yet consented to the terms in force."""
        return Role.PARTICIPANT in self.roles and self.owes_consent(self.id)

    def has(self, *roles: Role) -> bool:
        """Whether the person has one of the roles."""
        return bool(self.roles & set(roles))


class Anonymous(AnonymousUserMixin):
    """Nobody has logged in."""

    id = None
    name = ""
    roles: frozenset[Role] = frozenset()
    needs_second_factor = False
    needs_terms = False

    def has(self, *roles: Role) -> bool:
        """Nobody has no role."""
        return False


def hash_token(token: str) -> str:
    """How tokens are kept: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def init_login(app: Flask, *, role_source: Callable[[int], frozenset[Role]], owes_consent: Callable[[int], bool]) -> None:
    """Register the loader; rooms above lend it the roles of seats and the state of consents."""
    manager = LoginManager()
    manager.session_protection = None
    manager.anonymous_user = Anonymous
    manager.init_app(app)

    @manager.request_loader
    def load(_request: Request) -> CurrentUser | None:
        token = session.get(SESSION_KEY)
        return find_current_user(token, now=clock.now(), role_source=role_source, owes_consent=owes_consent) if token else None


def init_blindness(app: Flask, reads_blind: Callable[[int], bool]) -> None:
    """The room of grading, above, lends the question whether somebody grades essays by 受験番号 alone this moment."""
    app.extensions[BLINDNESS] = reads_blind


def reads_blind(user_id: int) -> bool:
    """Whether this person has a part in a grading under way, and must not see names beside 受験番号."""
    return cast(Callable[[int], bool], current_app.extensions[BLINDNESS])(user_id)


# Asked at every request: built once, because building a statement costs more than running it.
_LOGIN = (
    select(
        LoginSession.id,
        LoginSession.ended_at,
        LoginSession.expires_at,
        LoginSession.last_seen_at,
        LoginSession.second_factor_at,
        User.id.label("user_id"),
        User.name,
        User.email,
        User.disabled_at,
        User.totp_confirmed_at,
        StaffRole.role,
    )
    .join(User, User.id == LoginSession.user_id)
    .outerjoin(StaffRole, StaffRole.user_id == User.id)
    .where(LoginSession.token_hash == bindparam("token_hash"))
)


def find_current_user(
    token: str, *, now: datetime, role_source: Callable[[int], frozenset[Role]], owes_consent: Callable[[int], bool]
) -> CurrentUser | None:
    """The user of a live log-in session, or None when it ended, expired or was idle too long."""
    rows = db.session.execute(_LOGIN, {"token_hash": hash_token(token)}).all()
    if not rows:
        return None
    login = rows[0]
    staff_roles = frozenset(row.role for row in rows if row.role is not None)
    if not _is_alive(login, is_staff=bool(staff_roles), now=now):
        return None
    _note_seen(login, now=now)
    owes_second_factor = bool(staff_roles & STAFF_ROLES or login.totp_confirmed_at) and login.second_factor_at is None
    return CurrentUser(
        id=login.user_id,
        name=login.name,
        email=login.email,
        roles=staff_roles | role_source(login.user_id),
        login_session_id=login.id,
        needs_second_factor=owes_second_factor,
        has_second_factor=login.second_factor_at is not None,
        owes_consent=owes_consent,
    )


def _is_alive(login: Row[*tuple[Any, ...]], *, is_staff: bool, now: datetime) -> bool:
    """Not ended, not expired, not idle too long, and the user not disabled."""
    return (
        login.ended_at is None
        and login.disabled_at is None
        and now < login.expires_at
        and now - login.last_seen_at < idle_limit(is_staff=is_staff)
    )


def _note_seen(login: Row[*tuple[Any, ...]], *, now: datetime) -> None:
    if now - login.last_seen_at < SEEN_EVERY:
        return
    try:
        with bookkeeping(is_patient=False) as own:
            own.execute(update(LoginSession).where(LoginSession.id == login.id).values(last_seen_at=now))
    except DBAPIError:  # a full disk or a busy database keeps nobody from looking at a page
        logger.warning("the use of log-in %s could not be noted", login.id)


def list_users(ids: Sequence[int]) -> dict[int, User]:
    """Users by id."""
    return {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(ids)))}


@dataclass(frozen=True, slots=True)
class Account:
    """A user as desks and commands see one: no secrets."""

    id: int
    email: str
    name: str
    kana: str
    roles: frozenset[Role]
    has_password: bool
    has_second_factor: bool
    disabled_at: datetime | None

    @property
    def may_log_in(self) -> bool:
        """Whether a password is set and nobody has shut the account."""
        return self.has_password and self.disabled_at is None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One live log-in on the page of one's own account."""

    id: int
    device: str
    created_at: datetime
    last_seen_at: datetime
    is_this_device: bool


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A single-use link that still works."""

    user_id: int
    purpose: LinkPurpose
    email: str
    name: str
    kana: str
    is_staff: bool
    expires_at: datetime

    @property
    def personal(self) -> tuple[str, str, str]:
        """What must not make up a password."""
        return self.email, self.name, self.kana


def find_account_by_email(email: str) -> Account | None:
    """The account with this (normalized) address."""
    return next(iter(_accounts(User.email == email)), None)


def get_account(user_id: int) -> Account:
    """The account; raises LookupError when there is none."""
    for account in _accounts(User.id == user_id):
        return account
    raise LookupError(f"no user {user_id}")


def list_accounts(ids: Sequence[int]) -> dict[int, Account]:
    """Accounts by id; unknown ids are left out."""
    return {account.id: account for account in _accounts(User.id.in_(ids))}


def list_staff() -> list[Account]:
    """Everybody with a staff role, by name."""
    return _accounts(User.id.in_(select(StaffRole.user_id)))


def _accounts(condition: ColumnElement[bool]) -> list[Account]:
    users = db.session.scalars(select(User).where(condition).order_by(User.name, User.id)).all()
    given = db.session.execute(
        select(StaffRole.user_id, StaffRole.role).where(StaffRole.user_id.in_([user.id for user in users]))
    )
    roles: dict[int, set[Role]] = {}
    for user_id, role in given:
        roles.setdefault(user_id, set()).add(role)
    return [
        Account(
            id=user.id,
            email=user.email,
            name=user.name,
            kana=user.kana,
            roles=frozenset(roles.get(user.id, ())),
            has_password=user.password_hash is not None,
            has_second_factor=user.totp_confirmed_at is not None,
            disabled_at=user.disabled_at,
        )
        for user in users
    ]


def is_staff(user_id: int) -> bool:
    """Whether the user has any staff role, so that the stricter lifetimes apply."""
    return db.session.scalar(select(StaffRole.user_id).where(StaffRole.user_id == user_id).limit(1)) is not None


def find_open_link(token: str, purpose: LinkPurpose, *, now: datetime) -> OpenLink | None:
    """The link, if it exists, is of this purpose, unused, not expired, and its user not disabled."""
    row = db.session.execute(
        select(SingleUseLink, User)
        .join(User, User.id == SingleUseLink.user_id)
        .where(
            SingleUseLink.token_hash == hash_token(token),
            SingleUseLink.purpose == purpose,
            SingleUseLink.used_at.is_(None),
            SingleUseLink.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    link, user = row
    return OpenLink(user.id, link.purpose, user.email, user.name, user.kana, is_staff(user.id), link.expires_at)


def list_sessions(user_id: int, *, this_session_id: int, now: datetime) -> list[SessionLine]:
    """Live log-ins of a user, the most recently used first."""
    idle = idle_limit(is_staff=is_staff(user_id))
    rows = db.session.scalars(
        select(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.last_seen_at > now - idle,
        )
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    )
    return [
        SessionLine(row.id, describe_device(row.user_agent), row.created_at, row.last_seen_at, row.id == this_session_id)
        for row in rows
    ]


def find_pending_totp(user_id: int) -> str | None:
    """The encrypted second-factor secret that waits for its first code."""
    return db.session.scalar(select(User.totp_secret).where(User.id == user_id, User.totp_confirmed_at.is_(None)))
