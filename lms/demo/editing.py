"""教材の版 in the demo: the office once published an edition made from the files, and went back to the files."""

from collections.abc import Callable
from datetime import datetime

from lms.editions.queries import installed_files
from lms.editions.rules.contents import Origin
from lms.editions.services import make_edition, release_edition


def publish_and_go_back(*, by: int, days_ago: Callable[[int], datetime]) -> None:
    """An edition was published for a week; since then the files of the installation are read, so that they can be edited."""
    made = make_edition(installed_files(), Origin.FILES, "開講時の教材", by=by, now=days_ago(59))
    release_edition(made.edition_id, "開講時の教材をそろえた", by=by, now=days_ago(59))
    release_edition(None, "設置されたファイルの更新をすぐ表示するため", by=by, now=days_ago(52))
