"""Pure: writings that mean the same: width, letter case, kana of either sort, blanks, 髙 or 高, and the form of a company."""

import re
import unicodedata

_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")
"""Blanks, what has no width, and selectors of a writing."""
_VARIANTS = str.maketrans(
    "髙﨑𠮷德濵濱齋齊斎邊邉澤廣國嶋櫻龍眞惠壽條榮瀨曾圓黑淺冨瀧莊德栁桒",
    "高崎吉徳浜浜斉斉斉辺辺沢広国島桜竜真恵寿条栄瀬曽円黒浅富滝荘徳柳桑",
)
"""Writings of names that mean the same person."""
_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|(?:一般|公益)?(?:社団|財団)法人|医療法人(?:社団|財団)?|学校法人"
    r"|社会福祉法人|宗教法人|独立行政法人|特定非営利活動法人|npo法人|\([株有同資名社財学医福]\)|\([一公][社財]\)"
)
"""Forms of companies and associations as they stand in folded text: ㈱ and 「(株)」 are one there."""


def fold_in_place(text: str) -> tuple[str, list[int]]:
    """The text without blanks and differences of writing, and for each of its characters the place it comes from."""
    characters: list[str] = []
    places: list[int] = []
    for place, original in enumerate(text):
        for character in unicodedata.normalize("NFKD", original.translate(_VARIANTS)).casefold():
            if _UNSEEN.match(character):
                continue
            characters.append(chr(ord(character) + 0x60) if "ぁ" <= character <= "ゖ" else character)
            places.append(place)
    return "".join(characters), places


def company_key(name: str) -> str:
    """What two writings of a company's name have in common, for comparing only; empty for an empty name.

    The form goes, whether it stands before or behind: 「株式会社青葉」 and 「青葉」 count as one, because a refusal the office
    sees does less harm than a tie that nobody sees.
    """
    folded = fold_in_place(name)[0]
    return _FORMS.sub("", folded) or folded
