"""``python -m certificates verify``: a QR code's text or a PDF, checked with public keys only: no network, no database."""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import IntEnum
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from certificates.credential import Credential, name_agrees, verify_credential
from certificates.unsealing import SealFault, SealReport, carried_text, check_seal

MAX_FILE_BYTES = 20 * 1024 * 1024
KEY_ID_LENGTH = 16
_PDF_STARTS = b"%PDF-"
_UNTIL = re.compile(r"^until ([0-9a-f]{16}) (\d{4}-\d\d-\d\d)$", re.MULTILINE)
_JAPAN = timezone(timedelta(hours=9))


class Outcome(IntEnum):
    """How a check ended, most grave first; the values are the exit codes."""

    GENUINE = 0
    NO_FILE = 5
    NO_KEYS = 6
    CREDENTIAL_WRONG = 10
    SEAL_MISSING = 11
    SEAL_BROKEN = 12
    SEAL_STRANGER = 13
    NOT_TOGETHER = 14
    NAME_DIFFERS = 15
    EXPIRED = 16
    NAME_UNCHECKED = 17
    """A QR code alone, without a name: it may have been copied onto a paper with another one."""


class KeysError(Exception):
    """The public keys cannot be used; the message is a Japanese sentence."""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What is needed to recognize the association: the keys of credentials by id, the certificates of seals."""

    credentials: Mapping[str, Ed25519PublicKey]
    seals: tuple[x509.Certificate, ...]
    until: Mapping[str, date] = field(default_factory=dict)
    """The last day of each key that was replaced: nothing issued later was signed by it rightly."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a check; `seal` is None for the text of a QR code alone, `does_name_agree` when no name was asked for."""

    outcome: Outcome
    credential: Credential | None = None
    seal: SealReport | None = None
    does_name_agree: bool | None = None


def check(data: bytes, keys: PublicKeys, *, name: str = "", on: date | None = None) -> Finding:
    """Check a PDF or the text of a QR code, and with a name whether it is the certified one.

    ``on`` is the day for which the expiry is judged; without it the expiry is not judged. The gravest outcome counts.
    """
    is_pdf = data.startswith(_PDF_STARTS)
    text = carried_text(data) if is_pdf else _as_text(data)
    credential = verify_credential(text, keys.credentials, keys.until) if text else None
    seal = check_seal(data, keys.seals) if is_pdf else None
    agrees = name_agrees(credential, name) if credential and name else None
    outcomes = list(_outcomes(data, credential, seal, agrees, on))
    return Finding(min(outcomes, default=Outcome.GENUINE), credential, seal, agrees)


def _outcomes(
    data: bytes, credential: Credential | None, seal: SealReport | None, agrees: bool | None, on: date | None
) -> Iterator[Outcome]:
    """Everything that is wrong."""
    if credential is None:
        yield Outcome.CREDENTIAL_WRONG
    if seal is not None and seal.fault is not None:
        yield _SEAL_OUTCOMES[seal.fault]
    if credential is None:
        return
    if seal is not None and not _is_about(data, credential):
        yield Outcome.NOT_TOGETHER
    if agrees is False:
        yield Outcome.NAME_DIFFERS
    if on and credential.expires_on and credential.expires_on < on:
        yield Outcome.EXPIRED
    if seal is None and agrees is None:
        yield Outcome.NAME_UNCHECKED


_SEAL_OUTCOMES = {
    SealFault.NO_SEAL: Outcome.SEAL_MISSING,
    SealFault.ADDED: Outcome.SEAL_BROKEN,
    SealFault.CHANGED: Outcome.SEAL_BROKEN,
    SealFault.STRANGER: Outcome.SEAL_STRANGER,
}


def _is_about(pdf: bytes, credential: Credential) -> bool:
    """Whether the title in the PDF's description names the number of the credential."""
    return f" {credential.number}</rdf:li>".encode() in pdf


def _as_text(data: bytes) -> str:
    """What was pasted, without the white space around it; bytes that are no text become something that is no credential."""
    return data.decode("utf-8", "replace").removeprefix("\ufeff").strip()


def read_keys(place: Path) -> PublicKeys:
    """The public keys in a file, or in all `*.pub`, `*.crt` and `*.pem` files of a folder; private keys are passed over.

    A line `until ID DATE` tells the last day of a key that was replaced; in a folder such lines are in `*.until` files.

    Raises KeysError when there is none, or a block cannot be read.
    """
    try:
        suffixes = {".pub", ".crt", ".pem", ".until"}
        files = sorted(path for path in place.iterdir() if path.suffix in suffixes) if place.is_dir() else [place]
        texts = [path.read_text(encoding="ascii") for path in files]
        blocks = [block for text in texts for block in _blocks(text)]
        until = {key_id: date.fromisoformat(day) for text in texts for key_id, day in _UNTIL.findall(text)}
    except (OSError, ValueError) as error:
        raise KeysError(f"公開鍵({place})を読めません。照会ページの「公開鍵」からダウンロードしてください。") from error
    credentials = dict(_credential_key(block) for block in blocks if "BEGIN PUBLIC KEY" in block)
    seals = tuple(_seal_certificate(block) for block in blocks if "BEGIN CERTIFICATE" in block)
    if not credentials and not seals:
        raise KeysError(f"公開鍵({place})が見つかりません。照会ページの「公開鍵」からダウンロードしてください。")
    return PublicKeys(credentials, seals, until)


def _blocks(text: str) -> Iterator[str]:
    """The PEM blocks of a text."""
    for part in text.split("-----BEGIN ")[1:]:
        yield "-----BEGIN " + part


