"""Times a page sends: its clock is not the server's, and what no page can have meant is not believed."""

from datetime import datetime, timedelta

MOST_BEFORE_THE_START = timedelta(days=1)
MOST_AHEAD = timedelta(minutes=5)


def believable(moment: datetime | None, *, started_at: datetime, now: datetime) -> datetime | None:
    """The moment, if it can be one of an attempt that began at `started_at` and is heard of now; None otherwise."""
    if moment is None or not started_at - MOST_BEFORE_THE_START <= moment <= now + MOST_AHEAD:
        return None
    return moment
