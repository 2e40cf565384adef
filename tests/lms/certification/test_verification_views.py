"""The verification page as strangers see it: codes, QR codes, hashes of PDFs, names, failures, limits."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import clock
from lms.accounts.models import FailureCounter
from lms.accounts.rules.throttling import Limit
from lms.audit.models import AuditEvent
from lms.certification.models import VerificationLookup
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.limits import HOUSE, NUMBER
from lms.certification.services import looking_up
from lms.db.session import db
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.certification.builders import Builder
from tests.lms.certification.issued import Issued, count_selects, happen, print_again
from tests.page import PageClient

pytestmark = pytest.mark.database("sqlite")


@pytest.fixture
def issued(build: Builder) -> Issued:
    return Issued(build)


def fingerprint(response: TestResponse) -> tuple[Any, ...]:
    """Everything a guesser could tell answers apart by."""
    return response.status_code, len(response.data), sorted((name, value) for name, value in response.headers if name != "Date")


def test_number_and_code_show_the_certificate_without_the_name(issued: Issued) -> None:
    response = issued.type_in(issued.number, issued.record.verify_code)
    assert response.status_code == 200
    assert "この認定証は有効です" in issued.stranger.text
    assert issued.number in issued.stranger.text
    assert "【カスハラ対策実務者】" in issued.stranger.text
    assert "2026年12月1日(火)" in issued.stranger.text


def test_number_and_code_are_read_as_people_type_them(issued: Issued) -> None:
    number, code = issued.number, issued.record.verify_code
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in number)
    for typed in (
        (number.lower(), code.lower()),
        (number.replace("-", "ー"), code.replace("-", "")),
        (f" {number} ", code.replace("-", " ")),
        (full_width, code.replace("1", "l").replace("0", "O")),
    ):
        assert issued.type_in(*typed).status_code == 200, typed


def test_the_qr_code_opens_the_same_page(issued: Issued) -> None:
    response = issued.stranger.get(f"/verify/{issued.token}")
    assert response.status_code == 200
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex' in response.text


def test_no_answer_carries_the_name_without_consent(issued: Issued) -> None:
    """髙﨑 𠮷邉 must stand nowhere: not in the page, not in a header, not as an attribute, in no form of writing."""
    answers = [
        issued.stranger.get(f"/verify/{issued.token}"),
        issued.type_in(issued.number, issued.record.verify_code),
        issued.stranger.send({"name": "だれか"}),
        issued.stranger.submit(f"/verify/{issued.token}", {"name": "別の人"}),
    ]
    for response in answers:
        assert response.status_code == 200
        for part in ("髙﨑", "高崎", "𠮷", "邉", issued.seat.email, "架空の会社"):
            assert part not in response.text + str(response.headers)


def test_the_name_shows_with_consent_and_goes_when_it_is_withdrawn(issued: Issued) -> None:
    issued.consent()
    assert "髙﨑 𠮷邉" in issued.stranger.get(f"/verify/{issued.token}").text
    assert "照合" not in issued.stranger.text
    issued.consent(is_shown=False)
    assert "髙﨑 𠮷邉" not in issued.stranger.get(f"/verify/{issued.token}").text


def test_a_typed_name_is_compared(issued: Issued) -> None:
    issued.type_in(issued.number, issued.record.verify_code)
    issued.stranger.send({"name": "高崎　吉辺"})
    assert "一致します。" in issued.stranger.text
    issued.stranger.submit(f"/verify/{issued.token}", {"name": "山田 太郎"})
    assert "一致しません。" in issued.stranger.text


def test_names_may_be_tried_five_times_an_hour_by_all_strangers_together(issued: Issued, frozen_clock: Any) -> None:
    for _ in range(5):
        PageClient(issued.build.app).submit(f"/verify/{issued.token}", {"name": "ちがう人"})
    issued.stranger.submit(f"/verify/{issued.token}", {"name": "髙﨑 𠮷邉"})
    assert "しばらく時間をおいてください" in issued.stranger.text
    assert "一致します" not in issued.stranger.text
    frozen_clock.advance(hours=1, seconds=1)
    issued.stranger.submit(f"/verify/{issued.token}", {"name": "髙﨑 𠮷邉"})
    assert "一致します。" in issued.stranger.text


def test_every_failure_is_the_same_answer(issued: Issued) -> None:
    number, code = issued.number, issued.record.verify_code
    other = Issued(issued.build, "ほかの 認定者")
    wrong_check = number[:-1] + str((int(number[-1]) + 1) % 10)
    codes = [
        (number, "00000-00000-0000"),
        (number, code[:-1] + ("0" if code[-1] != "0" else "1")),
        (number, other.record.verify_code),
        ("JHRMA-CH-2026-0003-1", code),
        (wrong_check, code),
        ("そんな番号はない" * 7, "長い" * 50),
        ("", ""),
        (number, ""),
    ]
    hashes = [
        "",
        "0" * 64,
        issued.sha256[:-1],
        issued.sha256[:-1] + ("0" if issued.sha256[-1] != "0" else "1"),
        "改変" * 50,
        "f" * 65,
    ]
    csrf = issued.stranger.csrf("/verify")
    answers = [fingerprint(issued.type_in(*typed)) for typed in codes]
    issued.stranger.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    answers += [fingerprint(issued.drop(sha256)) for sha256 in hashes]
    answers += [fingerprint(issued.stranger.get(f"/verify/{token}")) for token in ("x", issued.token[:-1] + "!")]
    answers += [
        fingerprint(issued.stranger.post(f"/verify/{token}", data={"csrf_token": csrf})) for token in ("x", other.token[:-1])
    ]
    assert len(set(map(str, answers))) == 1
    assert answers[0][0] == 404


def test_what_is_said_to_one_visitor_is_in_nobody_elses_failure(make: Factory) -> None:
    busy, stranger = PageClient(make.app), PageClient(make.app)
    for _ in range(2):
        with busy.session_transaction() as session:
            session["_flashes"] = [("done", "あなただけへのお知らせ")]
        assert "あなただけへのお知らせ" in busy.get("/verify/x").text
        assert "あなただけへのお知らせ" not in stranger.get("/verify/x").text
    assert busy.get("/verify/x").text != stranger.get("/verify/x").text, "each has a token of the own session"
    assert len(busy.get("/verify/x").data) == len(stranger.get("/verify/x").data)


def test_guessing_is_throttled_for_everybody_in_the_network_and_ends(issued: Issued, frozen_clock: Any) -> None:
    for _ in range(10):
        assert issued.stranger.get("/verify/guess").status_code == 404
    assert issued.stranger.get("/verify/guess").status_code == 429
    assert PageClient(issued.build.app).get(f"/verify/{issued.token}").status_code == 429
    elsewhere = issued.stranger.get(f"/verify/{issued.token}", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code == 200
    frozen_clock.advance(minutes=1, seconds=1)
    assert issued.stranger.get(f"/verify/{issued.token}").status_code == 200


def test_right_look_ups_are_never_throttled(issued: Issued) -> None:
    assert {issued.stranger.get(f"/verify/{issued.token}").status_code for _ in range(15)} == {200}


def test_of_a_look_up_only_the_day_is_kept(issued: Issued) -> None:
    for _ in range(3):
        issued.stranger.get(f"/verify/{issued.token}")
    issued.stranger.get("/verify/wrong")
    with issued.build.app.app_context():
        rows = db.session.execute(select(VerificationLookup.certificate_number, VerificationLookup.looked_up_on)).all()
        counters = db.session.scalars(select(FailureCounter.key)).all()
    assert rows == [(issued.number, clock.today_jst())]
    assert "127.0.0.1" not in counters


def test_the_hash_of_the_pdf_shows_that_it_is_ours_unchanged_and_good(issued: Issued) -> None:
    typed = " ".join(issued.sha256[place : place + 2] for place in range(0, 64, 2)).upper()
    for sha256 in (issued.sha256, typed, f"  {issued.sha256}\n"):
        assert issued.drop(sha256).status_code == 200
        assert "当協会発行・改変なし・有効" in issued.stranger.text
    assert "髙﨑" not in issued.stranger.text
    issued.stranger.send({"name": "髙﨑𠮷邉"})
    assert "一致します。" in issued.stranger.text
    assert "当協会発行・改変なし・有効" in issued.stranger.text


def test_one_number_may_be_tried_so_often_by_all_networks_together(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_up, "NUMBER", Limit(NUMBER.scope, 3, NUMBER.window))
    for number in (issued.number, "JHRMA-CH-2026-0999-9"):
        statuses = [type_from(issued, f"198.51.100.{place}", number, "00000-00000-0000") for place in range(4)]
        assert statuses == [404, 404, 404, 429]
    assert type_from(issued, "198.51.100.9", issued.number.lower().replace("-", " "), issued.record.verify_code) == 429
    assert "番号が止まっている間も、認定証のQRコードとPDFでは照会できます。" in issued.stranger.text
    assert issued.drop(issued.sha256).status_code == 200
    assert issued.stranger.get(f"/verify/{issued.token}").status_code == 200


def test_a_few_dozen_wrong_codes_do_not_lock_out_the_right_one() -> None:
    assert NUMBER.failures >= 60


def type_from(issued: Issued, address: str, number: str, code: str) -> int:
    issued.stranger.environ_base["REMOTE_ADDR"] = address
    return issued.type_in(number, code).status_code


@pytest.mark.database("sqlite", "postgresql")
def test_a_house_full_of_failures_is_told_to_the_office_once_an_hour(
    make: Factory, monkeypatch: pytest.MonkeyPatch, frozen_clock: FrozenClock
) -> None:
    monkeypatch.setattr(looking_up, "HOUSE", Limit(HOUSE.scope, 4, HOUSE.window))
    stranger = PageClient(make.app)
    for _ in range(2):
        for _ in range(7):
            assert stranger.get("/verify/guess").status_code == 404
        frozen_clock.advance(hours=1, minutes=1)
    with make.app.app_context():
        lines = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "verification:alarm")).all()
    assert [(line.actor_id, line.subject_id, line.detail) for line in lines] == [(None, "all", {"failures": 4})] * 2
    person = make.staff(Role.OFFICE)
    for is_told in (True, False):
        assert ("照会の失敗が急に増えています" in make.login(person).get("/office").text) is is_told
        frozen_clock.advance(days=1)


def test_a_look_up_costs_the_same_few_selects_however_many_certificates_there_are(issued: Issued) -> None:
    few = count_selects(issued.build, lambda: issued.stranger.get(f"/verify/{issued.token}"))
    for _ in range(3):
        Issued(issued.build, "ほかの 認定者")
    assert count_selects(issued.build, lambda: issued.stranger.get(f"/verify/{issued.token}")) == few <= 6


ENDS = {EntryKind.REVOKE: ("失効", "失効した日"), EntryKind.VOID: ("無効", "無効になった日")}


@pytest.mark.parametrize("kind", ENDS)
def test_after_the_end_only_the_fact_and_the_day_are_shown(issued: Issued, kind: EntryKind, frozen_clock: FrozenClock) -> None:
    issued.consent()
    frozen_clock.advance(days=3)
    happen(issued, kind, "exam_misconduct")
    for answer in (issued.stranger.get(f"/verify/{issued.token}"), issued.drop(issued.sha256)):
        assert answer.status_code == 200
        status, day = ENDS[kind]
        assert f"<dt>{day}</dt><dd>2026年12月4日(金)</dd>" in answer.text
        assert status in issued.stranger.text
        for hidden in ("髙﨑", "不正", "misconduct", "内輪", "第2期", issued.record.qualification, "照合", "2026年12月1日"):
            assert hidden not in issued.stranger.text, hidden
    assert f"当協会発行・改変なし・{ENDS[kind][0]}" in issued.stranger.text
    issued.type_in(issued.number, issued.record.verify_code, name="髙﨑 𠮷邉")
    assert "一致" not in issued.stranger.text


def test_a_suspended_certificate_says_since_when_and_is_good_again_afterwards(issued: Issued) -> None:
    happen(issued, EntryKind.SUSPEND, "under_inquiry")
    text = issued.stranger.get(f"/verify/{issued.token}").text
    assert "効力停止中" in text
    assert "<dt>停止した日</dt><dd>2026年12月1日(火)</dd>" in text
    assert "確認している" not in text
    happen(issued, EntryKind.RESUME, "inquiry_closed")
    assert "この認定証は有効です" in issued.stranger.get(f"/verify/{issued.token}").text


def test_after_a_renewal_the_old_version_is_not_said_to_be_reissued(issued: Issued, frozen_clock: FrozenClock) -> None:
    old, old_sha256 = issued.token, issued.sha256
    frozen_clock.advance(days=9)
    print_again(issued, EntryKind.RENEW, expires_on=date(2028, 12, 9))
    frozen_clock.advance(days=1)
    print_again(issued, expires_on=date(2028, 12, 9))
    text = issued.stranger.get(f"/verify/{old}").text
    assert "更新により新しい版に替わっています" in text
    assert "<dt>更新した日</dt><dd>2026年12月10日(木)</dd>" in text
    dropped = issued.drop(old_sha256).text
    assert "当協会発行・改変なし・更新により新しい版に替わっています" in dropped
    for page in (text, dropped):
        assert "再発行" not in page


def test_each_version_is_told_for_itself(issued: Issued, frozen_clock: FrozenClock) -> None:
    old, old_sha256 = issued.token, issued.sha256
    frozen_clock.advance(days=9)
    print_again(issued, expires_on=date(2027, 12, 9))
    text = issued.stranger.get(f"/verify/{old}").text
    assert "再発行により無効" in text
    assert "<dt>再発行した日</dt><dd>2026年12月10日(木)</dd>" in text
    assert "当協会発行・改変なし・再発行により無効" in issued.drop(old_sha256).text
    text = issued.stranger.get(f"/verify/{issued.token}").text
    for shown in ("有効です", "(第2版)", "<dt>認定日</dt><dd>2026年12月1日", "2027年12月9日(木)まで", "第2期"):
        assert shown in text, shown
    frozen_clock.advance(days=365)
    assert "当協会発行・改変なし・期限切れ" in issued.drop(issued.sha256).text
