"""Every SELECT of 利用者, and the loader that turns a session cookie into the current visitor."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, Request, request, session
from flask_login import AnonymousUserMixin, LoginManager
from sqlalchemy import select, update

from lms import clock
from lms.accounts.models import LoginSession, StaffRole, User
from lms.db.session import SAFE_METHODS, bookkeeping, db
from lms.web.access import STAFF_ROLES, Role

SESSION_KEY = "sid"
SEEN_EVERY = timedelta(minutes=1)


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
    needs_terms: bool
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Flask-Login's identity."""
        return str(self.id)

    def has(self, *roles: Role) -> bool:
        """Whether the person has one of the roles."""
        return bool(self.roles & set(roles))


class Anonymous(AnonymousUserMixin):  # type: ignore[misc] # flask-login is untyped
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

    @manager.request_loader  # type: ignore[untyped-decorator]
    def load(_request: Request) -> CurrentUser | None:
        token = session.get(SESSION_KEY)
        return find_current_user(token, now=clock.now(), role_source=role_source, owes_consent=owes_consent) if token else None


def find_current_user(
    token: str, *, now: datetime, role_source: Callable[[int], frozenset[Role]], owes_consent: Callable[[int], bool]
) -> CurrentUser | None:
    """The user of a live log-in session, or None when it ended, expired or was idle too long."""
    rows = db.session.execute(
        select(LoginSession, User, StaffRole.role)
        .join(User, User.id == LoginSession.user_id)
        .outerjoin(StaffRole, StaffRole.user_id == User.id)
        .where(LoginSession.token_hash == hash_token(token))
    ).all()
    if not rows:
        return None
    login, user = rows[0][0], rows[0][1]
    staff_roles = frozenset(row[2] for row in rows if row[2] is not None)
    if not is_session_alive(login, user, is_staff=bool(staff_roles), now=now):
        return None
    _note_seen(login, now=now)
    roles = staff_roles | role_source(user.id)
    owes_second_factor = bool(staff_roles & STAFF_ROLES or user.totp_confirmed_at) and login.second_factor_at is None
    return CurrentUser(
        id=user.id,
        name=user.name,
        email=user.email,
        roles=roles,
        login_session_id=login.id,
        needs_second_factor=owes_second_factor,
        has_second_factor=login.second_factor_at is not None,
        needs_terms=Role.PARTICIPANT in roles and owes_consent(user.id),
    )


PARTICIPANT_IDLE = timedelta(hours=8)
STAFF_IDLE = timedelta(minutes=60)


def is_session_alive(login: LoginSession, user: User, *, is_staff: bool, now: datetime) -> bool:
    """Not ended, not expired, not idle too long, and the user not disabled."""
    idle = STAFF_IDLE if is_staff else PARTICIPANT_IDLE
    return (
        login.ended_at is None and user.disabled_at is None and now < login.expires_at and now - login.last_seen_at < idle
    )


def _note_seen(login: LoginSession, *, now: datetime) -> None:
    if now - login.last_seen_at < SEEN_EVERY:
        return
    seen = update(LoginSession).where(LoginSession.id == login.id).values(last_seen_at=now)
    if request.method in SAFE_METHODS:
        with bookkeeping() as own:
            own.execute(seen)
    else:
        db.session.execute(seen)  # this request holds the write lock already; its command commits the trace along


def list_users(ids: Sequence[int]) -> dict[int, User]:
    """Users by id."""
    return {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(ids)))}
