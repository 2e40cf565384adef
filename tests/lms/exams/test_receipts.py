"""提出控: what is signed, its page, its file and its public check; no changed character goes unnoticed."""

import io
import json
import logging
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_public_key
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import clock
from lms.db.session import command, db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.labels import CHECK_WITHOUT_US
from lms.exams.queries.receipts import check_bytes, check_code, find_receipt_file, find_signed_receipt, question_names
from lms.exams.queries.submissions import SubmissionRecord, list_hand_ins
from lms.exams.rules.receipts import (
    MAX_CODE_LENGTH,
    MAX_FILE_BYTES,
    ReceiptCheck,
    ReceiptFault,
    ReceiptFile,
    SignedStatement,
    Statement,
    check_file,
    check_signed,
    read_code,
    read_file,
    read_statement,
    receipt_code,
    receipt_file,
    statement_text,
)
from lms.exams.rules.sitting import HandInKind
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.ledger import append_submission, lock_sitting
from lms.mail.models import OutgoingMail
from lms.signing import Purpose, SigningKeys, load_keys, to_base64url
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import ESSAY, Started, begin, eligible_seat, sent
from tests.page import PageClient

KEYS = SigningKeys(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), {})
BODIES = {
    "D1-001": '{"kind":"single_choice","option":"b"}',
    "E-T1": '{"kind":"essay","text":"お客様の話を聴き、\\n組織で「決める」。\\\\ 𠮷"}',
}
ANSWERS = {question: {"version": 2, "sha256": sha256_hex(body), "body": body} for question, body in BODIES.items()}
STATEMENT = Statement(
    association="一般社団法人日本ハラスメントリスク管理協会",
    exam_id="practitioner",
    exam_version="2026.1",
    attempt="0123456789abcdef01234567",
    candidate_number="A3-1234",
    window=1,
    number=1,
    kind="participant",
    submitted_at="2026-12-01T03:00:00+00:00",
    paper_sha256="a" * 64,
    answers_sha256=sha256_hex(canonical_json(ANSWERS)),
    question_count=42,
    answered_count=2,
    key_id=KEYS.key_id,
)


def sign(statement: Statement, keys: SigningKeys = KEYS) -> SignedStatement:
    text = statement_text(statement)
    return SignedStatement(text, keys.sign(text.encode(), purpose=Purpose.RECEIPT)[1])


def file_of(statement: Statement = STATEMENT, **changes: Any) -> ReceiptFile:
    whole = ReceiptFile(sign(statement), KEYS.key_id, KEYS.public_keys()[KEYS.key_id], ANSWERS)
    return replace(whole, **changes)


def is_signed(key_id: str, statement: bytes, signature: str) -> bool:
    return KEYS.verify(key_id, statement, signature, purpose=Purpose.RECEIPT)


def judge_code(code: str) -> ReceiptCheck:
    return check_signed(read_code(code), is_signed, KEYS.public_keys())


def judge_file(text: str) -> ReceiptCheck:
    return check_file(read_file(text), is_signed, KEYS.public_keys())


CODE = receipt_code(sign(STATEMENT))
FILE = receipt_file(file_of())


# Statement, code and file, without a site.


def test_a_code_and_a_file_say_what_was_signed() -> None:
    assert judge_code(CODE) == ReceiptCheck(None, STATEMENT)
    assert judge_file(FILE) == ReceiptCheck(None, STATEMENT, (), 2)
    assert read_statement(statement_text(STATEMENT)) == STATEMENT
    assert json.loads(FILE)["answers"] == ANSWERS


def test_a_code_may_be_wrapped_and_indented() -> None:
    wrapped = "\r\n　".join(CODE[at : at + 60] for at in range(0, len(CODE), 60))
    assert judge_code(f" {wrapped}\n").fault is None


def changed(text: str, place: int, letter: str) -> str:
    return text[:place] + letter + text[place + 1 :]


LETTERS = st.characters(codec="utf-8")


