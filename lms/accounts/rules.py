"""Pure decisions of 利用者: link purposes and lifetimes, session lifetimes, password rules, lock-out."""

from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a single-use link is for."""

    INVITATION = "invitation"
    RESET = "reset"
