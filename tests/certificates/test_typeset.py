"""Lines fit their place: shrunk first, then condensed, then broken where Japanese lines may break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.layout import MM, BodySlot, Slot
from certificates.typeset import break_evenly, set_body, set_text

SLOT = Slot(x=0, baseline=0, width=100 / MM, size=20, least=10, tracking=0.1, max_lines=2)  # 100 points wide
BODY = BodySlot(center=0, top=0, height=100 / MM, width=200 / MM, size=14, least=10, leading=1.9)


def square(text, size):
    """Every character as wide as it is high, like kanji."""
    return len(text) * size


def test_a_short_text_is_set_as_wished():
    (line,) = set_text("山田", SLOT, square)
    assert (line.size, line.tracking, line.width) == (20, 2, 42)


def test_tracking_goes_first():
    (line,) = set_text("山田太郎殿", SLOT, square)
    assert (line.size, line.tracking, line.width) == pytest.approx((20, 0, 100))


def test_then_the_text_shrinks():
    (line,) = set_text("山田太郎左衛門殿", SLOT, square)
    assert (line.size, line.tracking) == pytest.approx((12.5, 0))
    assert line.width == pytest.approx(100)


def test_then_it_is_condensed_at_the_smallest_size():
    (line,) = set_text("一二三四五六七八九十", Slot(x=0, baseline=0, width=97 / MM, size=20, least=10), square)
    assert line.size == 10
    assert line.tracking < 0
    assert line.width == pytest.approx(97)


def test_then_it_breaks_into_even_lines_of_one_size():
    lines = set_text("一二三四五六七八九十一二三四五六", SLOT, square)
    assert [line.text for line in lines] == ["一二三四五六七八", "九十一二三四五六"]
    assert [line.size for line in lines] == pytest.approx([12.5, 12.5])


def test_what_fits_nowhere_becomes_smaller_than_the_smallest_rather_than_run_off():
    lines = set_text("寿" * 100, SLOT, square)
    assert len(lines) == 2
    assert max(line.width for line in lines) <= 100.001


@given(st.text(max_size=300).filter(bool))
def test_no_text_is_wider_than_its_place_or_loses_a_character(text):
    lines = set_text(text, SLOT, square)
    assert all(line.width <= 100.001 for line in lines)
    assert "".join("".join(line.text for line in lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("一般社団法人 日本協会", ["一般社団法人", "日本協会"], id="at a space near the middle"),
        pytest.param("Johannes Smith", ["Johannes", "Smith"], id="between words"),
        pytest.param("サービスセンター", ["サービス", "センター"], id="in the middle of kana"),
        pytest.param("あいうえ、おかき", ["あいう", "え、おかき"], id="not before a mark that may not begin a line"),
        pytest.param("あいう「えお」か", ["あいう", "「えお」か"], id="not after an opening bracket"),
        pytest.param("一", ["一"], id="one character stays one line"),
    ],
)
def test_a_line_breaks_where_it_may(text, parts):
    assert break_evenly(text, 2, square) == parts


def test_the_body_keeps_one_size_and_its_leading():
    lines, leading = set_body(["一" * 10, "二" * 14], BODY, square)
    assert {line.size for line in lines} == {14}
    assert leading == pytest.approx(14 * 1.9)


def test_a_long_line_of_the_body_makes_all_lines_smaller_and_a_very_long_one_breaks():
    shrunk, _ = set_body(["一" * 16, "二"], BODY, square)
    broken, _ = set_body(["一" * 30, "二"], BODY, square)
    assert [line.size for line in shrunk] == pytest.approx([12.5, 12.5])
    assert [len(line.text) for line in broken] == [15, 15, 1]


def test_many_lines_stand_closer_so_that_the_body_keeps_to_its_box():
    lines, leading = set_body(["一"] * 10, BODY, square)
    assert leading * len(lines) <= 100.001
    assert lines[0].size < leading
