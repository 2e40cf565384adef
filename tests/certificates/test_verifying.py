"""``python -m certificates verify``: its outcome and exit code for every kind of file, without app, network or database."""

import io
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from reportlab.pdfgen.canvas import Canvas

from certificates.archive import archived
from certificates.sealing import seal
from certificates.verifying import KeysError, Outcome, PublicKeys, check, main, read_keys
from lms.signing import key_id_of
from tests.certificates.sealed import NOW, own_sealer, spoiled, stamped, with_update
from tests.certificates.test_credential import KEY, OTHER_KEY, PLAIN, signed_by

NUMBER, NAME = PLAIN.number, "高崎 吉辺"
CREDENTIAL = replace(PLAIN, key_id=key_id_of(KEY.public_key()))
TEXT = signed_by(KEY, CREDENTIAL)
KEYS = PublicKeys({CREDENTIAL.key_id: KEY.public_key()}, (own_sealer().anchor,))


def unsealed(text: str = TEXT, number: str = NUMBER) -> bytes:
    """A page that carries a credential as the press writes it."""
    page = io.BytesIO()
    canvas = Canvas(page, invariant=1, lang="ja-JP")
    canvas.setTitle(f"認定証 {number}")
    canvas.drawString(72, 720, number)
    canvas.save()
    return archived(page.getvalue(), b"", text)


def paper(text: str = TEXT, number: str = NUMBER, *, which: int = 1) -> bytes:
    """The page with a seal."""
    return seal(unsealed(text, number), own_sealer(which), signed_at=NOW)


def test_an_untouched_paper_is_genuine() -> None:
    finding = check(paper(), KEYS, name="高崎 吉辺", on=date(2026, 12, 1))
    assert (finding.outcome, finding.does_name_agree) == (Outcome.GENUINE, True)
    assert finding.credential == CREDENTIAL
    assert finding.seal is not None
    assert finding.seal.is_trusted


def test_every_attack_on_a_paper_has_an_outcome_of_its_own() -> None:
    for name, pdf in spoiled(paper()):
        assert check(pdf, KEYS).outcome in (Outcome.SEAL_BROKEN, Outcome.CREDENTIAL_WRONG), name


OTHER_NUMBER = signed_by(KEY, replace(CREDENTIAL, number="JHRMA-CH-2026-0002-8"))
EXPIRED = signed_by(KEY, replace(CREDENTIAL, expires_on=date(2028, 11, 30)))
CASES = {
    "the text alone": (TEXT.encode(), Outcome.NAME_UNCHECKED),
    "the text with white space around": (f"\ufeff {TEXT}\r\n".encode(), Outcome.NAME_UNCHECKED),
    "a text of a stranger": (signed_by(OTHER_KEY, CREDENTIAL).encode(), Outcome.CREDENTIAL_WRONG),
    "rubbish": (b"\xff\xfe\x00", Outcome.CREDENTIAL_WRONG),
    "nothing": (b"", Outcome.CREDENTIAL_WRONG),
    "a paper of a stranger with our credential": (paper(which=2), Outcome.SEAL_STRANGER),
    "a sealed paper with the credential of another certificate": (paper(OTHER_NUMBER), Outcome.NOT_TOGETHER),
    "a sealed paper with a forged credential": (paper(signed_by(OTHER_KEY, CREDENTIAL)), Outcome.CREDENTIAL_WRONG),
    "a paper with something appended": (with_update(paper()), Outcome.SEAL_BROKEN),
    "two credentials in one paper": (paper(f"{TEXT}</dc:identifier><dc:identifier>{TEXT}"), Outcome.CREDENTIAL_WRONG),
    "past its last day": (EXPIRED.encode(), Outcome.EXPIRED),
}


@pytest.mark.parametrize("case", CASES)
def test_the_gravest_outcome_counts(case: str) -> None:
    data, outcome = CASES[case]
    assert check(data, KEYS, on=date(2028, 12, 1)).outcome is outcome


def test_the_name_and_the_day_are_judged_only_when_asked() -> None:
    assert check(TEXT.encode(), KEYS, name="山田").outcome is Outcome.NAME_DIFFERS
    assert check(TEXT.encode(), KEYS).does_name_agree is None
    assert check(EXPIRED.encode(), KEYS, name=NAME).outcome is Outcome.GENUINE
    assert check(EXPIRED.encode(), KEYS, name=NAME, on=date(2028, 11, 30)).outcome is Outcome.GENUINE, "the last day is good"


def test_a_code_copied_onto_a_paper_with_another_name_is_never_called_genuine() -> None:
    assert check(TEXT.encode(), KEYS).outcome is Outcome.NAME_UNCHECKED
    assert check(TEXT.encode(), KEYS, name="別人").outcome is Outcome.NAME_DIFFERS
    assert check(TEXT.encode(), KEYS, name=NAME).outcome is Outcome.GENUINE
    assert check(paper(), KEYS).outcome is Outcome.GENUINE, "a sealed PDF shows the name itself"


