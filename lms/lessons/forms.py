"""Reading the forms of 教材: the answers of a quiz and the fields of a worksheet."""

from collections.abc import Iterable, Mapping

from lms.lessons.rules.content import Quiz, WorksheetField
from lms.lessons.rules.worksheets import SheetEdit

MAX_DIGITS = 6


def read_answers(form: Mapping[str, str], quiz: Quiz) -> dict[str, str]:
    """Question id → option id as sent; fields of other names are left aside."""
    return {question.id: form[question.id] for question in quiz.questions if question.id in form}


def read_sheet(form: Mapping[str, str], fields: Iterable[WorksheetField]) -> dict[str, SheetEdit]:
    """Field key → text and the version it was typed upon; a missing version counts as none."""
    return {
        field.key: SheetEdit(form[f"text-{field.key}"], _version(form.get(f"base-{field.key}", "")))
        for field in fields
        if f"text-{field.key}" in form
    }


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0
