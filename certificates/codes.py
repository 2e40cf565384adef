"""確認コード: make, read and digest the secret codes that let a stranger check a certificate."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable

# Crockford's base 32: no I, L, O or U, so nothing can be misread and few words appear.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DATA_LENGTH = 13
_GROUPS = (5, 5, 4)
_LOOKALIKES = str.maketrans("ILO", "110")
_SPACERS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc]+")
_MAX_TYPED = 100


def new_code(random_bytes: Callable[[int], bytes]) -> str:
    """Return a fresh code of 65 random bits and one check character, grouped: ``K7Q2M-9XW4H-TRDC``.

    ``random_bytes(n)`` gives n unguessable bytes; the caller passes ``secrets.token_bytes``.
    """
    number = int.from_bytes(random_bytes(9), "big") >> 7
    data = "".join(ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))
    return _grouped(data + _check_character(data))


def normalize_code(text: str) -> str | None:
    """Return the code in its one written form, or None when it cannot be a code or holds a typing error.

    Takes full-width, lower case, missing or other hyphens and spaces, I or L for 1 and O for 0.
    """
    if len(text) > _MAX_TYPED:
        return None
    plain = _SPACERS.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_LOOKALIKES)
    if len(plain) != _DATA_LENGTH + 1 or any(character not in ALPHABET for character in plain):
        return None
    return _grouped(plain) if _check_character(plain[:-1]) == plain[-1] else None


def new_token(random_bytes: Callable[[int], bytes]) -> str:
    """Return a fresh 128-bit token for a URL: 22 letters, digits, ``-`` and ``_``."""
    return base64.urlsafe_b64encode(random_bytes(16)).rstrip(b"=").decode("ascii")


def digest(code_or_token: str) -> str:
    """Return the SHA-256 in hex that is stored in place of a code or token.

    A plain hash is enough: with 65 or more random bits there is no list of likely codes to try.
    """
    return hashlib.sha256(code_or_token.encode()).hexdigest()


def _grouped(plain: str) -> str:
    first, second, _ = _GROUPS
    return "-".join((plain[:first], plain[first : first + second], plain[first + second :]))


def _check_character(data: str) -> str:
    """Weigh the characters by the powers of x in the field of 32 elements and add them up.

    The weights differ at every place and none is zero, so any one wrong character and any two characters that
    changed places alter the sum; and the sum is itself one of the 32 characters.
    """
    total = 0
    for character in data:
        total = _times_x(total) ^ ALPHABET.index(character)
    return ALPHABET[_times_x(total)]


def _times_x(element: int) -> int:
    """Multiply by x in GF(2)[x] / (x^5 + x^2 + 1), whose powers of x run through all 31 nonzero elements."""
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled
