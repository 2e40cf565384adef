"""Proof: no changed byte of a QR code or of a sealed PDF is accepted, by us, by the command, or offline in a browser."""

import base64
import hashlib
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page

from certificates.codes import new_token
from certificates.credential import SIGNED_PREFIX, Credential, make_credential, name_tag, verify_credential
from certificates.names import fold_name
from certificates.press import press
from certificates.record import CertificateRecord, record_from_json
from certificates.sealing import seal
from certificates.unsealing import check_seal
from certificates.verifier import offline_page
from certificates.verifying import Outcome, PublicKeys, check
from lms.signing import key_id_of
from tests.certificates.sealed import (
    ASSOCIATION,
    NOW,
    gap_of,
    message_of,
    own_sealer,
    spoiled,
    spoiled_stamps,
    stamped,
    stamped_page,
)
from tests.certificates.test_sealing import ask_pyhanko, is_accepted_by_pdfsig
from tests.databases import ROOT

PAPERS = 200
FLIPS_OF_A_PAPER = 24
FLIPS_OF_CODES = 10_000
STAMPED_PAPERS = 20
"""Papers with a time stamp besides."""
KEY, OTHER_KEY, EARLIER_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([each]) * 32) for each in (1, 2, 3))
KEYS = PublicKeys({key_id_of(key.public_key()): key.public_key() for key in (KEY, EARLIER_KEY)}, (own_sealer().anchor,))
NAMES = ("髙﨑 𠮷邉", "山田 太郎", "José Müller-Straße", "イナㇷ゚ 花子", "渡邊󠄀 辻󠄀子")

pytestmark = [pytest.mark.proof, pytest.mark.timeout(400)]


def plain_record(serial: int) -> CertificateRecord:
    record = record_from_json((ROOT / "certificates" / "sample.json").read_bytes())
    return replace(record, number=f"SAMPLE-CH-2026-{serial:04d}-0", holder_name=NAMES[serial % len(NAMES)])


def code_of(record: CertificateRecord, key: Ed25519PrivateKey = KEY, *, serial: int = 0) -> str:
    """The text of the record's QR code."""
    secret = hashlib.sha256(serial.to_bytes(4, "big")).digest()[:16]
    credential = Credential(
        key_id=key_id_of(key.public_key()),
        number=record.number,
        version=record.version,
        issued_on=record.issued_on,
        expires_on=record.expires_on,
        qualification=record.qualification,
        is_sample=record.is_sample,
        name_tag=name_tag(secret, record.holder_name),
        token=secret,
    )
    address = f"https://nintei.example.jp/verify/{new_token(lambda _size: secret)}"
    return make_credential(credential, address, lambda message: key.sign(SIGNED_PREFIX + message))


def issue(serial: int, fonts: Path, key: Ed25519PrivateKey = KEY, *, sealer: int = 1) -> tuple[bytes, str]:
    """A paper as it is issued, and the text of its QR code."""
    unsealed, text = pressed(serial, fonts, key)
    return seal(unsealed, own_sealer(sealer), signed_at=NOW), text


def pressed(serial: int, fonts: Path, key: Ed25519PrivateKey = KEY) -> tuple[bytes, str]:
    """A paper before it is sealed, and the text of its QR code."""
    record = plain_record(serial)
    text = code_of(record, key, serial=serial)
    return press(replace(record, verify_url=text), fonts), text


def test_no_flipped_bit_of_a_code_is_accepted() -> None:
    luck, seen = random.Random(50), Counter[str]()
    texts = [code_of(plain_record(serial), serial=serial) for serial in range(20)]
    for turn in range(FLIPS_OF_CODES):
        raw = bytearray(texts[turn % len(texts)], "ascii")
        raw[luck.randrange(len(raw))] ^= 1 << luck.randrange(8)
        accepted = verify_credential(raw.decode("latin-1"), KEYS.credentials)
        is_genuine = check(bytes(raw), KEYS).outcome in (Outcome.GENUINE, Outcome.NAME_UNCHECKED)
        seen["accepted" if accepted or is_genuine else "refused"] += 1
    print(f"flipped bits of QR codes: {seen}")
    assert seen == {"refused": FLIPS_OF_CODES}
    assert all(verify_credential(text, KEYS.credentials) for text in texts)
    assert verify_credential(code_of(plain_record(1), OTHER_KEY), KEYS.credentials) is None
    assert verify_credential(code_of(plain_record(1), EARLIER_KEY), KEYS.credentials)


