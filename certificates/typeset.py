"""Set Japanese lines: make a text fit its width by shrinking, then condensing, then breaking it where a line may break."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from certificates.layout import MM, BodySlot, Slot

Measure = Callable[[str, float], float]
"""(text, size in points) → width in points, without tracking."""

_CONDENSED = -0.05  # parts of the size; tighter than this, characters touch
_NOT_FIRST = frozenset("、。，．・：；？！ー々ゝゞ」』】）〕］｝〉》)]}.,:;?!ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ")
_NOT_LAST = frozenset("「『【（〔［｛〈《([{")
_SPACES = frozenset(" \u3000")


@dataclass(frozen=True, slots=True)
class Line:
    """A line ready to draw: its size and tracking in points, and how wide it comes out."""

    text: str
    size: float
    tracking: float
    width: float


def set_text(text: str, slot: Slot, measure: Measure) -> list[Line]:
    """Return the lines of a text in its slot: one if it can be, else up to ``max_lines`` of the same size.

    A text that is too long even so is made smaller than ``least`` rather than cut or run off the paper; the press refuses
    what becomes too small to be read.
    """
    width = slot.width * MM
    for count in range(1, slot.max_lines + 1):
        parts = break_evenly(text, count, measure)
        lines = [_fit(part, slot, width, measure) for part in parts]
        fitting = [line for line in lines if line is not None]
        if len(fitting) == len(lines):
            return _same_size(fitting, measure)
    longest = max(_reach(part, _CONDENSED, measure) for part in parts)
    size = min(slot.least, width / longest)
    return [_line(part, size, _CONDENSED, measure) for part in parts]


def set_body(texts: Sequence[str], slot: BodySlot, measure: Measure) -> tuple[list[Line], float]:
    """Return the lines of the 主文, all of one size, and the distance between their baselines in points.

    A line too long at the smallest proper size is broken in two; many lines stand closer.
    """
    width = slot.width * MM
    lines = [part for text in texts for part in _broken_if_too_long(text, slot.least, width, measure)]
    leading = min(slot.size * slot.leading, slot.height * MM / len(lines))
    longest = max(_reach(text, 0, measure) for text in lines)
    size = min(slot.size, leading / 1.25, width / longest if longest else slot.size)
    return [_line(text, size, 0, measure) for text in lines], min(leading, size * slot.leading)


def break_evenly(text: str, count: int, measure: Measure) -> list[str]:
    """Split a text into ``count`` parts of much the same width, at a space if one is near, else where 禁則 allows."""
    parts = []
    rest = text
    for left in range(count, 1, -1):
        place = _best_break(rest, measure(rest, 1) / left, measure)
        if place is None:
            break
        parts.append(rest[:place].strip())
        rest = rest[place:].strip()
    return [*parts, rest]


def _broken_if_too_long(text: str, size: float, width: float, measure: Measure) -> list[str]:
    return [text] if measure(text, size) <= width else break_evenly(text, 2, measure)


def _fit(text: str, slot: Slot, width: float, measure: Measure) -> Line | None:
    """Fit one line: as wished, without tracking, smaller, and at the smallest size condensed; None if all fail."""
    if (reach := _reach(text, slot.tracking, measure)) * slot.size <= width:
        return _line(text, slot.size, slot.tracking, measure)
    # First give up the tracking, as much of it as it takes; it is only ornament.
    if (bare := _reach(text, 0, measure)) * slot.size <= width:
        share = (width / slot.size - bare) / (reach - bare)
        return _line(text, slot.size, slot.tracking * share, measure)
    if bare * slot.least <= width:
        return _line(text, width / bare, 0, measure)
    if _reach(text, _CONDENSED, measure) * slot.least <= width:
        return _line(text, slot.least, (width / slot.least - bare) / max(len(text) - 1, 1), measure)
    return None


def _same_size(lines: list[Line], measure: Measure) -> list[Line]:
    size = min(line.size for line in lines)
    tracking = min(line.tracking / line.size for line in lines)
    return [_line(line.text, size, tracking, measure) for line in lines]


def _line(text: str, size: float, tracking: float, measure: Measure) -> Line:
    return Line(text=text, size=size, tracking=tracking * size, width=_reach(text, tracking, measure) * size)


def _reach(text: str, tracking: float, measure: Measure) -> float:
    """The width of a text at size 1; no tracking follows the last character."""
    return max(measure(text, 1) + tracking * max(len(text) - 1, 0), 0.01)


def _best_break(text: str, target: float, measure: Measure) -> int | None:
    """The place to break nearest to the target width; a space within a third of the target wins."""
    reached = [0.0, *accumulate(measure(character, 1) for character in text)]
    places = [place for place in range(1, len(text)) if _may_break(text, place)] or list(range(1, len(text)))
    spaces = [place for place in places if text[place - 1] in _SPACES and abs(reached[place] - target) <= target / 3]
    return min(spaces or places, key=lambda place: abs(reached[place] - target), default=None)


def _may_break(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if before in _SPACES:
        return True
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    """Whether a line may break beside the character: kanji and kana, and the private codes that stand for them."""
    return unicodedata.east_asian_width(character) in "WF" or ord(character) >= 0xF0000
