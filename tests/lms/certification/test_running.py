"""一括発行: a run takes numbers in order, survives being cut anywhere, and does nothing twice."""

import itertools
import logging
import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError, OperationalError

from certificates.numbering import parse_number
from lms import clock
from lms.audit.models import AuditEvent
from lms.certification.models import IssueRun, IssueRunItem, RegisterEntry
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.runs import get_run, list_run_items
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.services import running
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.running import NothingToIssue, start_run, work_open_runs, work_run
from lms.cohorts.services.seating import withdraw_participant
from lms.db.session import db
from tests.lms.certification.builders import Builder


def started(build: Builder, names: list[str]) -> tuple[int, list[int]]:
    """A run over approved participants with these names; the run's id and theirs."""
    seats = [build.complete_seat(name) for name in names]
    build.approve_all(seats)
    ids = [seat.participant_id for seat in seats]
    return start_run(build.cohort_id, list(reversed(ids)), by=build.proposer, now=clock.now()), ids


def serials(run_id: int) -> list[int]:
    found = [parse_number(item.certificate_number) for item in list_run_items(run_id)]
    return [number.serial for number in found if number]


def test_a_run_issues_in_the_order_of_enrolment_and_notes_whom_it_refused(build: Builder) -> None:
    with build.app.app_context():
        run_id, ids = started(build, ["一番 花子", "二番 𠀋\U0002ebf0", "三番 太郎", "四番 次郎"])
        withdraw_participant(ids[2], "本人の都合", by=build.proposer, now=clock.now())
        run = work_run(run_id, for_seconds=60, now=clock.now())
        assert (run.total, run.issued, run.refused, run.done) == (4, 2, 2, 4)
        assert run.finished_at is not None
        items = list_run_items(run_id)
        assert [item.participant_id for item in items] == ids
        assert serials(run_id) == [1, 2]
        assert "印刷できない文字: " in items[1].refusal
        assert items[2].refusal == "受講を取りやめた方です。"
        assert set(db.session.scalars(select(RegisterEntry.entered_by_id))) == {build.proposer}
        tags = db.session.scalars(
            select(AuditEvent.tag).where(AuditEvent.tag.like("certificate:%_run")).order_by(AuditEvent.id)
        ).all()
        assert list(tags) == ["certificate:start_run", "certificate:finish_run"]