def test_no_changed_byte_of_a_paper_is_accepted_and_untouched_ones_are_by_everybody(font_folder: Path, tmp_path: Path) -> None:
    luck, seen = random.Random(51), Counter[str]()
    for serial in range(PAPERS):
        pdf, _ = issue(serial, font_folder)
        assert check(pdf, KEYS, name=NAMES[serial % len(NAMES)]).outcome is Outcome.GENUINE
        seen["pyHanko accepts"] += ask_pyhanko(pdf, own_sealer().anchor).bottom_line
        seen["pdfsig accepts"] += is_accepted_by_pdfsig(pdf, tmp_path / "paper.pdf")
        seen.update(answers_to_changes(pdf, luck))
    print(f"sealed papers: {seen}")
    assert seen == {"pyHanko accepts": PAPERS, "pdfsig accepts": PAPERS, "changed and refused": PAPERS * FLIPS_OF_A_PAPER}


def test_no_changed_byte_of_a_paper_with_a_time_stamp_is_accepted(font_folder: Path, tmp_path: Path) -> None:
    luck, seen = random.Random(54), Counter[str]()
    for serial in range(STAMPED_PAPERS):
        kind = ("rsa", "p256", "p384")[serial % 3]
        pdf = stamped(pressed(serial, font_folder)[0], kind)
        assert check(pdf, KEYS, name=NAMES[serial % len(NAMES)]).outcome is Outcome.GENUINE
        status = ask_pyhanko(pdf, own_sealer().anchor)
        assert status.timestamp_validity is not None
        seen["pyHanko accepts"] += status.intact and status.valid and status.timestamp_validity.valid
        seen["pdfsig accepts"] += is_accepted_by_pdfsig(pdf, tmp_path / "paper.pdf")
        seen.update(answers_to_changes(pdf, luck))
    print(f"sealed papers with a time stamp: {seen}")
    many = STAMPED_PAPERS
    assert seen == {"pyHanko accepts": many, "pdfsig accepts": many, "changed and refused": many * FLIPS_OF_A_PAPER}


