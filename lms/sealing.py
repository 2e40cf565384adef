"""The certificate by which PDFs are sealed: from the settings, or one's own, made once; and whom everybody may trust.

The folder of keys keeps each anchor as `<first digits of its SHA-256>.crt`, so that papers sealed before a change of
certificates are still recognized. Several web machines share the folder, or each is given the same PKCS#12 file.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.sealer import Sealer, SealerError, make_own_sealer, read_own_sealer, read_pkcs12
from lms.config import ConfigurationError, Settings
from lms.signing import write_once

SEALER_FILE = "seal-p256.pem"
ANCHOR_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Seal:
    """The sealer in use, and every certificate by which its seals and earlier ones are recognized, the present one first."""

    sealer: Sealer
    anchors: tuple[x509.Certificate, ...]

    def apply(self, pdf: bytes, *, signed_at: datetime) -> bytes:
        """The PDF sealed; raises SealingError."""
        # The signing library takes half a second to load, which every command would pay.
        from certificates.sealing import seal

        return seal(pdf, self.sealer, signed_at=signed_at)


def load_seal(settings: Settings, *, now: datetime) -> Seal:
    """The seal of an installation: the PKCS#12 file of the settings, else its own in the folder of keys, made when missing.

    Whoever starts at the same time gets the same one: the file is there whole or not at all, closed from its first byte.
    Raises ConfigurationError when a file is broken or cannot be read or made.
    """
    wanted = settings.seal
    sealer = _bought(wanted.pkcs12, wanted.password) if wanted.pkcs12 else _own(settings, now)
    sealer = replace(sealer, time_stamp_url=wanted.time_stamp_url)
    with suppress(OSError):  # with a certificate from the settings the folder may be closed
        write_once(settings.keys / f"{anchor_id(sealer.anchor)}.crt", anchor_pem(sealer.anchor), mode=0o644)
    earlier = (anchor for anchor in _kept_anchors(settings.keys) if anchor != sealer.anchor)
    return Seal(sealer, (sealer.anchor, *earlier))


def anchor_id(anchor: x509.Certificate) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the certificate."""
    return hashlib.sha256(anchor.public_bytes(Encoding.DER)).hexdigest()[:ANCHOR_ID_LENGTH]


def anchor_pem(anchor: x509.Certificate) -> str:
    """The certificate as PEM."""
    return anchor.public_bytes(Encoding.PEM).decode("ascii")


def _bought(path: Path, password: str) -> Sealer:
    try:
        return read_pkcs12(path.read_bytes(), password)
    except OSError as error:
        raise ConfigurationError(f"CERTIFICATE_PKCS12 cannot be read ({error.strerror}).") from None
    except SealerError as error:
        raise ConfigurationError(
            f"CERTIFICATE_PKCS12 cannot be used: {error}. Set CERTIFICATE_PKCS12 and CERTIFICATE_PKCS12_PASSWORD anew, "
            "or leave both empty for a certificate of one's own."
        ) from None


def _own(settings: Settings, now: datetime) -> Sealer:
    path = settings.keys / SEALER_FILE
    try:
        if not path.exists():
            write_once(path, make_own_sealer(settings.certificate.association, now=now), mode=0o600)
        return read_own_sealer(path.read_text(encoding="ascii"))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be made or read ({error.strerror}). Set CERTIFICATE_PKCS12 or open the folder."
        ) from error
    except (SealerError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be used: {error}. Bring back the right file.") from None


def _kept_anchors(folder: Path) -> list[x509.Certificate]:
    found = []
    for path in sorted(folder.glob("*.crt")):
        try:
            found.append(x509.load_pem_x509_certificate(path.read_bytes()))
        except (OSError, ValueError):
            raise ConfigurationError(f"{path} holds no certificate in PEM. Bring back the right file or remove it.") from None
    return found
