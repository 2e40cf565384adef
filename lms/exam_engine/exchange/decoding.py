"""Bytes of a file → text, within firm limits; what cannot be read says where."""

import codecs

from lms.exam_engine.exchange.faults import FaultCode, Place, Unreadable

MAX_BYTES = 2_000_000
"""No more than a bank file may have; the whole bank of an exam has about a tenth."""
MAX_QUESTIONS = 2_000


def refuse_size(data: bytes) -> None:
    """Raise Unreadable for a file without content or beyond all measure."""
    if len(data) > MAX_BYTES:
        raise Unreadable(FaultCode.TOO_LARGE, values={"bytes": len(data), "limit": MAX_BYTES})
    if not data.removeprefix(codecs.BOM_UTF8).strip(b"\x00 \r\n\t"):
        raise Unreadable(FaultCode.EMPTY_FILE)


def decode(data: bytes) -> str:
    """The text of a UTF-8 file with or without a mark, with LF line ends; raises Unreadable for any other."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(FaultCode.UTF16)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(FaultCode.NOT_UTF8, _place(data, error.start)) from error
    if "\x00" in text:
        raise Unreadable(FaultCode.BINARY, _place(data, data.index(b"\x00")))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _place(data: bytes, at: int) -> Place:
    before = data[:at]
    line = before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")
    return Place(before.count(b"\n") + 1, len(line) + 1)
