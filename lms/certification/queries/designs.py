"""The designs of the certificate as they lie in the content folder now, and what they look like with sample words."""

import base64
import io
from dataclasses import dataclass, replace
from datetime import date, timedelta

from PIL import Image

from certificates.layout import Template
from certificates.numbering import format_number
from certificates.picture import picture
from certificates.press import missing_glyphs
from certificates.record import CertificateRecord
from certificates.templates import TemplateError, TemplateFinding, find, names
from lms.certification.queries.issuing import settings, verification_address
from lms.certification.queries.printing import press_as
from lms.certification.source import TEMPLATES_FOLDER, certificate_content, write_record
from lms.cohorts.source import course_facts

SAMPLE_SERIES = "SAMPLE-CH"
SAMPLE_NAME = "見本 花子"
SAMPLE_COHORT = "第1期"
SAMPLE_CODE = "00000-00000-0000"
SAMPLE_ADDRESS = "A" * 22 + "#" + "Ab3-_9zQ" * 28
"""As long as an address with a signed credential, so that the QR code has the modules of a real one."""
WIDTH = 840
COLORS = 32


@dataclass(frozen=True, slots=True)
class DesignCard:
    """One design: the name of its file, what it is called, whether it is used, and what is wrong with it."""

    name: str
    label: str
    is_used: bool
    problems: tuple[TemplateFinding, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What the office typed to see it printed; an empty text takes the usual one."""

    name: str = ""
    association: str = ""
    has_more_dates: bool = False


def list_designs() -> list[DesignCard]:
    """Every design of the folder, the one in use first."""
    folder, used = settings().content / TEMPLATES_FOLDER, certificate_content(settings().content).template
    cards = []
    for name in names(folder):
        try:
            cards.append(DesignCard(name, find(folder, name).label, name == used, ()))
        except TemplateError as error:
            cards.append(DesignCard(name, name, name == used, error.findings))
    return sorted(cards, key=lambda card: not card.is_used)


def find_design(name: str) -> Template:
    """A design as it lies there now. Raises UnknownTemplate, and TemplateError when it cannot be used."""
    return find(settings().content / TEMPLATES_FOLDER, name)


def sample_record(template: str, trial: Trial, *, today: date) -> CertificateRecord:
    """A record with sample words, marked as a sample."""
    here = settings()
    record = write_record(
        certificate_content(here.content),
        here.certificate,
        course_title=course_facts().title,
        holder_name=trial.name or SAMPLE_NAME,
        cohort_label=SAMPLE_COHORT,
        issued_on=today,
        number=format_number(SAMPLE_SERIES, today.year, 1, here.certificate.number_format),
        verify_url=verification_address(SAMPLE_ADDRESS),
        verify_code=SAMPLE_CODE,
        is_sample=True,
    )
    record = replace(record, template=template, association=trial.association or record.association)
    if not trial.has_more_dates:
        return record
    return replace(record, version=2, first_issued_on=today - timedelta(days=365), expires_on=today + timedelta(days=1095))


def sample_pdf(record: CertificateRecord, design: Template) -> bytes:
    """A sample as PDF. Raises MissingGlyphs and FontsNotBuilt."""
    return press_as(record, design)


def sample_picture(record: CertificateRecord, design: Template) -> bytes:
    """A sample as PNG, in the few colors it has. Raises MissingGlyphs and FontsNotBuilt."""
    paper = io.BytesIO()
    whole = Image.open(io.BytesIO(picture(sample_pdf(record, design), width=WIDTH)))
    whole.quantize(COLORS).save(paper, "PNG", optimize=True)
    return paper.getvalue()


def sample_address(record: CertificateRecord, design: Template) -> str:
    """A sample as an address that carries the picture itself: a typed name is in no address and in no file."""
    return f"data:image/png;base64,{base64.b64encode(sample_picture(record, design)).decode()}"


def unprintable(record: CertificateRecord, design: Template) -> tuple[str, ...]:
    """Every character of a sample that has no glyph. Raises FontsNotBuilt."""
    return missing_glyphs(record, settings().fonts, design)
