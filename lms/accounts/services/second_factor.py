"""The second factor: time-based codes (TOTP) whose secret is kept encrypted and of which each works once."""

import base64
from datetime import datetime, timedelta
from typing import cast

import pyotp
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import update

from lms.accounts.models import LoginSession, User
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.rules.throttling import CODE
from lms.accounts.services.logins import rotate_session
from lms.accounts.services.throttling import give_back, take_turn
from lms.accounts.services.users import end_sessions, get_user, require_admin
from lms.audit.services import record
from lms.config import Settings
from lms.db.session import command, db

STEP_SECONDS = 30
TOLERATED_STEPS = (0, -1, 1)


@command
def start_totp(user_id: int, *, now: datetime) -> str:
    """A new secret (base32) that waits for its first code; an unconfirmed older one is forgotten.

    Raises Refused(FACTOR_ALREADY_SET): a confirmed factor is only taken away by `forget_second_factor`.
    """
    user = get_user(user_id)
    if user.totp_confirmed_at is not None:
        raise Refused(Refusal.FACTOR_ALREADY_SET)
    secret = pyotp.random_base32()
    user.totp_secret = _fernet().encrypt(secret.encode()).decode()
    user.totp_last_step = 0
    return secret


def confirm_totp(user_id: int, code: str, *, now: datetime, login_session_id: int | None = None) -> str:
    """Prove with a first code that the app was set up: gives back the rotated token of the log-in ("" without one).

    Raises Refused(THROTTLED | FACTOR_NOT_STARTED | FACTOR_ALREADY_SET | WRONG_CODE | CODE_USED).
    """
    return _prove(user_id, code, is_first=True, login_session_id=login_session_id, now=now)


def verify_totp(user_id: int, code: str, *, login_session_id: int, now: datetime) -> str:
    """Accept the current code for this log-in: gives back its new token.

    Raises Refused(THROTTLED | FACTOR_NOT_STARTED | WRONG_CODE | CODE_USED).
    """
    return _prove(user_id, code, is_first=False, login_session_id=login_session_id, now=now)


@command
def forget_second_factor(user_id: int, *, by: int | None, now: datetime, reason: str = "") -> None:
    """Take the second factor away (a lost phone): every log-in ends, and a new one is set up at the next.

    Raises Refused(NOT_ADMIN | UNKNOWN_USER).
    """
    require_admin(by)
    user = get_user(user_id)
    user.totp_secret, user.totp_confirmed_at, user.totp_last_step = None, None, 0
    end_sessions(user_id, now=now)
    record("user:forget_second_factor", subject=("user", user_id), by=by, now=now, reason=reason)


def code_at(secret: str, moment: datetime) -> str:
    """The six digits an authenticator app shows at this moment."""
    return pyotp.TOTP(secret).at(moment)


def current_code(user_id: int, *, now: datetime) -> str | None:
    """The code of a demo member of staff; None when the user has no confirmed second factor.

    Raises RuntimeError outside the demo, where nobody may see another person's code.
    """
    if not cast(Settings, current_app.extensions["settings"]).is_demo:
        raise RuntimeError("codes are shown in the demo only")
    user = get_user(user_id)
    return code_at(reveal(user.totp_secret), now) if user.totp_secret and user.totp_confirmed_at else None


def reveal(encrypted: str) -> str:
    """The secret (base32) of what the table keeps."""
    return _fernet().decrypt(encrypted.encode()).decode()


def _prove(user_id: int, code: str, *, is_first: bool, login_session_id: int | None, now: datetime) -> str:
    if not take_turn(CODE, str(user_id), now=now):
        raise Refused(Refusal.THROTTLED)
    try:
        token = _accept_code(user_id, code, is_first=is_first, login_session_id=login_session_id, now=now)
    except Refused as refused:
        if refused.reason in {Refusal.WRONG_CODE, Refusal.CODE_USED}:
            _note_failure(user_id, now=now)
        raise
    give_back(CODE, str(user_id), now=now)
    return token


@command
def _accept_code(user_id: int, code: str, *, is_first: bool, login_session_id: int | None, now: datetime) -> str:
    user = get_user(user_id)
    _require_stage(user, is_first=is_first)
    step = _matching_step(reveal(user.totp_secret or ""), code, now=now)
    if step is None:
        raise Refused(Refusal.WRONG_CODE)
    _use_step(user_id, step)
    if is_first:
        user.totp_confirmed_at = now
    record("user:set_up_second_factor" if is_first else "user:second_factor", subject=("user", user_id), by=user_id, now=now)
    if login_session_id is None:
        return ""
    db.session.execute(update(LoginSession).where(LoginSession.id == login_session_id).values(second_factor_at=now))
    return rotate_session(login_session_id)


def _require_stage(user: User, *, is_first: bool) -> None:
    if user.totp_secret is None:
        raise Refused(Refusal.FACTOR_NOT_STARTED)
    if is_first and user.totp_confirmed_at is not None:
        raise Refused(Refusal.FACTOR_ALREADY_SET)
    if not is_first and user.totp_confirmed_at is None:
        raise Refused(Refusal.FACTOR_NOT_STARTED)


def _matching_step(secret: str, code: str, *, now: datetime) -> int | None:
    """The 30-second step the code belongs to, one step early or late tolerated."""
    for offset in TOLERATED_STEPS:
        moment = now + timedelta(seconds=offset * STEP_SECONDS)
        if pyotp.utils.strings_equal(code_at(secret, moment), code):
            return int(moment.timestamp()) // STEP_SECONDS
    return None


def _use_step(user_id: int, step: int) -> None:
    """One statement decides whether the code was used before, so that parallel uses cannot both succeed."""
    used = update(User).where(User.id == user_id, User.totp_last_step < step).values(totp_last_step=step).returning(User.id)
    if db.session.scalar(used) is None:
        raise Refused(Refusal.CODE_USED)


@command
def _note_failure(user_id: int, *, now: datetime) -> None:
    record("user:second_factor_failed", subject=("user", user_id), by=user_id, now=now)


def _fernet() -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"nintei: second factor").derive(
        cast(Settings, current_app.extensions["settings"]).secret_key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
