"""Log-in sessions: opened with a password, rotated, ended; and the change of one's own password."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from lms.accounts.models import LoginSession, User
from lms.accounts.queries import hash_token, is_staff
from lms.accounts.rules.identity import normalize_email
from lms.accounts.rules.lifetimes import session_expiry
from lms.accounts.rules.passwords import find_problems
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.rules.throttling import LOGIN_ACCOUNT, LOGIN_ADDRESS, LOGIN_HERE, OWN_PASSWORD, Limit, network_of
from lms.accounts.services.hashing import hash_password, is_outdated, verify_password
from lms.accounts.services.throttling import give_back, take_turn
from lms.accounts.services.users import end_sessions
from lms.audit.services import record
from lms.db.session import command, db
from lms.mail.services import queue_mail

MAX_USER_AGENT = 300


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Whose password is tried; without an account all fields are empty and the work is the same."""

    user_id: int | None = None
    password_hash: str | None = None


def log_in(email: str, password: str, *, now: datetime, user_agent: str = "", address: str = "") -> str:
    """Log in with a password: gives back the token of a new log-in session, which still lacks a second factor.

    Raises Refused(THROTTLED | WRONG_CREDENTIALS); the second covers unknown, disabled and wrong alike, after the same work.
    """
    known_form = _comparable(email)
    turns = _login_turns(known_form, network_of(address))
    if not all(take_turn(limit, key, now=now) for limit, key in turns):
        _note_throttled(now=now)
        raise Refused(Refusal.THROTTLED)
    candidate = _find_candidate(known_form)
    if not verify_password(password, candidate.password_hash) or candidate.user_id is None:
        _note_failure(candidate.user_id, now=now)
        raise Refused(Refusal.WRONG_CREDENTIALS)
    for limit, key in turns:
        give_back(limit, key, now=now)
    return _enter(candidate, password, now=now, user_agent=user_agent)


@command
def open_session(user_id: int, *, now: datetime, user_agent: str) -> str:
    """A new log-in session for somebody whose password or link was just proved; gives back its token."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        LoginSession(
            token_hash=hash_token(token),
            user_id=user_id,
            created_at=now,
            last_seen_at=now,
            expires_at=session_expiry(is_staff=is_staff(user_id), now=now),
            user_agent="".join(letter for letter in user_agent if letter.isprintable())[:MAX_USER_AGENT],
        )
    )
    record("user:login", subject=("user", user_id), by=user_id, now=now)
    return token


@command
def log_out(token: str, *, now: datetime) -> None:
    """End the log-in session of this token, if it lives."""
    user_id = db.session.scalar(
        update(LoginSession)
        .where(LoginSession.token_hash == hash_token(token), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(LoginSession.user_id)
    )
    if user_id is not None:
        record("user:logout", subject=("user", user_id), by=user_id, now=now)


@command
def end_other_sessions(user_id: int, *, keep: int, now: datetime) -> None:
    """End every log-in of one's own but the session `keep`."""
    end_sessions(user_id, now=now, except_ids=[keep])
    record("user:end_other_sessions", subject=("user", user_id), by=user_id, now=now)


def change_password(user_id: int, old: str, new: str, *, login_session_id: int, now: datetime) -> str:
    """Set a new password, knowing the old one: ends the other log-ins and gives back a new token for this one.

    Failures count within this log-in only, so that nobody else's tries stand in the way.
    Raises Refused(THROTTLED | WRONG_CURRENT | UNFIT).
    """
    if not take_turn(OWN_PASSWORD, str(login_session_id), now=now):
        raise Refused(Refusal.THROTTLED)
    user = db.session.get_one(User, user_id)
    stored, personal, staff = user.password_hash, (user.email, user.name, user.kana), is_staff(user_id)
    if not verify_password(old, stored):
        raise Refused(Refusal.WRONG_CURRENT)
    give_back(OWN_PASSWORD, str(login_session_id), now=now)
    if problems := find_problems(new, has_second_factor=staff, personal=personal):
        raise Refused(Refusal.UNFIT, problems)
    return _store_changed(user_id, hash_password(new), login_session_id=login_session_id, now=now)


def rotate_session(login_session_id: int) -> str:
    """A new token for the same log-in, within the caller's command; the old token is dead."""
    token = secrets.token_urlsafe(32)
    db.session.execute(update(LoginSession).where(LoginSession.id == login_session_id).values(token_hash=hash_token(token)))
    return token


@command
def _store_changed(user_id: int, hashed: str, *, login_session_id: int, now: datetime) -> str:
    user = db.session.get_one(User, user_id)
    user.password_hash = hashed
    end_sessions(user_id, now=now, except_ids=[login_session_id])
    record("user:change_password", subject=("user", user_id), by=user_id, now=now)
    values = {"name": user.name, "changed_at": now}
    queue_mail("password_changed", to=user.email, key=f"changed:{hash_token(hashed)}", values=values, now=now, user_id=user_id)
    return rotate_session(login_session_id)


def _comparable(email: str) -> str:
    """The address as stored, or what was typed: a malformed address is merely unknown."""
    try:
        return normalize_email(email)
    except Refused:
        return email.strip().lower()


def _login_turns(email: str, network: str) -> list[tuple[Limit, str]]:
    return [(LOGIN_HERE, f"{email}\0{network}"), (LOGIN_ACCOUNT, email), (LOGIN_ADDRESS, network)]


def _find_candidate(email: str) -> _Candidate:
    user = db.session.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    return _Candidate(user.id, user.password_hash) if user else _Candidate()


def _enter(candidate: _Candidate, password: str, *, now: datetime, user_agent: str) -> str:
    """Open the session, unless the account changed while the password was being checked."""
    assert candidate.user_id is not None
    assert candidate.password_hash is not None
    renewed = hash_password(password) if is_outdated(candidate.password_hash) else None
    return _open_unless_changed(candidate.user_id, candidate.password_hash, renewed, now=now, user_agent=user_agent)


@command
def _open_unless_changed(user_id: int, proved: str, renewed: str | None, *, now: datetime, user_agent: str) -> str:
    user = db.session.get_one(User, user_id)
    if user.disabled_at is not None or user.password_hash != proved:
        raise Refused(Refusal.WRONG_CREDENTIALS)
    if renewed is not None:
        user.password_hash = renewed
    return open_session(user_id, now=now, user_agent=user_agent)


@command
def _note_failure(user_id: int | None, *, now: datetime) -> None:
    record("user:login_failed", subject=("user", user_id or "unknown"), by=None, now=now)


@command
def _note_throttled(*, now: datetime) -> None:
    record("user:login_throttled", subject=("user", "unknown"), by=None, now=now)
