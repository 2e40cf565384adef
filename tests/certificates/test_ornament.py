"""The woven curves close without a seam, and the QR code on the paper is the code of the address."""

import re

import pytest
import segno

from certificates.guilloche import border_waves, corner_flowers, rosette
from certificates.layout import LANDSCAPE, MM
from certificates.press import press
from tests.certificates.reading import page_picture

PATHS = {
    "gold border": lambda: border_waves(LANDSCAPE, waves=80, curves=4, reach=1.0, breathing=0.0),
    "indigo border": lambda: border_waves(LANDSCAPE, waves=160, curves=6, reach=0.94, breathing=0.45),
    "background flower": lambda: rosette(LANDSCAPE),
    "corner flowers": lambda: corner_flowers(LANDSCAPE),
}


@pytest.fixture(params=PATHS, ids=str)
def curves(request):
    """Every closed curve of an ornament as a list of its numbers."""
    text = PATHS[request.param]().getCode()
    return [[float(number) for number in re.findall(r"-?[0-9.]+", part)] for part in text.split(" h")[:-1]]


def test_every_curve_closes_smoothly(curves):
    for numbers in curves:
        start, first_control, last_control, end = numbers[:2], numbers[2:4], numbers[-4:-2], numbers[-2:]
        assert end == start
        for axis in (0, 1):
            assert first_control[axis] - start[axis] == pytest.approx(end[axis] - last_control[axis], abs=0.05)


def test_the_ornament_stays_on_the_paper(curves):
    for numbers in curves:
        assert min(numbers) > 5 * MM
        assert max(numbers[0::2]) < (LANDSCAPE.width - 5) * MM
        assert max(numbers[1::2]) < (LANDSCAPE.height - 5) * MM


def test_the_qr_code_on_the_paper_is_the_code_of_the_address(record, font_folder, tmp_path):
    rows = page_picture(press(record, font_folder), tmp_path, 300)
    expected = [list(row) for row in segno.make_qr(record.verify_url, error="m", boost_error=False).matrix]
    place, dots = LANDSCAPE.qr, 300 / 25.4
    module = place.side / len(expected)
    middle = [(number + 0.5) * module for number in range(-4, len(expected) + 4)]
    seen = [[rows[round((place.top + y) * dots)][round((place.left + x) * dots)] < 128 for x in middle] for y in middle]
    assert [[int(dot) for dot in row[4:-4]] for row in seen[4:-4]] == expected
    assert not any(dot for row in (*seen[:4], *seen[-4:]) for dot in row), "the quiet zone is white"
