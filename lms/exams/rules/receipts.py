"""提出控 as a signed statement: what it says, how it is written as a 検証コード or a file, and what can be wrong with it."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from lms.accounts.rules.throttling import Limit
from lms.exam_engine.canonical import canonical_json, sha256_hex

FILE_FORMAT = "nintei-receipt-1"
FILE_MEMBERS = frozenset({"format", "statement", "signature", "key_id", "public_key", "answers"})
RECEIPT_CHECKS = Limit("receipt_check", 10, timedelta(minutes=1))
"""Failed checks from one network address (proposed figure)."""
MAX_CODE_LENGTH = 4_000
MAX_FILE_BYTES = 2 * 1024 * 1024
"""Every answer of a paper at its greatest length takes less."""

Verifier = Callable[[str, bytes, str], bool]
"""(key id, statement, signature) → whether the key signed it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the association signs of a hand-in; it names nobody."""

    association: str
    exam_id: str
    exam_version: str
    attempt: str
    """Public id."""
    candidate_number: str
    window: int
    number: int
    """Of the hand-in within the attempt: 1, 2, …"""
    kind: str
    submitted_at: str
    """ISO 8601 in UTC, whole seconds."""
    paper_sha256: str
    answers_sha256: str
    """Of the canonical JSON of the answers."""
    question_count: int
    answered_count: int
    key_id: str

    @property
    def moment(self) -> datetime:
        """When it was handed in."""
        return datetime.fromisoformat(self.submitted_at)


class ReceiptFault(StrEnum):
    """Why a 検証コード or a file does not hold."""

    NOTHING = "nothing"
    TOO_LARGE = "too_large"
    FORM = "form"
    """No code and no file of ours, or a file that is not as it was downloaded."""
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    PUBLIC_KEY = "public_key"
    """The file brings another public key than the one published under this id."""
    ANSWERS = "answers"
    """The statement is signed, but the answers in the file are not those it speaks of."""


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What came of a check. `statement` is there only when its signature holds."""

    fault: ReceiptFault | None
    statement: Statement | None = None
    altered: tuple[str, ...] = ()
    """Questions whose answer does not agree with its own hash."""
    answer_count: int | None = None
    """How many answers were compared; None for a code, which carries none."""


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement as it was signed, byte for byte, and the signature."""

    text: str
    signature: str


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """What stands in a downloaded 提出控."""

    signed: SignedStatement
    key_id: str
    public_key: str
    answers: Mapping[str, Any]


class _Twice(ValueError):
    """A JSON object that says something twice."""


def statement_text(statement: Statement) -> str:
    """The canonical text of a statement, which is signed."""
    return canonical_json(statement)


def read_statement(text: str) -> Statement | None:
    """The statement of a canonical text, or None for any other text."""
    plain = _read_json(text)
    if not isinstance(plain, dict) or set(plain) != {item.name for item in fields(Statement)}:
        return None
    if not all(type(plain[item.name]) is item.type for item in fields(Statement)):
        return None
    statement = Statement(**plain)
    return statement if _is_moment(statement.submitted_at) and statement_text(statement) == text else None


def receipt_code(signed: SignedStatement) -> str:
    """検証コード: the statement in base64url, a dot, the signature."""
    return f"{base64.urlsafe_b64encode(signed.text.encode()).decode('ascii')}.{signed.signature}"


def read_code(code: str) -> SignedStatement | None:
    """What a 検証コード says; line breaks and blanks do not count, any other spelling is refused."""
    left, _, signature = "".join(code.split()).partition(".")
    try:
        text = base64.urlsafe_b64decode(left.encode("ascii")).decode("utf-8")
    except ValueError:
        return None
    signed = SignedStatement(text, signature)
    return signed if receipt_code(signed) == f"{left}.{signature}" else None


def receipt_file(file: ReceiptFile) -> str:
    """The text of a downloaded 提出控: JSON to be read by people, too."""
    plain = {
        "format": FILE_FORMAT,
        "statement": file.signed.text,
        "signature": file.signed.signature,
        "key_id": file.key_id,
        "public_key": file.public_key,
        "answers": {question: dict(entry) for question, entry in sorted(file.answers.items())},
    }
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def read_file(text: str) -> ReceiptFile | None:
    """What a downloaded 提出控 says; None when it is not, to the last character, a file as `receipt_file` writes it."""
    plain = _read_json(text)
    if not isinstance(plain, dict) or set(plain) != FILE_MEMBERS or plain["format"] != FILE_FORMAT:
        return None
    words = [plain[name] for name in ("statement", "signature", "key_id", "public_key")]
    if not all(isinstance(word, str) for word in words) or not _are_answers(plain["answers"]):
        return None
    file = ReceiptFile(SignedStatement(words[0], words[1]), words[2], words[3], plain["answers"])
    return file if receipt_file(file) == text else None


def check_signed(signed: SignedStatement | None, verify: Verifier, known: Mapping[str, str]) -> ReceiptCheck:
    """Whether the association signed this statement; `known` are the published keys by id, as PEM."""
    statement = read_statement(signed.text) if signed else None
    if signed is None or statement is None:
        return ReceiptCheck(ReceiptFault.FORM)
    if statement.key_id not in known:
        return ReceiptCheck(ReceiptFault.UNKNOWN_KEY)
    if not verify(statement.key_id, signed.text.encode(), signed.signature):
        return ReceiptCheck(ReceiptFault.SIGNATURE)
    return ReceiptCheck(None, statement)


def check_file(file: ReceiptFile | None, verify: Verifier, known: Mapping[str, str]) -> ReceiptCheck:
    """Whether the association signed the statement of a file and the file's answers are those it speaks of."""
    check = check_signed(file.signed if file else None, verify, known)
    if file is None or check.statement is None:
        return check
    statement = check.statement
    if (file.key_id, file.public_key) != (statement.key_id, known[statement.key_id]):
        return ReceiptCheck(ReceiptFault.PUBLIC_KEY, statement)
    altered = altered_answers(file.answers)
    agree = not altered and sha256_hex(canonical_json(file.answers)) == statement.answers_sha256
    return ReceiptCheck(None if agree else ReceiptFault.ANSWERS, statement, altered, len(file.answers))


def altered_answers(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The questions whose answer is not the one its hash was taken of."""
    return tuple(question for question, entry in answers.items() if sha256_hex(entry["body"]) != entry["sha256"])


def _read_json(text: str) -> object:
    """The value of a JSON text; None when it is none, nests too deep or says something twice."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise _Twice
    return dict(pairs)


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _are_answers(value: object) -> bool:
    return isinstance(value, dict) and all(_is_entry(entry) for entry in value.values())


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or set(entry) != {"version", "sha256", "body"}:
        return False
    return type(entry["version"]) is int and isinstance(entry["sha256"], str) and isinstance(entry["body"], str)
