"""Why an upload is not taken, or an edition not published."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with an upload or one of its files."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    FILE_TOO_LARGE = "file_too_large"
    NOT_AN_ARCHIVE = "not_an_archive"
    ENCRYPTED = "encrypted"
    TOO_MANY_FILES = "too_many_files"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    RATIO = "ratio"
    DAMAGED = "damaged"
    UNSAFE_NAME = "unsafe_name"
    LINK = "link"
    DOUBLE = "double"
    TWIN = "twin"
    NOT_CONTENT = "not_content"
    SUFFIX = "suffix"
    NOT_UTF8 = "not_utf8"
    NO_PLACE = "no_place"
    MANY_PLACES = "many_places"
    NOT_WHOLE = "not_whole"
    """One file cannot be all there is."""
    NOTHING_INSIDE = "nothing_inside"


@dataclass(frozen=True, slots=True)
class UploadFault:
    """One fault; `file` is the name in the archive, `other` a second name or the places in question."""

    fault: Fault
    file: str = ""
    other: str = ""


class UploadRefused(Exception):
    """An upload that is not taken; nothing of it is kept."""

    def __init__(self, faults: tuple[UploadFault, ...]) -> None:
        super().__init__(", ".join(f"{each.fault.value} {each.file}".strip() for each in faults))
        self.faults = faults


class ReleaseRefusal(StrEnum):
    """Why an edition is not published."""

    UNKNOWN = "unknown"
    ALREADY = "already"
    NO_REASON = "no_reason"
    ERRORS = "errors"
    NOT_THE_LAST = "not_the_last"
    """Somebody published something else since the page was opened."""


class ReleaseRefused(Exception):
    """Nothing was published."""

    def __init__(self, reason: ReleaseRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
