"""The one form of the time stamp (RFC 3161) on a seal: the press writes the service's answer anew, and only that is read.

What the service signed stays as it is. What its answer carries besides, and nobody signed (certificates of its authorities,
lists of revoked ones, remarks), is left out, so that no byte of a stamp could be changed unnoticed either. Whether the
service is one that deserves trust is not checked: its certificate is taken as it comes.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from certificates.cms import (
    CONTENT_TYPE,
    FIRST,
    MESSAGE_DIGEST,
    OCTETS,
    ONE,
    SEQUENCE,
    SET,
    SHA256,
    SIGNED_DATA,
    SIGNING_CERTIFICATE,
    THREE,
    DerError,
    children,
    content,
    oid,
    serial_and_issuer,
    tlv,
)
from certificates.signatures import verify

REASONS = {False: "認定証の発行", True: "認定証の発行(タイムスタンプ付き)"}
"""The reason that a seal states, without and with a time stamp: under the signature, so that no stamp is taken away or put in."""

_MOMENT = 0x18
_STATEMENT = oid("1.2.840.113549.1.9.16.1.4")
_OLD_SIGNING_CERTIFICATE = oid("1.2.840.113549.1.9.16.2.12")
_SHA1, _SHA384, _SHA512 = oid("1.3.14.3.2.26"), oid("2.16.840.1.101.3.4.2.2"), oid("2.16.840.1.101.3.4.2.3")
_DIGESTS: Mapping[bytes, hashes.HashAlgorithm] = {SHA256: hashes.SHA256(), _SHA384: hashes.SHA384(), _SHA512: hashes.SHA512()}
_ECDSA = {
    SHA256: oid("1.2.840.10045.4.3.2"),
    _SHA384: oid("1.2.840.10045.4.3.3"),
    _SHA512: oid("1.2.840.10045.4.3.4"),
}
_RSA = tlv(SEQUENCE, oid("1.2.840.113549.1.1.1") + b"\x05\x00")


@dataclass(frozen=True, slots=True)
class StampParts:
    """The free parts of a stamp, all DER but the signature: what the service states, signed attributes, its certificate."""

    digest: bytes
    """The kind of hash (SHA-256, SHA-384 or SHA-512)."""
    statement: bytes
    certificate: bytes
    attributes: bytes
    signature: bytes


def time_stamp(parts: StampParts) -> bytes:
    """The whole stamp (a message of RFC 5652) with its parts."""
    digest = tlv(SEQUENCE, parts.digest)
    serial, issuer = serial_and_issuer(parts.certificate)
    signer = tlv(
        SEQUENCE,
        ONE
        + tlv(SEQUENCE, issuer + serial)
        + digest
        + bytes((FIRST,))
        + parts.attributes[1:]
        + _algorithm(parts)
        + tlv(OCTETS, parts.signature),
    )
    stated = tlv(SEQUENCE, _STATEMENT + tlv(FIRST, tlv(OCTETS, parts.statement)))
    body = THREE + tlv(SET, digest) + stated + tlv(FIRST, parts.certificate) + tlv(SET, signer)
    return tlv(SEQUENCE, SIGNED_DATA + tlv(FIRST, tlv(SEQUENCE, body)))


def check_time_stamp(stamp: bytes, signature: bytes) -> None:
    """Raise one of WRONG unless the stamp, in its one form, is on this signature and signed with the certificate in it."""
    parts = _read(stamp)
    if time_stamp(parts) != stamp:
        raise DerError("not the one form of a stamp")
    if _stamped(parts.statement) != hashlib.sha256(signature).digest():
        raise DerError("a stamp on something else")
    stated = _attributes(parts.attributes)
    if stated[CONTENT_TYPE] != _STATEMENT or stated[MESSAGE_DIGEST] != tlv(OCTETS, _hash(parts.digest, parts.statement)):
        raise DerError("signed was something else")
    kind, named = _named_certificate(stated)
    if _hash(kind, parts.certificate) != named:
        raise DerError("the certificate of somebody else")
    key = x509.load_der_x509_certificate(parts.certificate).public_key()
    verify(key, parts.signature, parts.attributes, _DIGESTS[parts.digest])


def _read(stamp: bytes) -> StampParts:
    try:
        _, wrapped = children(content(stamp))
        _, _, stated, certificate, signers = children(content(content(wrapped)))
        _, _, digest, attributes, _, signature = children(content(content(signers)))
        statement = content(content(children(content(stated))[1]))
        kind = children(content(digest))[0]
        parts = StampParts(kind, statement, content(certificate), bytes((SET,)) + attributes[1:], content(signature))
    except (ValueError, IndexError) as error:
        raise DerError("not a time stamp") from error
    if kind not in _DIGESTS:
        raise DerError("another kind of hash")
    return parts


def _algorithm(parts: StampParts) -> bytes:
    """How the key of the certificate signs, in its one spelling."""
    key = x509.load_der_x509_certificate(parts.certificate).public_key()
    return _RSA if isinstance(key, rsa.RSAPublicKey) else tlv(SEQUENCE, _ECDSA[parts.digest])


def _stamped(statement: bytes) -> bytes:
    """The SHA-256 that a statement is about."""
    try:
        _, _, imprint, _, moment, *_ = children(content(statement))
        algorithm, value = children(content(imprint))
        kind = children(content(algorithm))[0]
    except (ValueError, IndexError) as error:
        raise DerError("not a statement of a time") from error
    if moment[0] != _MOMENT or kind != SHA256:
        raise DerError("not a statement of a time")
    return content(value)


def _attributes(signed: bytes) -> dict[bytes, bytes]:
    """The one value of each signed attribute by its kind."""
    found = [children(content(each)) for each in children(content(signed))]
    stated = {kind: content(values) for kind, values in found}
    if len(stated) != len(found) or not {CONTENT_TYPE, MESSAGE_DIGEST} <= stated.keys():
        raise DerError("an attribute twice, or missing")
    return stated


def _named_certificate(stated: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
    """The kind of hash and the hash by which the signed attributes name the service's certificate (RFC 5035, or RFC 2634)."""
    value = stated.get(SIGNING_CERTIFICATE, b"") or stated.get(_OLD_SIGNING_CERTIFICATE, b"")
    usual = SHA256 if SIGNING_CERTIFICATE in stated else _SHA1
    try:
        fields = children(content(children(content(children(content(value))[0]))[0]))
        named = next(content(each) for each in fields if each[0] == OCTETS)
        return (children(content(fields[0]))[0] if fields[0][0] == SEQUENCE else usual), named
    except (IndexError, StopIteration) as error:
        raise DerError("no certificate is named") from error


def _hash(kind: bytes, data: bytes) -> bytes:
    name = {_SHA1: "sha1", SHA256: "sha256", _SHA384: "sha384", _SHA512: "sha512"}.get(kind)
    if name is None:
        raise DerError("another kind of hash")
    return hashlib.new(name, data).digest()
