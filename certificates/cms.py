"""The one form of CMS in which papers are sealed: written byte by byte, and read only if it is exactly that.

Whoever checks a seal writes the message anew from its few free parts and compares; so there is no byte in it that could be
changed unnoticed, and the offline page does the same with the same few lines.
"""

from dataclasses import dataclass

_INTEGER, OCTETS, _OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
FIRST, _SECOND = 0xA0, 0xA1
_MAX_LENGTH_BYTES = 4


class DerError(ValueError):
    """The bytes are not DER in its one form."""


@dataclass(frozen=True, slots=True)
class SealedParts:
    """The free parts of the message: the signer's certificate, its signature, a time stamp or nothing (all DER)."""

    certificate: bytes
    signature: bytes
    time_stamp: bytes


def signed_attributes(certificate_hash: bytes, digest: bytes) -> bytes:
    """What is signed: the kind of content, the SHA-256 of the PDF's bytes, the SHA-256 of the signer's certificate."""
    names_certificate = tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, tlv(OCTETS, certificate_hash))))
    return tlv(
        SET,
        _attribute(CONTENT_TYPE, _DATA)
        + _attribute(MESSAGE_DIGEST, tlv(OCTETS, digest))
        + _attribute(SIGNING_CERTIFICATE, names_certificate),
    )


def signed_data(parts: SealedParts, certificate_hash: bytes, digest: bytes) -> bytes:
    """The whole message (RFC 5652) with its parts; the PDF itself stands outside of it."""
    sha256 = tlv(SEQUENCE, SHA256)
    serial, issuer = serial_and_issuer(parts.certificate)
    attributes = signed_attributes(certificate_hash, digest)
    stamp = tlv(_SECOND, _attribute(_TIME_STAMP, parts.time_stamp)) if parts.time_stamp else b""
    signer = tlv(
        SEQUENCE,
        ONE
        + tlv(SEQUENCE, issuer + serial)
        + sha256
        + bytes((FIRST,))
        + attributes[1:]
        + tlv(SEQUENCE, _ECDSA_SHA256)
        + tlv(OCTETS, parts.signature)
        + stamp,
    )
    content = ONE + tlv(SET, sha256) + tlv(SEQUENCE, _DATA) + tlv(FIRST, parts.certificate) + tlv(SET, signer)
    return tlv(SEQUENCE, SIGNED_DATA + tlv(FIRST, tlv(SEQUENCE, content)))


def read_parts(message: bytes) -> SealedParts:
    """The free parts of a message. Raises DerError when there are none; whether the rest is ours shows in writing it anew."""
    try:
        _, wrapped = children(content(message))
        fields = children(content(content(wrapped)))
        signer = children(content(content(fields[4])))
        stamp = children(content(content(signer[6])))[1] if len(signer) > 6 else b""
        return SealedParts(content(fields[3]), content(signer[5]), content(stamp) if stamp else b"")
    except (ValueError, IndexError) as error:
        raise DerError("not a sealed message") from error


def serial_and_issuer(certificate: bytes) -> tuple[bytes, bytes]:
    """Serial number and issuer of a certificate, each as it stands there; DerError when they cannot be found."""
    try:
        fields = children(content(children(content(certificate))[0]))
        return fields[1], fields[3]
    except IndexError as error:
        raise DerError("not a certificate") from error


def first_value(data: bytes) -> bytes:
    """The first value of the bytes without what follows it."""
    return data[: _ends(data, 0)[1]]


def content(value: bytes) -> bytes:
    """What stands inside one value that fills the bytes."""
    start, end = _ends(value, 0)
    if end != len(value):
        raise DerError("something follows")
    return value[start:end]


def children(data: bytes) -> list[bytes]:
    """The values that stand one after another in the bytes."""
    found, place = [], 0
    while place < len(data):
        end = _ends(data, place)[1]
        found.append(data[place:end])
        place = end
    return found


def _ends(data: bytes, place: int) -> tuple[int, int]:
    """Where the content of the value at this place begins and ends; lengths in their shortest form only."""
    if place + 2 > len(data) or data[place] & 0x1F == 0x1F:
        raise DerError("no value")
    length, start = data[place + 1], place + 2
    if length >= 0x80:
        count = length - 0x80
        raw = data[start : start + count]
        length, start = int.from_bytes(raw, "big"), start + count
        if not 1 <= count <= _MAX_LENGTH_BYTES or len(raw) < count or raw[0] == 0 or length < 0x80:
            raise DerError("a length in another form")
    if start + length > len(data):
        raise DerError("cut off")
    return start, start + length


def tlv(tag: int, value: bytes) -> bytes:
    """One value in its one form: tag, length, content."""
    size = len(value)
    if size < 0x80:
        return bytes((tag, size)) + value
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 + len(raw))) + raw + value


def _attribute(kind: bytes, value: bytes) -> bytes:
    return tlv(SEQUENCE, kind + tlv(SET, value))


def oid(text: str) -> bytes:
    """The name of a kind of thing, written `1.2.840`, as a value."""
    first, second, *rest = (int(part) for part in text.split("."))
    return tlv(_OID, bytes((40 * first + second,)) + b"".join(_base128(part) for part in rest))


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


ONE, THREE = tlv(_INTEGER, b"\x01"), tlv(_INTEGER, b"\x03")
_DATA = oid("1.2.840.113549.1.7.1")
SIGNED_DATA = oid("1.2.840.113549.1.7.2")
CONTENT_TYPE = oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE = oid("1.2.840.113549.1.9.16.2.47")
_TIME_STAMP = oid("1.2.840.113549.1.9.16.2.14")
SHA256 = oid("2.16.840.1.101.3.4.2.1")
_ECDSA_SHA256 = oid("1.2.840.10045.4.3.2")
