"""Words of 事務局: the steps of a cohort, roles, mail templates."""

from lms.exam_engine.statistics.figures import Figure, Undecided
from lms.exam_engine.statistics.questions import Flag
from lms.exam_engine.vocabulary import Level, QuestionStatus
from lms.exam_engine.windows import Phase
from lms.office.rules import NEEDED_DECIDERS, NEEDED_GRADERS, CohortCounts, StaffingGap, StepKey
from lms.web.access import Role

STEP_TITLES = {
    StepKey.ROSTER: "名簿",
    StepKey.PAYMENT: "入金確認",
    StepKey.LEARNING: "学習",
    StepKey.ATTENDANCE: "出席",
    StepKey.EXAM: "認定試験",
    StepKey.GRADING: "採点",
    StepKey.RESULTS: "合否判定・結果公開",
    StepKey.CERTIFICATION: "認定・認定証の発行",
}

HUB_PLACE = "概要"
STEP_PLACES = {
    StepKey.ROSTER: "名簿",
    StepKey.PAYMENT: "入金",
    StepKey.LEARNING: "学習",
    StepKey.ATTENDANCE: "出席",
    StepKey.EXAM: "試験",
    StepKey.GRADING: "採点",
    StepKey.RESULTS: "成績",
    StepKey.CERTIFICATION: "認定",
}
"""Short names for the row of links above the pages of a cohort."""

NEXT_WORDS = {
    StepKey.ROSTER: "受講者の名簿を取り込みます。",
    StepKey.PAYMENT: "入金を確認します。確認すると、受講者に案内メールを送ります。",
    StepKey.LEARNING: "受講者が学習しています。進み具合を確かめられます。",
    StepKey.ATTENDANCE: "研修の出席時間を入力します。",
    StepKey.EXAM: "認定試験の受験期間を設定します。",
    StepKey.GRADING: "採点者を決め、採点を進めます。",
    StepKey.RESULTS: "得点と合否を確定し、結果を公開します。",
    StepKey.CERTIFICATION: "修了認定を提案・承認し、認定証を発行します。",
}

_EXAM_WORDS = {
    Phase.BEFORE: "受験期間の開始を待っています。",
    Phase.OPEN: "受験期間中です。受験のようすを見守ります。",
    Phase.CLOSED: "受験期間は終わりました。提出が済んでいない方の自動提出を待っています。",
}

NEXT_BUTTONS = {
    StepKey.ROSTER: "名簿を取り込む",
    StepKey.PAYMENT: "入金を確認する",
    StepKey.LEARNING: "学習の進み具合を見る",
    StepKey.ATTENDANCE: "出席を入力する",
    StepKey.EXAM: "認定試験の画面を開く",
    StepKey.GRADING: "採点の画面を開く",
    StepKey.RESULTS: "合否判定の画面を開く",
    StepKey.CERTIFICATION: "認定の画面を開く",
}


def next_words(key: StepKey, counts: CohortCounts) -> str:
    """What is to be done at a step, as far as it has come."""
    if key is StepKey.EXAM and counts.window:
        return _EXAM_WORDS[counts.window]
    if key is StepKey.GRADING and counts.is_grading_open:
        return "採点が進んでいます。すべての答案の得点が決まると、合否を確定できます。"
    if key is StepKey.RESULTS and counts.window is not Phase.CLOSED:
        return "すべての答案の得点が決まりました。受験期間が終わると、合否を確定できます。"
    return NEXT_WORDS[key]


STAFFING_GAPS = {
    StaffingGap.GRADERS: f"採点者が{NEEDED_GRADERS}名(採点2名と裁定1名)に足りません。",
    StaffingGap.DECIDERS: f"認定を提案する人と承認する人のため、事務局の職員が{NEEDED_DECIDERS}名必要です。",
}

ROLES = {
    Role.PARTICIPANT: "受講者",
    Role.GRADER: "採点者",
    Role.INSTRUCTOR: "講師",
    Role.OFFICE: "事務局",
    Role.ADMIN: "システム管理者",
}

