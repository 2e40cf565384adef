"""試験当日 at the office's desk: the live room, acts with their confirmation, late answers and reopenings by two people."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms import clock
from lms.db.session import db
from lms.exam_engine.attempts import AttemptStatus
from lms.exam_engine.papers import paper_sha256
from lms.exams.models import Attempt, AttemptPresence, ConductFact, ExamNotice, Rehearsal, StoredPaper
from lms.exams.queries.proposals import list_proposals
from lms.exams.queries.sittings import get_sitting
from lms.exams.queries.submissions import get_submission
from lms.exams.rules.incidents import ConductKind, IncidentRefusal, IncidentRefused
from lms.exams.rules.live_room import RoomOrder, RoomRow, order_rows
from lms.exams.services.rehearsing import note_browser, start_rehearsal
from lms.grading.models import ResultRow, WindowGrader
from lms.office.labels.exam_day import duration, minutes_left
from lms.office.services import decide_about_hand_in, propose_about_late, propose_to_reopen
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import begin, eligible_seat, window
from tests.lms.exams.test_hand_ins import LATE_TEXT, LateCase, late_case, submit
from tests.lms.exams.test_rehearsing import GOOD
from tests.lms.exams.test_services import save
from tests.lms.office.builders import counted, office
from tests.page import PageClient

MINUTE = timedelta(minutes=1)


def heard(attempt_id: int, *, ago: int, unsent: int = 0) -> None:
    db.session.add(AttemptPresence(attempt_id=attempt_id, heard_at=clock.now() - timedelta(seconds=ago), unsent=unsent))
    db.session.commit()


def room_address(cohort_id: int) -> str:
    return f"/office/cohorts/{cohort_id}/exam/1/room"


def second_person(make: Factory) -> PageClient:
    return make.login(make.staff(Role.OFFICE, name="事務局 二子"))


def test_the_room_says_who_is_silent_since_when_and_what_is_unsent(make: Factory) -> None:
    cohort_id = make.cohort()
    window_id = window(make, cohort_id)
    silent, busy, done = (begin(make, eligible_seat(make, cohort_id), window_id) for _ in range(3))
    make.seat(cohort_id)
    with make.app.app_context():
        heard(silent.attempt_id, ago=135, unsent=2)
        heard(busy.attempt_id, ago=5)
        submit(done)
    client = office(make)
    client.get(room_address(cohort_id))
    assert "受験中 2名・通信なし 1名・未送信あり 1名・提出済み 1名・未受験 1名" in client.text
    assert "通信なし 2分15秒" in client.text
    assert "未送信 2件" in client.text
    assert "あと60分" in client.text
    assert client.text.index(silent.seat.name) < client.text.index(busy.seat.name), "whoever is silent stands first"


def test_the_room_costs_the_same_however_many_sit(make: Factory) -> None:
    cohort_id = make.cohort()
    window_id = window(make, cohort_id)
    client, counts = office(make), []
    for _ in range(2):
        for _ in range(3):
            started = begin(make, eligible_seat(make, cohort_id), window_id)
            with make.app.app_context():
                heard(started.attempt_id, ago=100)
        with counted(make.app) as statements:
            client.get(room_address(cohort_id))
        counts.append(len([each for each in statements if each.startswith("SELECT")]))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("body", "sha256"), [("{", "0" * 64), ("{}", "0" * 64), ("{}", paper_sha256("{}"))])
def test_a_damaged_paper_hides_nobody_else_and_keeps_no_help_from_them(make: Factory, body: str, sha256: str) -> None:
    cohort_id = make.cohort()
    window_id = window(make, cohort_id)
    damaged, fine = (begin(make, eligible_seat(make, cohort_id), window_id) for _ in range(2))
    with make.app.app_context():
        save(damaged, (damaged.question(), "", 0, 1))
        paper = StoredPaper(exam_id="x", exam_version="x", seed="x", body=body, sha256=sha256, drawn_at=clock.now())
        db.session.add(paper)
        db.session.flush()
        db.session.execute(update(Attempt).where(Attempt.id == damaged.attempt_id).values(paper_id=paper.id))
        db.session.commit()
    client = office(make)
    client.get(room_address(cohort_id))
    assert "受験中 1名・通信なし 0名・未送信あり 0名・提出済み 0名・未受験 0名・問題冊子を読み取れない方 1名" in client.text
    assert client.text.index("問題冊子を読み取れません") < client.text.index(fine.seat.name), "the damaged one stands first"
    assert client.page is not None
    assert f"/attempts/{damaged.attempt_id}" not in client.page.html
    client.submit(f"{room_address(cohort_id)}/time?minutes=15", {"reason": "停電のため"}, action="/room/time")
    assert "1名の締切を延ばしました。" in client.text
    for address in ("/office", f"/office/cohorts/{cohort_id}/exam", f"/office/cohorts/{cohort_id}/exam/1/late"):
        assert client.get(address).status_code == 200, address


def test_time_for_all_is_confirmed_in_words_and_happens_once(make: Factory) -> None:
    started = begin(make)
    client = office(make)
    client.get(f"{room_address(started.seat.cohort_id)}/time?minutes=15")
    assert "受験中の1名の、いま解いている大問の締切が15分遅くなります" in client.text
    client.send({"reason": "停電のため"}, action="/room/time")
    assert "1名の締切を延ばしました。" in client.text
    assert "受験中の1名に15分を足した" in client.text
    client.get(f"{room_address(started.seat.cohort_id)}/time")
    assert "すでに合わせて15分を足しています" in client.text
    with make.app.app_context():
        access = get_sitting(started.attempt_id).section_access(clock.now())
        assert access is not None
        assert access.remaining == 75 * MINUTE


def test_before_time_is_given_the_page_says_that_the_window_closes_later_too(make: Factory) -> None:
    cohort_id = make.cohort()
    begin(make, eligible_seat(make, cohort_id), window(make, cohort_id, hours=1))
    eligible_seat(make, cohort_id)
    client = office(make)
    client.get(f"{room_address(cohort_id)}/time")
    assert "受験期間の締切も 2026年12月1日(火) 13:00 から 2026年12月1日(火) 13:10 に延びます" in client.text
    client.send({"reason": "停電のため"}, action="/room/time")
    assert "受験期間の締切も10分延ばしました。" in client.text


def test_one_person_is_paused_and_goes_on(make: Factory, frozen_clock: FrozenClock) -> None:
    one, client = begin(make), office(make)
    address = room_address(one.seat.cohort_id)
    client.submit(f"{address}/pause?attempt={one.attempt_id}", {"reason": "体調不良のため"})
    assert "1名の試験を一時停止しました" in client.text
    assert "時間は止まっています" in client.text
    frozen_clock.advance(minutes=90)
    client = office(make)
    client.get(address)
    assert "うち一時停止 1名" in client.text
    assert "あと60分" in client.text
    client.submit(f"{address}/resume?attempt={one.attempt_id}", {"reason": "回復したため"})
    assert "1名の試験を再開しました" in client.text


def test_an_act_without_a_reason_or_without_people_is_not_done(make: Factory) -> None:
    started, client = begin(make), office(make)
    address = room_address(started.seat.cohort_id)
    client.submit(f"{address}/pause", {"reason": ""}, action="/room/pause")
    assert "入力してください" in client.text
    client.get(f"{address}/resume")
    assert "対象の方がいません" in client.text


def test_a_notice_is_published_and_withdrawn(make: Factory) -> None:
    started, client = begin(make), office(make)
    address = f"/office/cohorts/{started.seat.cohort_id}/exam/1/notices"
    client.submit(address, {"text": "10分延長しました。"}, action="/notices")
    assert "受験中の画面に出しているお知らせ" in client.text
    with make.app.app_context():
        notice = db.session.scalars(select(ExamNotice.id)).one()
    client.submit(f"{address}/{notice}/withdraw", {"reason": "復旧したため"}, action="/withdraw")
    assert "お知らせを取り下げました。" in client.text
    assert "受験中の画面に出しているお知らせ" not in client.text


def test_a_notice_of_another_window_is_not_found(make: Factory) -> None:
    started, other, client = begin(make), make.cohort(), office(make)
    window(make, other)
    client.submit(f"/office/cohorts/{started.seat.cohort_id}/exam/1/notices", {"text": "ご連絡"}, action="/notices")
    with make.app.app_context():
        notice = db.session.scalars(select(ExamNotice.id)).one()
    assert client.get(f"/office/cohorts/{other}/exam/1/notices/{notice}/withdraw").status_code == 404


def test_facts_are_told_in_neutral_words(make: Factory) -> None:
    started = begin(make)
    with make.app.app_context():
        for sequence, (kind, detail) in enumerate(
            [
                (ConductKind.FOCUS_LOST, {"seconds": 42}),
                (ConductKind.PASTED, {"question": started.question("essay"), "characters": 120}),
                (ConductKind.NETWORK_CHANGED, {}),
            ]
        ):
            now = clock.now() + timedelta(seconds=sequence)
            db.session.add(
                ConductFact(
                    attempt_id=started.attempt_id,
                    device="d",
                    client_sequence=sequence,
                    kind=kind,
                    detail=detail,
                    happened_at=now,
                    received_at=now,
                )
            )
        db.session.commit()
    client = office(make)
    client.get(f"/office/attempts/{started.attempt_id}")
    assert "12:00:00 画面から離れた(42秒)" in client.text
    assert "解答欄に貼り付けた(論述問題 問1、120文字)" in client.text
    assert "接続元のネットワークが変わった" in client.text
    assert "不正かどうかを示すものではありません" in client.text
    assert client.get("/office/attempts/999").status_code == 404


def test_late_answers_are_proposed_by_one_and_admitted_by_another(make: Factory) -> None:
    case = late_case(make)
    first, second = office(make), second_person(make)
    address = f"/office/attempts/{case.started.attempt_id}/late"
    first.get(f"/office/cohorts/{case.started.seat.cohort_id}/exam/1/late")
    assert "未決定 1件" in first.text
    first.submit(address, {"version": str(case.version_id), "reason": "停電のため", "outcome": "admit"}, action="/late")
    assert "提案しました。ほかの事務局の方が決定します。" in first.text
    assert "承認待ち" in first.text
    with make.app.app_context():
        [proposal] = list_proposals(attempt_id=case.started.attempt_id)
    first.get(f"/office/hand-in-proposals/{proposal.id}")
    assert "ほかの方の決定を待っています" in first.text
    second.submit(f"/office/hand-in-proposals/{proposal.id}", {"outcome": "approve", "reason": ""})
    assert "承認し、実行しました。" in second.text
    assert "2回目" in second.text
    with make.app.app_context():
        assert LATE_TEXT in get_submission(case.started.attempt_id).stored[case.question]["body"]


def test_a_reopening_is_proposed_by_one_and_approved_by_another(make: Factory) -> None:
    started = begin(make)
    with make.app.app_context():
        submit(started)
    first, second = office(make), second_person(make)
    address = f"/office/attempts/{started.attempt_id}/reopen"
    first.submit(address, {"section": "essay", "minutes": "20", "reason": "誤って提出したため"}, action="/reopen")
    assert "承認を待っている提案" in first.text
    with make.app.app_context():
        [proposal] = list_proposals(attempt_id=started.attempt_id)
    second.submit(f"/office/hand-in-proposals/{proposal.id}", {"outcome": "refuse", "reason": ""})
    assert "理由を入力してください。" in second.text
    second.send({"outcome": "approve", "reason": ""})
    assert "提出済みの「論述問題」を20分のあいだ再開した" in second.text
    assert "あと20分" in second.text


def refusal_of(act: object) -> IncidentRefusal:
    with pytest.raises(IncidentRefused) as refused:
        act()  # type: ignore[operator]
    return refused.value.reason


def test_who_grades_in_the_window_neither_proposes_nor_decides(make: Factory, context: Flask) -> None:
    case = late_case(make)
    proposal = case.propose()
    for person in (case.proposer, case.decider):
        db.session.add(WindowGrader(window_id=case.started.window_id, grader_id=person, is_marker=True, is_adjudicator=False))
    db.session.commit()
    for act in acts_of(case, proposal):
        assert refusal_of(act) is IncidentRefusal.GRADES_HERE


def finalize(case: LateCase) -> None:
    submission = get_submission(case.started.attempt_id)
    db.session.add(
        ResultRow(
            attempt_id=case.started.attempt_id,
            submission_id=submission.id,
            window_id=case.started.window_id,
            revision=1,
            is_passed=True,
            total=120,
            section_points={},
            arithmetic=[],
            essays={},
            finalized_by_id=case.decider,
            finalized_at=clock.now(),
        )
    )
    db.session.commit()


def test_after_finalizing_nothing_is_handed_in_any_more(make: Factory, context: Flask) -> None:
    case = late_case(make)
    proposal = case.propose()
    finalize(case)
    for act in acts_of(case, proposal):
        assert refusal_of(act) is IncidentRefusal.FINALIZED


def acts_of(case: LateCase, proposal: int) -> list[object]:
    attempt_id, now = case.started.attempt_id, clock.now()
    return [
        lambda: propose_about_late(attempt_id, [case.version_id], "理由", is_admission=True, by=case.proposer, now=now),
        lambda: propose_to_reopen(attempt_id, "essay", 10, "理由", by=case.proposer, now=now),
        lambda: decide_about_hand_in(proposal, True, "", by=case.decider, now=now),
    ]


def test_the_order_of_attention() -> None:
    running = AttemptStatus.IN_SECTION
    rows = [
        RoomRow(1, "未受験"),
        RoomRow(2, "提出済み", status=AttemptStatus.SUBMITTED),
        RoomRow(3, "受験中", status=running, time_left=30 * MINUTE),
        RoomRow(4, "一時停止", status=running, is_paused=True, time_left=5 * MINUTE),
        RoomRow(5, "未送信", status=running, unsent=2, time_left=40 * MINUTE),
        RoomRow(6, "通信なし", status=running, silent_for=MINUTE, time_left=50 * MINUTE),
        RoomRow(7, "長く通信なし", status=running, silent_for=9 * MINUTE, time_left=20 * MINUTE),
        RoomRow(8, "遅延受信", status=AttemptStatus.SUBMITTED, late=1),
    ]
    assert [row.participant_id for row in order_rows(rows, RoomOrder.ATTENTION)] == [7, 6, 5, 4, 3, 8, 2, 1]
    assert [row.participant_id for row in order_rows(rows, RoomOrder.TIME_LEFT)][:5] == [4, 7, 3, 5, 6]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0秒"), (42, "42秒"), (90, "1分30秒"), (120, "2分"), (601, "10分"), (3900, "1時間5分")]
)
def test_durations_are_told_in_words(seconds: int, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(("seconds", "words"), [(0, "0分"), (1, "1分"), (60, "1分"), (61, "2分")])
def test_begun_minutes_are_left(seconds: int, words: str) -> None:
    assert minutes_left(timedelta(seconds=seconds)) == words


def test_after_finalizing_a_waiting_proposal_can_still_be_refused(make: Factory) -> None:
    with make.app.app_context():
        case = late_case(make)
        proposal = case.propose()
        finalize(case)
    client = second_person(make)
    client.get(f"/office/hand-in-proposals/{proposal}")
    assert "承認しない 決定せずに戻る" in client.text
    assert "承認する" not in client.text
    client.send({"reason": "確定の後のため", "outcome": "refuse"}, action=f"/hand-in-proposals/{proposal}")
    assert "承認しませんでした。" in client.text


@pytest.mark.database("sqlite")
def test_the_exam_page_names_who_has_not_rehearsed_and_whose_browser_will_not_do(make: Factory) -> None:
    cohort_id = make.cohort()
    window(make, cohort_id)
    fit, unfit, idle = (make.seat(cohort_id) for _ in range(3))
    with make.app.app_context():
        for seat, facts in ((fit, GOOD), (unfit, replace(GOOD, has_cookies=False))):
            start_rehearsal(seat.participant_id, by=seat.user_id, now=clock.now())
            row = db.session.scalars(select(Rehearsal).where(Rehearsal.participant_id == seat.participant_id)).one()
            note_browser(row.id, facts, now=clock.now())
            row.finished_at = clock.now()
            db.session.commit()
    client = office(make)
    client.get(f"/office/cohorts/{cohort_id}/exam")
    assert "リハーサルを終えた受講者 2 / 3名(うち、端末か通信に問題のある人 1名)" in client.text
    assert f"まだ終えていない受講者: {idle.name}さん" in client.text
