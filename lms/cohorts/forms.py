"""Forms of 期: what is registered of one participant."""

from collections.abc import Mapping, Sequence

from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.cohorts.labels import column_heading, problem_sentence
from lms.cohorts.rules.roster import LONGEST, Column, Problem
from lms.web.forms import JapaneseForm

MAX_REASON = 300


def _field(column: Column, *, required: bool = False) -> StringField:
    return StringField(column_heading(column), [InputRequired() if required else Optional(), Length(max=LONGEST[column])])


class ParticipantForm(JapaneseForm):
    """The columns of the roster for one person; the fields are called as the columns are."""

    name = _field(Column.NAME, required=True)
    kana = _field(Column.KANA)
    email = _field(Column.EMAIL, required=True)
    company = _field(Column.COMPANY)
    department = _field(Column.DEPARTMENT)
    postal_code = _field(Column.POSTAL_CODE)
    address = _field(Column.ADDRESS)
    reason = StringField("直した理由", [Optional(), Length(max=MAX_REASON)])

    @property
    def typed(self) -> Mapping[Column, str]:
        """What was typed, by column."""
        return {column: self[column.value].data or "" for column in Column}

    def explain(self, problems: Sequence[Problem]) -> None:
        """Put each problem under its field, in words."""
        for problem in problems:
            if problem.column:
                self[problem.column.value].errors = [problem_sentence(problem)]
