"""Comparing names as people write them: spaces, widths and common variant forms do not make another person."""

import re
import unicodedata

_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SPACES = re.compile(r"[\s\u3000・･]+")

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
    return _SPACES.sub("", plain).translate(_TO_COMMON)


def names_agree(typed: str, printed: str) -> bool:
    """Whether a typed name is the printed one; an empty name agrees with nothing."""
    folded = fold_name(typed)
    return bool(folded) and folded == fold_name(printed)
