"""Fictional people take handouts back to work."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lms.handouts.queries import list_published
from lms.handouts.services import note_download

TAKEN_BY_EACH = 3


def take_handouts(participant_ids: Sequence[int], *, now: datetime) -> None:
    """Each takes a few of the published handouts, a day after the one before; nobody takes the same ones."""
    published = list_published()
    for number, participant_id in enumerate(participant_ids):
        for turn in range(min(TAKEN_BY_EACH, len(published))):
            handout = published[(number + turn) % len(published)]
            file_format = handout.formats[(number + turn) % len(handout.formats)]
            note_download(participant_id, handout, file_format, now=now + timedelta(days=number, minutes=4 * turn))
