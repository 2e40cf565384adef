"""The credential: what a certificate certifies, small enough for its QR code, signed so that anybody can check it alone.

The QR code carries ``{base}/verify/{token}#{credential}``. What stands behind ``#`` never reaches a server. The signature
covers the address as well, so that no byte of the QR code can be changed; the name is in it only as a tag, keyed by the
token, so that the paper's holder can be confirmed but not read.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certificates.names import fold_name

EDITION = 1
SIGNED_PREFIX = b"nintei:credential:1\n"
"""Stands before what is signed, so that a signature given for something else never counts here."""
TAG_BYTES = 16
TOKEN_BYTES = 16
MAX_TEXT_BYTES = 255
"""The most that number and qualification may take, each in UTF-8."""

_SIGNATURE_BYTES = 64
_KEY_ID_BYTES = 8
_FIXED = 1 + 1 + _KEY_ID_BYTES + 2 + 3 + 3 + TAG_BYTES
_IS_SAMPLE = 1
_QR_TEXT = re.compile(r"(https?://[!-\"$-~]+/verify/([A-Za-z0-9_-]{22}))#([A-Za-z0-9_-]{1,1000})")
_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What the association states about one version of a certificate; ``name_tag`` stands for the name."""

    key_id: str
    number: str
    version: int
    issued_on: date
    expires_on: date | None
    qualification: str
    is_sample: bool
    name_tag: bytes
    token: bytes


def name_tag(token: bytes, name: str) -> bytes:
    """The tag of a name: HMAC-SHA256 of its folded form under the token, the first 16 bytes."""
    return hmac.digest(token, fold_name(name).encode(), "sha256")[:TAG_BYTES]


def name_agrees(credential: Credential, typed: str) -> bool:
    """Whether a typed name is the certified one after folding; an empty name agrees with nothing."""
    return bool(fold_name(typed)) and hmac.compare_digest(name_tag(credential.token, typed), credential.name_tag)


def token_bytes(token: str) -> bytes | None:
    """The 16 bytes of a token as ``new_token`` writes it; None for any other spelling."""
    raw = _from_base64url(token)
    return raw if raw is not None and len(raw) == TOKEN_BYTES else None


def make_credential(credential: Credential, address: str, sign: Callable[[bytes], bytes]) -> str:
    """The text for the QR code: the address, ``#``, the credential in base64url.

    ``address`` is ``{base}/verify/{token}`` and holds the credential's own token; ``sign`` gives the Ed25519 signature of
    ``SIGNED_PREFIX`` and its argument by the key of ``key_id``. Raises ValueError when the address or a field cannot be carried.
    """
    payload = _packed(credential)
    text = f"{address}#{_to_base64url(payload + sign(statement(address, payload)))}"
    if read_credential(text) != credential:
        raise ValueError("the address or a field of the credential cannot be carried")
    return text


def read_credential(text: str) -> Credential | None:
    """What the text of a QR code says, unchecked; None unless it is spelled exactly as ``make_credential`` spells."""
    parts = _parts(text)
    return None if parts is None else _unpacked(parts[1], parts[3])


def verify_credential(
    text: str, public_keys: Mapping[str, Ed25519PublicKey], until: Mapping[str, date] | None = None
) -> Credential | None:
    """What the text of a QR code says, if the key that it names signed exactly this text; else None.

    ``until`` has the last day of keys that were replaced: what such a key signed for a later day of issue counts as unsigned.
    """
    parts = _parts(text)
    credential = read_credential(text)
    if parts is None or credential is None or credential.key_id not in public_keys:
        return None
    if credential.issued_on > (until or {}).get(credential.key_id, date.max):
        return None
    address, payload, signature, _ = parts
    try:
        public_keys[credential.key_id].verify(signature, SIGNED_PREFIX + statement(address, payload))
    except InvalidSignature:
        return None
    return credential


def statement(address: str, payload: bytes) -> bytes:
    """What is signed behind ``SIGNED_PREFIX``: the address on a line of its own, the payload."""
    return address.encode("ascii") + b"\n" + payload


def _packed(credential: Credential) -> bytes:
    number, qualification = credential.number.encode(), credential.qualification.encode()
    if max(len(number), len(qualification)) > MAX_TEXT_BYTES or not 1 <= credential.version <= 0xFFFF:
        raise ValueError("a field of the credential is too long")
    expires = credential.expires_on.toordinal() if credential.expires_on else 0
    return b"".join(
        (
            bytes((EDITION, _IS_SAMPLE if credential.is_sample else 0)),
            bytes.fromhex(credential.key_id),
            credential.version.to_bytes(2, "big"),
            credential.issued_on.toordinal().to_bytes(3, "big"),
            expires.to_bytes(3, "big"),
            credential.name_tag,
            bytes((len(number),)) + number,
            bytes((len(qualification),)) + qualification,
        )
    )


def _unpacked(payload: bytes, token: bytes) -> Credential | None:
    fixed, rest = payload[:_FIXED], payload[_FIXED:]
    texts = _two_texts(rest)
    if len(fixed) < _FIXED or fixed[0] != EDITION or fixed[1] > _IS_SAMPLE or texts is None:
        return None
    version, issued_on = int.from_bytes(fixed[10:12], "big"), int.from_bytes(fixed[12:15], "big")
    expires_on = int.from_bytes(fixed[15:18], "big")
    if version < 1 or not 1 <= issued_on <= date.max.toordinal() or expires_on > date.max.toordinal():
        return None
    return Credential(
        key_id=fixed[2:10].hex(),
        number=texts[0],
        version=version,
        issued_on=date.fromordinal(issued_on),
        expires_on=date.fromordinal(expires_on) if expires_on else None,
        qualification=texts[1],
        is_sample=fixed[1] == _IS_SAMPLE,
        name_tag=fixed[18:],
        token=token,
    )


def _two_texts(rest: bytes) -> tuple[str, str] | None:
    """Number and qualification, each behind its length, with nothing after them."""
    first = rest[0] if rest else 0
    second = rest[1 + first] if len(rest) > 1 + first else 0
    if len(rest) != 2 + first + second:
        return None
    try:
        number, qualification = rest[1 : 1 + first].decode("ascii"), rest[2 + first :].decode()
    except UnicodeDecodeError:
        return None
    return (number, qualification) if _NUMBER.fullmatch(number) else None


def _parts(text: str) -> tuple[str, bytes, bytes, bytes] | None:
    """Address, payload, signature and token of a text in its one spelling."""
    found = _QR_TEXT.fullmatch(text)
    raw = _from_base64url(found[3]) if found else None
    token = token_bytes(found[2]) if found else None
    if found is None or raw is None or token is None or len(raw) <= _SIGNATURE_BYTES:
        return None
    return found[1], raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:], token


def _to_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _from_base64url(text: str) -> bytes | None:
    """The bytes of base64url without padding; None when the same bytes are spelled otherwise."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
    return raw if _to_base64url(raw) == text else None