@settings(max_examples=1000, deadline=None)
@given(place=st.integers(0, len(CODE) - 1), letter=LETTERS | st.sampled_from(CODE))
def test_no_changed_character_of_a_code_is_accepted(place: int, letter: str) -> None:
    other = changed(CODE, place, letter)
    assert (judge_code(other).fault is None) == (other == CODE)


@settings(max_examples=1000, deadline=None)
@given(place=st.integers(0, len(FILE) - 1), letter=LETTERS | st.sampled_from(FILE))
def test_no_changed_character_of_a_file_is_accepted(place: int, letter: str) -> None:
    other = changed(FILE, place, letter)
    assert (judge_file(other).fault is None) == (other == FILE)


@settings(max_examples=1000, deadline=None)
@given(question=st.sampled_from(sorted(BODIES)), place=st.integers(0, 200), letter=LETTERS)
def test_a_changed_character_of_an_answer_names_its_question(question: str, place: int, letter: str) -> None:
    body = BODIES[question]
    other = changed(body, place % len(body), letter)
    entry = ANSWERS[question] | {"body": other}
    check = judge_file(receipt_file(file_of(answers=ANSWERS | {question: entry})))
    if other == body:
        assert check.fault is None
    else:
        assert (check.fault, check.altered, check.statement) == (ReceiptFault.ANSWERS, (question,), STATEMENT)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"D1-001": ANSWERS["D1-001"]}, id="an answer is missing"),
        pytest.param(ANSWERS | {"D1-002": ANSWERS["D1-001"]}, id="an answer too many"),
        pytest.param(ANSWERS | {"D1-001": ANSWERS["D1-001"] | {"version": 3}}, id="another version"),
        pytest.param({"D1-001": ANSWERS["E-T1"], "E-T1": ANSWERS["D1-001"]}, id="two answers exchanged"),
        pytest.param({}, id="no answers"),
    ],
)
def test_answers_that_agree_with_their_own_hashes_are_still_held_against_the_statement(answers: dict[str, Any]) -> None:
    check = judge_file(receipt_file(file_of(answers=answers)))
    assert (check.fault, check.altered) == (ReceiptFault.ANSWERS, ())


def test_an_answer_changed_together_with_its_hash_is_noticed() -> None:
    body = BODIES["D1-001"].replace('"b"', '"a"')
    entry = {"version": 2, "sha256": sha256_hex(body), "body": body}
    assert judge_file(receipt_file(file_of(answers=ANSWERS | {"D1-001": entry}))).fault is ReceiptFault.ANSWERS


OTHER = SigningKeys(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))), {})


def test_the_key_of_somebody_else_is_unknown_and_may_not_borrow_our_name() -> None:
    assert judge_code(receipt_code(sign(replace(STATEMENT, key_id=OTHER.key_id), OTHER))).fault is ReceiptFault.UNKNOWN_KEY
    assert judge_code(receipt_code(sign(STATEMENT, OTHER))).fault is ReceiptFault.SIGNATURE
    foreign = file_of(public_key=OTHER.public_keys()[OTHER.key_id])
    assert judge_file(receipt_file(foreign)).fault is ReceiptFault.PUBLIC_KEY
    assert judge_file(receipt_file(file_of(key_id=OTHER.key_id))).fault is ReceiptFault.PUBLIC_KEY


def test_a_signature_for_another_purpose_is_none_for_a_receipt() -> None:
    raw = KEYS._private.sign(b"nintei:certificate:1\n" + statement_text(STATEMENT).encode())
    foreign = SignedStatement(statement_text(STATEMENT), to_base64url(raw))
    assert judge_code(receipt_code(foreign)).fault is ReceiptFault.SIGNATURE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[" * 100_000,
        "null",
        FILE[:-1],
        FILE + " ",
        "\ufeff" + FILE,
        FILE.replace("\n", "\r\n"),
        FILE.replace("お客様", "\\u304a\\u5ba2\\u69d8"),
        FILE.replace('"answers": {', '"answers": {},\n "answers": {'),
        FILE.replace('"format"', '"more": 1,\n "format"'),
        FILE.replace('"version": 2', '"version": true', 1),
        FILE.replace('"version": 2', '"version": NaN', 1),
        json.dumps(json.loads(FILE) | {"answers": []}),
    ],
)
def test_a_file_that_is_not_as_it_was_downloaded_has_no_form(text: str) -> None:
    assert judge_file(text).fault is ReceiptFault.FORM


