"""What an account is called and where its mail goes: corrected by the office, never silently."""

from datetime import datetime

from sqlalchemy import select

from lms.accounts.models import StaffRole, User
from lms.accounts.queries import is_staff
from lms.accounts.rules.identity import normalize_email, require_name
from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.services.links import spend_links
from lms.accounts.services.users import end_sessions, get_user
from lms.audit.services import record
from lms.db.session import command, db
from lms.mail.services import queue_mail
from lms.web.access import Role


@command
def rename_user(user_id: int, name: str, kana: str, *, by: int, now: datetime, reason: str = "") -> bool:
    """Give the account this name, exactly as typed, and this reading (may be empty); False when both stand already.

    Raises Refused(UNKNOWN_USER | BAD_NAME).
    """
    user = get_user(user_id)
    reading = kana.strip() and require_name(kana.strip())
    if (user.name, user.kana) == (require_name(name), reading):
        return False
    user.name, user.kana = name, reading
    record("user:rename", subject=("user", user_id), by=by, now=now, reason=reason)
    return True


@command
def change_email(user_id: int, email: str, *, by: int, now: datetime, reason: str = "") -> bool:
    """Let the account log in with another address; False when it is the stored one.

    Ends every log-in, makes links that were mailed to the old address unusable, and mails both addresses. The address of
    somebody who also works here is changed by システム管理者 only: whoever holds it can ask for a new password.
    Raises Refused(UNKNOWN_USER | BAD_EMAIL | EMAIL_TAKEN | STAFF_EMAIL).
    """
    address, user = normalize_email(email), get_user(user_id)
    if address == user.email:
        return False
    if is_staff(user_id) and db.session.get(StaffRole, (by, Role.ADMIN)) is None:
        raise Refused(Refusal.STAFF_EMAIL)
    if db.session.scalar(select(User.id).where(User.email == address)) is not None:
        raise Refused(Refusal.EMAIL_TAKEN)
    old, user.email = user.email, address
    end_sessions(user_id, now=now)
    spend_links(user_id, now=now)
    record("user:change_email", subject=("user", user_id), by=by, now=now, reason=reason)
    common = {"name": user.name, "changed_at": now, "has_password": user.password_hash is not None}
    for to in (old, address):
        values = common | {"is_new_address": to == address}
        key = f"email_changed:{user_id}:{now.isoformat()}:{'new' if to == address else 'old'}"
        queue_mail("email_changed", to=to, key=key, values=values, now=now, user_id=user_id)
    return True
