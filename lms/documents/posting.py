"""Reading content/certificates/posting.yaml: paper and feed of the printer, carriers, label sheets, the cover letter."""

import functools
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from ruamel.yaml import YAML

from lms.text import fold

POSTING_FILE = "certificates/posting.yaml"
A4_MM = (210.0, 297.0)
PAPERS_MM = {"A4": A4_MM, "A3": (297.0, 420.0), "B4": (257.0, 364.0), "B5": (182.0, 257.0)}
"""Width and height of upright paper; B is the Japanese one."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Millimeters = Annotated[float, Field(ge=0, le=420, strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PrintLayout(_Strict):
    """How issued papers are laid on the printer's paper; lengths in millimeters, an offset to the right and down."""

    paper: Literal["A4", "A3", "B4", "B5"]
    margin_mm: Annotated[float, Field(ge=0, le=50, strict=False)]
    offset_x_mm: Annotated[float, Field(ge=-50, le=50, strict=False)]
    offset_y_mm: Annotated[float, Field(ge=-50, le=50, strict=False)]
    scale_percent: Annotated[float, Field(ge=50, le=120, strict=False)]


class Carrier(_Strict):
    """Somebody who carries parcels, the other names people write, and the page where a tracking number is typed."""

    name: Words
    aliases: tuple[Words, ...] = Field(default=(), strict=False)
    has_tracking: bool
    tracking_page: Annotated[str, Field(pattern=r"^https://[^\s]+$", max_length=300)] | None = None

    def is_called(self, typed: str) -> bool:
        """Whether people may mean this carrier by what they typed."""
        return fold(typed) in {fold(name) for name in (self.name, *self.aliases)}


class LabelSheet(_Strict):
    """A sheet of A4 with labels in columns and rows; lengths in millimeters from the upper left corner."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")]
    title: Words
    columns: int = Field(ge=1, le=6)
    rows: int = Field(ge=1, le=20)
    width_mm: Millimeters
    height_mm: Millimeters
    left_mm: Millimeters
    top_mm: Millimeters
    gap_x_mm: Millimeters
    gap_y_mm: Millimeters
    padding_mm: Annotated[float, Field(ge=0, le=20, strict=False)]

    @property
    def places(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows

    @model_validator(mode="after")
    def _fits(self) -> Self:
        across = self.left_mm + self.columns * self.width_mm + (self.columns - 1) * self.gap_x_mm
        down = self.top_mm + self.rows * self.height_mm + (self.rows - 1) * self.gap_y_mm
        if across > A4_MM[0] + 0.05 or down > A4_MM[1] + 0.05:
            raise ValueError(f"ラベルがA4の用紙からはみ出します(右端 {across:g}mm、下端 {down:g}mm)")
        if min(self.width_mm, self.height_mm) - 2 * self.padding_mm < 10:
            raise ValueError("ラベルの大きさから余白を除くと、10mmより狭くなります")
        return self


class LetterWords(_Strict):
    """What the 送付状 says; see `LETTER_VALUES` for what may stand between braces."""

    title: Words
    paragraphs: tuple[Sentence, ...] = Field(min_length=1, max_length=10, strict=False)
    closing: Words
    enclosed: tuple[Sentence, ...] = Field(min_length=1, max_length=10, strict=False)
    after: tuple[Sentence, ...] = Field(default=(), max_length=5, strict=False)

    @field_validator("paragraphs", "enclosed", "after")
    @classmethod
    def _only_known_values(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            try:
                text.format(**dict.fromkeys(LETTER_VALUES, ""))
            except (KeyError, IndexError, ValueError, AttributeError) as error:
                known = "・".join(f"{{{name}}}" for name in LETTER_VALUES)
                raise ValueError(f"置き換えられるのは {known} だけです: {text}") from error
        return texts


LETTER_VALUES = ("name", "number", "course", "association")
"""What the words of the letter may fill in."""


class Posting(_Strict):
    """The whole file."""

    print: PrintLayout
    carriers: tuple[Carrier, ...] = Field(min_length=1, strict=False)
    label_sheets: tuple[LabelSheet, ...] = Field(min_length=1, strict=False)
    letter: LetterWords

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> Self:
        names = [fold(name) for carrier in self.carriers for name in (carrier.name, *carrier.aliases)]
        ids = [sheet.id for sheet in self.label_sheets]
        for kind, given in (("運送会社の名前", names), ("ラベル用紙の id", ids)):
            if twice := sorted({name for name in given if given.count(name) > 1}):
                raise ValueError(f"{kind}が2回書かれています: {'、'.join(twice)}")
        return self

    def find_carrier(self, typed: str) -> Carrier | None:
        """The carrier people mean by what they typed."""
        return next((carrier for carrier in self.carriers if carrier.is_called(typed)), None)

    def find_sheet(self, sheet_id: str) -> LabelSheet | None:
        """The label sheet with this id."""
        return next((sheet for sheet in self.label_sheets if sheet.id == sheet_id), None)


def read_posting(content: Path) -> Posting:
    """The settings of a content folder. Raises OSError, YAMLError or pydantic's ValidationError with Japanese sentences."""
    return Posting.model_validate(YAML(typ="safe", pure=True).load((content / POSTING_FILE).read_text(encoding="utf-8")))


@functools.lru_cache(maxsize=8)
def posting_of(content: Path) -> Posting:
    """The settings as read when the process first asked; a changed file counts from the next start."""
    return read_posting(content)
