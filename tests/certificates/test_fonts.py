"""The typeface knows what it can draw, and is built whole or not at all."""

import hashlib
import json

import pytest
from fontTools.ttLib import TTFont

from certificates.fonts.book import FontsNotBuilt, load_font
from certificates.fonts.build import FONT_FILE, SEQUENCE_FILE, build_font, is_built


@pytest.fixture(scope="module")
def book(font_folder):
    return load_font(font_folder)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("髙﨑𠮷邉𣘺𩸽槗德瀨鷗濵祐", id="old and non-BMP forms"),
        pytest.param("辻\U000e0100 葛\U000e0100 葛\U000e0101 邊\U000e0101", id="variation sequences"),
        pytest.param("\ufa19\uf9dc\ufa10", id="compatibility ideographs"),
        pytest.param("セ\u309a ㇷ\u309a ト\u309a", id="Ainu kana"),
        pytest.param("か\u3099は\u309a e\u0301", id="loose marks that compose"),
        pytest.param("Jörg Nguyễn François O’Brien", id="Latin letters"),
        pytest.param("Łukasz Čapek Erdős İnönü Ștefan Žižka Ѣ Ђ ά", id="lent letters"),
        pytest.param("①㈱Ⅷ々〆ヶ", id="signs"),
    ],
)
def test_these_names_can_be_drawn(book, name):
    assert book.missing_glyphs(name) == ()


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        pytest.param("﨑\U0002ceea\U00031350\U0002ceea", ("\U0002ceea", "\U00031350"), id="rare kanji, each named once"),
        pytest.param("鬼\U000e01ef", ("鬼\U000e01ef",), id="a variation nobody registered"),
        pytest.param("\ufa19\ufe00", ("\ufa19\ufe00",), id="a selector after a compatibility ideograph"),
        pytest.param("\u3099か", ("\u3099",), id="a mark with nothing before it"),
        pytest.param("山\u0301", ("山\u0301",), id="a mark that composes with nothing"),
        pytest.param("山\n田\u202e\u200b\x00", ("\n", "\u202e", "\u200b", "\x00"), id="invisible characters"),
        pytest.param("\U000f0000\ue000", ("\U000f0000", "\ue000"), id="private code points, ours among them"),
        pytest.param("😀", ("😀",), id="a picture"),
    ],
)
def test_what_cannot_be_drawn_is_named(book, name, missing):
    assert book.missing_glyphs(name) == missing
    with pytest.raises(LookupError):
        book.drawable(name)


def test_every_sequence_draws_as_one_character_of_some_width(book):
    drawn = book.drawable("辻\U000e0100葛\U000e0101セ\u309a")
    assert len(drawn) == 3
    assert book.width(drawn, 10) == pytest.approx(30)


def test_variants_of_one_kanji_stay_different_even_where_they_look_like_the_plain_one(book):
    assert len({book.drawable("葛"), book.drawable("葛\U000e0100"), book.drawable("葛\U000e0101")}) == 3


def test_a_folder_without_the_typeface_says_how_to_build_it(tmp_path):
    with pytest.raises(FontsNotBuilt, match=r"python -m certificates\.fonts"):
        load_font(tmp_path)


def test_an_interrupted_build_does_not_look_finished(tmp_path):
    (tmp_path / FONT_FILE).write_bytes(b"half")
    assert not is_built(tmp_path)


def test_a_finished_build_is_left_alone(tmp_path):
    for name in (FONT_FILE, SEQUENCE_FILE):
        (tmp_path / name).write_bytes(b"finished")
    build_font(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {FONT_FILE, SEQUENCE_FILE}
    assert (tmp_path / FONT_FILE).read_bytes() == b"finished"


def test_the_table_vouches_for_the_font_beside_it(font_folder):
    table = json.loads((font_folder / SEQUENCE_FILE).read_text())
    assert table["font_sha256"] == hashlib.sha256((font_folder / FONT_FILE).read_bytes()).hexdigest()
    assert len(table["sequences"]) > 14_000


def test_lent_letters_stand_beside_the_face_s_own_at_the_same_height_and_width(font_folder):
    with TTFont(font_folder / FONT_FILE) as font:
        glyph_of, outlines, metrics = font.getBestCmap(), font["glyf"], font["hmtx"]
        for own, lent in (("C", "Č"), ("L", "Ł"), ("e", "ę"), ("u", "ů")):
            mine, theirs = glyph_of[ord(own)], glyph_of[ord(lent)]
            assert theirs.startswith("lent")
            assert metrics[theirs][0] == pytest.approx(metrics[mine][0], rel=0.04)
            lower, upper = sorted((outlines[mine].yMax, outlines[theirs].yMax))
            assert upper < lower * 1.6
