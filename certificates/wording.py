"""The words on the paper: every text the press draws, put together from the record and the fixed phrases."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from certificates.record import CertificateRecord
from certificates.wareki import wareki

TITLE = "認定証"
SAMPLE_MARK = "見本"
SEAL_MARK = "印"
_CAPTION_HEAD = "真正性の確認"
_CAPTION_TEXT = "QRコードを読み取るか 下記の照会ページで"
_CAPTION_TEXT_2 = "認定番号と確認コードを入力してください"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Each text as it is printed; an empty text is not printed. ``verify_url`` goes into the QR code only."""

    title: str
    course: str
    number: str
    version: str
    qualification: str
    name: str
    body: tuple[str, ...]
    date: str
    association: str
    signatory: str
    seal: str
    caption: tuple[str, ...]
    verify_url: str
    watermark: str

    def every_text(self) -> tuple[str, ...]:
        """Return all texts that need glyphs."""
        plain = (self.title, self.course, self.number, self.version, self.qualification, self.name, self.date)
        return (*plain, *self.body, self.association, self.signatory, self.seal, *self.caption, self.watermark)


def word(record: CertificateRecord) -> Wording:
    """Return the words of a record's certificate. Raises ValueError for a date before the known eras."""
    return Wording(
        title=TITLE,
        course=_joined(record.course_title, record.cohort_label),
        number=f"認定番号　{record.number}",
        version=f"再発行　第{record.version}版" if record.version > 1 else "",
        qualification=record.qualification,
        name=_joined(record.holder_name, record.honorific),
        body=record.body_lines,
        date=wareki(record.issued_on),
        association=record.association,
        signatory=_joined(record.signatory_title, record.signatory_name),
        seal=SEAL_MARK,
        caption=(_CAPTION_HEAD, _CAPTION_TEXT, _CAPTION_TEXT_2, *_addresses(record)),
        verify_url=record.verify_url,
        watermark=SAMPLE_MARK if record.is_sample else "",
    )


def _addresses(record: CertificateRecord) -> tuple[str, ...]:
    """The site and the code for somebody without a camera. The full address holds a token nobody wants to type."""
    site = urlsplit(record.verify_url).netloc
    return tuple(line for line in (site, f"確認コード　{record.verify_code}" if record.verify_code else "") if line)


def _joined(first: str, second: str) -> str:
    return f"{first}　{second}" if first and second else first + second
