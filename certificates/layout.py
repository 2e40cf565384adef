"""Where everything stands on the certificate: named places in millimeters from the top left corner, as data."""

from dataclasses import dataclass
from typing import Literal

MM = 72 / 25.4  # points in a millimeter

Align = Literal["left", "center", "right"]
Stays = Literal["first", "middle", "last"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place for one text.

    ``x`` is its left edge, middle or right edge, as ``align`` says; ``baseline`` that of its first line; ``width`` what the
    text may fill (all mm). ``size`` is the wished and ``least`` the smallest proper type size (points). ``tracking`` is
    the space after each character, in parts of the size. A text too long even at ``least`` breaks into ``max_lines``,
    of which the one named by ``stays`` keeps to the baseline.
    """

    x: float
    baseline: float
    width: float
    size: float
    least: float
    align: Align = "left"
    tracking: float = 0.0
    max_lines: int = 1
    leading: float = 1.4
    stays: Stays = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySlot:
    """The place of the 主文: lines of one size with a common left edge, the block in the middle of the box (mm)."""

    center: float
    top: float
    height: float
    width: float
    size: float
    least: float
    leading: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A square place (mm)."""

    left: float
    top: float
    side: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The border: where the middle of the woven band runs and where its rules stand, as distances from the paper's edge (mm)."""

    band: float
    band_half_width: float
    corner_radius: float
    outer_rule: float
    gold_rule: float
    ink_rule: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One design of the certificate."""

    width: float
    height: float
    frame: Frame
    rosette_center: tuple[float, float]
    rosette_radius: float
    course: Slot
    number: Slot
    version: Slot
    title: Slot
    qualification: Slot
    name: Slot
    body: BodySlot
    date: Slot
    association: Slot
    signatory: Slot
    seal: Square
    qr: Square
    caption: Slot


LANDSCAPE = Layout(
    width=297,
    height=210,
    frame=Frame(band=13.2, band_half_width=3.5, corner_radius=3.6, outer_rule=8.6, gold_rule=18.2, ink_rule=19.4),
    rosette_center=(148.5, 105),
    rosette_radius=66,
    course=Slot(x=30, baseline=31, width=110, size=10, least=7.5, tracking=0.04),
    number=Slot(x=267, baseline=31, width=110, size=10, least=7.5, align="right", tracking=0.04),
    version=Slot(x=267, baseline=36, width=110, size=8.5, least=7, align="right", tracking=0.04),
    title=Slot(x=148.5, baseline=53, width=200, size=42, least=24, align="center", tracking=0.72),
    qualification=Slot(x=148.5, baseline=69, width=190, size=15, least=10, align="center", tracking=0.16),
    name=Slot(
        x=148.5,
        baseline=88.5,
        width=196,
        size=30,
        least=16,
        align="center",
        tracking=0.07,
        max_lines=2,
        leading=1.2,
        stays="middle",
    ),
    body=BodySlot(center=148.5, top=99, height=40, width=200, size=15, least=10.5, leading=1.9),
    date=Slot(x=44, baseline=152, width=80, size=14, least=10, tracking=0.08),
    association=Slot(
        x=246, baseline=165, width=132, size=16, least=11, align="right", tracking=0.06, max_lines=2, leading=1.3, stays="last"
    ),
    signatory=Slot(x=246, baseline=177.5, width=132, size=16, least=11, align="right", tracking=0.06),
    seal=Square(left=242, top=167, side=16.5),
    qr=Square(left=30, top=161, side=20),
    caption=Slot(x=53.5, baseline=163.3, width=64, size=8, least=6, tracking=0.02, leading=1.6),
)
