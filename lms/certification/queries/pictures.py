"""Certificates as pictures for the screen: the own one as issued, and what an order would print."""

import base64
import io
from dataclasses import replace

from PIL import Image
from sqlalchemy import select

from certificates.picture import picture
from certificates.record import CertificateRecord
from lms.certification.models import RegisterEntry
from lms.certification.queries.issuing import verification_address
from lms.certification.queries.printing import press
from lms.certification.queries.register import NoSuchCertificate, certificate_pdf
from lms.certification.rules.entries import PRINTED_KINDS
from lms.db.session import db

WIDTH = 1200
DRAFT_WIDTH = 720
COLORS = 96
DRAFT_COLORS = 20
"""Enough for the few inks of the paper; a draft travels inside its page, so it has to be small."""


def find_pdf_hash(participant_id: int) -> str:
    """The SHA-256 of the PDF of a seat's newest version: it names the picture, too.

    Raises NoSuchCertificate.
    """
    found = db.session.scalar(
        select(RegisterEntry.pdf_sha256)
        .where(RegisterEntry.participant_id == participant_id, RegisterEntry.kind.in_(PRINTED_KINDS))
        .order_by(RegisterEntry.position.desc())
        .limit(1)
    )
    if found is None:
        raise NoSuchCertificate
    return found


def certificate_picture(participant_id: int) -> bytes:
    """A seat's newest version as a PNG, drawn from the PDF as issued.

    Raises NoSuchCertificate.
    """
    return _with_few_colors(picture(certificate_pdf(participant_id).body, width=WIDTH), COLORS)


def draft_picture(record: CertificateRecord) -> str:
    """What a record would print, as an address that carries the picture itself: as a sample and without codes.

    It is in no file and under no address, because the name on it is not anybody's yet. Raises MissingGlyphs.
    """
    sample = replace(record, is_sample=True, verify_code="", verify_url=verification_address(""))
    png = _with_few_colors(picture(press(sample), width=DRAFT_WIDTH), DRAFT_COLORS)
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _with_few_colors(png: bytes, colors: int) -> bytes:
    """A third of the size, and hardly to be told apart."""
    paper = io.BytesIO()
    Image.open(io.BytesIO(png)).quantize(colors).save(paper, "PNG", optimize=True)
    return paper.getvalue()