MAIL_TEMPLATES = {
    "participant_invitation": "受講の案内(はじめての方)",
    "participant_welcome": "受講の案内(登録済みの方)",
    "invitation": "利用の案内",
    "staff_invitation": "職員への案内",
    "password_reset": "パスワードの再設定",
    "email_changed": "メールアドレス変更のお知らせ",
    "password_changed": "パスワード変更のお知らせ",
    "day_reminder": "研修日のお知らせ",
    "accommodation_decided": "合理的配慮のお知らせ",
    "readiness_red": "開催前点検のお知らせ(赤)",
    "readiness_overridden": "赤のまま開催するお知らせ",
    "exam_received": "提出の控え",
    "exam_reopened": "提出済みの大問の再開のお知らせ",
    "result_released": "結果のお知らせ",
    "result_corrected": "採点の訂正のお知らせ",
    "appeal_received": "異議申立ての受付のお知らせ",
    "appeal_answered": "異議申立てへの回答のお知らせ",
    "complaint_received": "ご意見・苦情の受付のお知らせ",
    "reissue_ordered": "認定証の再発行の申込みの受付のお知らせ",
    "certificate_issued": "認定証発行のお知らせ",
    "certificate_shipped": "認定証発送のお知らせ",
    "certificate_suspended": "認定証の効力停止のお知らせ",
    "certificate_resumed": "認定証の効力停止を解除したお知らせ",
    "certificate_revoked": "認定証の失効のお知らせ",
    "certificate_voided": "認定証の発行を取り消したお知らせ",
    "certificate_reissued": "認定証の再発行のお知らせ",
    "certificate_reissue_declined": "再発行のお申し込みへの回答",
    "certificate_renewed": "認定証の更新のお知らせ",
    "certificate_expiring": "有効期限のお知らせ",
}
"""Tag of 操作記録 → words."""

QUESTION_STATUSES = {
    QuestionStatus.UNREVIEWED: ("査読前", "todo"),
    QuestionStatus.REVIEWED: ("査読済み", "doing"),
    QuestionStatus.APPROVED: ("承認済み", "done"),
    QuestionStatus.RETIRED: ("出題停止", "wrong"),
}
"""Words and the kind of the state macro."""

LEVELS = {Level.REMEMBER: "知識", Level.UNDERSTAND: "理解", Level.APPLY: "適用", Level.EVALUATE: "判断"}

QUESTION_FLAGS = {
    Flag.REVERSED: (
        "逆の傾向",
        "wrong",
        "ほかの設問がよくできた人ほど、この設問を落としています。正答の指定の誤りと、二通りに読める文がないかを、最初に確かめてください。",
    ),
    Flag.STRONG_DISTRACTOR: (
        "上位の人が誤答に集中",
        "wrong",
        "成績の上位27%の人に、正答より多く選ばれた誤答があります。その誤答も正しいと読める余地がないかを確かめてください。",
    ),
    Flag.WEAK: (
        "識別力が弱い",
        "todo",
        "識別力が0.20未満です。できる人とそうでない人で差が出ていません。問い方と誤答の作りを見直す候補です。",
    ),
    Flag.TOO_EASY: (
        "易しい",
        "plain",
        "正答率が90%を超えています。必ず知っておくべきことを問う設問なら、そのままで構いません。",
    ),
    Flag.TOO_HARD: (
        "難しい",
        "plain",
        "正答率が30%に届きません。研修や教材で扱っているか、問い方がわかりにくくないかを確かめてください。",
    ),
    Flag.IDLE_OPTION: (
        "選ばれない誤答",
        "plain",
        "5%未満の人しか選ばない誤答があります。もっともらしい誤答に替える候補です。",
    ),
}
"""A short name, the kind of the state macro, and what it means with what to do."""

_UNDECIDED = {
    Undecided.TOO_FEW_PEOPLE: "{needed}名以上で判定できます(今は{n}名)",
    Undecided.TOO_FEW_RATERS: "採点者が2名以上必要です",
    Undecided.TOO_FEW_QUESTIONS: "設問が2問以上必要です",
    Undecided.UNEQUAL_PAPERS: "問題数の違う冊子が混ざっています",
    Undecided.NO_SPREAD: "全員の結果が同じか、差がないため計算できません",
    Undecided.NOT_ADDITIVE: "信頼性の推定が0を下回るため計算できません",
}


def undecided_words(figure: Figure) -> str:
    """Why a figure is 判定不能, with the number of people it needs; empty for one that can be told."""
    if figure.reason is None:
        return ""
    return _UNDECIDED[figure.reason].format(needed=figure.needed, n=figure.n)
