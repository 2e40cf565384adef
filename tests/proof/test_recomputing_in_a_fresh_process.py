"""Scores are reproducible: another process works every one out anew from what is stored, and one changed point is found."""

import sqlite3
from pathlib import Path

import pytest

from tests.live import LiveSite

pytestmark = [pytest.mark.proof, pytest.mark.timeout(400)]


def test_a_fresh_process_works_out_the_same_scores(tmp_path: Path) -> None:
    site = LiveSite(tmp_path, demo=True)
    site.flask("demo", "fill")
    words = site.flask("exam", "recompute").strip()
    print(f"\nrecomputing in a fresh process: {words.splitlines()[-1]}")
    _change_one_point(tmp_path / "lms.sqlite")
    with pytest.raises(AssertionError, match="exam recompute ended with 1"):
        site.flask("exam", "recompute")


def _change_one_point(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER results_no_update")
        connection.execute("UPDATE results SET total = total + 1 WHERE id = (SELECT min(id) FROM results)")
