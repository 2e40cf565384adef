"""認定証の記載: the record a certificate is printed from, and its canonical JSON text."""

import json
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date
from typing import Any

DEFAULT_TEMPLATE = "landscape"
_ADDED_LATER = ("expires_on", "first_issued_on", "template")


class RecordError(ValueError):
    """The text is not a certificate record; the message names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """Everything that is printed on one certificate, exactly as it is printed.

    ``holder_name`` is kept as it was typed: normalizing it would change compatibility ideographs.
    ``body_lines`` is the 主文, one printed line each, without punctuation.
    ``issued_on`` is a date in Japan; the press prints it in the Japanese era.
    ``verify_code`` is the grouped 確認コード, printed small beside the QR code that carries ``verify_url``.
    ``version`` counts reissues of the same number, from 1. A later version gives ``first_issued_on`` as 認定日, and
    ``issued_on`` is then its 再発行日. ``expires_on`` is the last day it is valid; None: without end.
    ``template`` names the design it is drawn in.
    """

    number: str
    holder_name: str
    course_title: str
    qualification: str
    body_lines: tuple[str, ...]
    cohort_label: str
    issued_on: date
    association: str
    signatory_title: str
    signatory_name: str
    verify_url: str
    verify_code: str
    is_sample: bool
    honorific: str = ""
    version: int = 1
    expires_on: date | None = None
    first_issued_on: date | None = None
    template: str = DEFAULT_TEMPLATE


def record_to_json(record: CertificateRecord) -> str:
    """Return the canonical JSON: one text per record, keys sorted, no spare spaces, non-ASCII kept.

    What was added to the record later is written only when it says something, so that the texts stored before stay canonical.
    """
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(record).items()}
    for name in _ADDED_LATER:
        if getattr(record, name) == _DEFAULTS[name]:
            del plain[name]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def record_from_json(text: str | bytes) -> CertificateRecord:
    """Read a record; raise RecordError when a field is missing, unknown or of the wrong kind."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"not JSON: {error}") from error
    if not isinstance(plain, dict):
        raise RecordError("a record is a JSON object")
    _refuse_wrong_keys(plain)
    return CertificateRecord(**{name: _READERS.get(name, _text)(name, value) for name, value in plain.items()})


def _refuse_wrong_keys(plain: dict[str, Any]) -> None:
    """Every field must be there, except those with a default; nothing else may be."""
    known = {field.name for field in fields(CertificateRecord)}
    for name in sorted(set(plain) - known):
        raise RecordError(f"{name}: unknown field")
    for name in sorted(known - set(plain) - set(_DEFAULTS)):
        raise RecordError(f"{name}: missing")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise RecordError(f"{name}: must be text")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise RecordError(f"{name}: holds half a surrogate pair")
    return value


def _lines(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise RecordError(f"{name}: must be a list of lines")
    return tuple(_text(name, line) for line in value)


def _day(name: str, value: object) -> date:
    try:
        return date.fromisoformat(_text(name, value))
    except ValueError as error:
        raise RecordError(f"{name}: must be a date such as 2026-12-01") from error


def _day_or_none(name: str, value: object) -> date | None:
    return None if value is None else _day(name, value)


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise RecordError(f"{name}: must be true or false")
    return value


def _count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise RecordError(f"{name}: must be a whole number from 1")
    return value


_READERS: dict[str, Callable[[str, object], Any]] = {
    "body_lines": _lines,
    "expires_on": _day_or_none,
    "first_issued_on": _day_or_none,
    "issued_on": _day,
    "is_sample": _flag,
    "version": _count,
}
_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(CertificateRecord) if field.default is not MISSING}
