"""Words of 伏せ字: states of an essay, and why a passage is suggested."""

from lms.grading.queries.masking import MaskingState
from lms.grading.rules.masking import MASK_WORDS, Clue

KINDS = MASK_WORDS

STATES = {
    MaskingState.NOT_OPENED: ("採点の開始前", "plain"),
    MaskingState.UNCHECKED: ("未確認", "todo"),
    MaskingState.CLEAR: ("伏せる箇所なし", "done"),
    MaskingState.MASKED: ("伏せ字あり", "done"),
}
"""Words and the kind of the state macro."""

CLUES = {
    Clue.OWN_NAME: "本人の氏名",
    Clue.OWN_COMPANY: "本人の会社名",
    Clue.OWN_DEPARTMENT: "本人の部署名",
    Clue.OWN_MAIL: "本人のメールアドレス",
    Clue.OTHERS_NAME: "同じ期の受講者の氏名",
    Clue.OTHERS_COMPANY: "同じ期の受講者の会社名",
    Clue.MAIL: "メールアドレスの形",
    Clue.PHONE: "電話番号の形",
    Clue.COMPANY: "会社名の形",
    Clue.QUOTED: "探した文字列",
    Clue.COVERED: "今伏せている箇所",
}
