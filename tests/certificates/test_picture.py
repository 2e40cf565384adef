"""A pressed page as a picture: of the width asked for, showing what the page shows, from any thread."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from certificates.picture import WIDEST, NotAPicture, picture
from certificates.press import press


@pytest.mark.parametrize("width", [1, 333, 900])
def test_a_picture_is_as_wide_as_asked_and_has_the_page_s_shape(record, font_folder, width):
    image = Image.open(io.BytesIO(picture(press(record, font_folder), width=width)))
    assert (image.format, image.mode, image.width) == ("PNG", "RGB", width)
    assert image.height == pytest.approx(width * 210 / 297, abs=1)


def test_a_picture_shows_the_ink_of_the_page(record, font_folder):
    image = Image.open(io.BytesIO(picture(press(record, font_folder), width=600))).convert("L")
    dark, light = image.getextrema()
    assert dark < 60
    assert light == 255


def test_pictures_drawn_in_many_threads_are_the_same(record, font_folder):
    pdf = press(record, font_folder)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: picture(pdf, width=300), range(12)))) == 1


def test_what_is_no_pdf_is_refused():
    with pytest.raises(NotAPicture):
        picture(b"not a PDF", width=100)


@pytest.mark.parametrize("width", [0, -1, WIDEST + 1])
def test_a_senseless_width_is_refused(width):
    with pytest.raises(ValueError, match="pixels wide"):
        picture(b"", width=width)
