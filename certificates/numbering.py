"""認定番号: write and read a certificate number and its check digit (handing out the next number is not done here)."""

import re
import unicodedata
from dataclasses import dataclass

NUMBER_TEMPLATE = "{series}-{year:04d}-{serial:04d}-{check}"

_SERIES = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]*[A-Z][A-Z0-9]*)*")
_NUMBER = re.compile(r"(?P<series>[A-Z0-9-]+)-(?P<year>[0-9]{4})-(?P<serial>[0-9]{4,9})-(?P<check>[0-9])")
_MAX_TYPED = 100
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc]+")

# Damm's quasigroup of order 10: every row and column holds each digit once, the diagonal is 0, and no pair of
# neighbors can be swapped unnoticed. So every single wrong digit and every adjacent transposition shows.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """A number taken apart: ``JHRMA-CH-2026-0001-9`` is series JHRMA-CH, year 2026, serial 1, check digit 9."""

    series: str
    year: int
    serial: int

    @property
    def check(self) -> int:
        """The check digit over the digits of year and serial."""
        return check_digit(f"{self.year:04d}{self.serial:04d}")

    def __str__(self) -> str:
        return NUMBER_TEMPLATE.format(series=self.series, year=self.year, serial=self.serial, check=self.check)


def check_digit(digits: str) -> int:
    """Return the Damm check digit of a string of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim


def format_number(series: str, year: int, serial: int) -> str:
    """Return the printed number, such as ``JHRMA-CH-2026-0001-9``.

    The serial counts from 1 within series and year; a serial above 9999 simply grows longer.
    Raises ValueError for a series that could not be read back, and for a year or serial out of range.
    """
    if not _SERIES.fullmatch(series):
        raise ValueError(f"a series is capital letters and digits joined by hyphens, not {series!r}")
    if not 1000 <= year <= 9999:
        raise ValueError(f"a year has four digits, not {year}")
    if not 1 <= serial <= 999_999_999:
        raise ValueError(f"a serial counts from 1, not {serial}")
    return str(CertificateNumber(series, year, serial))


def parse_number(text: str) -> CertificateNumber | None:
    """Read a number as people type it: full-width, lower case, spaces or any dash between the parts.

    Returns None when the shape is wrong or the check digit does not agree.
    """
    if len(text) > _MAX_TYPED:
        return None
    plain = _SEPARATORS.sub("-", unicodedata.normalize("NFKC", text).strip().upper())
    found = _NUMBER.fullmatch(plain)
    if found is None or not _SERIES.fullmatch(found["series"]):
        return None
    number = CertificateNumber(found["series"], int(found["year"]), int(found["serial"]))
    # Comparing the whole text refuses a wrong check digit and spare leading zeros at once.
    return number if number.serial >= 1 and str(number) == plain else None
