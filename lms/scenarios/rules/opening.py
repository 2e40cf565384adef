"""When a scenario opens for a participant: as soon as all of its lessons are open."""

from collections.abc import Sequence

from lms.lessons.rules.release import Release, ReleaseReason


def last_to_open(releases: Sequence[Release]) -> Release:
    """The release a scenario waits for: an unknown moment before a known one, then the latest; closed when there is none."""
    waiting = [each for each in releases if not each.is_open] or releases
    unknown = [each for each in waiting if each.opens_at is None]
    known = sorted((each.opens_at, each) for each in waiting if each.opens_at is not None)
    return (unknown or [each for _, each in known[-1:]] or [Release(None, False, ReleaseReason.DATE_UNKNOWN)])[0]
