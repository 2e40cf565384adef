"""The woven ornament: curves of shifted phase along the border and around the middle, as paths computed once."""

import math
from collections.abc import Callable
from functools import lru_cache

from reportlab.pdfgen.pathobject import PDFPathObject

from certificates.layout import MM, Flower, Frame, Paper, Weave

Curve = Callable[[float], tuple[float, float]]
"""t from 0 to 1 → a point on the paper, in points from the lower left corner; closed: t=1 is t=0."""


_PER_WAVE = 4  # cubic segments in one swing; the eye sees no corner from 3 down
_DIGITS = 2  # decimals of a point; a hundredth is 3.5 micrometers

# Rings of the background flower: middle distance and swing as parts of its radius, and the number of petals.
_RINGS = ((0.88, 0.12, 36), (0.62, 0.16, 24), (0.33, 0.15, 16), (0.09, 0.09, 8))


@lru_cache(maxsize=8)
def border_waves(paper: Paper, frame: Frame, weave: Weave) -> PDFPathObject:
    """Return the closed waves of one layer, around the middle of the band."""
    path = PDFPathObject()
    for index in range(weave.curves):
        phase = 2 * math.pi * index / weave.curves
        _draw_closed(path, _border_wave(paper, frame, weave, phase), segments=weave.waves * _PER_WAVE)
    return path


@lru_cache(maxsize=8)
def rosette(paper: Paper, flower: Flower) -> PDFPathObject:
    """Return the large flower of the background."""
    center = (flower.x * MM, (paper.height - flower.y) * MM)
    radius = flower.radius * MM
    path = PDFPathObject()
    for index in range(10):
        phase = 2 * math.pi * index / 10
        for distance, swing, petals in _RINGS:
            _draw_closed(path, _petals(center, radius * distance, radius * swing, petals, phase), segments=petals * _PER_WAVE)
    return path


@lru_cache(maxsize=8)
def corner_flowers(paper: Paper, frame: Frame) -> PDFPathObject:
    """Return the small flowers that sit on the four corners of the band."""
    reach = frame.band_half_width * MM * 1.25
    path = PDFPathObject()
    for center in corner_points(paper, frame.band):
        for index in range(3):
            phase = 2 * math.pi * index / 3
            _draw_closed(path, _petals(center, reach * 0.76, reach * 0.24, 12, phase), segments=12 * _PER_WAVE)
            _draw_closed(path, _petals(center, reach * 0.28, reach * 0.2, 6, phase), segments=6 * _PER_WAVE)
    return path


def corner_points(paper: Paper, inset: float) -> list[tuple[float, float]]:
    """Return the four points that lie ``inset`` mm inside the paper's corners, in points."""
    left, right = inset * MM, (paper.width - inset) * MM
    low, high = inset * MM, (paper.height - inset) * MM
    return [(left, low), (right, low), (right, high), (left, high)]


def _petals(center: tuple[float, float], radius: float, swing: float, count: int, phase: float) -> Curve:
    def point(t: float) -> tuple[float, float]:
        angle = 2 * math.pi * t
        distance = radius + swing * math.sin(count * angle + phase)
        return center[0] + distance * math.cos(angle), center[1] + distance * math.sin(angle)

    return point


def _border_wave(paper: Paper, frame: Frame, weave: Weave, phase: float) -> Curve:
    track = _rounded_rectangle(paper, frame)
    amplitude = frame.band_half_width * MM * weave.reach

    def point(t: float) -> tuple[float, float]:
        x, y, across_x, across_y = track(t)
        swell = 1 - weave.breathing * (0.5 - 0.5 * math.cos(2 * math.pi * t * weave.waves / 4))
        offset = amplitude * swell * math.sin(2 * math.pi * weave.waves * t + phase)
        return x + across_x * offset, y + across_y * offset

    return point


def _rounded_rectangle(paper: Paper, frame: Frame) -> Callable[[float], tuple[float, float, float, float]]:
    """Return t → point and outward direction on the middle of the band, at even speed, counterclockwise from the right."""
    radius = frame.corner_radius * MM
    half_width = (paper.width / 2 - frame.band) * MM - radius
    half_height = (paper.height / 2 - frame.band) * MM - radius
    middle_x, middle_y = paper.width / 2 * MM, paper.height / 2 * MM
    bend = math.pi / 2 * radius
    # A quarter: half a side, a corner, half the next side. The four quarters mirror each other.
    quarter = half_height + bend + half_width

    def first_quarter(way: float) -> tuple[float, float, float, float]:
        if way <= half_height:
            return half_width + radius, way, 1.0, 0.0
        if way <= half_height + bend:
            angle = (way - half_height) / radius
            out_x, out_y = math.cos(angle), math.sin(angle)
            return half_width + radius * out_x, half_height + radius * out_y, out_x, out_y
        return half_width - (way - half_height - bend), half_height + radius, 0.0, 1.0

    def place(t: float) -> tuple[float, float, float, float]:
        number, way = divmod((t % 1.0) * 4 * quarter, quarter)
        mirrored = number % 2 == 1
        x, y, out_x, out_y = first_quarter(quarter - way if mirrored else way)
        sign_x = -1 if number in (1, 2) else 1
        sign_y = -1 if number in (2, 3) else 1
        return middle_x + sign_x * x, middle_y + sign_y * y, sign_x * out_x, sign_y * out_y

    return place


def _draw_closed(path: PDFPathObject, curve: Curve, *, segments: int) -> None:
    """Add a closed curve as cubic segments whose ends and slopes lie on it."""
    step = 1 / segments
    third = step / 3
    start = curve(0)
    path.moveTo(round(start[0], _DIGITS), round(start[1], _DIGITS))
    slope = _slope(curve, 0, step)
    for index in range(1, segments + 1):
        end = curve(index % segments * step)
        end_slope = _slope(curve, index * step, step)
        controls = (
            start[0] + slope[0] * third,
            start[1] + slope[1] * third,
            end[0] - end_slope[0] * third,
            end[1] - end_slope[1] * third,
        )
        path.curveTo(*(round(number, _DIGITS) for number in (*controls, *end)))
        start, slope = end, end_slope
    path.close()


def _slope(curve: Curve, t: float, step: float) -> tuple[float, float]:
    near = step / 50
    (x0, y0), (x1, y1) = curve(t - near), curve(t + near)
    return (x1 - x0) / (2 * near), (y1 - y0) / (2 * near)