@pytest.mark.parametrize(
    "change", [{"window": "1"}, {"number": True}, {"submitted_at": "gestern"}, {"submitted_at": "2026-12-01"}]
)
def test_a_signed_text_of_another_shape_is_no_statement(change: dict[str, Any]) -> None:
    assert judge_code(receipt_code(sign(replace(STATEMENT, **change)))).fault is ReceiptFault.FORM


# On the site.


@pytest.fixture
def started(make: Factory) -> Started:
    return begin(make)


def hand_in(make: Factory, started: Started) -> tuple[SubmissionRecord, ...]:
    """Everything answered and handed in; the hand-ins of the attempt."""
    with make.app.app_context():
        for section in started.paper.sections:
            values = {each.id: ESSAY if each.kind == "essay" else "b" for each in section.questions}
            answers = [sent(started.paper, each, value, sequence=number) for number, (each, value) in enumerate(values.items())]
            by = started.seat.user_id
            hand_in_section(started.attempt_id, section.id, answers, device=f"page-{section.id}", by=by, now=clock.now())
        return list_hand_ins(started.attempt_id)


@command
def hand_in_by_office(started: Started, **changes: dict[str, object]) -> int:
    """A further hand-in, as when late answers are admitted."""
    sitting = lock_sitting(started.attempt_id, now=clock.now())
    stored = list_hand_ins(started.attempt_id)[-1].stored
    return append_submission(sitting, {**stored, **changes}, kind=HandInKind.OFFICE, at=clock.now(), now=clock.now())


def code_and_file(app: Flask, submission: SubmissionRecord) -> tuple[str, str]:
    with app.app_context():
        signed, text = find_signed_receipt(submission), find_receipt_file(submission)
    assert signed is not None
    assert text is not None
    return signed.code, text


def test_a_hand_in_is_signed_and_says_what_the_tables_say(make: Factory, started: Started) -> None:
    (stored,) = hand_in(make, started)
    said = read_statement(stored.statement or "")
    assert said is not None
    assert (said.attempt, said.candidate_number, said.number) == (stored.public_id, stored.candidate_number, 1)
    assert (said.paper_sha256, said.answers_sha256) == (stored.paper_sha256, sha256_hex(canonical_json(stored.stored)))
    assert (said.kind, said.window, said.moment) == ("participant", 1, stored.submitted_at)
    assert (said.question_count, said.answered_count) == (42, 42)
    assert said.submitted_at == "2026-12-01T03:00:00+00:00"
    assert stored.key_id == said.key_id == make.app.extensions["signing"].key_id
    with make.app.app_context():
        code, text = code_and_file(make.app, stored)
        assert check_code(code) == ReceiptCheck(None, said)
        assert check_bytes(text.encode()) == ReceiptCheck(None, said, (), 42)
        assert check_bytes(code.encode()).fault is None
    for secret in (started.seat.name, started.seat.email):
        assert secret not in (stored.statement or "") + text


def test_a_blank_answer_counts_as_none(make: Factory, started: Started) -> None:
    hand_in(make, started)
    blank = canonical_json({"kind": "essay", "text": " \n　"})
    entry: dict[str, object] = {"version": 2, "sha256": sha256_hex(blank), "body": blank}
    with make.app.app_context():
        hand_in_by_office(started, **{started.paper.question_ids("essay")[0]: entry})
        said = read_statement(list_hand_ins(started.attempt_id)[-1].statement or "")
    assert said is not None
    assert (said.kind, said.question_count, said.answered_count) == ("office", 42, 41)


