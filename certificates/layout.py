"""What a template of the certificate says: paper, colors, border, the place of every text, and the fixed phrases."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

MM = 72 / 25.4  # points in a millimeter

Align = Literal["left", "center", "right"]
Stays = Literal["first", "middle", "last"]
Ink = Literal["ink", "soft_ink"]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Millimeters = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]
Points = Annotated[float, Field(ge=4, le=120, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Tracking = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
Leading = Annotated[float, Field(ge=1, le=4, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]
Waves = Annotated[int, Field(ge=4, le=400, multiple_of=4)]
Curves = Annotated[int, Field(ge=1, le=12)]
Phrase = Annotated[str, Field(max_length=60)]
Required = Annotated[str, Field(min_length=1, max_length=60)]

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place for one text.

    ``x`` is its left edge, middle or right edge, as ``align`` says; ``baseline`` that of its first line; ``width`` what the
    text may fill (all mm). ``size`` is the wished and ``least`` the smallest proper type size (points). ``tracking`` is
    the space after each character, in parts of the size. A text too long even at ``least`` breaks into ``max_lines``,
    of which the one named by ``stays`` keeps to the baseline. ``weight`` (points) thickens the strokes.
    """

    __pydantic_config__: ClassVar = _STRICT

    x: Millimeters
    baseline: Millimeters
    width: Millimeters
    size: Points
    least: Points
    align: Align = "left"
    tracking: Tracking = 0.0
    max_lines: Annotated[int, Field(ge=1, le=6)] = 1
    leading: Leading = 1.4
    stays: Stays = "first"
    color: Ink = "ink"
    weight: Weight = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySlot:
    """The place of the 主文: lines of one size with a common left edge, the block in the middle of the box (mm)."""

    __pydantic_config__: ClassVar = _STRICT

    center: Millimeters
    top: Millimeters
    height: Millimeters
    width: Millimeters
    size: Points
    least: Points
    leading: Leading


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A square place (mm)."""

    __pydantic_config__: ClassVar = _STRICT

    left: Millimeters
    top: Millimeters
    side: Millimeters


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The size of the sheet (mm)."""

    __pydantic_config__: ClassVar = _STRICT

    width: Millimeters
    height: Millimeters


@dataclass(frozen=True, slots=True, kw_only=True)
class Colors:
    """Every color on the paper, as #rrggbb."""

    __pydantic_config__: ClassVar = _STRICT

    ink: Color
    soft_ink: Color
    band: Color
    gold: Color
    flower: Color
    seal: Color
    watermark: Color


@dataclass(frozen=True, slots=True, kw_only=True)
class Weave:
    """One layer of the border: ``curves`` waves that swing ``reach`` times the band's half width.

    ``breathing`` (0–1) swells and narrows them; ``line`` is the stroke in points.
    """

    __pydantic_config__: ClassVar = _STRICT

    waves: Waves
    curves: Curves
    reach: Share
    breathing: Share
    line: Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The border: where the middle of the woven band runs and where its rules stand, as distances from the paper's edge (mm)."""

    __pydantic_config__: ClassVar = _STRICT

    band: Millimeters
    band_half_width: Millimeters
    corner_radius: Millimeters
    outer_rule: Millimeters
    gold_rule: Millimeters
    ink_rule: Millimeters
    gold_weave: Weave
    band_weave: Weave


@dataclass(frozen=True, slots=True, kw_only=True)
class Flower:
    """The large pale flower of the background (mm)."""

    __pydantic_config__: ClassVar = _STRICT

    x: Millimeters
    y: Millimeters
    radius: Millimeters


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRule:
    """The fine gold line with a lozenge under the title: its middle, its height on the paper and its length (mm)."""

    __pydantic_config__: ClassVar = _STRICT

    x: Millimeters
    y: Millimeters
    width: Millimeters


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where everything stands, in millimeters from the top left corner."""

    __pydantic_config__: ClassVar = _STRICT

    course: Slot
    number: Slot
    version: Slot
    title: Slot
    title_rule: TitleRule
    qualification: Slot
    name: Slot
    body: BodySlot
    dates: Slot
    association: Slot
    signatory: Slot
    seal: Square
    qr: Square
    caption: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The words that stand on every certificate of this template; what is in braces comes from the record."""

    __pydantic_config__: ClassVar = _STRICT

    title: Required
    number: Required
    version: Required
    certified_on: Required
    reissued_on: Required
    expires_on: Required
    seal: Annotated[str, Field(min_length=1, max_length=2)]
    watermark: Annotated[str, Field(min_length=1, max_length=4)]
    caption: tuple[Phrase, ...]
    code: Required


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One design of the certificate; ``label`` is what the office calls it."""

    __pydantic_config__: ClassVar = _STRICT

    label: Required
    paper: Paper
    colors: Colors
    frame: Frame
    flower: Flower
    places: Places
    phrases: Phrases
