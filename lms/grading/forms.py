"""The forms of 採点: a grader's mark sheet, and what the office fills in to open the grading."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import DateField
from wtforms.validators import Optional

from lms.grading.rules.leasing import OpenedPage
from lms.web.forms import JapaneseForm

LEVEL_PREFIX = "level-"
DIGITS = 10
TOKEN_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Pressed:
    """The button of the desk that was pressed, and the number it carries: of a highlight or a phrase."""

    act: str
    number: int = 0


def pressed_button(form: Mapping[str, str]) -> Pressed:
    """「unmark-3」 and the like; what is unknown saves, like no button at all.

    Enter in the field of a quotation presses the first button of the form, but means the quotation.
    """
    act, _, number = form.get("act", "").partition("-")
    if act == "confirm" and form.get("quote", "").strip():
        act = "mark"
    return Pressed(act, int(number) if number.isascii() and number.isdigit() and len(number) < DIGITS else 0)


def opened_page(fields: Mapping[str, Any]) -> OpenedPage:
    """The page a form or a saving comes from; one that does not say knows of no draft."""
    version, token = str(fields.get("version", 0)), fields.get("page", "")
    is_number = version.isascii() and version.isdigit() and len(version) < DIGITS
    return OpenedPage(token[:TOKEN_LIMIT] if isinstance(token, str) else "", int(version) if is_number else 0)


def sheet_body(form: "MultiDict[str, str]") -> dict[str, Any]:
    """The fields of the sheet's form as a draft body; what is not known to the rubric falls away when it is read."""
    return {
        "levels": {name.removeprefix(LEVEL_PREFIX): value for name, value in form.items() if name.startswith(LEVEL_PREFIX)},
        "cap_id": form.get("cap_id") or None,
        "cap_reason": form.get("cap_reason", ""),
        "wants_adjudication": form.get("wants_adjudication") == "yes",
        "note": form.get("note", ""),
        "feedback": form.get("feedback", ""),
        "highlights": [_entry(value) for value in form.getlist("highlight")],
    }


def _entry(value: str) -> object:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


class OpenGradingForm(JapaneseForm):
    """採点を始める: the deadline; the graders are read from their check boxes."""

    due_on = DateField("採点の期限", validators=[Optional()])
