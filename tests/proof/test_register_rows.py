"""Proof: whatever is changed, put in, taken out or put in another place in the register is found, and the first row named."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.certification import labels
from lms.certification.models import (
    CompletionDecision,
    CompletionProposal,
    EntryDetail,
    IssuedDocument,
    NumberSeries,
    PrintedRecord,
    RegisterDecision,
    RegisterEntry,
    RegisterProposal,
    ReissueOrder,
    ReissueOutcome,
    RenewalApplication,
    VerificationSecret,
)
from lms.certification.queries.acts import get_standing
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.stored import stored_rows
from lms.certification.rules.chain import ChainedEntry, Damage, RegisterProblem, hash_entry
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.rules.validity import ValidityRule
from lms.certification.services.expiring import look_after
from lms.certification.services.locking import lock_register
from lms.certification.services.noting import note
from lms.certification.services.renewing import renew_certificate
from lms.db.append_only import APPEND_ONLY_TABLES, drop_triggers
from lms.db.base import Base
from lms.db.session import command, db
from tests.factories import Factory
from tests.lms.certification.builders import Builder
from tests.proof.pace import sized

SEED = 20261122
CHANGES = sized(1_000, 250)
"""On each database."""
MODELS = (RegisterEntry, PrintedRecord, EntryDetail, IssuedDocument, VerificationSecret, NumberSeries)
EVIDENCE: dict[type[Base], tuple[str, ...]] = {
    RegisterProposal: ("certificate_number", "kind", "reason", "explanation", "detail", "proposed_by_id"),
    RegisterDecision: ("proposal_id", "is_approved", "register_entry_id", "decided_by_id", "decided_at"),
    ReissueOrder: ("participant_id", "certificate_number", "reason", "new_name"),
    ReissueOutcome: ("order_id", "register_entry_id", "settled_by_id", "settled_at"),
    RenewalApplication: ("certificate_number", "conditions", "register_entry_id", "recorded_by_id", "recorded_at"),
    CompletionProposal: ("participant_id",),
    CompletionDecision: ("proposal_id", "is_approved"),
}
"""What shows that two people acted: table → the columns by which it is tied to the register."""
UNUSED = {("number_series", "id")}
"""Nothing refers to a series by its key."""
TWO_YEARS = ValidityRule(2, (60, 30), ("更新研修の受講",), "")
GARBAGE = ("CAST(x'ff' AS TEXT)", "x'00ff'", "1.5", "'x'", "NULL", "-1", "''")

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]


@pytest.fixture
def register(make: Factory, fonts: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A register in which every kind of entry stands."""

    def rule(_content: Path) -> ValidityRule:
        return TWO_YEARS

    monkeypatch.setattr("lms.certification.queries.issuing.validity_rule", rule)
    monkeypatch.setattr("lms.certification.queries.expiries.validity_rule", rule)
    build = Builder(make)
    issued = [build.issued_seat(name) for name in ("髙﨑 𠮷邉", "架空 二子", "架空 三子", "架空 四子")]
    (first, one), (_, two), (_, three), (_, four) = issued
    build.enact(one, EntryKind.SUSPEND)
    build.enact(one, EntryKind.RESUME)
    build.reissue(first, Reason.NAME_CHANGE, "高崎 吉辺")
    build.enact(two, EntryKind.REVOKE)
    build.enact(three, EntryKind.VOID)
    with build.app.app_context():
        _ship(four, by=build.proposer)
        look_after(four, now=clock.now() + timedelta(days=735))
        renew_certificate(four, ["受講記録で確認"], by=build.proposer, now=clock.now() + timedelta(days=740))
        assert list_register_problems() == []
        assert set(db.session.scalars(select(RegisterEntry.kind))) == set(EntryKind)
        db.session.rollback()
        yield build.app


@command
def _ship(number: str, *, by: int) -> None:
    lock_register()
    detail = {"carrier": "ヤマト運輸", "tracking_number": "0000"}
    note(EntryKind.SHIP, get_standing(number).paper, detail=detail, by=by, now=clock.now())


@contextmanager
def intruder() -> Iterator[None]:
    """Whoever may do anything in the database: triggers and foreign keys off. What is done here is undone at the end."""
    if db.engine.dialect.name == "sqlite":
        for statement in drop_triggers("sqlite", APPEND_ONLY_TABLES):
            db.session.execute(text(statement))
        db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
    else:
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
    try:
        yield
    finally:
        db.session.rollback()


class Tally(Counter[str]):
    """What became of the changes."""

    def judge(self, found: list[RegisterProblem], place: int | None, what: object) -> None:
        """Something must be found, and the altered row must be the first that is named; every finding is a sentence."""
        assert found, what
        assert all(labels.problem(each) for each in found)
        if place is not None:
            assert found[0].position == place, (what, found[:3])
        self["found"] += 1


