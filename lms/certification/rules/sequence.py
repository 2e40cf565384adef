"""Which entry may follow which: asked before an entry is made, and again of every entry when the register is checked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lms.certification.rules.entries import PRINTED_KINDS, EntryKind, Happening


@dataclass(frozen=True, slots=True)
class Standing:
    """What the entries so far have made of a certificate; `version` 0: nothing was issued yet."""

    version: int = 0
    has_end: bool = False
    """Whether the newest version has a last day."""
    is_suspended: bool = False
    is_expired: bool = False
    """Whether the end of the newest version was entered."""
    is_over: bool = False
    """失効 or 無効, for ever."""


def may_follow(standing: Standing, happening: Happening) -> bool:
    """Whether an entry may be made of a certificate that stands so.

    Nothing follows 失効 and 無効 except the honest note that a parcel had left. While suspended, nothing new is printed;
    an expired version is renewed, not printed again.
    """
    if happening.kind is EntryKind.ISSUE:
        return standing == Standing() and happening.version == 1
    if happening.kind is EntryKind.SHIP:
        return 1 <= happening.version <= standing.version
    if standing.version == 0 or standing.is_over:
        return False
    is_print = happening.kind in PRINTED_KINDS
    return happening.version == standing.version + is_print and _fits(standing, happening.kind)


def after(standing: Standing, happening: Happening) -> Standing:
    """How a certificate stands after an entry."""
    match happening.kind:
        case EntryKind.ISSUE | EntryKind.REISSUE | EntryKind.RENEW:
            return replace(standing, version=happening.version, has_end=happening.expires_on is not None, is_expired=False)
        case EntryKind.SUSPEND | EntryKind.RESUME:
            return replace(standing, is_suspended=happening.kind is EntryKind.SUSPEND)
        case EntryKind.EXPIRE:
            return replace(standing, is_expired=True)
        case EntryKind.REVOKE | EntryKind.VOID:
            return replace(standing, is_over=True)
        case EntryKind.SHIP:
            return standing


def stand(happenings: Iterable[Happening]) -> Standing:
    """How a certificate stands after everything that happened to it, oldest first."""
    standing = Standing()
    for happening in happenings:
        standing = after(standing, happening)
    return standing


def _fits(standing: Standing, kind: EntryKind) -> bool:
    match kind:
        case EntryKind.REISSUE:
            return not standing.is_suspended and not standing.is_expired
        case EntryKind.RENEW:
            return not standing.is_suspended and standing.has_end
        case EntryKind.SUSPEND:
            return not standing.is_suspended
        case EntryKind.RESUME:
            return standing.is_suspended
        case EntryKind.EXPIRE:
            return standing.has_end and not standing.is_expired
        case _:
            return True
