"""Pure Japanese text: counting 字数, folding for search and comparison, checking kana, safe file names."""

import re
import unicodedata

import regex

_GRAPHEME = regex.compile(r"\X")
_WHITE_SPACE = regex.compile(r"[\p{White_Space}\u200B\uFEFF]+")
_KANA = regex.compile(r"[\p{Katakana}\p{Hiragana}ー・\u3000 ]+")
_UNSAFE_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def count_characters(text: str) -> int:
    """字数: the number of graphemes (UAX #29) without white space and line breaks.

    The browser counts with the same rule (`Intl.Segmenter` after removing white space).
    """
    return len(_GRAPHEME.findall(_WHITE_SPACE.sub("", text)))


def grapheme_spans(text: str) -> list[tuple[int, int]]:
    """Where each grapheme (UAX #29) begins and ends, in code points."""
    return [match.span() for match in _GRAPHEME.finditer(text)]


def fold(text: str) -> str:
    """A form for searching and comparing only, never for storing: NFKC, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def fold_email(text: str) -> str:
    """The form in which an e-mail address is stored and compared."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def is_kana(text: str) -> bool:
    """Whether the text is made of kana, the long mark, middle dots and spaces only."""
    return bool(_KANA.fullmatch(text))


def safe_file_name(text: str, *, fallback: str = "file") -> str:
    """A file name without path separators or control characters; Japanese stays as it is."""
    cleaned = _UNSAFE_IN_FILE_NAMES.sub("_", unicodedata.normalize("NFC", text)).strip(" .")
    return cleaned[:120] or fallback


def shorten(text: str, limit: int) -> str:
    """The text cut to `limit` characters, with 「…」 when something was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
