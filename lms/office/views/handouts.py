"""Doors of 配布資料 at the office: what can be taken, how often it was, and by whom last."""

from flask import render_template

from lms.handouts import labels
from lms.handouts.queries import list_downloads, list_published, version_counts
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/handouts")
@open_to(Role.OFFICE)
def handouts() -> str:
    """The published handouts and the log of their downloads."""
    return render_template(
        "office/handouts.html",
        published=list_published(),
        counts={(each.handout_id, each.version): each for each in version_counts()},
        downloads=list_downloads(),
        formats={file_format.value: words for file_format, words in labels.FORMATS.items()},
    )
