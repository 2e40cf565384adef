"""認定番号: write and read a certificate number and its check digit (handing out the next number is not done here)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_TEMPLATE = "{series}-{year}-{serial:04}-{check}"

_SERIES = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]*[A-Z][A-Z0-9]*)*")
_TEMPLATE = re.compile(r"(?P<series>\{series\}-)?\{year\}-(?P<middle>\{series\}-)?\{serial:0(?P<width>[4-6])\}-\{check\}")
_NUMBER = re.compile(
    r"(?:(?P<series>[A-Z0-9-]+)-)??(?P<year>[0-9]{4})-(?:(?P<middle>[A-Z][A-Z0-9-]*)-)?(?P<serial>[0-9]{4,9})-(?P<check>[0-9])"
)
MAX_SERIES = 23
"""So that a number with the longest serial has 40 characters, as many as are kept."""
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


class SeriesPlace(StrEnum):
    """Where the series stands in a number."""

    FIRST = "first"
    AFTER_YEAR = "after_year"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """One of the forms a number may have: few enough that any of them is recognized without knowing which it is.

    So numbers of before a change of the setting stay readable. ``width`` is the least number of digits of the serial.
    """

    series: SeriesPlace = SeriesPlace.FIRST
    width: int = 4


DEFAULT_FORMAT = NumberFormat()


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """A number taken apart: ``JHRMA-CH-2026-0001-9`` is series JHRMA-CH, year 2026, serial 1, check digit 9.

    ``series`` is empty in a number that is written without one.
    """

    series: str
    year: int
    serial: int
    form: NumberFormat = DEFAULT_FORMAT

    @property
    def digits(self) -> str:
        """Year and serial as they are printed; the check digit is theirs."""
        return f"{self.year:04d}{self.serial:0{self.form.width}d}"

    def __str__(self) -> str:
        year, serial = self.digits[:4], self.digits[4:]
        parts = {
            SeriesPlace.FIRST: (self.series, year),
            SeriesPlace.AFTER_YEAR: (year, self.series),
            SeriesPlace.NOWHERE: (year,),
        }
        return "-".join((*parts[self.form.series], serial, str(check_digit(self.digits))))


def read_format(template: str) -> NumberFormat:
    """The format of a template such as ``{series}-{year}-{serial:04}-{check}``.

    The series may stand first, behind the year or nowhere, and the serial may have 4, 5 or 6 digits.
    Raises ValueError for any other template: its numbers could not be told apart from those of these.
    """
    found = _TEMPLATE.fullmatch(template)
    if found is None or (found["series"] and found["middle"]):
        raise ValueError(f"a format is like {DEFAULT_TEMPLATE}: series first, behind the year or left out, 4 to 6 digits")
    if found["series"]:
        return NumberFormat(SeriesPlace.FIRST, int(found["width"]))
    return NumberFormat(SeriesPlace.AFTER_YEAR if found["middle"] else SeriesPlace.NOWHERE, int(found["width"]))


def check_digit(digits: str) -> int:
    """Return the Damm check digit of a string of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim


def format_number(series: str, year: int, serial: int, form: NumberFormat = DEFAULT_FORMAT) -> str:
    """Return the printed number, such as ``JHRMA-CH-2026-0001-9``.

    The serial counts from 1 within series and year; a serial with more digits than the format has simply grows longer.
    Raises ValueError for a series that could not be read back, and for a year or serial out of range.
    """
    if form.series is not SeriesPlace.NOWHERE and (not _SERIES.fullmatch(series) or len(series) > MAX_SERIES):
        raise ValueError(f"a series is capital letters and digits joined by hyphens, at most {MAX_SERIES}, not {series!r}")
    if not 1000 <= year <= 9999:
        raise ValueError(f"a year has four digits, not {year}")
    if not 1 <= serial <= 999_999_999:
        raise ValueError(f"a serial counts from 1, not {serial}")
    return str(CertificateNumber(series, year, serial, form))


def parse_number(text: str) -> CertificateNumber | None:
    """Read a number of any format as people type it: full-width, lower case, spaces or any dash between the parts.

    Returns None when the shape is wrong or the check digit does not agree.
    """
    if len(text) > _MAX_TYPED:
        return None
    plain = _SEPARATORS.sub("-", unicodedata.normalize("NFKC", text).strip().upper())
    found = _NUMBER.fullmatch(plain)
    form = _form_of(found) if found else None
    if found is None or form is None:
        return None
    number = CertificateNumber(found["series"] or found["middle"] or "", int(found["year"]), int(found["serial"]), form)
    # Comparing the whole text refuses a wrong check digit and spare leading zeros at once.
    return number if number.serial >= 1 and str(number) == plain else None


def _form_of(found: re.Match[str]) -> NumberFormat | None:
    """The format in which a number is written; a serial without leading zeros fits the shortest. None for a wrong series."""
    series = [text for text in (found["series"], found["middle"]) if text is not None]
    width = len(found["serial"]) if found["serial"].startswith("0") else 4
    if width > 6 or len(series) > 1 or not all(_SERIES.fullmatch(text) for text in series):
        return None
    if found["series"]:
        return NumberFormat(SeriesPlace.FIRST, width)
    return NumberFormat(SeriesPlace.AFTER_YEAR if found["middle"] else SeriesPlace.NOWHERE, width)
