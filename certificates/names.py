"""Comparing names as people write them: spaces, widths and common variant forms do not make another person.

One table for the rooms, for ``python -m certificates verify`` and, as ``folding_table()``, for the offline page. What a
name folds to is part of the first edition of the credential: a change here would make papers of before disagree with
their own names, so it needs a new edition (a test holds the table's digest).
"""

import re
import sys
import unicodedata
from functools import cache
from typing import Any

# Escapes that regular expressions of Python and of JavaScript read alike; their \s differ from one another.
_SELECTORS = r"\ufe00-\ufe0f"
_SUPPLEMENTARY_SELECTORS = (0xE0100, 0xE01EF)
_SPACES = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u30fb\uff65"

_VARIATION_SELECTORS = re.compile(f"[{_SELECTORS}{''.join(map(chr, range(0xE0100, 0xE01F0)))}]")
_SPACE = re.compile(f"[{_SPACES}]+")

# Each row: the common form first, then forms of the same character that stand in family registers.
_VARIANTS = (
    "高髙",
    "崎﨑嵜㟢",
    "吉𠮷",
    "辺邉邊",
    "浜濱濵",
    "沢澤",
    "斎齋",
    "斉齊",
    "国國",
    "広廣",
    "徳德",
    "真眞",
    "瀬瀨",
    "恵惠",
    "曽曾",
    "黒黑",
    "桜櫻",
    "島嶋嶌",
    "竜龍",
    "滝瀧",
    "関關",
    "条條",
    "富冨",
    "峰峯",
    "来來",
    "柳栁桺",
    "渕淵",
    "鉄鐵",
    "館舘",
    "薮藪",
    "桧檜",
)
_TO_COMMON = str.maketrans({variant: row[0] for row in _VARIANTS for variant in row[1:]})


def fold_name(name: str) -> str:
    """The form in which names are searched and compared, never stored: no spaces, one form for each character."""
    # The selectors go first: they tell forms apart that this comparison holds to be the same.
    plain = unicodedata.normalize("NFKC", _VARIATION_SELECTORS.sub("", name)).casefold()
    return _SPACE.sub("", plain).translate(_TO_COMMON)


def names_agree(typed: str, printed: str) -> bool:
    """Whether a typed name is the printed one; an empty name agrees with nothing."""
    folded = fold_name(typed)
    return bool(folded) and folded == fold_name(printed)


@cache
def folding_table() -> dict[str, Any]:
    """What another language needs to fold as ``fold_name`` does, ready for JSON.

    ``casefold`` lists the characters whose case folding is not their lower case taken alone.
    """
    first, last = _SUPPLEMENTARY_SELECTORS
    every = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF)
    return {
        "selectors": rf"[{_SELECTORS}\u{{{first:x}}}-\u{{{last:x}}}]",
        "spaces": f"[{_SPACES}]+",
        "casefold": {character: folded for character in every if (folded := character.casefold()) != character.lower()},
        "variants": {chr(code): common for code, common in _TO_COMMON.items()},
    }
