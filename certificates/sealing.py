"""The seal: a PAdES signature over the whole PDF that locks it against every change."""

import asyncio
import hashlib
import io
import logging
import threading
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPException

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

from certificates.cms import SealedParts, signed_attributes, signed_data
from certificates.sealer import Sealer, SealingError
from certificates.signatures import WRONG, in_one_spelling
from certificates.time_stamps import REASONS, StampParts, check_time_stamp, time_stamp

FIELD_NAME = "Seal"
TIME_STAMP_SECONDS = 5.0
"""How long a time-stamp service may take from the question to the last byte; the register waits meanwhile."""
_ROOM_FOR_SIGNATURE = 1024
_ROOM_FOR_TIME_STAMP = 16_384

# The library writes a line about every signature and every failure; here the outcome is returned or raised.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


def seal(pdf: bytes, sealer: Sealer, *, signed_at: datetime) -> bytes:
    """The PDF with the association's signature over all of it, closed to every change; what was there stays as it is.

    ``signed_at`` is the moment of signing by our own clock. With a time-stamp service in the sealer its stamp is added.
    Raises SealingError, and then nothing was sealed: a seal without its time stamp is never made silently.
    """
    if not sealer.certificate.not_valid_before_utc <= signed_at <= sealer.certificate.not_valid_after_utc:
        raise SealingError("the certificate of the seal is not valid on this day")
    certificate = sealer.certificate.public_bytes(Encoding.DER)
    settings = replace(_SETTINGS, reason=REASONS[bool(sealer.time_stamp_url)])
    session = PdfSigner(settings, Signer(signing_cert=asn1_x509.Certificate.load(certificate))).init_signing_session(
        _Writer(io.BytesIO(pdf))
    )
    session.system_time = signed_at.astimezone(UTC)
    room = len(certificate) + _ROOM_FOR_SIGNATURE + (_ROOM_FOR_TIME_STAMP if sealer.time_stamp_url else 0)
    # The library counts hexadecimal digits, two for each byte.
    waiting = session.prepare_tbs_document(validation_info=None, bytes_reserved=2 * room)
    paper = io.BytesIO()
    prepared, _ = waiting.digest_tbs_document(output=paper)
    try:
        prepared.fill_with_cms(paper, _message(sealer, certificate, prepared.document_digest))
    except SigningError as error:
        raise SealingError("the time stamp is larger than the room for it") from error
    return paper.getvalue()


_SETTINGS = PdfSignatureMetadata(
    field_name=FIELD_NAME,
    subfilter=SigSeedSubFilter.PADES,
    md_algorithm="sha256",
    certify=True,
    docmdp_permissions=MDPPerm.NO_CHANGES,
)


class _Writer(IncrementalPdfFileWriter):
    """Appends to a PDF without touching its description: title, dates and XMP stay as the press wrote them."""

    def _update_meta(self) -> None:
        """Nothing: the library would put the machine's time and its own name there."""


def _message(sealer: Sealer, certificate: bytes, digest: bytes) -> bytes:
    certificate_hash = hashlib.sha256(certificate).digest()
    signature = sealer.key.sign(signed_attributes(certificate_hash, digest), ec.ECDSA(hashes.SHA256()))
    signature = in_one_spelling(signature, sealer.key.public_key())
    stamp = _time_stamp(sealer.time_stamp_url, signature) if sealer.time_stamp_url else b""
    return signed_data(SealedParts(certificate, signature, stamp), certificate_hash, digest)


def _time_stamp(url: str, signature: bytes) -> bytes:
    """The service's stamp in the one form, checked to be one on exactly this signature, as everybody will check it."""
    digest = hashlib.sha256(signature).digest()
    try:
        with ThreadPoolExecutor(max_workers=1) as own_thread:  # this one may have an event loop of somebody else's already
            token = own_thread.submit(asyncio.run, _WebTimeStamper(url).async_timestamp(digest, "sha256")).result()
        stamp = time_stamp(_parts(token["content"]))
    except (OSError, HTTPException, KeyError, TypeError, TimestampRequestError, *WRONG) as error:
        raise SealingError("the time-stamp service did not stamp") from error
    try:
        check_time_stamp(stamp, signature)
    except WRONG as error:
        raise SealingError("the time-stamp service stamped something else, or in a way that cannot be checked") from error
    return stamp


def _parts(answer: cms.SignedData) -> StampParts:
    """What the service signed, and with which certificate. The errors are those of a wrong value."""
    (signer,) = answer["signer_infos"]
    name = signer["sid"].chosen
    (certificate,) = (
        each.chosen
        for each in answer["certificates"]
        if each.chosen.serial_number == name["serial_number"].native and each.chosen.issuer == name["issuer"]
    )
    key = x509.load_der_x509_certificate(certificate.dump()).public_key()
    return StampParts(
        digest=signer["digest_algorithm"]["algorithm"].dump(),
        statement=bytes(answer["encap_content_info"]["content"]),
        certificate=certificate.dump(),
        attributes=signer["signed_attrs"].untag().dump(),
        signature=in_one_spelling(signer["signature"].native, key),
    )


class _WebTimeStamper(TimeStamper):
    """Asks a time-stamp service of RFC 3161 over HTTP."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The service's answer as it came, unless it took too long as a whole."""
        answer: Future[bytes] = Future()
        # The library's limit counts anew at every byte; only somebody else can look at the time meanwhile.
        threading.Thread(target=_ask, args=(self._url, req.dump(), answer), name="time stamp", daemon=True).start()
        return tsp.TimeStampResp.load(answer.result(TIME_STAMP_SECONDS), strict=True)


def _ask(url: str, query: bytes, answer: "Future[bytes]") -> None:
    asked = urllib.request.Request(url, data=query, headers={"Content-Type": "application/timestamp-query"})  # noqa: S310  # checked at the start
    try:
        with urllib.request.urlopen(asked, timeout=TIME_STAMP_SECONDS) as reply:  # noqa: S310
            answer.set_result(reply.read(2 * _ROOM_FOR_TIME_STAMP))
    except BaseException as error:  # raised where the answer is awaited
        answer.set_exception(error)
