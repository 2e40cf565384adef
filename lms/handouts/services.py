"""The one verb of 配布資料: keep who took what."""

from datetime import datetime

from lms.db.session import bookkeeping, release
from lms.handouts.models import HandoutDownload
from lms.handouts.rules.content import FileFormat, Handout


def note_download(participant_id: int, handout: Handout, file_format: FileFormat, *, now: datetime) -> None:
    """Keep that a participant took a handout, under GET in a short transaction of its own.

    Ends the request's own transaction first: on SQLite the note would else wait for it.
    """
    release()
    with bookkeeping() as own:
        own.add(
            HandoutDownload(
                participant_id=participant_id,
                handout_id=handout.id,
                version=handout.version,
                file_format=file_format.value,
                downloaded_at=now,
            )
        )
