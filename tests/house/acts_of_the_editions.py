"""Acts of 教材の版: an edition is made, one is published, and one is taken out."""

from collections.abc import Callable

from lms.editions.rules.contents import Origin
from lms.editions.services import make_edition, note_export, release_edition
from lms.web.access import Role
from tests.factories import Factory
from tests.house.acts import AUDIT, Act, act, now

FILES = {"facts.yaml": b"facts: []\n"}


def making_an_edition(make: Factory) -> Act:
    by = make.staff(Role.OFFICE)
    return act(lambda: make_edition(FILES, Origin.UPLOAD, "一文を直した", by=by, now=now()), "content_editions", AUDIT)


def publishing_an_edition(make: Factory) -> Act:
    by = make.staff(Role.OFFICE)
    made = make_edition(FILES, Origin.UPLOAD, by=by, now=now())
    return act(lambda: release_edition(made.edition_id, "直したため", by=by, now=now()), "edition_releases", AUDIT)


def taking_an_edition_out(make: Factory) -> Act:
    by = make.staff(Role.OFFICE)
    return act(lambda: note_export(None, "0" * 64, by=by, now=now()), AUDIT)


ACTS_OF_THE_EDITIONS: tuple[Callable[[Factory], Act], ...] = (
    making_an_edition,
    publishing_an_edition,
    taking_an_edition_out,
)
