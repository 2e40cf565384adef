"""印影: read the picture of the association's seal so that it can be printed on every certificate."""

import io

from PIL import Image

LEAST_PIXELS = 300
"""Each side; below this the edge of a stamp 16.5 mm wide looks frayed on paper."""
MOST_PIXELS = 1200
"""Each side; more would only make every certificate larger."""
MOST_BYTES = 5_000_000


class StampError(ValueError):
    """The picture cannot be printed as a seal; the message is a Japanese sentence."""


def read_stamp(content: bytes) -> bytes:
    """Return the picture as a square PNG in plain colors, without transparency, the same bytes for the same picture.

    What is transparent becomes white paper, and white paper is not printed.
    Raises StampError for anything but a square PNG of enough pixels.
    """
    if len(content) > MOST_BYTES:
        raise StampError(f"印影の画像が大きすぎます。{MOST_BYTES // 1_000_000}MBまでのPNGにしてください。")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            _refuse_wrong_shape(image.size)
            colored = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, StampError):
            raise
        raise StampError("印影の画像を読めません。PNG形式の画像にしてください。") from error
    paper = Image.new("RGB", colored.size, "white")
    paper.paste(colored, mask=colored.getchannel("A"))
    plain = io.BytesIO()
    paper.save(plain, "PNG")
    return plain.getvalue()


def _refuse_wrong_shape(size: tuple[int, int]) -> None:
    if size[0] != size[1] or not LEAST_PIXELS <= size[0] <= MOST_PIXELS:
        raise StampError(
            f"印影の画像は、縦横が同じ{LEAST_PIXELS}〜{MOST_PIXELS}画素のPNGにしてください(今は{size[0]}×{size[1]}画素)。"
        )
