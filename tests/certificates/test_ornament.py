"""The woven curves close without a seam, and the QR code on the paper is the code of the address."""

import io
import re
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from certificates.guilloche import border_waves, corner_flowers, rosette
from certificates.layout import MM
from certificates.picture import picture
from certificates.press import press
from certificates.qr import qr_rows
from certificates.templates import SHIPPED, load
from tests.certificates.reading import page_picture

DESIGNS = load(SHIPPED)
PATHS = {
    f"{name}, {part}": (design, draw)
    for name, design in DESIGNS.items()
    for part, draw in (
        ("gold border", lambda design: border_waves(design.paper, design.frame, design.frame.gold_weave)),
        ("indigo border", lambda design: border_waves(design.paper, design.frame, design.frame.band_weave)),
        ("background flower", lambda design: rosette(design.paper, design.flower)),
        ("corner flowers", lambda design: corner_flowers(design.paper, design.frame)),
    )
}


@pytest.fixture(params=PATHS, ids=str)
def curves(request):
    """The paper, and every closed curve of an ornament as a list of its numbers."""
    design, draw = PATHS[request.param]
    text = draw(design).getCode()
    return design.paper, [[float(number) for number in re.findall(r"-?[0-9.]+", part)] for part in text.split(" h")[:-1]]


def test_every_curve_closes_smoothly(curves):
    for numbers in curves[1]:
        start, first_control, last_control, end = numbers[:2], numbers[2:4], numbers[-4:-2], numbers[-2:]
        assert end == start
        for axis in (0, 1):
            assert first_control[axis] - start[axis] == pytest.approx(end[axis] - last_control[axis], abs=0.05)


def test_the_ornament_stays_on_the_paper(curves):
    paper, every = curves
    for numbers in every:
        assert min(numbers) > 5 * MM
        assert max(numbers[0::2]) < (paper.width - 5) * MM
        assert max(numbers[1::2]) < (paper.height - 5) * MM


LONG_ADDRESS = "https://nintei.example.jp/verify/AAECAwQFBgcICQoLDA0ODw#" + "Ab3-_9zQ" * 28
"""As long as an address with a signed credential."""


@pytest.mark.parametrize(
    ("template", "address"),
    [("landscape", "https://nintei.example.jp/verify/AAECAwQFBgcICQoLDA0ODw"), ("portrait", LONG_ADDRESS)],
    ids=["a short address", "a signed address"],
)
def test_the_qr_code_on_the_paper_is_the_code_of_the_address(record, font_folder, tmp_path, template, address):
    rows = page_picture(press(replace(record, template=template, verify_url=address), font_folder), tmp_path, 300)
    expected = [list(row) for row in qr_rows(address)]
    place, dots = DESIGNS[template].places.qr, 300 / 25.4
    module = place.side / len(expected)
    middle = [(number + 0.5) * module for number in range(-4, len(expected) + 4)]
    seen = [[rows[round((place.top + y) * dots)][round((place.left + x) * dots)] < 128 for x in middle] for y in middle]
    assert [[int(dot) for dot in row[4:-4]] for row in seen[4:-4]] == expected
    assert not any(dot for row in (*seen[:4], *seen[-4:]) for dot in row), "the quiet zone is white"


@pytest.mark.parametrize("template", DESIGNS)
def test_a_reader_that_is_not_ours_decodes_the_whole_page_at_150_dots_an_inch(record, font_folder, template):
    design = DESIGNS[template]
    pdf = press(replace(record, template=template, verify_url=LONG_ADDRESS, is_sample=True), font_folder)
    page = Image.open(io.BytesIO(picture(pdf, width=round(design.paper.width / 25.4 * 150))))
    assert [found.text for found in zxingcpp.read_barcodes(page)] == [LONG_ADDRESS]
    assert design.places.qr.side >= 22
