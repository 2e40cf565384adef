"""Pure decisions of 認定: entries of the register, and who may decide what."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What happened to a certificate; nothing is ever deleted."""

    ISSUE = "issue"
    REISSUE = "reissue"
    REVOKE = "revoke"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"
