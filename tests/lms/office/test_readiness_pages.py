"""開催前点検 at the desk, on the command line and in the worker: run, read, overridden, found green again."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from lms import clock
from lms.db.session import db
from lms.exams.models import ExamWindow
from lms.exams.queries.readiness import find_latest_run, is_window_cleared, list_runs
from lms.exams.queries.windows import get_window
from lms.exams.rules.readiness import CheckId
from lms.mail.models import OutgoingMail
from lms.office import services
from lms.office.queries.readiness import house
from lms.office.services import check_due_windows
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.office.readiness_builders import ReadyHouse, ready_house, work


@pytest.fixture
def ready(app: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, font_folder: Path) -> ReadyHouse:
    return ready_house(app, make, monkeypatch, tmp_path, font_folder)


def spoil(ready: ReadyHouse) -> None:
    ready.patch.setattr(house, "list_unsafe_settings", lambda: ["PRAGMA synchronous=FULL"])


def cleared(ready: ReadyHouse) -> bool:
    with ready.app.app_context():
        return is_window_cleared(get_window(ready.window_id))


@pytest.mark.database("sqlite")
def test_the_office_checks_reads_what_to_do_and_opens_in_spite_of_it(ready: ReadyHouse) -> None:
    spoil(ready)
    client = ready.make.login(ready.make.staff(Role.OFFICE, name="架空 局子"))
    address = f"/office/readiness/{ready.window_id}"
    client.submit(address, action=address)
    assert "赤の項目が" in client.text
    assert "データベースが確実に書き込む設定である" in client.text
    assert "必要な設定: PRAGMA synchronous=FULL" in client.text
    assert "すること: データベースの設定を直します。" in client.text
    assert "まだ開始できません" in client.get("/office").text
    exam = f"/office/cohorts/{ready.seats[0].cohort_id}/exam"
    assert "開催前点検を見る" in client.get(exam).text
    assert client.submit(address, {"reason": " "}, action="/override").status_code == 422
    assert client.submit(address, {"reason": "あ" * 301}, action="/override").status_code == 422
    assert not cleared(ready)
    client.submit(address, {"reason": "停電に備えた電源がある"}, action="/override")
    assert "理由: 停電に備えた電源がある" in client.text
    assert "架空 局子" in client.text
    assert cleared(ready)
    assert "まだ開始できません" not in client.get("/office").text
    assert "開催前点検が赤のままの開催" in client.get("/office/audit").text


@pytest.mark.database("sqlite")
def test_a_window_that_does_not_exist_has_no_page(app: Flask, make: Factory) -> None:
    assert make.login(make.staff(Role.OFFICE)).get("/office/readiness/99").status_code == 404


@pytest.mark.database("sqlite")
def test_the_worker_tells_of_red_and_clears_by_itself_when_it_is_mended(ready: ReadyHouse, frozen_clock: FrozenClock) -> None:
    by = ready.make.staff(Role.OFFICE)
    with pytest.MonkeyPatch.context() as planted, ready.app.app_context():
        planted.setattr(house, "list_unsafe_settings", lambda: ["PRAGMA synchronous=FULL"])
        frozen_clock.advance(hours=1)
        ready.run(work)
        assert check_due_windows(now=clock.now()) == 1
        assert check_due_windows(now=clock.now()) == 0
        red = find_latest_run(ready.window_id)
        assert red is not None
        assert red.red == {CheckId.DURABILITY}
        assert {mail.template for mail in db.session.query(OutgoingMail)} == {"readiness_red"}
        db.session.query(OutgoingMail).update({"sent_at": clock.now()})
        db.session.commit()
    frozen_clock.advance(hours=1)
    ready.run(work)
    with ready.app.app_context():
        assert check_due_windows(now=clock.now()) == 1
    assert cleared(ready)
    client = ready.make.login(by)
    client.get(f"/office/readiness/{ready.window_id}")
    assert "赤の項目はありません" in client.text
    assert "自動" in client.text


@pytest.mark.database("sqlite")
def test_a_check_that_cannot_be_made_at_all_holds_up_no_other_window(ready: ReadyHouse, frozen_clock: FrozenClock) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no such luck")

    frozen_clock.advance(hours=1)
    ready.patch.setattr(services, "try_out_attempt", fail)
    with ready.app.app_context():
        assert check_due_windows(now=clock.now()) == 0


@pytest.mark.database("sqlite")
def test_the_command_line_prints_every_check_and_fails_while_one_is_red(ready: ReadyHouse) -> None:
    runner = ready.app.test_cli_runner()
    done = runner.invoke(args=["exam", "ready", str(ready.window_id)])
    assert done.exit_code == 0, done.output
    assert "[よし] 提出控の署名が検証できる" in done.output
    assert "受験を開始できます" in done.output
    assert runner.invoke(args=["exam", "check"]).exit_code == 0
    spoil(ready)
    frozen = runner.invoke(args=["exam", "ready", str(ready.window_id)])
    assert frozen.exit_code == 1
    assert "[赤] データベースが確実に書き込む設定である" in frozen.output
    checked = runner.invoke(args=["exam", "check"])
    assert (checked.exit_code, "[赤]" in checked.output) == (1, True)
    assert runner.invoke(args=["exam", "ready", "99"]).exit_code == 1
    with ready.app.app_context():
        assert len([run for run in list_runs(ready.window_id) if run.run_by_id is None]) == 3, "exam check records nothing"


@pytest.mark.database("sqlite")
def test_a_window_that_is_over_is_only_looked_back_at(ready: ReadyHouse) -> None:
    def move() -> None:
        window = db.session.get_one(ExamWindow, ready.window_id)
        window.opens_at, window.closes_at = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)

    ready.run(move)
    client = ready.make.login(ready.make.staff(Role.OFFICE))
    client.get(f"/office/readiness/{ready.window_id}")
    assert "この受験期間は終わりました" in client.text
    assert "もう一度点検する" not in client.text
