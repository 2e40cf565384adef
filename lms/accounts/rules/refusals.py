"""Why 利用者 refuses an act; the screen's words for each stand in labels.py."""

from collections.abc import Sequence
from enum import StrEnum


class Refusal(StrEnum):
    """Reasons a service of this room refuses."""

    WRONG_CREDENTIALS = "wrong_credentials"
    THROTTLED = "throttled"
    LINK_UNUSABLE = "link_unusable"
    UNFIT = "unfit_password"
    WRONG_CURRENT = "wrong_current_password"
    WRONG_CODE = "wrong_code"
    CODE_USED = "code_used"
    FACTOR_ALREADY_SET = "factor_already_set"
    FACTOR_NOT_STARTED = "factor_not_started"
    BAD_EMAIL = "bad_email"
    BAD_NAME = "bad_name"
    EMAIL_TAKEN = "email_taken"
    STAFF_EMAIL = "staff_email"
    NOT_ADMIN = "not_admin"
    NOT_A_STAFF_ROLE = "not_a_staff_role"
    OWN_ACCOUNT = "own_account"
    LAST_ADMIN = "last_admin"
    UNKNOWN_USER = "unknown_user"
    ACCOUNT_DISABLED = "account_disabled"
    READS_BLIND = "reads_blind"
    """Grades by 受験番号 alone, and would see names beside it in the office."""


class PasswordProblem(StrEnum):
    """What is wrong with a new password."""

    TOO_SHORT = "too_short"
    TOO_SHORT_FOR_STAFF = "too_short_for_staff"
    TOO_LONG = "too_long"
    COMMON = "common"
    REPEATED = "repeated"
    WALK = "walk"
    PERSONAL = "personal"


class Refused(Exception):
    """A service of 利用者 did nothing; `reason` says why, `problems` what is wrong with a password."""

    def __init__(self, reason: Refusal, problems: Sequence[PasswordProblem] = ()) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.problems = tuple(problems)
