"""Checking a seal: whether a PDF is, byte for byte, what the association sealed. No network, no signing library."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certificates.cms import DerError, SealedParts, first_value, read_parts, signed_attributes, signed_data
from certificates.signatures import WRONG, verify
from certificates.time_stamps import REASONS, check_time_stamp

_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\]")
_HEX = re.compile(rb"<([0-9A-F]+)>")
_STATED = re.compile(
    rb"\n/ByteRange \[[0-9 ]+\] *\n/Type /Sig\n/Filter /Adobe\.PPKLite\n/SubFilter /ETSI\.CAdES\.detached\n"
    rb"/M \(D\\072(\d{14})Z\)\n/Reason \(([0-9A-Za-z\\]+)\)\n"
)
"""What the signer states right behind the signature: the moment, and the reason in UTF-16 with octal escapes."""
_OCTAL = re.compile(rb"\\([0-3][0-7]{2})")
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
    except WRONG:
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
    signed_at, reason = _stated(pdf[end:])
    _check_time_stamp(parts, reason)
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
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise DerError("another kind of key")
    verify(key, signature, signed, hashes.SHA256())


def _check_time_stamp(parts: SealedParts, reason: str) -> None:
    """Raise unless there is exactly the time stamp that the reason tells of: a right one, or none."""
    if reason != REASONS[bool(parts.time_stamp)]:
        raise DerError("a time stamp too many, or none")
    if parts.time_stamp:
        check_time_stamp(parts.time_stamp, parts.signature)


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


def _stated(behind: bytes) -> tuple[datetime, str]:
    """The moment and the reason that the signer states; under the signature like everything else."""
    found = _STATED.match(behind)
    if found is None:
        raise DerError("no moment or reason of signing")
    reason = _OCTAL.sub(lambda escape: bytes((int(escape[1], 8),)), found[2]).decode("utf-16")
    return datetime.strptime(found[1].decode("ascii") + "+0000", "%Y%m%d%H%M%S%z"), reason


def signer_name(certificate: x509.Certificate) -> str:
    """Organization and name of whom a certificate is for, as it has them."""
    subject = certificate.subject
    names = (*subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME), *subject.get_attributes_for_oid(NameOID.COMMON_NAME))
    return " / ".join(str(name.value) for name in names)
