"""発送: the states of a parcel and which may follow which."""

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


def may_follow(state: ShipmentState, following: ShipmentState) -> bool:
    """Whether a parcel in `state` may go over to `following`; who came back undelivered is shipped again."""
    return following in _NEXT[state]
