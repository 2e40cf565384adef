"""Making, publishing and taking back editions, on both databases, by several people and from several machines at once."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select

from lms import clock
from lms.app import create_app
from lms.audit.models import AuditEvent
from lms.db.session import db, release
from lms.editions.models import ContentEdition, EditionRelease
from lms.editions.queries import (
    UnknownEdition,
    content_folder,
    edition_folder,
    find_published_id,
    forget_published,
    installed_files,
    list_cards,
    list_releases,
    published_files,
)
from lms.editions.rules.contents import Files, Origin, digest
from lms.editions.rules.refusals import ReleaseRefusal, ReleaseRefused
from lms.editions.services import make_edition, release_edition
from lms.editions.source.archives import unpack
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.editions.builders import LESSON_FILE, edition_of, publish, with_a_sentence

SMALL: Files = {"facts.yaml": b"facts: []\n", "lessons/practitioner/L01.md": b"one\n"}


@pytest.fixture
def by(make: Factory) -> int:
    return make.staff(Role.OFFICE, name="事務 花子")


def test_without_an_edition_the_files_of_the_installation_are_read(context: Flask) -> None:
    assert content_folder() == context.extensions["settings"].content
    assert published_files() == installed_files()


def test_the_same_files_are_the_same_edition_whoever_brings_them(context: Flask, make: Factory, by: int) -> None:
    first = make_edition(SMALL, Origin.FILES, " はじめの版 ", by=by, now=clock.now())
    again = make_edition(dict(reversed(SMALL.items())), Origin.UPLOAD, "別の説明", by=make.staff(Role.OFFICE), now=clock.now())
    assert first.is_new
    assert not again.is_new
    assert again.edition_id == first.edition_id
    (card,) = list_cards()
    assert (card.note, card.origin, card.made_by, card.sha256) == ("はじめの版", Origin.FILES, "事務 花子", digest(SMALL))
    row = db.session.get_one(ContentEdition, first.edition_id)
    assert unpack(row.archive) == SMALL
    assert db.session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_kind == "edition")).all() == ["edition:make"]


def test_publishing_and_going_back_change_the_folder_at_once_and_stay_in_the_history(context: Flask, by: int) -> None:
    first, second = edition_of(SMALL, by=by), edition_of({**SMALL, "facts.yaml": b"facts: [a]\n"}, by=by)
    for edition_id in (first, second, first, None):
        release_edition(edition_id, f"理由 {edition_id}", by=by, now=clock.now())
        assert find_published_id() == edition_id
        expected = content_folder() if edition_id is None else edition_folder(edition_id)
        assert content_folder() == expected
    assert content_folder() == context.extensions["settings"].content
    assert [(each.edition_id, each.reason) for each in reversed(list_releases())] == [
        (first, f"理由 {first}"),
        (second, f"理由 {second}"),
        (first, f"理由 {first}"),
        (None, "理由 None"),
    ]
    lines = db.session.execute(select(AuditEvent.subject_id, AuditEvent.reason).where(AuditEvent.tag == "edition:release")).all()
    assert lines[-1] == ("installed", "理由 None")
    assert len(lines) == 4


def test_what_is_refused_publishes_nothing(context: Flask, by: int) -> None:
    edition_id = edition_of(SMALL, by=by)

    def refusal(target: int | None, reason: str = "理由", *, seen: int | None = None) -> ReleaseRefusal:
        with pytest.raises(ReleaseRefused) as refused:
            release_edition(target, reason, seen=seen, by=by, now=clock.now())
        return refused.value.reason

    assert refusal(edition_id, " \n") is ReleaseRefusal.NO_REASON
    assert refusal(edition_id + 1) is ReleaseRefusal.UNKNOWN
    assert refusal(None) is ReleaseRefusal.ALREADY
    assert refusal(edition_id, seen=7) is ReleaseRefusal.NOT_THE_LAST
    assert list_releases() == ()
    release_edition(edition_id, "理由", seen=0, by=by, now=clock.now())
    assert refusal(edition_id) is ReleaseRefusal.ALREADY
    assert len(list_releases()) == 1


def test_an_edition_that_is_not_there_has_no_folder(context: Flask) -> None:
    with pytest.raises(UnknownEdition):
        edition_folder(9)


def test_finding_the_folder_costs_one_short_select_a_request(app: Flask, make: Factory, by: int) -> None:
    with app.app_context():
        publish(SMALL, by=by)
        assert content_folder().is_dir()
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    with app.test_request_context("/lessons"):
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert len({content_folder() for _ in range(50)}) == 1
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 1
    assert "archive" not in statements[0]


def test_a_request_reads_one_edition_from_its_beginning_to_its_end(app: Flask, by: int) -> None:
    with app.app_context():
        first, second = edition_of(SMALL, by=by), edition_of({**SMALL, "facts.yaml": b""}, by=by)
        release_edition(first, "理由", by=by, now=clock.now())
    with app.test_request_context("/lessons"):
        before = content_folder()
        _in_another_thread(app, second, by)
        assert content_folder() == before
    with app.test_request_context("/lessons"):
        assert content_folder() != before


def _in_another_thread(app: Flask, edition_id: int, by: int) -> None:
    def run() -> None:
        with app.app_context():
            release_edition(edition_id, "別の端末から", by=by, now=clock.now())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_two_who_publish_at_once_are_both_in_the_history_and_the_later_line_counts(app: Flask, by: int) -> None:
    with app.app_context():
        ids = [edition_of({**SMALL, "facts.yaml": str(number).encode()}, by=by) for number in range(4)]
    gate, failures = threading.Barrier(len(ids)), []

    def run(edition_id: int) -> None:
        with app.app_context():
            gate.wait(30)
            try:
                release_edition(edition_id, f"{edition_id}", by=by, now=clock.now())
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=run, args=(edition_id,)) for edition_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with app.app_context():
        releases = list_releases()
        assert sorted(each.edition_id or 0 for each in releases) == sorted(ids)
        assert find_published_id() == releases[0].edition_id
        assert content_folder() == edition_folder(releases[0].edition_id or 0)
        tags = db.session.scalars(select(AuditEvent.subject_id).where(AuditEvent.tag == "edition:release")).all()
        assert sorted(tags) == sorted(map(str, ids))


def test_two_who_make_the_same_edition_at_once_get_one(app: Flask, by: int) -> None:
    gate, made, failures = threading.Barrier(3), [], []

    def run() -> None:
        with app.app_context():
            gate.wait(30)
            try:
                made.append(make_edition(SMALL, Origin.UPLOAD, by=by, now=clock.now()))
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len({each.edition_id for each in made}) == 1
    assert sum(each.is_new for each in made) == 1
    with app.app_context():
        assert len(list_cards()) == 1
        tags = db.session.scalars(select(AuditEvent.tag).where(AuditEvent.subject_kind == "edition")).all()
        assert tags == ["edition:make"]


def test_another_machine_reads_the_new_edition_at_its_next_request(app: Flask, by: int, tmp_path: Path) -> None:
    settings = app.extensions["settings"]
    other = create_app(replace(settings, instance=tmp_path))  # shares nothing but the database
    try:
        with other.test_request_context("/lessons"):
            assert content_folder() == settings.content
        with app.app_context():
            edition_id = publish(SMALL, by=by)
            here = content_folder()
        with other.test_request_context("/lessons"):
            there = content_folder()
            assert there != here
            assert there.is_relative_to(tmp_path)
            assert published_files() == SMALL
        with app.app_context():
            release_edition(None, "戻す", by=by, now=clock.now())
        with other.test_request_context("/lessons"):
            assert content_folder() == settings.content
        assert edition_id
    finally:
        with other.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.mark.database("sqlite")
def test_outside_of_a_request_the_answer_is_good_for_a_moment_only(
    context: Flask, by: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition_id = edition_of(SMALL, by=by)
    before = content_folder()
    db.session.add(EditionRelease(edition_id=edition_id, reason="別の機械から", released_by_id=by, released_at=clock.now()))
    db.session.commit()
    assert content_folder() == before
    monkeypatch.setattr("lms.editions.queries.MEMO_SECONDS", -1.0)
    forget_published()
    assert content_folder() == edition_folder(edition_id)
    release()


def test_the_whole_content_fits_into_an_edition_and_comes_out_as_it_was(
    context: Flask, by: int, frozen_clock: FrozenClock
) -> None:
    files = with_a_sentence()
    publish(files, by=by)
    assert published_files() == files
    assert (content_folder() / LESSON_FILE).read_bytes() == files[LESSON_FILE]
    assert not (content_folder() / "course.yaml").exists()
    size = len(db.session.scalars(select(ContentEdition.archive)).one())
    assert size < 2_000_000
