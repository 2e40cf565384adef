"""The seal on a PDF: accepted untouched by us and by others, refused after every change we could think of."""

import io
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from certificates import sealing
from certificates.cms import DerError, children, content, read_parts
from certificates.sealer import Sealer, SealerError, SealingError, make_own_sealer, read_own_sealer, read_pkcs12
from certificates.sealing import seal
from certificates.signatures import ORDERS
from certificates.time_stamps import check_time_stamp, time_stamp
from certificates.unsealing import SealFault, SealReport, check_seal
from tests.certificates.sealed import (
    ASSOCIATION,
    NOW,
    PASSWORD,
    as_pkcs12,
    gap_of,
    message_of,
    on_another_curve,
    own_sealer,
    plain_page,
    sealed_page,
    service_answer,
    spoiled,
    spoiled_stamps,
    stamped_page,
    time_stamp_service,
    with_message,
    with_time_stamp,
)


def ask_pyhanko(pdf: bytes, anchor: x509.Certificate) -> PdfSignatureStatus:
    """What the signing library says of the one signature."""
    root = asn1_x509.Certificate.load(anchor.public_bytes(Encoding.DER))
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=NOW)
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    with ThreadPoolExecutor(max_workers=1) as own_thread:  # a browser at work in this process has an event loop here already
        return own_thread.submit(validate_pdf_signature, signature, context).result()


def check(pdf: bytes, sealer: Sealer | None = None) -> SealReport:
    return check_seal(pdf, [(sealer or own_sealer()).anchor])


def test_a_sealed_paper_is_whole_trusted_and_only_appended_to() -> None:
    pdf = sealed_page()
    report = check(pdf)
    assert (report.fault, report.is_trusted, report.is_intact, report.covers_whole_file) == (None, True, True, True)
    assert report.signer == f"{ASSOCIATION} / 認定証 発行"
    assert report.signed_at == NOW
    assert not report.has_time_stamp
    assert pdf.startswith(plain_page())
    assert b"/TransformMethod /DocMDP" in pdf
    assert b"/P 1\n" in pdf
    assert b"pyHanko" not in pdf, "the description stays as the press wrote it"


def is_accepted_by_pdfsig(pdf: bytes, path: Path) -> bool:
    path.write_bytes(pdf)
    said = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    return "Signature is Valid" in said and "Total document signed" in said


def test_others_accept_it_too(tmp_path: Path) -> None:
    status = ask_pyhanko(sealed_page(), own_sealer().anchor)
    assert status.bottom_line
    assert status.docmdp_ok
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed_page())
    said = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_every_attack_is_refused() -> None:
    names = []
    for name, pdf in spoiled(sealed_page()):
        report = check(pdf)
        assert report.fault in (SealFault.ADDED, SealFault.CHANGED, SealFault.NO_SEAL), name
        assert not report.is_intact, name
        names.append(name)
    assert len(names) == len(set(names)) >= 25


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"not a PDF", plain_page(), plain_page()[:100]])
def test_a_file_without_a_seal_says_so(data: bytes) -> None:
    assert check(data) == SealReport(SealFault.NO_SEAL)


def test_a_seal_of_somebody_of_the_same_name_is_a_strangers() -> None:
    stranger = own_sealer(2)
    pdf = seal(plain_page(), stranger, signed_at=NOW)
    report = check(pdf)
    assert report.fault is SealFault.STRANGER
    assert report.is_intact
    assert report.signer == f"{ASSOCIATION} / 認定証 発行", "the name alone proves nothing"
    assert check_seal(pdf, []).fault is SealFault.STRANGER
    assert check_seal(pdf, [own_sealer().anchor, stranger.anchor]).is_trusted, "after a change of certificates both count"


def test_a_certificate_that_is_no_root_vouches_for_nobody_else() -> None:
    sealer = own_sealer()
    assert check_seal(sealed_page(), [sealer.certificate]).is_trusted, "but for itself"
    assert check_seal(seal(plain_page(), own_sealer(2), signed_at=NOW), [sealer.certificate]).fault is SealFault.STRANGER


def test_no_flipped_bit_stays_unnoticed() -> None:
    flip_bits(sealed_page(), 150, seed=7)


def flip_bits(pdf: bytes, times: int, *, seed: int, sealer: Sealer | None = None) -> None:
    """Flip one random bit at a time, half of them in the signature."""
    luck = random.Random(seed)
    start, end = gap_of(pdf)
    for turn in range(times):
        place = luck.randrange(start, end) if turn % 2 else luck.randrange(len(pdf))
        changed = bytearray(pdf)
        changed[place] ^= 1 << luck.randrange(8)
        assert not check(bytes(changed), sealer).is_trusted, place


def test_the_other_spelling_of_the_same_signature_is_refused() -> None:
    """To r and s belongs the equally valid r and n - s; only the smaller one is ever written."""
    pdf = sealed_page()
    start, end = gap_of(pdf)
    message = bytes.fromhex(pdf[start + 1 : end - 1].decode()).rstrip(b"\0")
    r, s = decode_dss_signature(read_parts(message).signature)
    assert s <= ORDERS["secp256r1"] // 2
    old, new = read_parts(message).signature, encode_dss_signature(r, ORDERS["secp256r1"] - s)
    if len(old) == len(new):  # else lengths around it would change as well, which other attacks cover
        swapped = message.replace(old, new)
        forged = pdf[: start + 1] + swapped.hex().upper().encode().ljust(end - start - 2, b"0") + pdf[end - 1 :]
        assert ask_pyhanko(forged, own_sealer().anchor).intact, "others accept it"
        assert check(forged).fault is SealFault.CHANGED


