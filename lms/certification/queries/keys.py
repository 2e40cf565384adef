"""公開鍵: everything by which strangers recognize credentials and seals, and the offline page that has it in it."""

from dataclasses import dataclass
from datetime import date

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from flask import current_app

from certificates.unsealing import signer_name
from certificates.verifier import is_root, offline_page
from lms.certification.queries.issuing import settings
from lms.sealing import Seal, anchor_id, anchor_pem
from lms.signing import SigningKeys


@dataclass(frozen=True, slots=True)
class Anchor:
    """A certificate by which seals are recognized: its short id, whose it is, its days and its whole SHA-256."""

    anchor_id: str
    subject: str
    is_root: bool
    valid_from: date
    valid_until: date
    fingerprint: str


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Ids of the keys of credentials and the certificates of seals, those in use first."""

    key_ids: tuple[str, ...]
    anchors: tuple[Anchor, ...]


def known_keys() -> KnownKeys:
    """All keys in use and before."""
    return KnownKeys(tuple(_signing().verifying_keys()), tuple(_anchor(each) for each in _seal().anchors))


def key_bundle() -> str:
    """Every public key and certificate as one PEM text, as `python -m certificates verify --keys` reads it."""
    last_days = (f"until {key_id} {day.isoformat()}\n" for key_id, day in _signing().until.items())
    return "".join((*last_days, *_signing().public_keys().values(), *(anchor_pem(each) for each in _seal().anchors)))


def anchor_in_use() -> str:
    """The certificate by which today's seals are recognized, as PEM."""
    return anchor_pem(_seal().anchors[0])


def verifier_page(*, made_on: date) -> str:
    """The offline page with today's keys in it."""
    here = settings()
    return offline_page(
        association=here.certificate.association,
        verify_url=f"{here.public_base_url}/verify",
        made_on=made_on,
        keys=_signing().verifying_keys(),
        anchors=_seal().anchors,
        until=_signing().until,
    )


def _anchor(certificate: x509.Certificate) -> Anchor:
    return Anchor(
        anchor_id=anchor_id(certificate),
        subject=signer_name(certificate),
        is_root=is_root(certificate),
        valid_from=certificate.not_valid_before_utc.date(),
        valid_until=certificate.not_valid_after_utc.date(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(" ", 2).upper(),
    )


def _signing() -> SigningKeys:
    found: SigningKeys = current_app.extensions["signing"]
    return found


def _seal() -> Seal:
    found: Seal = current_app.extensions["seal"]
    return found