def test_the_command_asks_for_the_name_on_the_paper_of_a_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "text").write_text(TEXT)
    assert main([str(folder / "text"), "--keys", str(folder)]) == 17
    said = capsys.readouterr().out
    assert "結果: QRコードは当協会のものです。紙の氏名が同じ人かどうかは、まだ確かめていません" in said
    assert "--name で入力してください" in said
    assert "改変はありません" not in said


def test_the_command_says_what_it_did_not_check_of_a_time_stamp(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "paper.pdf").write_bytes(stamped(unsealed()))
    assert main([str(folder / "paper.pdf"), "--keys", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "時刻認証局の証明書そのものは確かめていません" in said
    assert "発行したときから変わっていません" in said
    assert "1バイトも" not in said, "another service's stamp in its place would not be noticed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of keys as an installation keeps them, with private ones in it, too."""
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / f"{CREDENTIAL.key_id}.pub").write_bytes(public)
    (tmp_path / "seal.crt").write_bytes(own_sealer().anchor.public_bytes(Encoding.PEM))
    (tmp_path / "signing-ed25519.pem").write_text("-----BEGIN PRIVATE KEY-----\nrubbish\n-----END PRIVATE KEY-----\n")
    return tmp_path


def test_the_command_says_it_in_japanese_and_by_its_exit_code(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "paper.pdf").write_bytes(paper())
    given = ["--keys", str(folder)]
    assert main([str(folder / "paper.pdf"), *given, "--name", "高崎吉辺"]) == 0
    said = capsys.readouterr().out
    for words in ("改変はありません", "1バイトも変わっていません", f"認定番号: {NUMBER}", "氏名: 一致します", "失効・再発行"):
        assert words in said
    assert main([str(folder / "paper.pdf"), *given, "--name", "山田"]) == 15
    assert "氏名: 一致しません" in capsys.readouterr().out
    (folder / "paper.pdf").write_bytes(paper() + b"\n")
    assert main([str(folder / "paper.pdf"), *given]) == 12
    assert "書き足されています" in capsys.readouterr().out
    assert main([str(folder / "nothing.pdf"), *given]) == 5
    assert main([str(folder / "paper.pdf"), "--keys", str(folder / "nothing")]) == 6
    assert "公開鍵" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", type("Pipe", (), {"buffer": io.BytesIO(TEXT.encode())}))
    assert main(["-", *given, "--name", NAME]) == 0
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    assert "16 有効期限が切れています" in capsys.readouterr().out


def test_an_expired_text_is_told_to_be_so_without_naming_a_day(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expired = replace(CREDENTIAL, issued_on=date(2019, 4, 1), expires_on=date(2020, 3, 31))
    (folder / "text").write_text(signed_by(KEY, expired))
    given = [str(folder / "text"), "--keys", str(folder), "--name", NAME]
    assert main(given) == Outcome.EXPIRED
    assert "有効期限が切れています" in capsys.readouterr().out
    assert main([*given, "--on", "2020-03-31"]) == Outcome.GENUINE


def test_a_replaced_key_proves_nothing_that_was_issued_after_its_last_day(folder: Path) -> None:
    for day, outcome in ((CREDENTIAL.issued_on, Outcome.GENUINE), (date(2026, 11, 30), Outcome.CREDENTIAL_WRONG)):
        (folder / f"{CREDENTIAL.key_id}.until").write_text(f"until {CREDENTIAL.key_id} {day.isoformat()}\n")
        keys = read_keys(folder)
        assert keys.until == {CREDENTIAL.key_id: day}
        assert check(TEXT.encode(), keys, name=NAME).outcome is outcome
        assert check(paper(), keys).outcome is outcome


def test_keys_come_from_a_folder_or_a_file_and_broken_ones_are_refused(folder: Path, tmp_path: Path) -> None:
    keys = read_keys(folder)
    assert list(keys.credentials) == [CREDENTIAL.key_id]
    assert keys.seals == (own_sealer().anchor,)
    bundle = tmp_path / "all.pem"
    bundle.write_text((folder / f"{CREDENTIAL.key_id}.pub").read_text() + (folder / "seal.crt").read_text())
    assert read_keys(bundle) == keys
    for kind in ("PUBLIC KEY", "CERTIFICATE", "PRIVATE KEY"):
        bundle.write_text(f"-----BEGIN {kind}-----\nrubbish\n-----END {kind}-----\n")
        with pytest.raises(KeysError):
            read_keys(bundle)
    bundle.write_bytes(b"\xff")
    with pytest.raises(KeysError):
        read_keys(bundle)
