"""Issued papers can be checked without us: credential, seal, keys handed out, the offline page, refusals in words."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask
from sqlalchemy import func, select

from certificates.verifying import Outcome, PublicKeys, check, main
from lms import clock
from lms.certification import labels
from lms.certification.models import NumberSeries, PrintedRecord, RegisterEntry
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.register import certificate_pdf
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.services.issuing import issue_certificate
from lms.db.session import db
from lms.sealing import anchor_pem, load_seal
from lms.signing import load_keys
from tests.lms.certification.builders import Builder
from tests.page import PageClient


@pytest.fixture
def paper(build: Builder) -> tuple[bytes, str]:
    """An issued PDF and the text of its QR code."""
    seat, _ = build.issued_seat("髙﨑 𠮷邉")
    with build.app.app_context():
        record = json.loads(db.session.execute(select(PrintedRecord.record)).scalar_one())
        return certificate_pdf(seat.participant_id).body, record["verify_url"]


@pytest.mark.database("sqlite")
def test_a_paper_and_its_code_are_checked_with_the_downloaded_keys_alone(
    client: PageClient, paper: tuple[bytes, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf, text = paper
    answer = client.get("/verify/keys.pem")
    assert "attachment" in answer.headers["Content-Disposition"]
    (tmp_path / "keys.pem").write_bytes(answer.data)
    (tmp_path / "paper.pdf").write_bytes(pdf)
    (tmp_path / "code.txt").write_text(f"\ufeff{text}\r\n")
    for name in ("paper.pdf", "code.txt"):
        command = [str(tmp_path / name), "--keys", str(tmp_path / "keys.pem"), "--name", "高崎　吉辺"]
        assert main(command) == 0
        said = capsys.readouterr().out
        assert "当協会が発行したもので、改変はありません" in said
        assert "氏名: 一致します" in said
        assert "JHRMA-CH-2026-0001-9" in said


@pytest.mark.database("sqlite")
def test_the_qr_code_opens_the_page_of_its_certificate(client: PageClient, paper: tuple[bytes, str]) -> None:
    path = paper[1].partition("#")[0].removeprefix("http://localhost")
    page = client.get(path)
    assert "JHRMA-CH-2026-0001-9" in page.text
    assert paper[1].partition("#")[2] not in page.text


@pytest.mark.database("sqlite")
def test_the_keys_and_the_offline_page_are_handed_out(client: PageClient, app: Flask) -> None:
    page = client.get("/verify/keys").text
    assert app.extensions["signing"].key_id in page
    assert "ルート証明書" in page
    certificate = x509.load_pem_x509_certificate(client.get("/verify/seal.crt").data)
    assert certificate == app.extensions["seal"].anchors[0]
    assert certificate.fingerprint(SHA256()).hex(" ", 2).upper() in page
    offline = client.get("/verify/offline")
    assert offline.headers["Content-Disposition"].startswith("attachment")
    assert app.extensions["signing"].key_id in offline.text
    assert not re.search(r"""(src|href)=["']|https?://(?!localhost/verify)[a-z]""", offline.text.partition("<script type")[0])
    printed = app.test_cli_runner().invoke(args=["register", "verifier"])
    assert printed.output.strip() == offline.text.strip()


def test_a_service_that_gives_no_stamp_leaves_no_number_taken(build: Builder) -> None:
    participant_id = build.approved_seat().participant_id
    seal = build.app.extensions["seal"]
    build.app.extensions["seal"] = replace(seal, sealer=replace(seal.sealer, time_stamp_url="http://127.0.0.1:1/"))
    try:
        with build.app.app_context():
            with pytest.raises(CertificationRefused) as refused:
                issue_certificate(participant_id, by=build.proposer, now=clock.now())
            assert refused.value.reason is Refusal.SEAL_FAILED
            assert "番号も使っていません" in labels.refusal(refused.value)
            assert db.session.scalar(select(func.count()).select_from(RegisterEntry)) == 0
            assert db.session.scalar(select(func.sum(NumberSeries.last_serial))) in (None, 0)
    finally:
        build.app.extensions["seal"] = seal
    with build.app.app_context():
        assert issue_certificate(participant_id, by=build.proposer, now=clock.now()) == "JHRMA-CH-2026-0001-9"
        assert list_register_problems() == []


@pytest.mark.database("sqlite")
def test_papers_of_before_a_change_of_keys_are_still_recognized(
    client: PageClient, app: Flask, paper: tuple[bytes, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf, text = paper
    changed = replace(app.extensions["settings"], instance=tmp_path)
    changed.keys.mkdir()
    (changed.keys / "before.pub").write_text(next(iter(app.extensions["signing"].public_keys().values())))
    (changed.keys / "before.crt").write_text(anchor_pem(app.extensions["seal"].sealer.anchor))
    monkeypatch.setitem(app.extensions, "signing", load_keys("", changed.keys))
    monkeypatch.setitem(app.extensions, "seal", load_seal(changed, now=clock.now()))
    keys = PublicKeys(app.extensions["signing"].verifying_keys(), app.extensions["seal"].anchors)
    assert len(keys.credentials) == len(keys.seals) == 2
    assert check(pdf, keys, name="高崎吉辺").outcome is Outcome.GENUINE
    assert check(text.encode(), keys, name="高崎吉辺").outcome is Outcome.GENUINE
    page = client.get("/verify/keys").text
    assert page.count("(以前の鍵)") == page.count("(以前の証明書)") == 1
