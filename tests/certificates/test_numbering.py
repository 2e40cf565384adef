"""A number's check digit catches the slips people make when they type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.numbering import (
    CertificateNumber,
    NumberFormat,
    SeriesPlace,
    check_digit,
    format_number,
    parse_number,
    read_format,
)

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
        pytest.param("0001-9", id="no year"),
        pytest.param("JHRMA-2026-CH-0001-9", id="two series"),
        pytest.param("JHRMA-CH-2026-0000001-" + str(check_digit("20260000001")), id="more zeros than any format has"),
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


FORMATS = {
    "{series}-{year}-{serial:04}-{check}": "JHRMA-CH-2026-0001-9",
    "{series}-{year}-{serial:06}-{check}": f"JHRMA-CH-2026-000001-{check_digit('2026000001')}",
    "{year}-{series}-{serial:05}-{check}": f"2026-JHRMA-CH-00001-{check_digit('202600001')}",
    "{year}-{serial:04}-{check}": "2026-0001-9",
}


@pytest.mark.parametrize("template", FORMATS)
def test_every_format_is_written_and_read_without_knowing_which_it_is(template):
    number = format_number("JHRMA-CH", 2026, 1, read_format(template))
    found = parse_number(number.lower().replace("-", " "))
    assert number == str(found) == FORMATS[template]
    assert found is not None
    assert found.form == read_format(template)
    assert (found.year, found.serial) == (2026, 1)
    assert found.series == ("JHRMA-CH" if "{series}" in template else "")


@given(
    serial=st.integers(1, 999_999_999),
    form=st.builds(NumberFormat, st.sampled_from(SeriesPlace), st.integers(4, 6)),
    series=st.from_regex(r"[A-Z][A-Z0-9]{0,4}(-[0-9]{0,2}[A-Z]){0,3}", fullmatch=True),
)
def test_every_number_of_every_format_reads_back(serial, form, series):
    number = format_number(series, 2026, serial, form)
    found = parse_number(number)
    assert found is not None
    assert str(found) == number
    assert (found.year, found.serial) == (2026, serial)
    assert found.series == ("" if form.series is SeriesPlace.NOWHERE else series)
    assert len(number) <= 40


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{serial:04}",
        "{year}-{serial:04}",
        "{serial:04}-{year}-{check}",
        "{series}-{year}-{series}-{serial:04}-{check}",
        "{series}-{year}-{serial:03}-{check}",
        "{series}/{year}/{serial:04}/{check}",
        "{series}-{year}-{serial:04}-{check}\n",
        "{series.__class__}-{year}-{serial:04}-{check}",
    ],
)
def test_a_format_whose_numbers_could_be_mistaken_is_refused(template):
    with pytest.raises(ValueError, match="a format is like"):
        read_format(template)
