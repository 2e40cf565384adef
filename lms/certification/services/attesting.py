"""What makes a paper provable without us: the signed credential in its QR code, and the seal over its PDF."""

from datetime import datetime

from flask import current_app

from certificates.credential import Credential, make_credential, name_tag, token_bytes
from certificates.record import CertificateRecord
from certificates.sealer import SealingError
from lms.certification.queries.issuing import verification_address
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.sealing import Seal
from lms.signing import Purpose, SigningKeys, from_base64url


def attest(draft: CertificateRecord, token: str) -> str:
    """The text for the QR code of a paper: its address, and behind `#` the credential signed by the association."""
    keys: SigningKeys = current_app.extensions["signing"]
    secret = token_bytes(token)
    assert secret is not None, "tokens are made by new_token"
    credential = Credential(
        key_id=keys.key_id,
        number=draft.number,
        version=draft.version,
        issued_on=draft.issued_on,
        expires_on=draft.expires_on,
        qualification=draft.qualification,
        is_sample=draft.is_sample,
        name_tag=name_tag(secret, draft.holder_name),
        token=secret,
    )
    return make_credential(credential, verification_address(token), lambda message: _sign(keys, message))


def seal_paper(pdf: bytes, *, now: datetime) -> bytes:
    """The paper sealed; raises CertificationRefused when it cannot be, so that nothing of it is kept, not even a number."""
    seal: Seal = current_app.extensions["seal"]
    try:
        return seal.apply(pdf, signed_at=now)
    except SealingError as error:
        raise CertificationRefused(Refusal.SEAL_FAILED) from error


def _sign(keys: SigningKeys, message: bytes) -> bytes:
    signature = from_base64url(keys.sign(message, purpose=Purpose.CREDENTIAL)[1])
    assert signature is not None, "the key writes what it reads"
    return signature
