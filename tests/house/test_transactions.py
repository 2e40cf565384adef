"""Every act that matters is one transaction: whatever fails in it, no row, no line in 操作記録 and no mail is left."""

import ast
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from lms.config import ROOT
from lms.db.base import Base
from lms.db.session import db
from tests.databases import Databases
from tests.factories import Factory
from tests.house.acts import ACTS, AUDIT, Act
from tests.house.acts_of_certification import ACTS_OF_CERTIFICATION
from tests.house.acts_of_grading import ACTS_OF_GRADING
from tests.house.acts_of_practicing import ACTS_OF_PRACTICING
from tests.house.acts_of_preparing import ACTS_OF_PREPARING
from tests.house.acts_of_studying import ACTS_OF_STUDYING
from tests.house.acts_of_the_course_days import ACTS_OF_THE_COURSE_DAYS
from tests.house.acts_of_the_editions import ACTS_OF_THE_EDITIONS
from tests.house.acts_of_the_exam_day import ACTS_OF_THE_EXAM_DAY
from tests.house.acts_of_the_manual import ACTS_OF_THE_MANUAL
from tests.lms.demo.filled import fonts

WITHOUT_A_LINE = {
    *("writing_a_worksheet", "saving_an_answer", "drafting_a_mark"),
    *("opening_an_essay", "keeping_a_phrase", "removing_a_phrase", "putting_a_bookmark"),
    *("beginning_a_play", "choosing_a_reply", "trying_another_way"),
}
"""Their own rows are the record (versions) or nothing yet (a draft)."""

LIKE_ANOTHER = {
    *("change_days", "change_capacity", "enter_attendances", "restore_participant"),  # change_plan, enter_attendance, withdraw
    *("rename_user", "change_email"),  # within correct_participant
    *("create_user", "invite_user", "issue_invitation_link"),  # within invite_staff and confirm_payment
    *("take_role", "enable_user", "start_totp", "forget_second_factor"),  # give_role, disable_user
    *("open_session", "log_out", "end_other_sessions"),  # within accept_invitation and disable_user
    "note_backup_check",  # note_backup
    *("pause_attempts", "resume_attempts", "withdraw_notice"),  # add_time, publish_notice
    *("propose_late", "propose_reopening", "propose_to_reopen", "decide_hand_in"),  # within the office's acts of these names
    *("note_browser", "open_rehearsal_paper", "save_rehearsal_answers", "hand_in_rehearsal_section"),  # one row, no line
    "note_nothing_to_mask",  # mask_essay
    "settle_rescoring",  # the same application as in decide_rescoring
    "renew_lease",  # take_lease
    *("renew_certificate", "look_after"),  # accept_order, decide_act
    *("import_tracking", "note_arrival", "cancel_parcel", "prepare_again"),  # ship_parcel, note_return, prepare_parcels
    *("confirm_draft", "arrange_adjudications", "retry_mail"),  # around or within confirm_mark, resend_mail
}


class PowerCutError(RuntimeError):
    """What the tests let happen."""


@pytest.fixture(autouse=True)
def _typeface(app: Flask, databases: Databases) -> None:
    place = app.extensions["settings"].fonts
    if not place.exists():
        place.symlink_to(fonts(databases), target_is_directory=True)


def tables() -> dict[str, str]:
    """One hash per table, read over a connection of its own."""
    with db.engine.connect() as connection:
        return {
            table.name: hashlib.sha256(repr(sorted(map(repr, connection.execute(select(table))))).encode()).hexdigest()
            for table in Base.metadata.sorted_tables
        }


@contextmanager
def cut_at_the_commit() -> Iterator[None]:
    """Everything is written, and the commit never happens."""

    def cut(_session: object) -> None:
        db.session.flush()
        raise PowerCutError

    event.listen(db.session, "before_commit", cut)
    try:
        yield
    finally:
        event.remove(db.session, "before_commit", cut)


@contextmanager
def cut_when_writing(table: str) -> Iterator[None]:
    """The first statement that writes into the table fails."""

    def cut(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(tuple(f"{verb} {table} " for verb in ("INSERT INTO", "UPDATE", "DELETE FROM"))):
            raise PowerCutError

    event.listen(db.engine, "before_cursor_execute", cut)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", cut)


@contextmanager
def counted_commits() -> Iterator[list[int]]:
    commits: list[int] = []

    def count(_connection: object) -> None:
        commits.append(1)

    event.listen(db.engine, "commit", count)
    try:
        yield commits
    finally:
        event.remove(db.engine, "commit", count)


@pytest.mark.parametrize(
    "prepare",
    [
        *(*ACTS, *ACTS_OF_PREPARING, *ACTS_OF_STUDYING, *ACTS_OF_THE_EXAM_DAY, *ACTS_OF_GRADING, *ACTS_OF_CERTIFICATION),
        *(*ACTS_OF_THE_COURSE_DAYS, *ACTS_OF_THE_MANUAL, *ACTS_OF_PRACTICING, *ACTS_OF_THE_EDITIONS),
    ],
    ids=lambda prepare: prepare.__name__,
)
def test_an_act_happens_whole_or_not_at_all(context: Flask, make: Factory, prepare: Callable[[Factory], Act]) -> None:
    act = prepare(make)
    db.session.rollback()
    before = tables()
    for failure in (cut_at_the_commit(), *(cut_when_writing(table) for table in sorted(act.writes))):
        with failure, pytest.raises(PowerCutError):
            act.do()
        db.session.rollback()
        assert tables() == before
    with counted_commits() as commits:
        act.do()
    db.session.rollback()
    after = tables()
    assert {name for name in before if before[name] != after[name]} == act.writes
    assert len(commits) == 1
    assert (AUDIT in act.writes) == (prepare.__name__ not in WITHOUT_A_LINE)


def commands() -> Iterator[tuple[str, str]]:
    """Room and name of every service under `@command` that other code may call."""
    for path in sorted((ROOT / "lms").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            marks = node.decorator_list if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") else []
            if any(isinstance(mark, ast.Name) and mark.id == "command" for mark in marks):
                yield path.relative_to(ROOT / "lms").parts[0], node.name  # type: ignore[attr-defined]


@pytest.mark.database("sqlite")
def test_every_command_is_done_here_or_is_known_to_be_like_one_that_is() -> None:
    files = (ROOT / "tests/house").glob("acts*.py")
    told = "\n".join(ast.unparse(ast.parse(path.read_text(encoding="utf-8"))) for path in files)
    missing = {name for _, name in commands() if name not in LIKE_ANOTHER and f"{name}(" not in told}
    assert missing == set()
    assert {room for room, _ in commands()} >= {"cohorts", "billing", "exams", "grading", "certification", "lessons", "accounts"}
    assert {name for _, name in commands()} >= LIKE_ANOTHER
