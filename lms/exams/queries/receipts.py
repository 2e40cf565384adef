"""提出控: every hand-in of an attempt with its signed statement, its file, and what strangers are told of one."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

import segno
from flask import current_app
from markupsafe import Markup
from sqlalchemy import select

from lms.config import Settings
from lms.db.session import db
from lms.exams.models import Attempt, StoredPaper
from lms.exams.queries.papers import papers_of
from lms.exams.queries.submissions import SubmissionRecord
from lms.exams.rules.receipts import (
    MAX_CODE_LENGTH,
    MAX_FILE_BYTES,
    ReceiptCheck,
    ReceiptFault,
    ReceiptFile,
    SignedStatement,
    Statement,
    check_file,
    check_signed,
    read_code,
    read_file,
    read_statement,
    receipt_code,
    receipt_file,
)
from lms.signing import Purpose, SigningKeys

MASK = 0
"""The checkerboard."""


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """What a 提出控 shows of its signature."""

    statement: Statement
    code: str
    check_page: str
    """Address of the check page."""
    check_url: str
    """Where the QR code leads: the check page with the code filled in."""

    @property
    def picture(self) -> Markup:
        """The QR code as SVG that obeys the content security policy: attributes only, dark on white in every scheme."""
        # Any mask is valid, and a signature is as good as random under each: trying all eight takes most of the time, and
        # everybody's 提出控 is drawn in the same minute.
        drawn = segno.make(self.check_url, error="l", micro=False, boost_error=False, mask=MASK)
        return Markup(drawn.svg_inline(scale=3, border=4, light="#fff", dark="#000", title="検証コードのQRコード", omitsize=True))


def signing_keys() -> SigningKeys:
    """The keys this installation signs and verifies with."""
    return cast(SigningKeys, current_app.extensions["signing"])


def association_name() -> str:
    """Who signs."""
    return _settings().certificate.association


def find_signed_receipt(submission: SubmissionRecord) -> SignedReceipt | None:
    """The signature of a hand-in as its 提出控 shows it; None for a hand-in that is not signed."""
    statement = read_statement(submission.statement or "")
    if statement is None or submission.signature is None:
        return None
    code = receipt_code(SignedStatement(submission.statement or "", submission.signature))
    page = f"{_settings().public_base_url}/receipt/check"
    return SignedReceipt(statement, code, page, f"{page}?{urlencode({'code': code}, safe='=')}")


def find_receipt_file(submission: SubmissionRecord) -> str | None:
    """The 提出控 as a file for checking it anywhere; None for a hand-in that is not signed or whose key is gone."""
    public_key = signing_keys().public_keys().get(submission.key_id or "")
    if not (submission.statement and submission.signature and submission.key_id and public_key):
        return None
    signed = SignedStatement(submission.statement, submission.signature)
    return receipt_file(ReceiptFile(signed, submission.key_id, public_key, submission.stored))


def check_code(code: str) -> ReceiptCheck:
    """Whether the association signed what a 検証コード says."""
    if len(code) > MAX_CODE_LENGTH:
        return ReceiptCheck(ReceiptFault.TOO_LARGE)
    return check_signed(read_code(code), _is_signed, signing_keys().public_keys())


def check_bytes(raw: bytes) -> ReceiptCheck:
    """Whether the association signed what a file says: a downloaded 提出控, answers included, or a saved 検証コード."""
    if len(raw) > MAX_FILE_BYTES:
        return ReceiptCheck(ReceiptFault.TOO_LARGE)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ReceiptCheck(ReceiptFault.FORM)
    if text.startswith("{"):
        return check_file(read_file(text), _is_signed, signing_keys().public_keys())
    return check_code(text)


def question_names(check: ReceiptCheck) -> dict[str, str]:
    """Question id → 「選択問題 問3」 for the questions a check names; only for an attempt the association itself spoke of.

    The verdict never hangs on this: a question whose paper is not here keeps its id.
    """
    names = {question: question for question in check.altered}
    if check.statement is None or not names:
        return names
    found = db.session.execute(
        select(StoredPaper.id, StoredPaper.sha256)
        .join(Attempt, Attempt.paper_id == StoredPaper.id)
        .where(Attempt.public_id == check.statement.attempt)
    ).first()
    if found is not None:
        paper = papers_of({found.id: found.sha256})[found.id]
        for section in paper.sections:
            names |= {each.id: f"{section.title} 問{each.number}" for each in section.questions if each.id in names}
    return names


def _is_signed(key_id: str, statement: bytes, signature: str) -> bool:
    return signing_keys().verify(key_id, statement, signature, purpose=Purpose.RECEIPT)


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])