def answers_to_changes(pdf: bytes, luck: random.Random) -> Iterator[str]:
    """What is said of the paper with one byte changed, for every place."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    for place in places(pdf, luck):
        changed = bytearray(pdf)
        changed[place] ^= luck.randrange(1, 256)
        assert hashlib.sha256(changed).hexdigest() != sha256
        is_accepted = check_seal(bytes(changed), KEYS.seals).is_trusted or check(bytes(changed), KEYS).outcome is Outcome.GENUINE
        yield "changed and accepted" if is_accepted else "changed and refused"


def places(pdf: bytes, luck: random.Random) -> Iterator[int]:
    """Where to change a byte: anywhere, in the message, in the whole gap for it, in what was appended with it."""
    start, end = gap_of(pdf)
    message = (start, start + 2 * len(message_of(pdf)))
    for turn in range(FLIPS_OF_A_PAPER):
        yield luck.randrange(*((0, len(pdf)), message, (start, end), (start - 800, len(pdf)))[turn % 4])


@pytest.fixture
def offline(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    """The offline page opened from disk in a browser whose network is cut; the list of what it asked for."""
    file = tmp_path / "verifier.html"
    page = offline_page(
        association=ASSOCIATION,
        verify_url="https://nintei.example.jp/verify",
        made_on=date(2026, 12, 1),
        keys=KEYS.credentials,
        anchors=KEYS.seals,
        until={key_id_of(EARLIER_KEY.public_key()): date(2026, 12, 1)},
    )
    file.write_text(page, encoding="utf-8")
    context = browser.new_context(locale="ja-JP")
    context.set_offline(True)
    opened, asked = context.new_page(), list[str]()
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: asked.append(f"error: {error}"))
    opened.goto(file.as_uri())
    asked.clear()
    yield opened, asked
    context.close()


def ask(page: Page, *, text: str = "", pdf: bytes = b"", name: str = "") -> str:
    """The headline of the outcome."""
    page.get_by_role("button", name="入力を消す").click()
    page.get_by_label("氏名").fill(name)
    page.get_by_label("QRコードの文字列").fill(text)
    if pdf:
        page.get_by_label("認定証のPDF").set_input_files({"name": "認定証.pdf", "mimeType": "application/pdf", "buffer": pdf})
    else:
        page.get_by_role("button", name="確かめる").click()
    headline = page.locator("#result h2")
    headline.wait_for()
    return headline.inner_text()


def test_the_offline_page_needs_no_network_and_accepts_nothing_changed(
    offline: tuple[Page, list[str]], font_folder: Path
) -> None:
    page, asked = offline
    genuine, seen = "当協会が発行したもので、改変はありません", Counter[str]()
    pdf, text = issue(0, font_folder)
    assert ask(page, text=text) == "QRコードは当協会のものです", "it may be copied onto a paper with another name"
    assert "紙の氏名が同じ人かどうかは、まだ確かめていません。" in page.locator("#result").inner_text()
    assert ask(page, text=f" {text}\n", name="高崎吉辺") == genuine
    assert ask(page, pdf=pdf) == genuine
    assert ask(page, pdf=pdf, name="高崎吉辺") == genuine
    assert plain_record(0).number in page.locator("#result").inner_text()
    assert ask(page, pdf=pdf, text=text) == genuine
    assert ask(page, text=code_of(plain_record(1), EARLIER_KEY), name=NAMES[1]) == genuine
    assert ask(page, text=text, name="高崎") == "氏名が一致しません"
    assert ask(page, pdf=pdf, name="山田太郎") == "氏名が一致しません"
    assert ask(page, pdf=pdf, text=code_of(plain_record(1))) == "別の認定証のものです"
    assert ask(page, pdf=issue(0, font_folder, OTHER_KEY)[0]) == "当協会が発行したものと確かめられません"
    assert ask(page, pdf=issue(0, font_folder, sealer=2)[0]) == "PDFの電子署名が当協会のものではありません"
    wrapped = seal(press(replace(plain_record(0), verify_url=code_of(plain_record(1))), font_folder), own_sealer(), signed_at=NOW)
    assert ask(page, pdf=wrapped) == "別の認定証のものです"
    for name, spoiled_pdf in spoiled(pdf):
        headline = ask(page, pdf=spoiled_pdf)
        assert headline != genuine, name
        seen[headline] += 1
    luck = random.Random(52)
    for place in places(pdf, luck):
        changed = bytearray(pdf)
        changed[place] ^= luck.randrange(1, 256)
        seen["changed PDF accepted" if ask(page, pdf=bytes(changed)) == genuine else "changed PDF refused"] += 1
    verify_in_page = accept_in_page(page)
    flipped = [flip(text, luck) for _ in range(1000)]
    seen["flipped code accepted"] = sum(verify_in_page(flipped))
    assert verify_in_page([text]) == [True]
    print(f"offline in the browser: {seen}; asked of the network: {len(asked)}")
    assert seen["changed PDF refused"] == FLIPS_OF_A_PAPER
    assert seen["flipped code accepted"] == seen["changed PDF accepted"] == 0
    assert asked == []
    assert page.get_by_text("ここでは分からないこと").is_visible()


def test_the_offline_page_leaves_no_byte_of_a_time_stamp_free(offline: tuple[Page, list[str]], font_folder: Path) -> None:
    page, asked = offline
    genuine, luck, seen = "当協会が発行したもので、改変はありません", random.Random(55), Counter[str]()
    for kind in ("rsa", "p256", "p384"):
        pdf = stamped(pressed(0, font_folder)[0], kind)
        assert ask(page, pdf=pdf) == genuine
        assert "時刻認証局の証明書そのものは確かめていません" in page.locator("#result").inner_text()
        for place in places(pdf, luck):
            changed = bytearray(pdf)
            changed[place] ^= luck.randrange(1, 256)
            seen["changed PDF accepted" if ask(page, pdf=bytes(changed)) == genuine else "changed PDF refused"] += 1
        small = stamped_page(kind)
        assert faults_in_page(page, [small]) == [""]
        attacks = dict(spoiled_stamps(kind))
        for name, fault in zip(attacks, faults_in_page(page, list(attacks.values())), strict=True):
            assert fault == "changed", name
        faults = faults_of_each_byte(page, small)
        seen["bytes of messages"] += len(faults)
        assert set(faults) == {"changed"}
    print(f"offline in the browser, with a time stamp: {seen}")
    assert seen["changed PDF refused"] == 3 * FLIPS_OF_A_PAPER
    assert seen["bytes of messages"] > 3000
    assert asked == []


def faults_in_page(page: Page, papers: list[bytes]) -> list[str]:
    """The fault of the seal of each paper by the page's own check."""
    each = "for (const given of papers) faults.push((await checkSeal(bytesOf(given), lettersOf(given), anchors)).fault);"
    return list(run_in_page(page, each, [base64.b64encode(pdf).decode("ascii") for pdf in papers]))


