"""The outbox from queueing to a real server: once, in order, in Japanese, and patient with dead servers."""

import socket
import threading
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.config import MailSettings
from lms.db.session import command, db
from lms.mail.models import OutgoingMail
from lms.mail.queries import list_mails, summarize_outbox
from lms.mail.rules import LEASE, MailRefused
from lms.mail.services import deliver_due, delivery, queue_mail
from tests.conftest import FrozenClock
from tests.databases import free_port
from tests.lms.mail.builders import mail_settings, outbox, queue_invitation, smtp_server

LONG_SUBJECT = "【カスハラ対策の実務者養成講座】第12期 認定試験の結果が出ました(髙﨑様・𠮷田様・渡邉様・辻󠄀様)" * 2


def test_the_same_key_is_queued_once(context: Flask) -> None:
    queue_invitation("once")
    queue_invitation("once")
    assert len(outbox()) == 1


def test_a_mail_stands_or_falls_with_the_act_that_causes_it(context: Flask) -> None:
    @command
    def act_that_fails() -> None:
        queue_invitation()
        raise RuntimeError("after queueing")

    with pytest.raises(RuntimeError):
        act_that_fails()
    assert outbox() == []


def test_a_missing_value_is_refused_instead_of_leaving_a_gap(context: Flask) -> None:
    with pytest.raises(MailRefused, match="template"):
        queue_mail("invitation", to="a@b.jp", key="k", values={"name": "x"}, now=clock.now())


def test_a_template_cannot_reach_into_python(context: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "_signature.txt").write_text("--\n", encoding="utf-8")
    (folder / "evil.txt").write_text("件名: x\n\n{{ ''.__class__.__mro__[1].__subclasses__() }}\n", encoding="utf-8")
    with mail_settings(context, MailSettings(), content=tmp_path), pytest.raises(MailRefused, match="template"):
        queue_mail("evil", to="a@b.jp", key="k", values={}, now=clock.now())


def test_a_line_break_in_a_name_cannot_forge_a_header(context: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "_signature.txt").write_text("--\n", encoding="utf-8")
    (folder / "named.txt").write_text("件名: {{ name }}様へ\n\n{{ name }}様\n", encoding="utf-8")
    with mail_settings(context, MailSettings(), content=tmp_path), pytest.raises(MailRefused, match="subject"):
        queue_mail("named", to="a@b.jp", key="k", values={"name": "花子\r\nBcc: x@evil.jp\r\n\r\n"}, now=clock.now())
    assert outbox() == []


def test_a_line_break_in_a_name_stays_in_the_body(context: Flask) -> None:
    queue_invitation(name="花子\r\nBcc: x@evil.jp\r\n\r\n本文")
    with smtp_server(context) as box:
        deliver_due(clock.now())
    assert box.recipients == ["hanako@example.jp"]
    assert box.messages[0]["Bcc"] is None
    assert "Bcc: x@evil.jp" in box.messages[0].get_content()


def test_japanese_arrives_as_it_was_written(context: Flask) -> None:
    queue_invitation()
    with smtp_server(context) as box:
        assert deliver_due(clock.now()).sent == 1
    message = box.messages[0]
    assert message["Subject"] == "【カスハラ対策の実務者養成講座】受講の準備のご案内"
    assert message.get_content().startswith("髙﨑 花子 様\r\n")
    assert message["Message-ID"].endswith("@nintei.example>")
    assert message["Date"].datetime == clock.now()
    plain = message_from_bytes(message.as_bytes())
    assert str(make_header(decode_header(plain["From"]))) == "カスハラ対策の実務者養成講座 事務局 <office@nintei.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert all(len(line) < 998 for line in message.as_bytes().splitlines())


def test_a_long_subject_with_rare_characters_arrives_as_it_was_written(context: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "_signature.txt").write_text("--\n", encoding="utf-8")
    (folder / "long.txt").write_text(f"件名: {LONG_SUBJECT}\n\n本文\n", encoding="utf-8")
    with mail_settings(context, MailSettings(), content=tmp_path):
        queue_mail("long", to="a@b.jp", key="k", values={}, now=clock.now())
        db.session.commit()
    with smtp_server(context) as box:
        deliver_due(clock.now())
    assert box.messages[0]["Subject"] == LONG_SUBJECT


def test_what_the_server_acknowledged_is_never_sent_again(context: Flask, frozen_clock: FrozenClock) -> None:
    queue_invitation()
    with smtp_server(context) as box:
        box.on_quit = "421 going down"
        for _ in range(4):
            deliver_due(clock.now())
            frozen_clock.advance(hours=30)
    assert len(box.messages) == 1
    assert outbox()[0].sent_at is not None


