"""Words of 問題の査読."""

from lms.exams.rules.reviewing import ReviewRefusal, ReviewState

REVIEW_STATES = {
    ReviewState.UNREVIEWED: ("査読前", "todo"),
    ReviewState.ONE: ("1名承認", "doing"),
    ReviewState.APPROVED: ("承認済み", "done"),
}
"""Words and the kind of the state macro."""

REFUSALS = {
    ReviewRefusal.CHANGED: "お読みになった後に問題の文が変わったため、承認していません。下の文をもう一度お読みください。",
    ReviewRefusal.TWICE: "この文は、すでに承認されています。2人目の承認は、別の方にお願いしてください。",
    ReviewRefusal.RETIRED: "出題を停止した問題は、承認できません。",
}

RULES = {
    "all_or_nothing": "すべて合っているときだけ得点になります。",
    "per_option": "選択肢ごとに得点になります(合計は0点を下回りません)。",
    "per_pair": "組ごとに得点になります。",
    "per_position": "位置ごとに得点になります。",
}
"""How a question with several parts gives its points."""
