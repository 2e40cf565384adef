"""The pages of an edition that differs from what is published, in a lesson, a quiz and an exam question."""

from flask import Flask

from lms.editions.queries import installed_files
from tests.lms.editions.builders import BANK_FILE, LESSON_FILE, changed, edition_of

QUIZ_FILE = "lessons/practitioner/L01.quiz.yaml"


def office_edition_addresses(app: Flask, *, by: int) -> tuple[str, ...]:
    """The edition with its two sides, by an office person (`by`); it is made here and published nowhere."""
    with app.app_context():
        edition_id = edition_of(changed(dict(map(_reworded, (LESSON_FILE, QUIZ_FILE, BANK_FILE)))), by=by, note="書き直し")
    base = f"/office/editions/{edition_id}"
    return base, f"{base}/lessons/L01", f"{base}/exams/practitioner", f"{base}/files/{LESSON_FILE}"


def _reworded(path: str) -> tuple[str, tuple[str, str]]:
    """The file with its first full stop in the second half drawn out."""
    text = installed_files()[path].decode()
    place = text.index("。", len(text) // 2)
    old = text[place - 12 : place + 1]
    return path, (old, f"{old[:-1]}のです。")