def test_the_page_shows_the_statement_the_code_and_every_hash(make: Factory, started: Started) -> None:
    (stored,) = hand_in(make, started)
    client = make.login(started.seat.user_id)
    page = client.get(f"/exam/{started.public_id}/receipt").text
    code, _ = code_and_file(make.app, stored)
    assert code in page
    assert stored.sha256 in page
    assert all(entry["sha256"] in page for entry in stored.stored.values())
    assert "12:00:00(日本時間)" in page
    assert "42問のうち42問" in page
    target = re.search(r'href="(http://localhost/receipt/check\?[^"]+)"', page)
    assert target is not None
    assert parse_qs(urlsplit(target.group(1)).query)["code"] == [code]
    assert "<svg" in page
    assert "style=" not in page


def test_every_hand_in_has_a_receipt_and_a_mail_of_its_own(make: Factory, started: Started, frozen_clock: FrozenClock) -> None:
    (first,) = hand_in(make, started)
    frozen_clock.advance(hours=2)
    text = canonical_json({"kind": "essay", "text": "遅れて届いた解答です。"})
    question = started.paper.question_ids("essay")[0]
    with make.app.app_context():
        entry: dict[str, object] = {"version": 9, "sha256": sha256_hex(text), "body": text}
        assert hand_in_by_office(started, **{question: entry}) == 2
        again, second = list_hand_ins(started.attempt_id)
        mails = [mail.body for mail in make_mails()]
    assert (again.statement, again.signature, again.sha256) == (first.statement, first.signature, first.sha256)
    assert second.statement != first.statement
    assert [f"/exam/{started.public_id}/receipt/{number}" in mail for number, mail in enumerate(mails, start=1)] == [True, True]
    client = make.login(started.seat.user_id)
    room = f"/exam/{started.public_id}/receipt"
    latest = client.get(room).text
    assert "遅れて届いた解答です。" in latest
    assert "2回目の提出" in latest
    assert "事務局による提出" in latest
    assert client.get(f"{room}/2").text.count("遅れて届いた解答です。") == latest.count("遅れて届いた解答です。")
    earlier = client.get(f"{room}/1").text
    assert "遅れて届いた解答です。" not in earlier
    assert code_and_file(make.app, first)[0] in earlier
    for number, submission in ((1, first), (2, second)):
        answer = client.get(f"{room}/{number}/file")
        assert answer.text == code_and_file(make.app, submission)[1]
        name = f"teishutsu-hikae-{first.candidate_number}-{number}.json"
        assert answer.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{name}")
    assert client.get(f"{room}/3").status_code == 404
    assert client.get(f"{room}/3/file").status_code == 404


def make_mails() -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.body.contains("提出控")).order_by(OutgoingMail.id)))


def test_receipts_and_files_are_nobody_elses(make: Factory, started: Started) -> None:
    hand_in(make, started)
    other = make.login(eligible_seat(make).user_id)
    for address in ("", "/1", "/1/file"):
        assert other.get(f"/exam/{started.public_id}/receipt{address}").status_code == 404


