"""The rows of the kana table, under which a 用語集 is ordered."""

import unicodedata

ROWS = {
    "あ": "あいうえおぁぃぅぇぉ",
    "か": "かきくけこゕゖ",
    "さ": "さしすせそ",
    "た": "たちつてとっ",
    "な": "なにぬねの",
    "は": "はひふへほ",
    "ま": "まみむめも",
    "や": "やゆよゃゅょ",
    "ら": "らりるれろ",
    "わ": "わをんゎゐゑ",
}
ELSEWHERE = "その他"


def kana_row(reading: str) -> str:
    """「か」 for 「がいぶ」: the row of a reading in Hiragana; what begins otherwise stands elsewhere."""
    first = unicodedata.normalize("NFD", reading[:1])[:1]  # without its voicing mark
    return next((row for row, letters in ROWS.items() if first and first in letters), ELSEWHERE)
