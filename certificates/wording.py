"""The words on the paper: every text the press draws, put together from the record and the template's phrases."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from certificates.layout import Phrases
from certificates.record import CertificateRecord
from certificates.wareki import wareki


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Each text as it is printed; an empty text is not printed. ``verify_url`` goes into the QR code only.

    ``dates`` are lines of a label (empty when the date stands alone) and a date.
    """

    title: str
    course: str
    number: str
    version: str
    qualification: str
    name: str
    body: tuple[str, ...]
    dates: tuple[tuple[str, str], ...]
    association: str
    signatory: str
    seal: str
    caption: tuple[str, ...]
    verify_url: str
    watermark: str

    def every_text(self) -> tuple[str, ...]:
        """Return all texts that need glyphs."""
        plain = (self.title, self.course, self.number, self.version, self.qualification, self.name)
        dates = tuple(text for line in self.dates for text in line)
        return (*plain, *dates, *self.body, self.association, self.signatory, self.seal, *self.caption, self.watermark)


def word(record: CertificateRecord, phrases: Phrases) -> Wording:
    """Return the words of a record's certificate. Raises ValueError for a date before the known eras."""
    return Wording(
        title=phrases.title,
        course=_joined(record.course_title, record.cohort_label),
        number=phrases.number.format(number=record.number),
        version=phrases.version.format(version=record.version) if record.version > 1 else "",
        qualification=record.qualification,
        name=_joined(record.holder_name, record.honorific),
        body=record.body_lines,
        dates=_dates(record, phrases),
        association=record.association,
        signatory=_joined(record.signatory_title, record.signatory_name),
        seal=phrases.seal,
        caption=(*phrases.caption, *_addresses(record, phrases)),
        verify_url=record.verify_url,
        watermark=phrases.watermark if record.is_sample else "",
    )


def _dates(record: CertificateRecord, phrases: Phrases) -> tuple[tuple[str, str], ...]:
    """The day of issue alone, as on any certificate; with a label as soon as there is another day to tell it from."""
    lines = []
    if record.first_issued_on is not None:
        lines.append((phrases.certified_on, record.first_issued_on))
        lines.append((phrases.reissued_on, record.issued_on))
    else:
        lines.append((phrases.certified_on if record.expires_on else "", record.issued_on))
    if record.expires_on is not None:
        lines.append((phrases.expires_on, record.expires_on))
    return tuple((label, wareki(day)) for label, day in lines)


def _addresses(record: CertificateRecord, phrases: Phrases) -> tuple[str, ...]:
    """The site and the code for somebody without a camera. The full address holds a token nobody wants to type."""
    site = urlsplit(record.verify_url).netloc
    code = phrases.code.format(code=record.verify_code) if record.verify_code else ""
    return tuple(line for line in (site, code) if line)


def _joined(first: str, second: str) -> str:
    return f"{first}　{second}" if first and second else first + second
