"""Words of 教材の版: how two editions differ."""

from lms.editions.rules.contents import ChangeKind
from lms.editions.rules.differences import PairKind

PAIRS = {
    PairKind.SAME: ("同じ", "plain"),
    PairKind.CHANGED: ("変更あり", "doing"),
    PairKind.ADDED: ("追加", "done"),
    PairKind.REMOVED: ("削除", "wrong"),
}
"""Words and the kind of the state macro."""

CHANGES = {
    ChangeKind.ADDED: PAIRS[PairKind.ADDED],
    ChangeKind.CHANGED: ("変更", "doing"),
    ChangeKind.REMOVED: PAIRS[PairKind.REMOVED],
}

INSTALLED = "設置されたファイル"
PARTS = {
    "basics": "題名・公開の時期など",
    "objectives": "到達目標",
    "body": "本文",
    "worksheet": "自組織ワークの欄",
    "quiz": "確認テスト",
    "facts": "出典",
}
"""The parts of a lesson that are held against each other, in the order of the page."""

REMOVED_FIELD = (
    "この欄はなくなります。受講者が書いた内容は残り、マニュアルの「以前の設問への記入」に入ります。今、{count}名が書いています。"
)
UNWRITTEN_FIELD = "この欄はなくなります。まだ、だれも書いていません。"
WITHDRAWN_LESSON = (
    "このレッスンは公開をやめます。受講者の進み具合・記入・解答は残り、もう一度公開すると元のとおりに表示されます。"
)
NEW_REVIEW = "文が変わるため、2名の査読が必要です。"
NO_REVIEW_YET = "2名の査読がまだ終わっていません。"

EXAM_MISSING = "受験期間を設けた試験のファイルがありません。採点や成績の画面でも使うため、除けません。"
CHECKED_AGAIN = (
    "点検済みで、まだ終わっていない受験期間が{count}件あります。"
    "開催前点検を、数分以内に自動でもう一度行います。結果を「開催前点検」でご確認ください。"
)
UNREADABLE = (
    "教材の版を読み出せません。公開中の版のときは、受講者の画面も開けません。ほかの版か、設置されたファイルを公開してください。"
)
