"""The Japanese words of 採点: parts, states, reasons and refusals."""

from lms.exam_engine.rubrics import ScoreRule
from lms.exam_engine.rulings import RulingKind
from lms.grading.rules.parts import AdjudicationReason, EssayState, GraderPart, Refusal, Refused, SettledBy, TaskState

PARTS = {GraderPart.FIRST: "一次採点", GraderPart.SECOND: "二次採点", GraderPart.ADJUDICATOR: "裁定"}

TASK_STATES = {
    TaskState.WAITING: ("採点待ち", "plain"),
    TaskState.DRAFT: ("下書きあり", "doing"),
    TaskState.DONE: ("採点済み", "done"),
}
"""Words and the kind of the state macro."""

ESSAY_STATES = {
    EssayState.WAITING: ("採点待ち", "plain"),
    EssayState.HALF_MARKED: ("採点中(1名済み)", "doing"),
    EssayState.ADJUDICATION: ("裁定待ち", "todo"),
    EssayState.SETTLED: ("得点確定", "done"),
}

REASONS = {
    AdjudicationReason.TOTAL_GAP: "合計点の差が大きい",
    AdjudicationReason.CRITERION_GAP: "同じ観点の差が大きい",
    AdjudicationReason.SPLIT_CAP: "重大な不適切の判定が分かれた",
    AdjudicationReason.REQUESTED: "採点者が裁定を希望した",
    AdjudicationReason.FLIPS_VERDICT: "どちらの採点をとるかで合否が変わる",
}

SETTLED_BY = {SettledBy.MEAN: "2名の平均", SettledBy.ADJUDICATOR: "裁定"}

SCORE_RULES = {
    ScoreRule.EXPRESSION_ZEROED: "字数が足りないため、表現の観点は0点として計算しました",
    ScoreRule.NOT_GRADED: "字数が採点の下限に満たないため、0点です",
    ScoreRule.CAPPED: "重大な不適切に当たる記述があるため、合計点に上限があります",
}
"""Keyed by the engine's rule; a result keeps its value as text, which is equal to it."""

_REFUSALS = {
    Refusal.TOO_FEW_GRADERS: "採点には、採点者2名と、別に裁定できる者1名が必要です。あと{number}名を選んでください。",
    Refusal.NO_ADJUDICATOR: "裁定できる者が足りません({number}件の答案で不足)。裁定者を追加で選んでください。",
    Refusal.NOT_A_GRADER: "採点者の権限がない利用者が選ばれています。システム管理者に権限の追加を依頼してください。",
    Refusal.HOLDS_A_SEAT: "この期の受講者は、この期の採点者になれません。選択から外してください。",
    Refusal.CONFLICT_LEAVES_TOO_FEW: "利益相反を除くと採点者が2名に足りない答案が{number}件あります。採点者を増やしてください。",
    Refusal.NOTHING_SUBMITTED: "提出された答案がまだありません。提出を待ってから始めてください。",
    Refusal.ALREADY_ASSIGNED: "この採点者には、この受験番号の答案がすでに割り当てられています。",
    Refusal.REASON_NEEDED: "理由を入力してください。",
    Refusal.ALREADY_CONFIRMED: "この答案の採点は確定済みです。確定した採点は変更できません。",
    Refusal.INCOMPLETE: "段階を選んでいない観点が{number}つあります。すべて選んでください。入力は下書きに残っています。",
    Refusal.CAP_REASON_NEEDED: "重大な不適切を選んだときは、その理由を入力してください。入力は下書きに残っています。",
    Refusal.NOTE_NEEDED: "裁定では、判断の理由を「判定会議への申し送り」に入力してください。入力は下書きに残っています。",
    Refusal.DRAFT_CHANGED: "確認画面を開いた後に下書きが変わりました。今の内容をもう一度ご確認ください。",
    Refusal.NOT_YOURS: "この答案は割り当てられていません。",
    Refusal.REPLACED: "この受験番号の解答は提出し直されるため、この答案の採点は使いません。採点一覧にお戻りください。",
    Refusal.WINDOW_OPEN: "受験期間がまだ終わっていません。締切の後に確定できます。",
    Refusal.ATTEMPTS_RUNNING: "提出が済んでいない受験が{number}件あります。時間切れの自動提出を待ってから確定してください。",
    Refusal.LATE_UNDECIDED: "遅れて届いた解答が{number}件残っています。試験の画面から開き、採用するかどうかを決めてください。",
    Refusal.NOT_OPENED: "採点がまだ始まっていません。",
    Refusal.UNSETTLED: "得点が決まっていない受験者が{number}名います。採点と裁定が終わってから確定してください。",
    Refusal.GRADED_HERE: "この受験期間の採点を担当した人は、確定と公開を行えません。採点していない担当者が行ってください。",
    Refusal.NO_RESCORING: "この設問は、だれも受験していないか、機械採点の設問ではありません。",
    Refusal.ANSWER_NEEDED: "正答とする解答を、設問の形式どおりに選んでください。",
    Refusal.OWN_PROPOSAL: "ご自身の提案は決定できません。ほかの担当者が決定してください。",
    Refusal.CHANGES_NOTHING: "今の採点と同じです。採点は変わりません。ほかの方法か解答を選んでください。",
    Refusal.SAT_HERE: "ご自身が受けた試験の再採点は、提案も決定もできません。ほかの担当者に依頼してください。",
    Refusal.MOVED_ON: "画面を開いた後に採点が進みました。今の時点で変わることを確かめて、もう一度決定してください。",
    Refusal.RESCORING_WAITS: "再採点の結果を待つ受験者が{number}名います。再採点の画面で書き加えてから公開してください。",
    Refusal.ALREADY_DECIDED: "この提案は決定済みです。結果をご確認ください。",
    Refusal.NOT_FINALIZED: "得点と合否の確定が済んでいない受験者がいます。先に確定してください。",
    Refusal.ALREADY_RELEASED: "この受験期間の結果は、すでに公開されています。",
}


def refusal_words(refused: Refused) -> str:
    """What happened and what to do, in a sentence."""
    return _REFUSALS[refused.reason].format(number=refused.number)


RULINGS = {
    RulingKind.VOID: (
        "無効にする",
        "この設問を採点から除きます。大問の得点は、残りの設問の得点を配点の合計に合わせて計算し直します。",
    ),
    RulingKind.FULL_CREDIT: ("全員正解にする", "解答にかかわらず、この設問が出題された全員に配点を与えます。"),
    RulingKind.CHANGE_KEY: ("正答を変える", "選んだ解答だけを正答として採点し直します。"),
    RulingKind.ACCEPT_ANSWER: ("正答に加える", "今の正答に加えて、選んだ解答も正答として採点し直します。"),
}
"""What a ruling is called, and what it does."""