def test_a_bought_certificate_seals_and_is_trusted_itself_not_its_authority() -> None:
    bought = read_pkcs12(as_pkcs12(own_sealer(3)), PASSWORD)
    assert bought.anchor == bought.certificate == own_sealer(3).certificate
    pdf = seal(plain_page(), bought, signed_at=NOW)
    assert check(pdf, bought).is_trusted
    assert ask_pyhanko(pdf, own_sealer(3).anchor).bottom_line


def test_files_that_cannot_seal_are_refused_in_words() -> None:
    sealer = own_sealer()
    pem = make_own_sealer(ASSOCIATION, now=NOW)
    with pytest.raises(SealerError, match="password is wrong"):
        read_pkcs12(as_pkcs12(sealer), "wrong")
    with pytest.raises(SealerError, match="no PKCS#12"):
        read_pkcs12(b"rubbish", PASSWORD)
    lock = BestAvailableEncryption(PASSWORD.encode())
    with pytest.raises(SealerError, match="no certificate"):
        read_pkcs12(pkcs12.serialize_key_and_certificates(b"x", sealer.key, None, None, lock), PASSWORD)
    with pytest.raises(SealerError, match="P-256"):
        read_pkcs12(as_pkcs12(on_another_curve()), PASSWORD)
    with (
        patch.object(pkcs12, "load_key_and_certificates", side_effect=UnsupportedAlgorithm("RC2")),
        pytest.raises(SealerError, match="AES-256"),
    ):
        read_pkcs12(as_pkcs12(sealer), PASSWORD)
    for broken in ("", pem[:400], pem.split("-----BEGIN CERTIFICATE-----")[0]):
        with pytest.raises(SealerError):
            read_own_sealer(broken)


def test_a_day_outside_the_certificates_time_is_refused() -> None:
    for years in (-6, 31):
        with pytest.raises(SealingError, match="not valid"):
            seal(plain_page(), own_sealer(), signed_at=NOW + timedelta(days=365 * years))


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_a_time_stamp_is_added_when_there_is_a_service(kind: str, tmp_path: Path) -> None:
    pdf = stamped_page(kind)
    report = check(pdf)
    assert report.is_trusted
    assert report.has_time_stamp
    status = ask_pyhanko(pdf, own_sealer().anchor)
    assert status.intact
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.intact
    assert status.timestamp_validity.valid
    assert is_accepted_by_pdfsig(pdf, tmp_path / "stamped.pdf")


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_every_attack_on_a_time_stamp_is_refused(kind: str) -> None:
    names = []
    for name, pdf in spoiled_stamps(kind):
        assert check(pdf) == SealReport(SealFault.CHANGED, covers_whole_file=True), name
        names.append(name)
    assert len(names) == len(set(names)) >= 14


def test_not_even_a_right_time_stamp_can_be_put_in_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_ROOM_FOR_SIGNATURE", 16_384)
    pdf = seal(plain_page(), own_sealer(), signed_at=NOW)
    stamp = time_stamp(sealing._parts(service_answer(pdf)["content"]))
    check_time_stamp(stamp, read_parts(message_of(pdf)).signature)
    assert check(pdf).is_trusted
    assert check(with_time_stamp(pdf, stamp)).fault is SealFault.CHANGED


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
def test_no_byte_of_a_stamped_message_is_free(kind: str) -> None:
    pdf = stamped_page(kind)
    message = message_of(pdf)
    assert check(with_message(pdf, message)).is_trusted
    for place in range(len(message)):
        changed = message[:place] + bytes((message[place] ^ 1 << place % 8,)) + message[place + 1 :]
        assert not check(with_message(pdf, changed)).is_trusted, place


def test_every_attack_on_a_stamped_paper_is_refused_and_no_flipped_bit_stays_unnoticed() -> None:
    for name, pdf in spoiled(stamped_page()):
        assert check(pdf).fault in (SealFault.ADDED, SealFault.CHANGED, SealFault.NO_SEAL), name
    flip_bits(stamped_page(), 150, seed=8)


@pytest.mark.parametrize("answer", [b"", b"rubbish", b"\x30\x03\x02\x01\x02"])
def test_a_service_that_does_not_stamp_stops_the_sealing(answer: bytes) -> None:
    with pytest.raises(SealingError, match="time-stamp"):
        seal(plain_page(), replace(own_sealer(), time_stamp_url="http://127.0.0.1:1/"), signed_at=NOW)
    with time_stamp_service(answer) as url, pytest.raises(SealingError, match="time-stamp"):
        seal(plain_page(), replace(own_sealer(), time_stamp_url=url), signed_at=NOW)


def test_a_sealer_shows_no_key() -> None:
    assert "key=" not in repr(own_sealer())


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x81\x01\x00", b"\x30\x82\x00\x81" + bytes(129), b"\x30\x80\x00\x00", b"\x1f\x01\x00"]
)
def test_only_der_in_its_one_form_is_read(data: bytes) -> None:
    with pytest.raises(DerError):
        content(data)
    with pytest.raises(DerError):
        read_parts(data)


def test_values_that_stand_one_after_another_are_told_apart() -> None:
    assert children(b"\x02\x01\x05\x04\x00") == [b"\x02\x01\x05", b"\x04\x00"]
    with pytest.raises(DerError):
        children(b"\x02\x01\x05\x04")
