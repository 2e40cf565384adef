"""Reading the forms of 教材: the answers of a quiz, the fields of a worksheet and the memo."""

import re
from collections.abc import Iterable, Mapping

from lms.lessons.labels import MEMO_HINT, MEMO_LABEL
from lms.lessons.rules.content import Quiz, WorksheetField
from lms.lessons.rules.worksheets import MEMO_KEY, SheetEdit

MAX_DIGITS = 6
MEMO_FIELD = WorksheetField(MEMO_KEY, MEMO_LABEL, MEMO_HINT, rows=6)
"""The memo as a field, so that it is saved and kept like one."""
MOST_EARLIER = 20
"""So many fields that are gone are taken from one page; no worksheet has as many."""

_TEXT_OF_FIELD = re.compile(r"text-(?P<key>[a-z][a-z0-9_]{0,39})")


def read_answers(form: Mapping[str, str], quiz: Quiz) -> dict[str, str]:
    """Question id → option id as sent; fields of other names are left aside."""
    return {question.id: form[question.id] for question in quiz.questions if question.id in form}


def read_sheet(form: Mapping[str, str], fields: Iterable[WorksheetField]) -> dict[str, SheetEdit]:
    """Field key → text and the version it was typed upon; a missing version counts as none."""
    return {
        field.key: SheetEdit(form[f"text-{field.key}"], read_version(form.get(f"base-{field.key}", "")))
        for field in fields
        if f"text-{field.key}" in form
    }


def read_earlier(form: Mapping[str, str], fields: Iterable[WorksheetField]) -> dict[str, SheetEdit]:
    """What was typed into fields that are gone: the page was opened before another edition was published."""
    now = {MEMO_KEY, *(field.key for field in fields)}
    keys = [found["key"] for name in form if (found := _TEXT_OF_FIELD.fullmatch(name)) and found["key"] not in now]
    return read_sheet(form, [WorksheetField(key, "", "", rows=0) for key in keys[:MOST_EARLIER]])


def read_memo(form: Mapping[str, str]) -> dict[str, SheetEdit]:
    """The memo beside a lesson, in the same way."""
    return read_sheet(form, (MEMO_FIELD,))


def read_version(text: str) -> int:
    """The number of a version as a page sends it; anything else counts as none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0
