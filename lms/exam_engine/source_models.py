"""The strict shapes that the YAML files share: ids, sentences, counts, days and points."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr


class SourceModel(BaseModel):
    """A mapping in a content file; a field it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _read_day(value: object) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise ValueError("not a day")


def _read_points(value: object) -> Decimal:
    # A boolean is an int in Python, but never a number of points.
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("not points")
    try:
        points = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("not points") from error
    if not points.is_finite():
        raise ValueError("not points")
    return points


Id = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Sentence = Annotated[StrictStr, Field(pattern=r"\S")]
Count = Annotated[StrictInt, Field(ge=1)]
WholeNumber = Annotated[StrictInt, Field(ge=0)]
Day = Annotated[date, BeforeValidator(_read_day)]
Points = Annotated[Decimal, BeforeValidator(_read_points), Field(ge=0)]
