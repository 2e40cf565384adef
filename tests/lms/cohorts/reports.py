"""Participants reports of the meeting in every dress, made on the spot."""

ENGLISH = ("Name (original name)", "Email", "Join time", "Leave time", "Duration (minutes)", "Guest", "In waiting room")
JAPANESE = ("名前(元の名前)", "ユーザーのメール", "参加時刻", "退出時刻", "所要時間(分)", "ゲスト", "待機室")
MEETING = (
    "ミーティングID,トピック,開始時刻,終了時刻,ユーザーのメール,時間(分),参加者\r\n"
    "123 4567 8901,架空の講座 1日目,2026/11/26 12:31:04,2026/11/26 18:08:40,office@example.jp,338,4\r\n\r\n"
)
TWO_OF_ONE_NAME = (
    # Hanako's line broke at 14:30 and she was back 12 minutes later; her phone was in as well for a while.
    ("架空 花子", "hanako@example.jp", "2026/11/26 12:55:10", "2026/11/26 14:30:00", "95", "いいえ", "いいえ"),
    ("架空 花子", "hanako@example.jp", "2026/11/26 14:42:20", "2026/11/26 18:05:00", "203", "いいえ", "いいえ"),
    ("花子のスマホ(架空 花子)", "", "2026/11/26 14:20:00", "2026/11/26 14:35:30", "16", "はい", "いいえ"),
    # Two people called 見本 学, both guests without an address.
    ("見本 学", "", "2026/11/26 13:00:30", "2026/11/26 18:05:00", "305", "はい", "いいえ"),
    ("見本 学", "", "2026/11/26 13:31:00", "2026/11/26 17:15:45", "225", "はい", "いいえ"),
    ("見本 学", "", "2026/11/26 12:58:00", "2026/11/26 13:00:30", "3", "はい", "はい"),
    ("講師 藤", "koushi@example.jp", "2026/11/26 12:31:04", "2026/11/26 18:08:40", "338", "いいえ", "いいえ"),
)
"""A day with a rejoin, a second device, two people of one name, a waiting room and the instructor."""

GOLDEN = {"架空 花子": 293, "見本 学 1": 299, "見本 学 2": 224}
"""Minutes within 13:00–18:00, worked out by hand: 花子 95:30 until 14:35:30 and 197:40 from 14:42:20, together 293:10; the
first 学 299:30 from 13:00:30; the second 224:45 from 13:31:00 to 17:15:45."""


def report(*rows: tuple[str, ...], headings: tuple[str, ...] = JAPANESE, above: str = "") -> str:
    """The text of a report."""
    quoted = (",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in (headings, *rows))
    return above + "".join(f"{line}\r\n" for line in quoted)