def _credential_key(pem: str) -> tuple[str, Ed25519PublicKey]:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeysError("公開鍵の形が正しくありません。もう一度ダウンロードしてください。")
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return sha256(raw).hexdigest()[:KEY_ID_LENGTH], key


def _seal_certificate(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise KeysError("証明書の形が正しくありません。もう一度ダウンロードしてください。") from None


def main(arguments: list[str] | None = None) -> int:
    """Check a file and say in Japanese what came of it; return the exit code that the help tells of."""
    options = _parser().parse_args(arguments)
    try:
        keys = read_keys(options.keys)
        data = _read(options.file)
    except KeysError as error:
        return _say(Outcome.NO_KEYS, str(error))
    except OSError:
        return _say(Outcome.NO_FILE, f"{options.file} を読めません。")
    if len(data) > MAX_FILE_BYTES:
        return _say(Outcome.NO_FILE, f"{options.file} は大きすぎます(20MBまで)。")
    day = options.on or datetime.now(_JAPAN).date()  # noqa: TID251  # a command that runs without the app and its clock
    finding = check(data, keys, name=options.name.strip(), on=day)
    sys.stdout.write("".join(line + "\n" for line in _report(finding)))
    return finding.outcome


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    with Path(file).open("rb") as opened:
        return opened.read(MAX_FILE_BYTES + 1)


def _say(outcome: Outcome, sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return outcome


def _parser() -> argparse.ArgumentParser:
    codes = "\n".join(f"  {outcome.value:2} {_HEADLINE[outcome]}" for outcome in Outcome)
    parser = argparse.ArgumentParser(
        prog="python -m certificates verify",
        description="認定証のPDF、またはQRコードの文字列を、通信もデータベースも使わずに確かめます。",
        epilog=f"終了コード:\n{codes}\n   2 使い方の誤り",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="PDF、またはQRコードの文字列を書いたファイル。- なら標準入力")
    keys = "公開鍵のファイル、またはフォルダー(既定: instance/keys)"
    parser.add_argument("--keys", type=Path, metavar="DIR|FILE", default=Path("instance/keys"), help=keys)
    name = "認定証の氏名と一致するかどうかも確かめます。QRコードの文字列だけのときは必要です"
    parser.add_argument("--name", metavar="NAME", default="", help=name)
    day = "この日に有効期限の内かどうかを確かめます(例: 2026-12-01。既定: 日本の今日)"
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", default=None, help=day)
    return parser


def _report(finding: Finding) -> Iterator[str]:
    yield f"結果: {_HEADLINE[finding.outcome]}"
    yield f"QRコードの内容: {'当協会の署名です' if finding.credential else '当協会の署名ではないか、書き換えられています'}"
    if finding.seal:
        yield from _seal_lines(finding.seal)
    if finding.credential:
        yield from _credential_lines(finding.credential)
    if finding.does_name_agree is not None:
        yield f"氏名: {'一致します' if finding.does_name_agree else '一致しません'}"
    elif finding.credential and not finding.seal:
        yield "氏名: 入力されていません。--name で入力してください"
    yield "いま有効かどうか(失効・再発行など)は、ここでは分かりません。照会ページで確かめてください。"


def _seal_lines(seal: SealReport) -> Iterator[str]:
    yield f"PDFの電子署名: {_STAMPED_WORDS if seal.is_trusted and seal.has_time_stamp else _SEAL_WORDS[seal.fault]}"
    if seal.is_intact and seal.signed_at:
        yield f"署名した人: {seal.signer}  署名した日時: {seal.signed_at:%Y-%m-%d %H:%M} UTC"
    if seal.has_time_stamp:
        yield "タイムスタンプ: この署名に付けられたものです。時刻認証局の証明書そのものは確かめていません"


def _credential_lines(credential: Credential) -> Iterator[str]:
    version = f"(第{credential.version}版)" if credential.version > 1 else ""
    yield f"認定番号: {credential.number}{version}"
    yield f"認定資格: {credential.qualification}"
    yield f"発行日: {credential.issued_on}  有効期限: {credential.expires_on or '有効期限なし'}"
    if credential.is_sample:
        yield "見本です。実在の人物の認定を示すものではありません。"


_SEAL_WORDS = {
    None: "当協会の署名です。発行したときから1バイトも変わっていません",
    SealFault.NO_SEAL: "ありません",
    SealFault.ADDED: "署名のあとに、書き足されています",
    SealFault.CHANGED: "発行したものから書き換えられています",
    SealFault.STRANGER: "当協会の署名ではありません",
}

_STAMPED_WORDS = "当協会の署名です。発行したときから変わっていません"

_HEADLINE = {
    Outcome.GENUINE: "当協会が発行したもので、改変はありません",
    Outcome.NO_FILE: "ファイルを読めません",
    Outcome.NO_KEYS: "公開鍵がありません",
    Outcome.CREDENTIAL_WRONG: "当協会が発行したものと確かめられません",
    Outcome.SEAL_MISSING: "PDFに電子署名がありません",
    Outcome.SEAL_BROKEN: "PDFが書き換えられています",
    Outcome.SEAL_STRANGER: "PDFの電子署名が当協会のものではありません",
    Outcome.NOT_TOGETHER: "PDFとQRコードの内容が、別の認定証のものです",
    Outcome.NAME_DIFFERS: "氏名が一致しません",
    Outcome.EXPIRED: "有効期限が切れています",
    Outcome.NAME_UNCHECKED: "QRコードは当協会のものです。紙の氏名が同じ人かどうかは、まだ確かめていません",
}