def test_any_change_in_any_column_of_any_row_is_found_and_the_first_altered_row_is_named(register: Flask) -> None:
    dice, tally = random.Random(SEED), Tally()
    spots = [(table, column, row) for table, row in _rows() for column in table.columns if _counts(column)]
    chosen = [*_one_of_every_column(spots, dice), *dice.choices(spots, k=CHANGES)]
    for table, column, row in chosen:
        _change(table, column, row, dice, tally)
    print(
        f"{db.engine.dialect.name}: {len(chosen)} changes over {len({column for _, column, _ in chosen})} columns, {dict(tally)}"
    )
    assert tally["found"] >= CHANGES * 0.8
    assert list_register_problems() == []


def test_rewritten_or_missing_evidence_of_two_people_is_found(register: Flask) -> None:
    dice, tally = random.Random(SEED), Tally()
    for model, columns in EVIDENCE.items():
        table = model.__table__
        assert isinstance(table, Table)
        (key,) = table.primary_key.columns
        for row in [dict(row) for row in stored_rows(model)]:
            db.session.rollback()
            if row.get("new_name") == "":
                continue
            with intruder():
                db.session.execute(delete(table).where(key == row[key.name]))
                tally.judge(list_register_problems(), None, (table.name, "taken out", row[key.name]))
            for name in columns:
                with intruder():
                    new = _other_evidence(row[name], table.c[name], dice)
                    try:
                        db.session.execute(update(table).where(key == row[key.name]).values({name: new}))
                    except DatabaseError:
                        tally["refused by the database"] += 1
                        continue
                    tally.judge(list_register_problems(), None, (table.name, name, row[name], new))
    print(f"{db.engine.dialect.name}: {dict(tally)} changes of what shows that two people acted")
    assert list_register_problems() == []


@pytest.mark.database("sqlite")  # only there a column keeps anything
def test_garbage_in_any_column_is_a_finding_and_never_an_error(register: Flask) -> None:
    tally = Tally()
    for table in {table.name: table for table, _ in _rows()}.values():
        (key,) = table.primary_key.columns
        last = db.session.scalar(select(func.max(key)))
        for column in filter(_counts, table.columns):
            for garbage in GARBAGE:
                with intruder():
                    _put(f"UPDATE {table.name} SET {column.name} = {garbage} WHERE {key.name} = {last}", tally, column)
    print(f"garbage: {dict(tally)}")


def test_rows_taken_out_put_in_or_exchanged_are_found(register: Flask) -> None:
    tally = Tally()
    for table, row in _rows():
        (key,) = table.primary_key.columns
        with intruder():
            db.session.execute(delete(table).where(key == row[key.name]))
            tally.judge(list_register_problems(), None, (table.name, "taken out", row[key.name]))
    for count in range(1, 5):
        with intruder():
            _cut_off(count)
            tally.judge(list_register_problems(), None, ("cut off", count))
    for position in (1, 5, 9):
        with intruder():
            _exchange(position, position + 1)
            tally.judge(list_register_problems(), None, ("exchanged", position))
    with intruder():
        forged = _forge_an_entry()
        found = list_register_problems()
        tally.judge(found, forged, "forged at the end")
    with intruder():
        position = _write_the_chain_anew(from_position=3)
        tally.judge(list_register_problems(), position, "a chain written anew")
    with intruder():
        db.session.execute(insert(PrintedRecord).values(register_entry_id=999, certificate_number="X", record="{}", salt="00"))
        assert {each.damage for each in list_register_problems()} == {Damage.STRAY}
    print(f"{db.engine.dialect.name}: {dict(tally)} rows taken out, put in or exchanged")
    assert list_register_problems() == []


def test_the_database_refuses_to_change_or_delete(register: Flask) -> None:
    for model in (RegisterEntry, IssuedDocument, RegisterDecision):
        name = next(iter(model.__table__.columns.keys()))
        for statement in (update(model).values({name: 9}), delete(model)):
            with pytest.raises(DatabaseError, match="append-only"):
                db.session.execute(statement)
            db.session.rollback()


def _counts(column: Column[Any]) -> bool:
    return (column.table.name, column.name) not in UNUSED


def _rows() -> list[tuple[Table, dict[str, Any]]]:
    found = [(model.__table__, dict(row)) for model in MODELS for row in stored_rows(model)]
    db.session.rollback()
    return [(table, row) for table, row in found if isinstance(table, Table)]


def _one_of_every_column(spots: list[Any], dice: random.Random) -> list[Any]:
    by_column: dict[Column[Any], list[Any]] = {}
    for spot in spots:
        by_column.setdefault(spot[1], []).append(spot)
    return [dice.choice(each) for each in by_column.values()]


def _change(table: Table, column: Column[Any], row: dict[str, Any], dice: random.Random, tally: Tally) -> None:
    """One value is another; what the database itself refuses is counted apart."""
    (key,) = table.primary_key.columns
    place = _place(table, row)
    with intruder():
        where = f"FROM {table.name} WHERE {key.name} = {row[key.name]}"
        raw = db.session.connection().exec_driver_sql(f"SELECT {column.name} {where}").scalar()
        new = _other(raw, column, dice)
        mark = "?" if db.engine.dialect.name == "sqlite" else "%s"
        statement = f"UPDATE {table.name} SET {column.name} = {mark} WHERE {key.name} = {row[key.name]}"
        try:
            db.session.connection().exec_driver_sql(statement, (new,))
        except DatabaseError:
            tally["refused by the database"] += 1
            return
        tally.judge(list_register_problems(), place, (table.name, column.name, row[key.name], str(raw)[:60], str(new)[:60]))


