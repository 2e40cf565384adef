"""Pure decisions of メール: what a template file says, what may stand in a header, when a failed mail is tried again."""

import re
from datetime import timedelta
from enum import StrEnum

SUBJECT_MARK = "件名:"
GIVEN_UP_AFTER = timedelta(hours=24)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=2)
LEASE = timedelta(minutes=5)
"""How long a worker that claimed a mail may take before another worker may try it."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
_SECRET = re.compile(r"/[A-Za-z0-9_-]{40,}")


class MailProblem(StrEnum):
    """Why a mail cannot be queued."""

    TEMPLATE = "template"
    SUBJECT = "subject"
    ADDRESS = "address"


class MailRefused(ValueError):
    """A mail that must not be queued: its template, subject or address is not fit for a header."""

    def __init__(self, reason: MailProblem, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


def split_template(name: str, source: str) -> tuple[str, str]:
    """Subject and body of a template file: first line 「件名: …」, an empty line, then the body.

    Raises MailRefused when the file is not built like that.
    """
    first, _, rest = source.partition("\n")
    if not first.startswith(SUBJECT_MARK) or not rest.startswith("\n"):
        raise MailRefused(MailProblem.TEMPLATE, f"{name} must begin with 「{SUBJECT_MARK} …」 and an empty line")
    return first.removeprefix(SUBJECT_MARK).strip(), rest.lstrip("\n")


def require_header_line(subject: str) -> str:
    """The subject, if it is one line.

    Raises MailRefused when it is empty or a line break or another control character would forge a header.
    """
    if not subject.strip() or _CONTROL.search(subject):
        raise MailRefused(MailProblem.SUBJECT, "a subject must be one line without control characters")
    return subject


def require_address(address: str) -> str:
    """The address, if it is one plain address.

    Raises MailRefused when it could name a second recipient or forge a header.
    """
    if not _ADDRESS.fullmatch(address) or _CONTROL.search(address):
        raise MailRefused(MailProblem.ADDRESS, "not one plain mail address")
    return address


def wait_before_retry(tries: int) -> timedelta:
    """How long to wait after the n-th failed try: 30 seconds, doubling, at most two hours."""
    doublings = min(max(tries - 1, 0), 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def mask_secrets(body: str) -> str:
    """The body as it is kept after sending: links that open an account are cut off."""
    return _SECRET.sub("/……", body)
