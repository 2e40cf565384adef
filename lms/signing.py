"""Ed25519 signatures of the association: one private key, kept closed; public keys, old ones too, for everybody.

What is signed is the statement behind a prefix that names its purpose, so that a signature given for one purpose
says nothing for another.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from lms import clock
from lms.config import ConfigurationError

SETTING = "NINTEI_SIGNING_KEY"
KEY_FILE = "signing-ed25519.pem"
KEY_ID_LENGTH = 16


class Purpose(StrEnum):
    """What a signature is given for; part of what is signed."""

    RECEIPT = "receipt"
    CREDENTIAL = "credential"


class SigningKeys:
    """The private key in use, and every public key by which signatures are recognized.

    `until` has the last day of each key that was replaced: a credential of a later day of issue is not recognized by it.
    """

    def __init__(
        self,
        private: Ed25519PrivateKey,
        earlier: Mapping[str, Ed25519PublicKey],
        until: Mapping[str, date] | None = None,
    ) -> None:
        self._private = private
        self.key_id = key_id_of(private.public_key())
        self._public = {self.key_id: private.public_key(), **earlier}
        self.until = {key_id: day for key_id, day in (until or {}).items() if key_id != self.key_id}

    def sign(self, statement: bytes, *, purpose: Purpose) -> tuple[str, str]:
        """The id of the key and the signature of the statement for this purpose, base64url."""
        return self.key_id, to_base64url(self._private.sign(signed_message(statement, purpose)))

    def verify(self, key_id: str, statement: bytes, signature: str, *, purpose: Purpose) -> bool:
        """Whether the key of this id signed exactly this statement for this purpose; False for an unknown key."""
        public, raw = self._public.get(key_id), from_base64url(signature)
        if public is None or raw is None:
            return False
        try:
            public.verify(raw, signed_message(statement, purpose))
        except InvalidSignature:
            return False
        return True

    def verifying_keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Key id → public key, the one in use first."""
        return dict(self._public)

    def public_keys(self) -> Mapping[str, str]:
        """Key id → public key as PEM, the one in use first."""
        return {key_id: public_pem(public) for key_id, public in self._public.items()}


def signed_message(statement: bytes, purpose: Purpose) -> bytes:
    """The bytes that are signed: a line that names the purpose and its edition, then the statement."""
    return f"nintei:{purpose.value}:1\n".encode() + statement


def key_id_of(public: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:KEY_ID_LENGTH]


def public_pem(public: Ed25519PublicKey) -> str:
    """The public key as PEM, as openssl reads it."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def to_base64url(raw: bytes) -> str:
    """Base64 for addresses (RFC 4648, section 5), with its padding."""
    return base64.urlsafe_b64encode(raw).decode("ascii")


def from_base64url(text: str) -> bytes | None:
    """The bytes of a text that is exactly what `to_base64url` writes, or None: no other spelling is read."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        return None
    return raw if to_base64url(raw) == text else None


def load_keys(setting: str, folder: Path) -> SigningKeys:
    """The keys of an installation: the private one from the setting (PEM or the path of a PEM file), else from the folder.

    Where neither is there a key is made once, closed to others, whoever else starts at the same time. Each public key is
    kept beside it as `<key id>.pub`, so that signatures of before a change of keys still verify. The first start with another
    private key dates those of before in `<key id>.until`; an earlier date may be written there by hand.
    Raises ConfigurationError when a key is broken or cannot be read or made.
    """
    private = _read_private(_setting_pem(setting), SETTING) if setting else _own_key(folder / KEY_FILE)
    public = private.public_key()
    earlier = _earlier_keys(folder)
    with suppress(OSError):  # with the key in the setting the folder may be closed; then earlier keys are put there by hand
        if key_id_of(public) not in earlier:
            _retire(earlier, folder)
        write_once(folder / f"{key_id_of(public)}.pub", public_pem(public), mode=0o644)
    return SigningKeys(private, earlier, _last_days(folder, earlier))


def _setting_pem(setting: str) -> str:
    if "-----BEGIN" in setting:
        return setting.replace("\\n", "\n")  # environment files keep a value on one line
    return _read(Path(setting), SETTING)


def _own_key(path: Path) -> Ed25519PrivateKey:
    fresh = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        write_once(path, fresh.decode("ascii"), mode=0o600)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be made ({error.strerror}). Set {SETTING} or open the folder.") from error
    return _read_private(_read(path, str(path)), str(path))


def write_once(path: Path, text: str, *, mode: int) -> None:
    """A file that is there whole or not at all, closed from its first byte; an existing one stays as it is."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # somebody else was first
            os.link(draft, path)
    finally:
        draft.unlink()


def _read(path: Path, place: str) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        # The path itself is not told: somebody may have set a key without its PEM lines.
        raise ConfigurationError(f"{place} cannot be read as a PEM file ({type(error).__name__}).") from None


def _read_private(pem: str, place: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        # The cause is left out on purpose: it might quote the key.
        raise ConfigurationError(
            f"{place} holds no Ed25519 private key in PEM. Bring back the right file, or make a new key with: "
            "openssl genpkey -algorithm ed25519"
        ) from None
    return key


def _retire(earlier: Iterable[str], folder: Path) -> None:
    """Today is the last day of every key that has none yet."""
    for key_id in earlier:
        write_once(folder / f"{key_id}.until", f"until {key_id} {clock.today_jst().isoformat()}\n", mode=0o644)


def _last_days(folder: Path, key_ids: Iterable[str]) -> dict[str, date]:
    found = {}
    for path in (folder / f"{key_id}.until" for key_id in key_ids):
        if not path.exists():
            continue
        try:
            found[path.stem] = date.fromisoformat(_read(path, str(path)).removeprefix(f"until {path.stem} ").strip())
        except ValueError:
            raise ConfigurationError(f"{path} must hold one line: until {path.stem} 2026-12-31") from None
    return found


def _earlier_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    found = {}
    for path in sorted(folder.glob("*.pub")):
        try:
            key = load_pem_public_key(_read(path, str(path)).encode())
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise ConfigurationError(f"{path} holds no Ed25519 public key in PEM. Bring back the right file or remove it.")
        found[key_id_of(key)] = key
    return found
