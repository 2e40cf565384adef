"""発送: the states of a parcel, which may follow which, and every reason for which something about a parcel is refused."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ShipmentState(StrEnum):
    """Where a parcel is."""

    PREPARED = "prepared"
    SHIPPED = "shipped"
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"
    CANCELED = "canceled"


_NEXT: dict[ShipmentState, frozenset[ShipmentState]] = {
    ShipmentState.PREPARED: frozenset({ShipmentState.SHIPPED, ShipmentState.CANCELED}),
    ShipmentState.SHIPPED: frozenset({ShipmentState.UNDELIVERED, ShipmentState.DELIVERED}),
    ShipmentState.UNDELIVERED: frozenset({ShipmentState.SHIPPED, ShipmentState.CANCELED}),
    ShipmentState.DELIVERED: frozenset(),
    ShipmentState.CANCELED: frozenset(),
}

LONGEST_TRACKING = 40
_TRACKING = re.compile(r"[0-9A-Z]{6,40}")
_BETWEEN = re.compile(r"[\s\-‐‑‒–—―−ー]")


class ShippingProblem(StrEnum):
    """Why something about a parcel is refused; the words are in the labels."""

    WRONG_ORDER = "wrong_order"
    NOT_IN_FORCE = "not_in_force"
    ADDRESS_MISSING = "address_missing"
    ALREADY_PREPARED = "already_prepared"
    IN_FUTURE = "in_future"
    TOO_EARLY = "too_early"
    UNKNOWN_CARRIER = "unknown_carrier"
    TRACKING_MISSING = "tracking_missing"
    NOT_A_TRACKING_NUMBER = "not_a_tracking_number"
    NOTE_MISSING = "note_missing"
    NOTHING_CHOSEN = "nothing_chosen"


class ShippingRefused(Exception):
    """Something about a parcel that must not happen; nothing was written."""

    def __init__(self, problem: ShippingProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """What of a parcel decides what may come next; `is_in_force`: its paper is the newest version and valid today."""

    state: ShipmentState
    is_in_force: bool
    not_before: date
    """The day before which the next thing cannot have happened."""


def may_follow(state: ShipmentState, following: ShipmentState) -> bool:
    """Whether a parcel in `state` may go over to `following`; who came back undelivered is shipped again."""
    return following in _NEXT[state]


def refuse_event(facts: ParcelFacts, following: ShipmentState, *, on: date, today: date) -> ShippingProblem | None:
    """Why a parcel may not go over to `following` on a day in Japan, or None. Only a paper in force is sent out."""
    if not may_follow(facts.state, following):
        return ShippingProblem.WRONG_ORDER
    if following is ShipmentState.SHIPPED and not facts.is_in_force:
        return ShippingProblem.NOT_IN_FORCE
    if on > today:
        return ShippingProblem.IN_FUTURE
    return ShippingProblem.TOO_EARLY if on < facts.not_before else None


def refuse_tracking(tracking_number: str, *, is_tracked: bool) -> ShippingProblem | None:
    """Why a tidied tracking number cannot be one, or None; a carrier that does not track needs none."""
    if not tracking_number:
        return ShippingProblem.TRACKING_MISSING if is_tracked else None
    return None if _TRACKING.fullmatch(tracking_number) else ShippingProblem.NOT_A_TRACKING_NUMBER


def tidy_tracking(typed: str) -> str:
    """A tracking number as carriers' own pages take it: half-width capitals without spaces and dashes."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()