def faults_of_each_byte(page: Page, pdf: bytes) -> list[str]:
    """The fault of the seal, by the page's own check, for every byte of its message when that one is changed."""
    start, size = gap_of(pdf)[0] + 1, len(message_of(pdf))
    each = f"""const pdf = bytesOf(papers[0]);
    for (let place = 0; place < {size}; place++) {{
        const at = {start} + 2 * place;
        const changed = pdf.slice();
        const byte = parseInt(String.fromCharCode(pdf[at], pdf[at + 1]), 16) ^ (1 << place % 8);
        changed.set(utf8.encode(byte.toString(16).toUpperCase().padStart(2, "0")), at);
        faults.push((await checkSeal(changed, asLetters(changed), anchors)).fault);
    }}"""
    return list(run_in_page(page, each, [base64.b64encode(pdf).decode("ascii")]))


def run_in_page(page: Page, each: str, papers: list[str]) -> list[str]:
    """What a loop over papers finds with the page's own scripts in its scope."""
    names = ("bytes.js", "der.js", "seal.js", "stamp.js")
    script = "\n".join((ROOT / "certificates" / "verifier" / name).read_text(encoding="utf-8") for name in names)
    known = """const { anchors } = JSON.parse(document.getElementById('given').textContent);
        const lettersOf = (paper) => atob(paper);
        const bytesOf = (paper) => Uint8Array.from(lettersOf(paper), (letter) => letter.charCodeAt(0));"""
    return list(page.evaluate(f"async (papers) => {{ {script}\n{known}\nconst faults = []; {each} return faults; }}", papers))


def flip(text: str, luck: random.Random) -> str:
    raw = bytearray(text, "ascii")
    raw[luck.randrange(len(raw))] ^= 1 << luck.randrange(8)
    return raw.decode("latin-1")


def accept_in_page(page: Page) -> Callable[[list[str]], list[bool]]:
    """The page's own check of many texts at once: its script in a scope that can be called."""
    folder = ROOT / "certificates" / "verifier"
    script = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("bytes.js", "der.js", "credential.js"))
    keys = "JSON.parse(document.getElementById('given').textContent).keys"
    each = f"for (const text of texts) found.push(!!(await verifyCredential(text, {keys})));"
    body = f"async (texts) => {{ {script}\nconst found = []; {each} return found; }}"
    return lambda texts: list(page.evaluate(body, texts))


def test_the_offline_page_believes_a_replaced_key_up_to_its_last_day(offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    for day, headline in ((1, "当協会が発行したもので、改変はありません"), (2, "当協会が発行したものと確かめられません")):
        text = code_of(replace(plain_record(1), issued_on=date(2026, 12, day)), EARLIER_KEY)
        assert ask(page, text=text, name=NAMES[1]) == headline
    text = code_of(replace(plain_record(1), issued_on=date(2026, 12, 2)))
    assert "改変はありません" in ask(page, text=text, name=NAMES[1])


def test_both_languages_fold_names_alike(offline: tuple[Page, list[str]]) -> None:
    luck = random.Random(53)
    # Characters younger than the Unicode of this Python may fold in the browser only; no name was certified with them.
    every = [chr(code) for code in range(0x30000) if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    names = [*NAMES, *("".join(luck.choices(every, k=8)) for _ in range(5000))]
    folder = ROOT / "certificates" / "verifier"
    script = "\n".join((folder / name).read_text(encoding="utf-8") for name in ("bytes.js", "der.js", "credential.js"))
    body = (
        f"(names) => {{ {script}\nconst folding = JSON.parse(document.getElementById('given').textContent).folding; "
        "return names.map((name) => foldName(name, folding)); }"
    )
    folded = offline[0].evaluate(body, names)
    differing = [name for name, other in zip(names, folded, strict=True) if fold_name(name) != other]
    print(f"names folded differently by the two languages: {len(differing)} of {len(names)}")
    assert differing == []


def test_the_offline_page_is_accessible_and_works_by_keyboard(offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    text = code_of(plain_record(0))
    page.keyboard.press("Tab")
    page.keyboard.insert_text(text)
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#result h2").wait_for()
    assert page.locator("#result").get_attribute("aria-live") == "polite"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
