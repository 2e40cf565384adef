"""Users and staff roles: made, given, taken, disabled."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import LoginSession, StaffRole, User
from lms.accounts.queries import reads_blind
from lms.accounts.rules.identity import normalize_email, require_name
from lms.accounts.rules.refusals import Refusal, Refused
from lms.audit.services import record
from lms.db.session import command, db
from lms.web.access import STAFF_ROLES, Role


@command
def create_user(email: str, name: str, kana: str, *, by: int | None, now: datetime) -> int:
    """The id of the user with this address, made without a password if there was none.

    An existing user keeps name and kana. `by` is empty on the command line.
    Raises Refused(BAD_EMAIL | BAD_NAME).
    """
    address = normalize_email(email)
    row = {"email": address, "name": require_name(name), "kana": kana.strip() and require_name(kana.strip()), "created_at": now}
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    made = db.session.scalar(
        insert(User).values(row | {"totp_last_step": 0}).on_conflict_do_nothing(index_elements=["email"]).returning(User.id)
    )
    if made is not None:
        record("user:create", subject=("user", made), by=by, now=now)
        return int(made)
    return db.session.scalars(select(User.id).where(User.email == address)).one()


@command
def give_role(user_id: int, role: Role, *, by: int | None, now: datetime) -> None:
    """Give a staff role; log-ins made without it end, so that the stricter ones begin.

    The office's role is not given to somebody who grades blind this moment. Raises Refused(NOT_ADMIN | NOT_A_STAFF_ROLE |
    UNKNOWN_USER | READS_BLIND).
    """
    require_admin(by)
    if role not in STAFF_ROLES:
        raise Refused(Refusal.NOT_A_STAFF_ROLE)
    get_user(user_id)
    if db.session.get(StaffRole, (user_id, role)) is None:
        if role is Role.OFFICE and reads_blind(user_id):
            raise Refused(Refusal.READS_BLIND)
        db.session.add(StaffRole(user_id=user_id, role=role, given_at=now, given_by_id=by))
        end_sessions(user_id, now=now)
        record("user:give_role", subject=("user", user_id), by=by, now=now, detail={"role": role.value})


@command
def take_role(user_id: int, role: Role, *, by: int | None, now: datetime) -> None:
    """Take a staff role away and end the user's log-ins.

    Raises Refused(NOT_ADMIN | LAST_ADMIN).
    """
    require_admin(by)
    given = db.session.get(StaffRole, (user_id, role))
    if given is None:
        return
    if role is Role.ADMIN:
        _keep_one_admin(user_id)
    db.session.delete(given)
    end_sessions(user_id, now=now)
    record("user:take_role", subject=("user", user_id), by=by, now=now, detail={"role": role.value})


@command
def disable_user(user_id: int, *, by: int | None, now: datetime, reason: str = "") -> None:
    """Shut a user out at once; nothing of theirs is deleted.

    Raises Refused(NOT_ADMIN | OWN_ACCOUNT | LAST_ADMIN | UNKNOWN_USER).
    """
    require_admin(by)
    if by == user_id:
        raise Refused(Refusal.OWN_ACCOUNT)
    user = get_user(user_id)
    if db.session.get(StaffRole, (user_id, Role.ADMIN)) is not None:
        _keep_one_admin(user_id)
    if user.disabled_at is None:
        user.disabled_at = now
        end_sessions(user_id, now=now)
        record("user:disable", subject=("user", user_id), by=by, now=now, reason=reason)


@command
def enable_user(user_id: int, *, by: int | None, now: datetime, reason: str = "") -> None:
    """Let a disabled user log in again, with the password they had.

    Raises Refused(NOT_ADMIN | UNKNOWN_USER).
    """
    require_admin(by)
    user = get_user(user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        record("user:enable", subject=("user", user_id), by=by, now=now, reason=reason)


def require_admin(by: int | None) -> None:
    """Only システム管理者 and the command line (`by` empty) may look after staff.

    Raises Refused(NOT_ADMIN).
    """
    if by is not None and db.session.get(StaffRole, (by, Role.ADMIN)) is None:
        raise Refused(Refusal.NOT_ADMIN)


def get_user(user_id: int) -> User:
    """The row, for this room's services.

    Raises Refused(UNKNOWN_USER).
    """
    user = db.session.get(User, user_id)
    if user is None:
        raise Refused(Refusal.UNKNOWN_USER)
    return user


def end_sessions(user_id: int, *, now: datetime, except_ids: Iterable[int] = ()) -> None:
    """End a user's live log-ins, within the caller's command."""
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None), LoginSession.id.not_in(list(except_ids)))
        .values(ended_at=now)
    )


def _keep_one_admin(user_id: int) -> None:
    others = (
        select(func.count())
        .select_from(StaffRole)
        .join(User, User.id == StaffRole.user_id)
        .where(StaffRole.role == Role.ADMIN, StaffRole.user_id != user_id, User.disabled_at.is_(None))
    )
    if not db.session.scalar(others):
        raise Refused(Refusal.LAST_ADMIN)
