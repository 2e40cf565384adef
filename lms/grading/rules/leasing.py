"""Pure: 担当中: who works at an essay on which device until when, and whether a page may still save."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.grading.rules.parts import Refusal, Refused


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """A page of the desk as a browser has it: a token of its own, and the draft's version it knows of."""

    token: str
    version: int


@dataclass(frozen=True, slots=True)
class Lease:
    """One grader at one essay on one device; void from `expires_at` on."""

    grader_id: int
    device: str
    started_at: datetime
    """When the work began; a pause in which the lease was void has moved it on by as much."""
    expires_at: datetime

    def is_living(self, now: datetime) -> bool:
        """Whether it still keeps others away."""
        return now < self.expires_at


def take(lease: Lease | None, *, grader_id: int, device: str, now: datetime, length: timedelta) -> Lease:
    """The lease after the essay was opened: its own grader's latest device holds it, whichever held it before.

    Somebody else's living lease cannot be met here, because an assignment goes to another grader only without one.
    """
    return Lease(grader_id, device, _started(lease, grader_id=grader_id, now=now), now + length)


def renew(lease: Lease | None, *, grader_id: int, device: str, now: datetime, length: timedelta) -> Lease:
    """The lease after some activity; raises Refused when another device took it over meanwhile and still holds it."""
    if lease is not None and lease.grader_id == grader_id and lease.device != device and lease.is_living(now):
        raise Refused(Refusal.LEASED_ELSEWHERE)
    return take(lease, grader_id=grader_id, device=device, now=now, length=length)


def check_version(stored: OpenedPage, opened: OpenedPage | None) -> None:
    """Refuse to save from a page that does not know of the newest draft; None where no page is involved.

    `stored` is the draft's version and the page that saved it. A page that never heard that its own saving arrived is
    not out of date.
    """
    if opened is None or opened.version == stored.version:
        return
    if not opened.token or opened.token != stored.token:
        raise Refused(Refusal.STALE_DRAFT)


def _started(lease: Lease | None, *, grader_id: int, now: datetime) -> datetime:
    if lease is None or lease.grader_id != grader_id:
        return now
    return lease.started_at + max(now - lease.expires_at, timedelta(0))
