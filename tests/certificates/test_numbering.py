"""A number's check digit catches the slips people make when they type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.numbering import CertificateNumber, check_digit, format_number, parse_number

DIGITS = "0123456789"
years = st.integers(2000, 9999)
serials = st.integers(1, 99_999)


def test_the_number_is_written_with_four_digits_of_serial_and_a_check_digit():
    assert format_number("JHRMA-CH", 2026, 1) == "JHRMA-CH-2026-0001-9"


def test_the_check_digit_is_damms_own_example():
    assert check_digit("572") == 4


def test_a_serial_above_9999_grows_longer():
    number = format_number("SAMPLE-CH", 2026, 10_000)
    assert number.startswith("SAMPLE-CH-2026-10000-")
    assert parse_number(number) == CertificateNumber("SAMPLE-CH", 2026, 10_000)


@given(year=years, serial=serials)
def test_every_number_reads_back(year, serial):
    assert parse_number(format_number("JHRMA-CH", year, serial)) == CertificateNumber("JHRMA-CH", year, serial)


@given(year=years, serial=serials)
def test_every_single_wrong_digit_shows(year, serial):
    digits = f"{year:04d}{serial:04d}{check_digit(f'{year:04d}{serial:04d}')}"
    for place, digit in enumerate(digits):
        for other in DIGITS.replace(digit, ""):
            wrong = digits[:place] + other + digits[place + 1 :]
            assert check_digit(wrong[:-1]) != int(wrong[-1])


@given(year=years, serial=serials)
def test_every_swap_of_neighbors_shows(year, serial):
    digits = f"{year:04d}{serial:04d}{check_digit(f'{year:04d}{serial:04d}')}"
    for place in range(len(digits) - 1):
        first, second = digits[place : place + 2]
        if first != second:
            wrong = digits[:place] + second + first + digits[place + 2 :]
            assert check_digit(wrong[:-1]) != int(wrong[-1])


def test_a_slip_in_the_written_number_is_refused():
    assert parse_number("JHRMA-CH-2026-0002-9") is None
    assert parse_number("JHRMA-CH-2062-0001-9") is None


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("jhrma-ch-2026-0001-9", id="lower case"),
        pytest.param("ＪＨＲＭＡ－ＣＨ－２０２６－０００１－９", id="full width"),
        pytest.param("  JHRMA CH 2026 0001 9\n", id="spaces"),
        pytest.param("JHRMA‐CH–2026—0001−9", id="four kinds of dashes"),
        pytest.param("JHRMAーCHー2026ー0001ー9", id="long vowel marks for hyphens"),
        pytest.param("JHRMA - CH - 2026\u3000-\u30000001 - 9", id="spaces around hyphens"),
    ],
)
def test_a_number_is_read_as_people_type_it(typed):
    assert parse_number(typed) == CertificateNumber("JHRMA-CH", 2026, 1)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param("JHRMA-CH-2026-0001", id="no check digit"),
        pytest.param("2026-0001-9", id="no series"),
        pytest.param("JHRMA-CH-2026-00001-9", id="a spare zero"),
        pytest.param("JHRMA-CH-2026-0000-" + str(check_digit("20260000")), id="serial zero"),
        pytest.param("JHRMA-CH-٢٠٢٦-0001-9", id="other digits"),
        pytest.param("JHRMA-CH-2026-0001-9; DROP TABLE", id="something after it"),
        pytest.param("A-" * 100_000, id="very long"),
    ],
)
def test_what_is_no_number_is_refused(typed):
    assert parse_number(typed) is None


@given(st.text())
def test_any_text_at_all_is_read_or_refused_quietly(text):
    number = parse_number(text)
    assert number is None or parse_number(str(number)) == number


@pytest.mark.parametrize(
    ("series", "year", "serial"),
    [
        ("", 2026, 1),
        ("jhrma", 2026, 1),
        ("JHRMA-", 2026, 1),
        ("JHRMA-2026", 2026, 1),
        ("協会", 2026, 1),
        ("A", 26, 1),
        ("A", 2026, 0),
    ],
)
def test_a_number_that_could_not_be_read_back_is_not_written(series, year, serial):
    with pytest.raises(ValueError):  # noqa: PT011 - the sentences differ, the refusal counts
        format_number(series, year, serial)
