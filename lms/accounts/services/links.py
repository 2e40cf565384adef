"""Invitation and reset links: 256 random bits, kept as a hash, good once and for a short time."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy import select, update

from lms.accounts.models import SingleUseLink, User
from lms.accounts.queries import find_open_link, hash_token
from lms.accounts.rules.identity import normalize_email
from lms.accounts.rules.lifetimes import LinkPurpose, link_expiry
from lms.accounts.rules.passwords import find_problems
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.rules.throttling import RESET_ACCOUNT, RESET_ADDRESS, network_of
from lms.accounts.services.hashing import hash_password
from lms.accounts.services.logins import open_session
from lms.accounts.services.throttling import take_turn
from lms.accounts.services.users import create_user, end_sessions, get_user, give_role, require_admin
from lms.audit.services import record
from lms.config import Settings
from lms.db.session import command, db
from lms.mail.services import queue_mail
from lms.web.access import Role

PATHS = {LinkPurpose.INVITATION: "invitation", LinkPurpose.RESET: "password/reset"}


@command
def invite_user(
    user_id: int, *, by: int | None, now: datetime, template: str = "invitation", values: Mapping[str, object] | None = None
) -> None:
    """Mail the user a link for setting a password.

    The template gets `name`, `link`, `expires_at` and `values`. Raises Refused(UNKNOWN_USER | ACCOUNT_DISABLED).
    """
    user = _invitable(user_id)
    link_id, link = _issue(user_id, LinkPurpose.INVITATION, now=now)
    filled = {"name": user.name, "link": link, "expires_at": link_expiry(LinkPurpose.INVITATION, now=now), **(values or {})}
    queue_mail(template, to=user.email, key=f"invitation:{link_id}", values=filled, now=now, user_id=user_id)
    record("user:invite", subject=("user", user_id), by=by, now=now)


@command
def invite_staff(email: str, name: str, roles: Iterable[Role], *, by: int | None, now: datetime) -> int:
    """Make a member of staff and mail them the invitation; gives back the user's id.

    Raises Refused(NOT_ADMIN | NOT_A_STAFF_ROLE | BAD_EMAIL | BAD_NAME).
    """
    require_admin(by)
    user_id = create_user(email, name, "", by=by, now=now)
    for role in roles:
        give_role(user_id, role, by=by, now=now)
    invite_user(user_id, by=by, now=now, template="staff_invitation")
    return user_id


@command
def issue_invitation_link(user_id: int, *, now: datetime) -> str:
    """A link for setting a password, shown instead of mailed: for the command line only, where the first admin is made.

    Raises Refused(UNKNOWN_USER | ACCOUNT_DISABLED).
    """
    _invitable(user_id)
    _, link = _issue(user_id, LinkPurpose.INVITATION, now=now)
    record("user:invite", subject=("user", user_id), by=None, now=now)
    return link


def accept_invitation(token: str, password: str, *, now: datetime, user_agent: str = "") -> str:
    """Set the first password and log in: gives back the token of the new log-in session.

    Raises Refused(LINK_UNUSABLE | UNFIT).
    """
    return _set_password_by_link(token, password, LinkPurpose.INVITATION, now=now, user_agent=user_agent)


def reset_password(token: str, password: str, *, now: datetime, user_agent: str = "") -> str:
    """Set a new password, end every log-in of the user, and log in afresh: gives back the token.

    A second factor stays as it was and is asked for. Raises Refused(LINK_UNUSABLE | UNFIT).
    """
    return _set_password_by_link(token, password, LinkPurpose.RESET, now=now, user_agent=user_agent)


def request_reset(email: str, *, now: datetime, address: str = "") -> None:
    """Mail a reset link, if the address belongs to a user; the caller learns nothing either way.

    Raises Refused(THROTTLED) when this network address asked too often, whoever was asked for.
    """
    if not take_turn(RESET_ADDRESS, network_of(address), now=now):
        raise Refused(Refusal.THROTTLED)
    try:
        known_form = normalize_email(email)
    except Refused:
        return
    if take_turn(RESET_ACCOUNT, known_form, now=now):
        _mail_reset_link(known_form, now=now)


@command
def _mail_reset_link(email: str, *, now: datetime) -> None:
    user = db.session.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    if user is None:
        return
    link_id, link = _issue(user.id, LinkPurpose.RESET, now=now)
    values = {"name": user.name, "link": link, "expires_at": link_expiry(LinkPurpose.RESET, now=now)}
    queue_mail("password_reset", to=user.email, key=f"reset:{link_id}", values=values, now=now, user_id=user.id)
    record("user:request_reset", subject=("user", user.id), by=None, now=now)


def _set_password_by_link(token: str, password: str, purpose: LinkPurpose, *, now: datetime, user_agent: str) -> str:
    link = find_open_link(token, purpose, now=now)
    if link is None:
        raise Refused(Refusal.LINK_UNUSABLE)
    if problems := find_problems(password, has_second_factor=link.is_staff, personal=link.personal):
        raise Refused(Refusal.UNFIT, problems)
    hashed = hash_password(password)
    return _use_link(token, purpose, hashed, now=now, user_agent=user_agent)


@command
def _use_link(token: str, purpose: LinkPurpose, hashed: str, *, now: datetime, user_agent: str) -> str:
    """One statement decides who used the link, so that of many parallel uses one succeeds."""
    user_id = db.session.scalar(
        update(SingleUseLink)
        .where(
            SingleUseLink.token_hash == hash_token(token),
            SingleUseLink.purpose == purpose,
            SingleUseLink.used_at.is_(None),
            SingleUseLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(SingleUseLink.user_id)
    )
    user = db.session.get(User, user_id) if user_id is not None else None
    if user is None or user.disabled_at is not None:
        raise Refused(Refusal.LINK_UNUSABLE)
    user.password_hash = hashed
    spend_links(user.id, now=now)
    end_sessions(user.id, now=now)
    tag = "user:accept_invitation" if purpose is LinkPurpose.INVITATION else "user:reset_password"
    record(tag, subject=("user", user.id), by=user.id, now=now)
    if purpose is LinkPurpose.RESET:
        queue_mail(
            "password_changed",
            to=user.email,
            key=f"changed:{hash_token(token)}",
            values={"name": user.name, "changed_at": now},
            now=now,
            user_id=user.id,
        )
    return open_session(user.id, now=now, user_agent=user_agent)


def spend_links(user_id: int, *, now: datetime) -> None:
    """Make every link that was mailed to a user unusable, within the caller's command."""
    db.session.execute(
        update(SingleUseLink).where(SingleUseLink.user_id == user_id, SingleUseLink.used_at.is_(None)).values(used_at=now)
    )


def _invitable(user_id: int) -> User:
    user = get_user(user_id)
    if user.disabled_at is not None:
        raise Refused(Refusal.ACCOUNT_DISABLED)
    return user


def _issue(user_id: int, purpose: LinkPurpose, *, now: datetime) -> tuple[int, str]:
    token = secrets.token_urlsafe(32)
    link = SingleUseLink(
        token_hash=hash_token(token), user_id=user_id, purpose=purpose, created_at=now, expires_at=link_expiry(purpose, now=now)
    )
    db.session.add(link)
    db.session.flush()
    settings = cast(Settings, current_app.extensions["settings"])
    return link.id, f"{settings.public_base_url}/{PATHS[purpose]}/{token}"
