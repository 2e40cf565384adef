"""印影: only a square PNG of enough pixels becomes a seal, without transparency, below the name it overlaps."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from certificates.picture import picture
from certificates.press import press
from certificates.stamps import LEAST_PIXELS, MOST_BYTES, StampError, read_stamp
from certificates.templates import SHIPPED, load
from tests.certificates.reading import page_text


def png(image, kind="PNG"):
    paper = io.BytesIO()
    image.save(paper, kind)
    return paper.getvalue()


def test_what_is_transparent_becomes_white_paper():
    drawn = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    drawn.paste((200, 30, 30, 255), (100, 100, 300, 300))
    stamp = Image.open(io.BytesIO(read_stamp(png(drawn))))
    assert (stamp.mode, stamp.getpixel((0, 0)), stamp.getpixel((200, 200))) == ("RGB", (255, 255, 255), (200, 30, 30))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "I;16"])
def test_every_kind_of_png_is_read(mode):
    assert Image.open(io.BytesIO(read_stamp(png(Image.new(mode, (LEAST_PIXELS, LEAST_PIXELS)))))).mode == "RGB"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"%PDF-1.7", id="a PDF"),
        pytest.param(png(Image.new("RGB", (400, 400)), "JPEG"), id="a JPEG"),
        pytest.param(png(Image.new("RGB", (400, 400)))[:200], id="half a PNG"),
        pytest.param(png(Image.new("RGB", (400, 401))), id="not square"),
        pytest.param(png(Image.new("RGB", (200, 200))), id="too few pixels"),
        pytest.param(png(Image.new("RGB", (2000, 2000))), id="too many pixels"),
        pytest.param(bytes(MOST_BYTES + 1), id="too many bytes"),
    ],
)
def test_anything_else_is_refused_in_japanese(content):
    with pytest.raises(StampError, match=r"[ぁ-ん]"):
        read_stamp(content)


@pytest.mark.parametrize("template", ["landscape", "portrait"])
def test_the_stamp_stands_in_its_place_and_the_placeholder_is_gone(plain_record, font_folder, template):
    design = load(SHIPPED)[template]
    stamp = read_stamp(png(Image.new("RGB", (300, 300), (200, 30, 30))))
    pdf = press(replace(plain_record, template=template), font_folder, seal_image=stamp)
    assert "印" not in page_text(pdf)
    page = Image.open(io.BytesIO(picture(pdf, width=1000)))
    place, scale = design.places.seal, 1000 / design.paper.width
    red, green, blue = page.getpixel(
        (round((place.left + place.side * 0.9) * scale), round((place.top + place.side / 2) * scale))
    )
    assert red > 180
    assert max(green, blue) < 60
