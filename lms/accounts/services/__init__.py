"""Verbs of 利用者."""

from lms.accounts.rules.refusals import Refusal, Refused
from lms.accounts.services.links import (
    accept_invitation,
    invite_staff,
    invite_user,
    issue_invitation_link,
    request_reset,
    reset_password,
)
from lms.accounts.services.logins import change_password, end_other_sessions, log_in, log_out
from lms.accounts.services.particulars import change_email, rename_user
from lms.accounts.services.second_factor import (
    code_at,
    confirm_totp,
    current_code,
    forget_second_factor,
    reveal,
    start_totp,
    verify_totp,
)
from lms.accounts.services.throttling import count_failure, forget_old_failures, is_throttled
from lms.accounts.services.users import create_user, disable_user, enable_user, give_role, take_role

__all__ = [
    "Refusal",
    "Refused",
    "accept_invitation",
    "change_email",
    "change_password",
    "code_at",
    "confirm_totp",
    "count_failure",
    "create_user",
    "current_code",
    "disable_user",
    "enable_user",
    "end_other_sessions",
    "forget_old_failures",
    "forget_second_factor",
    "give_role",
    "invite_staff",
    "invite_user",
    "is_throttled",
    "issue_invitation_link",
    "log_in",
    "log_out",
    "rename_user",
    "request_reset",
    "reset_password",
    "reveal",
    "start_totp",
    "take_role",
    "verify_totp",
]