def test_a_key_that_fails_stops_no_hand_in(
    make: Factory, started: Started, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(make.app.extensions, "signing", None)
    with caplog.at_level(logging.ERROR, logger="lms.exams"):
        (stored,) = hand_in(make, started)
    assert (stored.statement, stored.signature, stored.key_id) == (None, None, None)
    assert len(stored.stored) == 42
    assert f"hand-in 1 of attempt {started.attempt_id} stays unsigned" in caplog.text
    monkeypatch.undo()
    client = make.login(started.seat.user_id)
    page = client.get(f"/exam/{started.public_id}/receipt").text
    assert "この提出控には、協会の署名がありません。" in page
    assert "検証コード" not in page
    assert stored.sha256 in page
    assert client.get(f"/exam/{started.public_id}/receipt/1/file").status_code == 404


def test_after_a_change_of_keys_an_old_receipt_still_holds(
    make: Factory, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stored,) = hand_in(make, started)
    code, text = code_and_file(make.app, stored)
    folder = make.app.extensions["settings"].keys
    private = (folder / "signing-ed25519.pem").read_text(encoding="ascii")
    new = Ed25519PrivateKey.generate()
    monkeypatch.setitem(make.app.extensions, "signing", load_keys(pem_of(new), folder))
    try:
        with make.app.app_context():
            assert check_code(code).fault is None
            assert check_bytes(text.encode()).fault is None
        stranger = PageClient(make.app)
        assert "(以前の鍵)" in stranger.get("/receipt/check").text
        assert stranger.get("/receipt/key").text != stranger.get(f"/receipt/key/{stored.key_id}").text
    finally:
        (folder / f"{make.app.extensions['signing'].key_id}.pub").unlink()
    assert private == (folder / "signing-ed25519.pem").read_text(encoding="ascii")


def pem_of(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


# The public check.


class Stranger:
    """Somebody with a 提出控 of somebody else's in hand."""

    def __init__(self, make: Factory, submission: SubmissionRecord) -> None:
        self.app = make.app
        self.code, self.file = code_and_file(make.app, submission)
        self.client = PageClient(make.app)

    def paste(self, code: str) -> TestResponse:
        return self.client.submit("/receipt/check", {"code": code}, action="/receipt/check")

    def choose(self, raw: bytes) -> TestResponse:
        values = {"csrf_token": self.client.csrf("/receipt/check"), "code": "", "file": (io.BytesIO(raw), "hikae.json")}
        return self.client.post("/receipt/check", data=values, content_type="multipart/form-data")


@pytest.fixture
def stranger(make: Factory, started: Started) -> Stranger:
    (submission,) = hand_in(make, started)
    return Stranger(make, submission)


def test_anybody_may_paste_a_code_or_follow_the_qr_code(stranger: Stranger) -> None:
    for response in (stranger.paste(stranger.code), stranger.client.get(f"/receipt/check?code={stranger.code}")):
        assert response.status_code == 200
        assert "協会の署名です。" in response.text
        assert "12:00:00 に受け付けました" in response.text
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert response.headers["Cache-Control"] == "no-store"
        assert '<meta name="robots" content="noindex' in response.text


def test_anybody_may_choose_a_file_and_its_answers_are_compared(stranger: Stranger, started: Started) -> None:
    response = stranger.choose(stranger.file.encode())
    assert response.status_code == 200
    assert "ファイルの解答42件は、提出されたものと1文字も違いません。" in response.text
    assert started.seat.name not in response.text
    assert "お客様の話" not in response.text


def test_a_changed_answer_is_named_as_the_participant_knows_it(stranger: Stranger, started: Started) -> None:
    plain = json.loads(stranger.file)
    for question in (started.question(number=7), started.paper.question_ids("essay")[1]):
        plain["answers"][question]["body"] += " "
    response = stranger.choose((json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())
    assert response.status_code == 422
    assert "解答が書き換えられています。" in response.text
    assert "選択問題 問7" in response.text
    assert "論述問題 問2" in response.text
    assert "選択問題 問8" not in response.text


def test_what_is_wrong_is_said_in_words(stranger: Stranger) -> None:
    text, _, signature = stranger.code.partition(".")
    other = ("B" if signature[0] == "A" else "A") + signature[1:]
    for code, words in {
        f"{text}.{other}": "署名が合いません。",
        stranger.code[:-9]: "署名が合いません。",
        text[:-9]: "形式が違います。",
        "こんにちは": "形式が違います。",
        "x" * (MAX_CODE_LENGTH + 1): "大きすぎるため、提出控ではありません。",
        receipt_code(sign(STATEMENT)): "署名の鍵が分かりません。",
        " \n": "確かめるものがありません。",
    }.items():
        response = stranger.paste(code)
        assert response.status_code == 422, words
        assert words in response.text
        assert "協会の署名です。" not in response.text
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"{", b"{" * 100_000, b"PK\x03\x04", b"\x00" * 10])
def test_a_file_of_another_kind_is_refused_in_words(stranger: Stranger, raw: bytes) -> None:
    response = stranger.choose(raw)
    assert response.status_code == 422
    assert "形式が違います。" in response.text


def test_a_file_that_is_too_large_is_not_read_to_its_end(stranger: Stranger) -> None:
    response = stranger.choose(b" " * (MAX_FILE_BYTES + 1))
    assert response.status_code == 422
    assert "大きすぎるため、提出控ではありません。" in response.text


def test_ten_failures_a_minute_are_borne_and_no_success_counts(stranger: Stranger, frozen_clock: FrozenClock) -> None:
    for _ in range(12):
        assert stranger.paste(stranger.code).status_code == 200
    for _ in range(10):
        assert stranger.client.get("/receipt/check?code=x").status_code == 422
    assert stranger.client.get("/receipt/check?code=x").status_code == 429
    assert stranger.client.get(f"/receipt/check?code={stranger.code}").status_code == 429
    assert stranger.client.get("/receipt/check").status_code == 200
    frozen_clock.advance(seconds=61)
    assert stranger.paste(stranger.code).status_code == 200


def test_a_receipt_that_does_not_need_the_tables_is_checked_without_them(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict comes from the public key alone; tables are asked only for the names of questions."""
    with stranger.app.app_context(), monkeypatch.context() as patch:
        patch.setattr(db, "session", None)
        assert check_code(stranger.code).fault is None
        assert check_bytes(stranger.file.encode()).fault is None
        assert question_names(check_bytes(stranger.file.encode())) == {}


def test_the_public_keys_are_published(stranger: Stranger) -> None:
    key_id = stranger.app.extensions["signing"].key_id
    for address in ("/receipt/key", f"/receipt/key/{key_id}"):
        response = stranger.client.get(address)
        assert response.mimetype == "text/plain"
        assert isinstance(load_pem_public_key(response.data), Ed25519PublicKey)
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert stranger.client.get("/receipt/key/0000000000000000").status_code == 404
    assert key_id in stranger.client.get("/receipt/check").text


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not on this machine; cryptography is asked elsewhere")
def test_three_lines_with_openssl_verify_a_code_without_us(stranger: Stranger, tmp_path: Path) -> None:
    wrapped = "\n".join(stranger.code[at : at + 76] for at in range(0, len(stranger.code), 76))
    page = stranger.client.get("/receipt/check")
    assert len(CHECK_WITHOUT_US.splitlines()) == 3
    assert page.text.replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").count(CHECK_WITHOUT_US) == 1
    (tmp_path / "key.pem").write_bytes(stranger.client.get("/receipt/key").data)

    def run(code: str) -> "subprocess.CompletedProcess[str]":
        (tmp_path / "code.txt").write_text(code, encoding="ascii")
        return subprocess.run(["sh", "-c", CHECK_WITHOUT_US], cwd=tmp_path, capture_output=True, text=True, check=False)

    good = run(wrapped)
    assert (good.returncode, good.stdout) == (0, "Signature Verified Successfully\n"), good.stderr
    assert b"answers_sha256" in (tmp_path / "message").read_bytes()
    assert run(changed(wrapped, 40, "A" if wrapped[40] != "A" else "B")).returncode != 0


def test_the_command_checks_files_and_codes(stranger: Stranger, tmp_path: Path) -> None:
    runner = stranger.app.test_cli_runner()
    file, code = tmp_path / "hikae.json", tmp_path / "code.txt"
    file.write_text(stranger.file, encoding="utf-8")
    code.write_text(stranger.code, encoding="utf-8")
    for path in (file, code):
        done = runner.invoke(args=["receipt", "verify", str(path)])
        assert done.exit_code == 0
        assert "協会の署名です。受験番号" in done.output
    plain = json.loads(stranger.file)
    question = next(iter(plain["answers"]))
    plain["answers"][question]["body"] = "{}"
    file.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    done = runner.invoke(args=["receipt", "verify", str(file)])
    assert done.exit_code == 1
    assert "解答が書き換えられています。" in done.output
    assert "選択問題 問" in done.output
