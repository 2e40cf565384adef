"""Roster files in every shape, made on the spot."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HEADINGS = ("氏名", "ふりがな", "メールアドレス", "会社名", "部署", "郵便番号", "住所")
HANAKO = (
    "架空 花子",
    "かくう はなこ",
    "hanako@example.jp",
    "架空商事株式会社",
    "お客様相談室",
    "100-0001",
    "東京都千代田区千代田1-1",
)
TARO = ("見本 太郎", "ミホン タロウ", "taro@example.jp", "", "", "", "")

ODD_NAMES = [
    "髙橋 花子",
    "山﨑 太郎",
    "𠮷田 一郎",
    "渡邉 さくら",
    "渡邊 邊",
    "辻󠄀 健",
    "神谷 祐",
    "濵田 德",
    "鷗 外",
    "が き",
    "O'Brien-Smith Ann",
    "ｱｲｳ 全角　空白",
]


def text(*rows: Sequence[str], headings: Sequence[str] = HEADINGS) -> str:
    return "".join(",".join(row) + "\r\n" for row in (headings, *rows))


def csv_file(*rows: Sequence[str], headings: Sequence[str] = HEADINGS, encoding: str = "utf-8") -> bytes:
    return text(*rows, headings=headings).encode(encoding)


def excel_file(*rows: Sequence[object], headings: Sequence[str] = HEADINGS, above: Sequence[Sequence[object]] = ()) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (*above, headings, *rows):
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rezipped(data: bytes, *, replace: dict[str, bytes] | None = None, add: dict[str, bytes] | None = None) -> bytes:
    """An Excel file with members changed or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, (replace or {}).get(member.filename, old.read(member)))
        for name, body in (add or {}).items():
            new.writestr(name, body)
    return stream.getvalue()


def bomb() -> bytes:
    """About 60 MB of zeros in a small Excel file."""
    return rezipped(excel_file(HANAKO), add={"xl/media/zeros.bin": bytes(60 * 1024 * 1024)})


def nested_entities() -> bytes:
    declared = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    return rezipped(excel_file(HANAKO), replace={"xl/worksheets/sheet1.xml": declared.encode()})


def far_row() -> bytes:
    """A sheet whose second participant stands in the very last row a sheet can have."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(list(HEADINGS))
    sheet.append(list(HANAKO))
    for column, value in enumerate(TARO, start=1):
        sheet.cell(row=1_048_576, column=column, value=value)
    return saved(book)


A_DATE = date(2026, 12, 1)
