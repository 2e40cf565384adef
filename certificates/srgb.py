"""The sRGB color profile that an archived PDF carries, written here so that every certificate holds the same bytes for ever."""

import struct
from functools import cache
from typing import Final

# IEC 61966-2-1, adapted to the D50 white of the profile connection space as the ICC's own sRGB profiles are.
_WHITE_D50: Final = (0.9642, 1.0, 0.8249)
_PRIMARIES: Final = {
    "rXYZ": (0.43607, 0.22249, 0.01392),
    "gXYZ": (0.38515, 0.71687, 0.09708),
    "bXYZ": (0.14307, 0.06061, 0.71410),
}
_TO_D50: Final = (1.04791, 0.02293, -0.05019, 0.02960, 0.99046, -0.01707, -0.00925, 0.01506, 0.75179)
_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
NAME: Final = "sRGB IEC61966-2.1"


@cache
def srgb_profile() -> bytes:
    """Return an ICC profile (version 4.2, display, RGB) of the sRGB color space."""
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + b"".join(map(_fixed, _CURVE))
    tags = {
        "desc": _text(NAME),
        "cprt": _text("No copyright, use freely"),
        "wtpt": _xyz(_WHITE_D50),
        "chad": b"sf32" + bytes(4) + b"".join(map(_fixed, _TO_D50)),
        **{name: _xyz(values) for name, values in _PRIMARIES.items()},
        **dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve),
    }
    return _profile({name: content + bytes(-len(content) % 4) for name, content in tags.items()})


def _profile(tags: dict[str, bytes]) -> bytes:
    """Header, table of tags and their contents; equal contents are stored once."""
    start = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    for content in tags.values():
        if content not in places:
            places[content] = start
            start += len(content)
    table = b"".join(struct.pack(">4sII", name.encode(), places[content], len(content)) for name, content in tags.items())
    return _header(start) + struct.pack(">I", len(tags)) + table + b"".join(places)


def _header(size: int) -> bytes:
    day = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    kinds = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    rest = struct.pack(">4s4sI4s4sQI", b"acsp", bytes(4), 0, bytes(4), bytes(4), 0, 0)
    return kinds + day + rest + b"".join(map(_fixed, _WHITE_D50)) + bytes(48)


def _fixed(value: float) -> bytes:
    """A number of 16 whole and 16 fractional bits."""
    return struct.pack(">i", round(value * 65536))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _text(text: str) -> bytes:
    """A text in one language."""
    coded = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(coded), 28) + coded
