"""`exam check`, `exam recompute` and `register verify`: pass on the filled demo, fail on planted damage and name it."""

from collections.abc import Iterator

import pytest
from click.testing import Result
from flask import Flask

from lms.certification.models import RegisterEntry
from lms.certification.rules.entries import EntryKind
from lms.db.session import db
from tests.conftest import FrozenClock
from tests.databases import Databases
from tests.lms.demo.damage import damage
from tests.lms.demo.filled import filled_site


@pytest.fixture
def demo(databases: Databases, frozen_clock: FrozenClock) -> Iterator[Flask]:
    with filled_site(databases) as app:
        yield app


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def test_the_filled_demo_stands_up_to_every_check(demo: Flask) -> None:
    recomputed = run(demo, "exam", "recompute")
    assert (recomputed.exit_code, "すべて一致しました" in recomputed.output) == (0, True)
    verified = run(demo, "register", "verify")
    assert (verified.exit_code, "書き換えられた行はありません" in verified.output) == (0, True)
    checked = run(demo, "exam", "check")
    assert (checked.exit_code, "認定試験に問題はありません" in checked.output) == (0, True)


SUBMISSION = "(SELECT min(id) FROM submissions)"
MARK = (
    "(SELECT min(m.id) FROM grader_marks m JOIN assignments a ON a.id = m.assignment_id"
    " JOIN essays e ON e.id = a.essay_id WHERE e.anchor_id IS NULL)"
)
DAMAGES = {
    "a stored point": ("UPDATE results SET total = total + 50 WHERE id = 1", "result 1, total: stored"),
    "a machine's mark": ("UPDATE choice_marks SET points = points + 250 WHERE submission_id = 1", ", points: stored"),
    "a grader's mark": (f"UPDATE grader_marks SET points = points - 50 WHERE id = {MARK}", ", points: stored"),
    "an answer": (
        f"UPDATE submissions SET answers = replace(answers, '\"a\\', '\"b\\') WHERE id = {SUBMISSION}",
        "submission 1, sha256: stored",
    ),
    "an essay": ("UPDATE essays SET text = text || '追記' WHERE id = 1", "essay 1, text: stored"),
    "a paper": ("UPDATE papers SET body = replace(body, '適切', '不適切') WHERE id = 1", "paper 1, sha256: stored"),
    "a verdict": ("UPDATE results SET is_passed = 1 WHERE is_passed = 0", "is_passed: stored"),
}


@pytest.mark.parametrize(("statement", "words"), DAMAGES.values(), ids=DAMAGES)
def test_recomputing_fails_and_names_what_differs_after(demo: Flask, statement: str, words: str) -> None:
    damage(demo, statement)
    result = run(demo, "exam", "recompute")
    assert result.exit_code == 1
    assert words in result.output
    assert "stored value(s) differ" in result.output


REGISTER_DAMAGES = {
    "the date of the second": ("UPDATE register_entries SET issued_on = '2026-01-01' WHERE position = 2", "2番目の記録"),
    "the dates of both": ("UPDATE register_entries SET issued_on = '2026-01-01'", "1番目の記録"),
    "a name on the printed record": (
        "UPDATE printed_records SET record = replace(record, '見本', '架空') WHERE register_entry_id = 2",
        "2番目の記録",
    ),
    "the PDF's bytes": (
        "UPDATE issued_documents SET pdf = CAST(pdf || x'00' AS BLOB) WHERE register_entry_id = 1",
        "1番目の記録",
    ),
    "an entry taken out": ("DELETE FROM register_entries WHERE position = 1", "番目の記録"),
    "the count of numbers": ("UPDATE number_series SET last_serial = 3", "SAMPLE-CH"),
}


def test_erased_words_are_no_damage_and_words_that_are_not_there_cannot_be_erased(demo: Flask) -> None:
    with demo.app_context():
        entry = db.session.query(RegisterEntry).filter_by(kind=EntryKind.SUSPEND).one()
        number, position = entry.certificate_number, entry.position
        db.session.rollback()
    erased = run(demo, "register", "erase-words", number, str(position), "--reason", "ご本人のお申し出")
    assert (erased.exit_code, "説明を消去しました" in erased.output) == (0, True)
    assert run(demo, "register", "verify").exit_code == 0
    assert run(demo, "register", "erase-words", number, "1", "--reason", "x").exit_code == 1


@pytest.mark.parametrize(("statement", "first"), REGISTER_DAMAGES.values(), ids=REGISTER_DAMAGES)
def test_verifying_the_register_fails_and_names_the_first_altered_row_after(demo: Flask, statement: str, first: str) -> None:
    damage(demo, statement)
    result = run(demo, "register", "verify")
    assert result.exit_code == 1
    assert first in result.output.splitlines()[0]
    assert "the first one printed is the first altered row" in result.output


def test_a_window_that_is_too_short_fails_the_exam_check(demo: Flask) -> None:
    damage(demo, "UPDATE exam_windows SET closes_at = datetime(opens_at, '+30 minutes') WHERE id = 2")
    result = run(demo, "exam", "check")
    assert result.exit_code == 1
    assert "point(s) to mend" in result.output