def _place(table: Table, row: dict[str, Any]) -> int | None:
    """The position of the entry that a row is, or hangs on; a series has none."""
    if table.name == "number_series":
        return None
    if table.name == "register_entries":
        return int(row["position"])
    return db.session.scalar(select(RegisterEntry.position).where(RegisterEntry.id == row["register_entry_id"]))


def _other(raw: Any, column: Column[Any], dice: random.Random) -> Any:
    """Another value as the driver takes it: one character or bit of it is changed."""
    if column.name == "kind":
        return dice.choice([kind.value for kind in EntryKind if kind.value != raw])
    match raw:
        case None:
            return dice.choice(["2030-01-01", "2028-02-29"])
        case bool() | int():
            return raw ^ (1 << dice.randrange(8))
        case bytes() | memoryview():
            changed = bytearray(raw)
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
            return bytes(changed)
        case datetime():
            return raw + timedelta(microseconds=dice.choice((-1, 1)) * dice.randrange(1, 10**6))
        case date():
            return raw + timedelta(days=dice.choice((-1, 1, 365)))
    return _other_text(str(raw), dice)


def _other_evidence(value: Any, column: Column[Any], dice: random.Random) -> Any:
    """Another value as the application takes it."""
    match value:
        case bool():
            return not value
        case list() | dict():
            return type(value)()
        case Reason():
            return next(each for each in Reason if each is not value)
    return _other(value, column, dice)


def _other_text(raw: str, dice: random.Random) -> str:
    if not raw:
        return "x"
    at = dice.randrange(len(raw))
    letter = dice.choice([each for each in "0aAz9T -é髙" if each != raw[at]])
    return dice.choice((raw[:at] + letter + raw[at + 1 :], raw[:at] + raw[at + 1 :], raw[:at] + letter + raw[at:]))


def _put(statement: str, tally: Tally, column: Column[Any]) -> None:
    before = list(db.session.execute(text(f"SELECT * FROM {column.table.name}")).all())
    try:
        db.session.execute(text(statement))
    except DatabaseError:
        tally["refused by the database"] += 1
        return
    try:
        is_same = list(db.session.execute(text(f"SELECT * FROM {column.table.name}")).all()) == before
    except DatabaseError:  # what cannot even be decoded
        is_same = False
    if is_same:
        tally["was that already"] += 1
        return
    tally.judge(list_register_problems(), None, statement)


def _cut_off(count: int) -> None:
    """The last entries go with everything that hangs on them, and the numbers go back."""
    entries = db.session.scalars(select(RegisterEntry).order_by(RegisterEntry.position.desc()).limit(count)).all()
    ids = [entry.id for entry in entries]
    dependent: tuple[type[Base], ...] = (PrintedRecord, EntryDetail, IssuedDocument, VerificationSecret)
    for model in dependent:
        db.session.execute(delete(model).where(model.__table__.c.register_entry_id.in_(ids)))
    db.session.execute(delete(RegisterEntry).where(RegisterEntry.id.in_(ids)))


def _exchange(one: int, other: int) -> None:
    for before, after in ((one, 100_000), (other, one), (100_000, other)):
        db.session.execute(update(RegisterEntry).where(RegisterEntry.position == before).values(position=after))


def _forge_an_entry() -> int:
    """An entry at the end whose hash and words are right: only 操作記録 does not know it."""
    last = db.session.scalars(select(RegisterEntry).order_by(RegisterEntry.position.desc()).limit(1)).one()
    chained = ChainedEntry(
        position=last.position + 1,
        certificate_number=last.certificate_number,
        version=last.version,
        kind=EntryKind.SHIP,
        participant_id=last.participant_id,
        issued_on=last.issued_on,
        expires_on=None,
        commitment="0" * 64,
        pdf_sha256="",
        reason="",
        entered_by_id=last.entered_by_id,
        entered_at=last.entered_at,
        previous_hash=last.entry_hash,
    )
    values = {name: getattr(chained, name) for name in ChainedEntry.__slots__}
    db.session.execute(insert(RegisterEntry).values(**values, entry_hash=hash_entry(chained)))
    return chained.position


def _write_the_chain_anew(from_position: int) -> int:
    """One entry is given to another participant, and every later hash is worked out again."""
    previous = ""
    for entry in db.session.scalars(select(RegisterEntry).order_by(RegisterEntry.position)).all():
        if entry.position >= from_position:
            values = {name: getattr(entry, name) for name in ChainedEntry.__slots__}
            values |= {"previous_hash": previous}
            values |= {"participant_id": entry.participant_id + 1} if entry.position == from_position else {}
            forged = ChainedEntry(**values)
            again = {**values, "entry_hash": hash_entry(forged)}
            db.session.execute(update(RegisterEntry).where(RegisterEntry.id == entry.id).values(**again))
            previous = hash_entry(forged)
        else:
            previous = entry.entry_hash
    return from_position
