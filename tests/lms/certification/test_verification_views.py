"""The verification page as strangers see it, and the holder's own doors."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from certificates.record import CertificateRecord, record_from_json
from lms import clock
from lms.accounts.models import FailureCounter
from lms.certification.models import PrintedRecord, VerificationLookup
from lms.certification.services.using import set_name_consent
from lms.db.session import db
from tests.factories import Seat
from tests.lms.certification.builders import Builder
from tests.page import PageClient


class Issued:
    """One issued certificate and the stranger who checks it."""

    def __init__(self, build: Builder, name: str = "髙﨑 𠮷邉") -> None:
        self.build = build
        self.seat: Seat
        self.seat, self.number = build.issued_seat(name)
        with build.app.app_context():
            self.record: CertificateRecord = record_from_json(db.session.execute(select(PrintedRecord)).scalar_one().record)
        self.token = self.record.verify_url.rpartition("/")[2]
        self.stranger = PageClient(build.app)

    def type_in(self, number: str, code: str, **more: str) -> TestResponse:
        return self.stranger.submit("/verify", {"number": number, "code": code, **more})

    def consent(self, is_shown: bool = True) -> None:
        with self.build.app.app_context():
            set_name_consent(self.seat.participant_id, is_shown=is_shown, by=self.seat.user_id, now=clock.now())


@pytest.fixture
def issued(build: Builder) -> Iterator[Issued]:
    return Issued(build)


def fingerprint(response: TestResponse) -> tuple[Any, ...]:
    """Everything a guesser could tell answers apart by."""
    headers = sorted((name, value) for name, value in response.headers if name not in {"Set-Cookie", "Date"})
    return response.status_code, len(response.data), headers


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
    wrong_check = number[:-1] + str((int(number[-1]) + 1) % 10)
    tries = [
        (number, "00000-00000-0000"),
        (number, code[:-1] + ("0" if code[-1] != "0" else "1")),
        ("JHRMA-CH-2026-0002-7", code),
        (wrong_check, code),
        ("そんな番号はない" * 7, "長い" * 50),
        ("", ""),
        (number, ""),
    ]
    answers = [fingerprint(issued.type_in(*typed)) for typed in tries]
    issued.stranger.get("/verify")
    answers += [fingerprint(issued.stranger.get(f"/verify/{token}")) for token in ("x", issued.token[:-1] + "!")]
    assert len(set(map(str, answers))) == 1
    assert answers[0][0] == 404


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


def test_the_holder_downloads_the_pdf_as_issued(issued: Issued) -> None:
    holder = issued.build.make.login(issued.seat.user_id)
    response = holder.get("/certificate/pdf")
    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF-")
    assert f"filename*=UTF-8''{quote(f'認定証_{issued.number}.pdf')}" in response.headers["Content-Disposition"]


def test_the_holder_alone_decides_about_the_name(issued: Issued) -> None:
    holder = issued.build.make.login(issued.seat.user_id)
    for answer, is_shown in (("yes", True), ("no", False)):
        form = {"csrf_token": holder.csrf("/verify"), "is_shown": answer}
        response = FlaskClient.open(holder, "/certificate/name-consent", method="POST", data=form)
        assert response.headers["Location"] == "/certificate"
        assert ("髙﨑" in issued.stranger.get(f"/verify/{issued.token}").text) is is_shown
    token = issued.stranger.csrf("/verify")
    refused = issued.stranger.post("/certificate/name-consent", data={"csrf_token": token, "is_shown": "yes"})
    assert refused.status_code == 401


def test_without_a_certificate_there_is_no_pdf(build: Builder) -> None:
    seat = build.make.seat(build.cohort_id)
    build.consent_to_terms(seat)
    assert build.make.login(seat.user_id).get("/certificate/pdf").status_code == 404
