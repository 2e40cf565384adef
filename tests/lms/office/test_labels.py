"""Whatever the house records or mails, the office reads it in Japanese."""

import re

from lms.config import ROOT
from lms.exam_engine.attempts import EventKind
from lms.office.labels import MAIL_TEMPLATES, ROLES, SUBJECTS, TAGS
from lms.web.access import Role

SOURCES = [
    path.read_text(encoding="utf-8") for path in (ROOT / "lms").rglob("*.py") if path.parts[-2:] != ("office", "labels.py")
]


def test_every_recorded_tag_has_its_words() -> None:
    code = [re.sub(r'"""(?:.|\n)*?"""', "", source) for source in SOURCES]
    recorded = {tag for source in code for tag in re.findall(r'"([a-z_]+:[a-z_]+)"', source)}
    recorded |= {f"attempt:{kind.value}" for kind in EventKind}
    assert recorded - set(TAGS) == set()


def test_every_recorded_subject_has_its_words() -> None:
    recorded = {kind for source in SOURCES for kind in re.findall(r'subject=\("([a-z_]+)"', source)}
    assert recorded - set(SUBJECTS) == set()


def test_every_mail_template_has_its_words() -> None:
    templates = {path.stem for path in (ROOT / "content" / "mail").glob("*.txt") if not path.stem.startswith("_")}
    assert templates == set(MAIL_TEMPLATES)


def test_every_role_has_its_words() -> None:
    assert set(ROLES) == set(Role)
