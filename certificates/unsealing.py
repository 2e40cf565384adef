"""Checking a seal: whether a PDF is, byte for byte, what the association sealed. No network, no signing library."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import NameOID

from certificates.cms import DerError, first_value, read_parts, signed_attributes, signed_data

_HALF_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 >> 1
_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\]")
_HEX = re.compile(rb"<([0-9A-F]+)>")
_SIGNED_AT = re.compile(rb"/M \(D\\072(\d{14})Z\)")
_CREDENTIAL = re.compile(rb"<dc:identifier>([^<]{1,2000})</dc:identifier>")


class SealFault(StrEnum):
    """What is wrong with the seal of a PDF."""

    NO_SEAL = "no_seal"
    ADDED = "added"
    """The seal does not reach over the whole file: something was put behind, before or between."""
    CHANGED = "changed"
    """A byte of the PDF or of the seal differs."""
    STRANGER = "stranger"
    """The PDF is as its signer left it, but the signer is not the association."""


@dataclass(frozen=True, slots=True)
class SealReport:
    """What the seal of a PDF says. `signer` and `signed_at` are known when the signature itself holds."""

    fault: SealFault | None
    covers_whole_file: bool = False
    is_intact: bool = False
    signer: str = ""
    signed_at: datetime | None = None
    has_time_stamp: bool = False

    @property
    def is_trusted(self) -> bool:
        """Whether the association sealed exactly this file."""
        return self.fault is None


def check_seal(pdf: bytes, trusted: Sequence[x509.Certificate]) -> SealReport:
    """Whether one of the trusted certificates, or one that a trusted root issued, sealed exactly these bytes.

    Never raises: a file that is no PDF has no seal.
    """
    if b"/ByteRange" not in pdf:
        return SealReport(SealFault.NO_SEAL)
    gap = _find_gap(pdf)
    if gap is None:
        return SealReport(SealFault.ADDED)
    start, end = gap
    try:
        return _check(pdf, start, end, trusted)
    except (DerError, ValueError, InvalidSignature, UnsupportedAlgorithm):
        return SealReport(SealFault.CHANGED, covers_whole_file=True)


def carried_text(pdf: bytes) -> str | None:
    """The QR code's text that a certificate carries in its description; None when there is none, or more than one."""
    found = _CREDENTIAL.findall(pdf)
    return found[0].decode("ascii", "replace").replace("&amp;", "&") if len(found) == 1 else None


def _find_gap(pdf: bytes) -> tuple[int, int] | None:
    """Where the signature stands, if it is the only one and everything else, to the last byte, is under it."""
    found = _RANGE.search(pdf)
    if found is None or pdf.count(b"/ByteRange") != 1:
        return None
    start, end, rest = (int(part) for part in found.groups())
    written = f"/ByteRange [0 {start} {end} {rest}]".encode()
    return (start, end) if found[0] == written and 0 < start < end and end + rest == len(pdf) else None


def _check(pdf: bytes, start: int, end: int, trusted: Sequence[x509.Certificate]) -> SealReport:
    message = _message(pdf[start:end])
    parts = read_parts(message)
    digest = hashlib.sha256(pdf[:start] + pdf[end:]).digest()
    certificate_hash = hashlib.sha256(parts.certificate).digest()
    if signed_data(parts, certificate_hash, digest) != message:
        raise DerError("not the message that belongs to these bytes")
    certificate = x509.load_der_x509_certificate(parts.certificate)
    _verify(certificate, parts.signature, signed_attributes(certificate_hash, digest))
    signed_at = _signed_at(pdf)
    in_time = certificate.not_valid_before_utc <= signed_at <= certificate.not_valid_after_utc
    is_ours = in_time and any(_vouches(anchor, certificate) for anchor in trusted)
    return SealReport(
        None if is_ours else SealFault.STRANGER,
        covers_whole_file=True,
        is_intact=True,
        signer=signer_name(certificate),
        signed_at=signed_at,
        has_time_stamp=bool(parts.time_stamp),
    )


def _message(gap: bytes) -> bytes:
    """The bytes of the message in the gap: capital hexadecimal digits, then nothing but zeros."""
    found = _HEX.fullmatch(gap)
    if found is None or len(found[1]) % 2:
        raise DerError("the signature is written otherwise")
    raw = bytes.fromhex(found[1].decode("ascii"))
    message = first_value(raw)
    if any(raw[len(message) :]):
        raise DerError("something follows the signature")
    return message


def _verify(certificate: x509.Certificate, signature: bytes, signed: bytes) -> None:
    """Raise unless the key of the certificate signed, in the one spelling of the signature."""
    r, s = decode_dss_signature(signature)
    key = certificate.public_key()
    if s > _HALF_ORDER or encode_dss_signature(r, s) != signature or not isinstance(key, ec.EllipticCurvePublicKey):
        raise DerError("the signature is written otherwise")
    if not isinstance(key.curve, ec.SECP256R1):
        raise DerError("another curve")
    key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))


def _vouches(anchor: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Whether the anchor is the certificate itself, or a root that issued it."""
    if anchor == certificate:
        return True
    try:
        is_root = anchor.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(anchor)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return is_root


def _signed_at(pdf: bytes) -> datetime:
    """The moment that the signer states; under the signature like everything else."""
    found = _SIGNED_AT.findall(pdf)
    if not found:
        raise DerError("no moment of signing")
    return datetime.strptime(found[-1].decode("ascii") + "+0000", "%Y%m%d%H%M%S%z")


def signer_name(certificate: x509.Certificate) -> str:
    """Organization and name of whom a certificate is for, as it has them."""
    subject = certificate.subject
    names = (*subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME), *subject.get_attributes_for_oid(NameOID.COMMON_NAME))
    return " / ".join(str(name.value) for name in names)
