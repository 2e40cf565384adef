"""The strict shapes that the YAML files share: ids, sentences, counts, days, numbers and points."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr

_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,18})?")


class SourceModel(BaseModel):
    """A mapping in a content file; a field it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _read_day(value: object) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise ValueError("not a day")


def _read_number(value: object) -> Decimal:
    # A boolean is an int in Python, but never a number of anything.
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("not a number")
    # Decimal alone would also read exponents, infinities and full-width digits.
    if not _PLAIN_NUMBER.fullmatch(str(value)):
        raise ValueError("not a number")
    return Decimal(value)


Id = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Sentence = Annotated[StrictStr, Field(pattern=r"\S")]
Count = Annotated[StrictInt, Field(ge=1)]
WholeNumber = Annotated[StrictInt, Field(ge=0)]
Day = Annotated[date, BeforeValidator(_read_day)]
Number = Annotated[Decimal, BeforeValidator(_read_number)]
Points = Annotated[Decimal, BeforeValidator(_read_number), Field(ge=0)]
