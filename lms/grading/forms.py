"""The forms of 採点: a grader's mark sheet, and what the office fills in to open the grading."""

from collections.abc import Mapping
from typing import Any

from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.web.forms import JapaneseForm

LEVEL_PREFIX = "level-"


def sheet_body(form: Mapping[str, str]) -> dict[str, Any]:
    """The fields of the sheet's form as a draft body; what is not known to the rubric falls away when it is read."""
    return {
        "levels": {name.removeprefix(LEVEL_PREFIX): value for name, value in form.items() if name.startswith(LEVEL_PREFIX)},
        "cap_id": form.get("cap_id") or None,
        "cap_reason": form.get("cap_reason", ""),
        "wants_adjudication": form.get("wants_adjudication") == "yes",
        "note": form.get("note", ""),
        "feedback": form.get("feedback", ""),
    }


class OpenGradingForm(JapaneseForm):
    """採点を始める: the deadline; the graders are read from their check boxes."""

    due_on = DateField("採点の期限", validators=[Optional()])


class ConflictForm(JapaneseForm):
    """利益相反: who must not read whose essays, and why."""

    grader = IntegerField("採点者", validators=[InputRequired()])
    participant = IntegerField("受験番号", validators=[InputRequired()])
    reason = StringField("理由", validators=[InputRequired(), Length(max=300)])