def test_a_run_goes_on_where_it_was_cut_and_a_second_click_begins_nothing(
    build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with build.app.app_context():
        run_id, ids = started(build, ["一番 花子", "二番 花子", "三番 花子"])
        assert start_run(build.cohort_id, ids, by=build.approver, now=clock.now()) == run_id
        assert work_run(run_id, for_seconds=0, now=clock.now()).issued == 1

        def cut(*_arguments: Any, **_options: Any) -> None:
            raise KeyboardInterrupt  # as a process ends: nothing of ours is asked any more

        with monkeypatch.context() as patched:
            patched.setattr(running, "_note_outcome", cut)
            with pytest.raises(KeyboardInterrupt):
                work_run(run_id, for_seconds=60, now=clock.now())
        assert get_run(run_id).issued == 1  # the second has a number that the run does not know of
        assert work_open_runs(for_seconds=60, now=clock.now()) == 1
        assert serials(run_id) == [1, 2, 3]
        assert work_open_runs(for_seconds=60, now=clock.now()) == 0
        assert work_run(run_id, for_seconds=60, now=clock.now()).issued == 3
        assert list_register_problems() == []
        with pytest.raises(NothingToIssue):
            start_run(build.cohort_id, ids, by=build.approver, now=clock.now())
        assert len(db.session.scalars(select(IssueRun.id)).all()) == 1


@pytest.mark.database("sqlite")
def test_what_fails_again_and_again_is_noted_with_its_line_in_the_log_and_holds_up_nobody(
    build: Builder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with build.app.app_context():
        run_id, ids = started(build, ["一番 花子", "二番 花子"])

        def fail_for_the_first(participant_id: int, **options: Any) -> str:
            if participant_id == ids[0]:
                raise ValueError("a mail that cannot be written")
            return issue_certificate(participant_id, **options)

        with monkeypatch.context() as patched:
            patched.setattr(running, "issue_certificate", fail_for_the_first)
            with caplog.at_level(logging.ERROR, logger="lms.certification"):
                run = work_run(run_id, for_seconds=60, now=clock.now())
        assert (run.issued, run.refused) == (1, 1)
        assert run.finished_at is not None
        refusal = list_run_items(run_id)[0].refusal
        assert refusal.startswith("内部の誤りで発行できませんでした。")
        (reference,) = re.findall(r"[0-9a-f]{8}", refusal)
        assert [reference in line.getMessage() for line in caplog.records] == [True] * running.TRIES
        second = start_run(build.cohort_id, ids, by=build.proposer, now=clock.now())
        assert second != run_id
        assert work_run(second, for_seconds=60, now=clock.now()).issued == 1


@pytest.mark.database("sqlite")
def test_what_fails_once_is_tried_again_at_once(build: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = itertools.count()

    def fail_once(participant_id: int, **options: Any) -> str:
        if not next(tries):
            raise DataError("INSERT", None, ValueError("a value that does not fit"))
        return issue_certificate(participant_id, **options)

    with build.app.app_context():
        run_id, _ = started(build, ["一番 花子", "二番 花子"])
        monkeypatch.setattr(running, "issue_certificate", fail_once)
        assert work_run(run_id, for_seconds=60, now=clock.now()).issued == 2


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    "trouble",
    [CertificationRefused(Refusal.SEAL_FAILED), OperationalError("BEGIN", None, ValueError("no connection"))],
    ids=["seal", "database"],
)
def test_what_is_true_of_everybody_stops_the_run_and_refuses_nobody(
    build: Builder, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> str:
        raise trouble

    with build.app.app_context():
        run_id, _ = started(build, ["一番 花子", "二番 花子"])
        with monkeypatch.context() as patched:
            patched.setattr(running, "issue_certificate", fail)
            with pytest.raises(type(trouble)):
                work_run(run_id, for_seconds=60, now=clock.now())
        run = get_run(run_id)
        assert (run.done, run.finished_at) == (0, None)
        assert work_run(run_id, for_seconds=60, now=clock.now()).issued == 2


@pytest.mark.database("sqlite")
def test_a_run_that_cannot_go_on_does_not_hold_up_another(build: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    with build.app.app_context():
        stuck, ids = started(build, ["一番 花子"])
        other = build.make.cohort(3)
        seat = build.complete_seat("二番 花子", cohort_id=other)
        build.approve(seat)
        moving = start_run(other, [seat.participant_id], by=build.proposer, now=clock.now())

        def fail_for_the_first(participant_id: int, **options: Any) -> str:
            if participant_id == ids[0]:
                raise OperationalError("SELECT", None, ValueError("canceled"))
            return issue_certificate(participant_id, **options)

        monkeypatch.setattr(running, "issue_certificate", fail_for_the_first)
        with pytest.raises(OperationalError):
            work_open_runs(for_seconds=60, now=clock.now())
        assert (get_run(stuck).done, get_run(moving).issued) == (0, 1)


@pytest.mark.database("sqlite")
def test_only_who_is_chosen_approved_and_of_the_cohort_gets_into_a_run(build: Builder) -> None:
    with build.app.app_context():
        other = build.make.cohort(3)
        elsewhere = build.complete_seat(cohort_id=other)
        inside = build.complete_seat()
        build.approve_all([elsewhere, inside])
        waiting = build.complete_seat()
        chosen = [seat.participant_id for seat in (waiting, elsewhere, inside)]
        run_id = start_run(build.cohort_id, chosen, by=build.proposer, now=clock.now())
        found = db.session.scalars(select(IssueRunItem.participant_id).where(IssueRunItem.run_id == run_id)).all()
        assert list(found) == [inside.participant_id]


@pytest.mark.database("sqlite")
def test_the_page_of_a_run_goes_on_by_button_and_by_script_and_prints_what_came_of_it(build: Builder) -> None:
    seats = [build.complete_seat(name) for name in ("一番 花子", "二番 花子", "三番 \U0002ebf0")]
    build.approve_all(seats)
    with build.app.app_context():
        chosen = [seat.participant_id for seat in seats]
        run_id = start_run(build.cohort_id, chosen, by=build.approver, now=clock.now())
    office, page = build.make.login(build.proposer), f"/office/issue-runs/{run_id}"
    office.get(page)
    assert "3件中0件まで済みました。" in office.text
    token = {"csrf_token": office.csrf(page)}
    figures = office.post(f"{page}/work", data=token, headers={"Accept": "application/json"}).get_json()
    assert figures == {
        "done": 3,
        "total": 3,
        "is_finished": True,
        "sentence": "2件を発行しました。1件は発行できませんでした。",
    }
    office.post(f"{page}/work", data=token, follow_redirects=True)
    assert "1件は発行できませんでした。番号は付けていません。" in office.text
    assert office.post(f"{page}/certificates.pdf", data=token).data.startswith(b"%PDF")
    with build.app.app_context():
        assert set(db.session.scalars(select(RegisterEntry.entered_by_id))) == {build.approver}
        assert db.session.scalars(select(AuditEvent.tag).where(AuditEvent.tag == "certificate:print")).all()