def test_a_link_that_opens_an_account_is_not_kept_once_sent(context: Flask) -> None:
    queue_invitation()
    with smtp_server(context) as box:
        deliver_due(clock.now())
    assert "t" * 43 in box.messages[0].get_content()
    assert "t" * 43 not in outbox()[0].body


def test_a_dead_server_ends_the_round_and_loses_nothing(context: Flask, frozen_clock: FrozenClock) -> None:
    for number in range(3):
        queue_invitation(f"k{number}")
    with mail_settings(context, MailSettings(port=free_port())):
        assert deliver_due(clock.now()).failed == 1
    assert [mail.tries for mail in outbox()] == [1, 0, 0]
    assert "Refused" in outbox()[0].last_error
    frozen_clock.advance(minutes=1)
    with smtp_server(context) as box:
        assert deliver_due(clock.now()).sent == 3
    assert len(box.messages) == 3


def test_a_silent_server_holds_the_worker_no_longer_than_the_timeout(context: Flask) -> None:
    queue_invitation()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with mail_settings(context, MailSettings(port=silent.getsockname()[1], timeout_seconds=0.2)):
            assert deliver_due(clock.now()).failed == 1
    assert outbox()[0].leased_until is None


def test_a_refused_recipient_does_not_hold_up_the_others(context: Flask) -> None:
    queue_invitation("bad", to="gone@example.jp")
    queue_invitation("good", to="here@example.jp")
    with smtp_server(context) as box:
        box.answer = lambda recipient: "550 no such person" if recipient.startswith("gone") else "250 OK"
        result = deliver_due(clock.now())
    assert (result.sent, result.failed) == (1, 1)
    assert box.recipients == ["here@example.jp"]


def test_after_a_day_of_failures_a_mail_is_given_up_and_shown(context: Flask, frozen_clock: FrozenClock) -> None:
    queue_invitation()
    with mail_settings(context, MailSettings(port=free_port())):
        for _ in range(40):
            deliver_due(clock.now())
            frozen_clock.advance(hours=2)
    mail = outbox()[0]
    assert mail.given_up_at is not None
    assert 10 < mail.tries < 16
    assert summarize_outbox().given_up == 1
    assert [line.id for line in list_mails(only_unsent=True)] == [mail.id]


def test_a_worker_that_dies_between_sending_and_noting_repeats_under_the_same_message_id(
    context: Flask, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_invitation()

    def die(mail_id: int, *, now: object) -> None:
        raise SystemExit

    with smtp_server(context) as box:
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "_note_sent", die)
            with pytest.raises(SystemExit):
                deliver_due(clock.now())
        assert deliver_due(clock.now()).sent == 0, "the lease holds"
        frozen_clock.advance(seconds=LEASE.total_seconds() + 1)
        assert deliver_due(clock.now()).sent == 1
        assert deliver_due(clock.now()).sent == 0
    assert len({message["Message-ID"] for message in box.messages}) == 1


def test_a_busy_database_does_not_make_us_forget_an_acknowledgment(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    queue_invitation()
    real, calls = delivery._note_sent, []

    def busy_once(mail_id: int, *, now: object) -> None:
        calls.append(mail_id)
        if len(calls) == 1:
            raise RuntimeError("database is locked")
        real(mail_id, now=now)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery, "_note_sent", busy_once)
    with smtp_server(context):
        assert deliver_due(clock.now()).sent == 1
    assert outbox()[0].sent_at is not None


def test_workers_side_by_side_send_every_mail_once(app: Flask) -> None:
    with app.app_context():
        for number in range(12):
            queue_invitation(f"k{number}")
    with smtp_server(app) as box:

        def work() -> None:
            with app.app_context():
                deliver_due(clock.now())

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(box.messages) == 12
    assert len({message["Message-ID"] for message in box.messages}) == 12


def test_the_demo_writes_files_a_person_can_read(context: Flask, tmp_path: Path) -> None:
    queue_invitation()
    with mail_settings(context, MailSettings(), is_demo=True, instance=tmp_path):
        assert deliver_due(clock.now()).sent == 1
    files = list((tmp_path / "outbox").iterdir())
    assert [file.suffix for file in files] == [".eml"]
    text = files[0].read_text(encoding="utf-8")
    assert "受講の準備のご案内" in text
    assert f"https://lms.example.jp/invitation/{'t' * 43}" in text


def test_every_template_of_the_product_has_a_subject_and_a_body(app: Flask) -> None:
    from lms.mail.rules import split_template

    for path in sorted((app.extensions["settings"].content / "mail").glob("[!_]*.txt")):
        subject, body = split_template(path.stem, path.read_text(encoding="utf-8"))
        assert subject
        assert body.strip()


def test_the_outbox_names_every_mail_of_a_person(context: Flask) -> None:
    queue_invitation()
    assert db.session.scalars(select(OutgoingMail.to_address)).all() == [line.to_address for line in list_mails()]
