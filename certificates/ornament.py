"""Everything on the paper that is the same for every certificate of a template, as drawing operators packed once."""

import zlib
from collections.abc import Iterator
from functools import lru_cache

from reportlab.pdfgen.pathobject import PDFPathObject

from certificates.guilloche import border_waves, corner_flowers, corner_points, rosette
from certificates.layout import MM, Frame, Paper, Template

_WHITE = "#ffffff"
_FLOWER_LINE = 0.3  # points
_STROKE, _FILL = "S", "f"


@lru_cache(maxsize=16)
def packed_ornament(template: Template) -> bytes:
    """Return the operators of flower, border and rules, deflated: ready to stand in a PDF as the lowest layer of a page."""
    return zlib.compress("\n".join(["q", *_operators(template), "Q"]).encode("ascii"), 9)


def _operators(template: Template) -> Iterator[str]:
    paper, frame, colors = template.paper, template.frame, template.colors
    yield from _drawn(rosette(paper, template.flower), colors.flower, _FLOWER_LINE)
    yield from _drawn(border_waves(paper, frame, frame.gold_weave), colors.gold, frame.gold_weave.line)
    yield from _drawn(border_waves(paper, frame, frame.band_weave), colors.band, frame.band_weave.line)
    yield from _drawn(_corner_grounds(paper, frame), _WHITE, None)
    yield from _drawn(corner_flowers(paper, frame), colors.band, frame.band_weave.line)
    for inset, color, line in (
        (frame.outer_rule, colors.band, 0.9),
        (frame.gold_rule, colors.gold, 0.9),
        (frame.ink_rule, colors.band, 0.3),
    ):
        yield from _drawn(_rule(paper, inset), color, line)


def _drawn(path: PDFPathObject, color: str, line: float | None) -> Iterator[str]:
    """The operators of one path: stroked with a line so many points wide, or filled when there is none."""
    yield f"{_shares(color)} {'rg' if line is None else 'RG'}"
    if line is not None:
        yield f"{line:g} w"
    yield path.getCode()
    yield _FILL if line is None else _STROKE


def _shares(color: str) -> str:
    return " ".join(f"{int(color[place : place + 2], 16) / 255:.4g}" for place in (1, 3, 5))


def _corner_grounds(paper: Paper, frame: Frame) -> PDFPathObject:
    """White discs under the small flowers, so that the waves end at them."""
    path = PDFPathObject()
    for x, y in corner_points(paper, frame.band):
        path.circle(x, y, frame.band_half_width * MM * 1.4)
    return path


def _rule(paper: Paper, inset: float) -> PDFPathObject:
    path = PDFPathObject()
    path.rect(inset * MM, inset * MM, (paper.width - 2 * inset) * MM, (paper.height - 2 * inset) * MM)
    return path
