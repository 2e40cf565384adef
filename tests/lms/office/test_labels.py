"""Every mail template and role has its Japanese words for the office."""

from lms.config import ROOT
from lms.office.labels import MAIL_TEMPLATES, ROLES
from lms.web.access import Role


def test_every_mail_template_has_its_words() -> None:
    templates = {path.stem for path in (ROOT / "content" / "mail").glob("*.txt") if not path.stem.startswith("_")}
    assert templates == set(MAIL_TEMPLATES)


def test_every_role_has_its_words() -> None:
    assert set(ROLES) == set(Role)
