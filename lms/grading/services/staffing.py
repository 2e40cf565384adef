"""Putting graders on a window's staff after its grading was opened, with the 目合わせ that everybody of a staff does."""

from collections.abc import Iterable
from datetime import datetime

from lms.db.session import db
from lms.grading.models import WindowGrader
from lms.grading.services.calibrating import give_anchors


def call_in(window_id: int, grader_ids: Iterable[int], *, as_markers: bool, now: datetime) -> None:
    """Graders who are asked for once more after an appeal: on the staff from now on, adjudicating for each other, too.

    Within a command that holds the window. Whose part was ended stays out: the caller asks nobody of them.
    """
    for grader_id in grader_ids:
        row = db.session.get(WindowGrader, (window_id, grader_id))
        if row is None:
            row = WindowGrader(window_id=window_id, grader_id=grader_id, is_marker=False)
            db.session.add(row)
        row.is_marker = row.is_marker or as_markers
        row.is_adjudicator = True
    db.session.flush()
    give_anchors(window_id, now=now)
