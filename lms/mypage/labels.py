"""Japanese words for the steps, stations and stages of マイページ."""

from dataclasses import dataclass

from lms.cohorts.rules.joining import DoorState
from lms.mypage.rules import ExamStage, Milestone, MilestoneState, ResitState, Step


@dataclass(frozen=True, slots=True)
class StepWords:
    """A step as the card says it: heading, one sentence, and the words on its one button."""

    title: str
    text: str
    button: str


STEPS = {
    Step.CONSENT: StepWords("規約をご確認ください", "同意いただくと、レッスンが始められます。", "規約を読む"),
    Step.CONTINUE_EXAM: StepWords("認定試験の途中です", "制限時間は進んでいます。続きから解答してください。", "試験に戻る"),
    Step.SEE_CERTIFICATE: StepWords(
        "認定おめでとうございます", "認定証が発行されました。PDFと照会の方法をご覧いただけます。", "認定証を見る"
    ),
    Step.SEE_RESULT: StepWords(
        "認定試験の結果が出ました", "大問ごとの得点と、論述の観点ごとの評価をご覧ください。", "結果を見る"
    ),
    Step.WAIT_FOR_RESULT: StepWords(
        "採点の結果をお待ちください",
        "答案は提出済みです。結果が公開されると、メールとこのページでお知らせします。",
        "提出した試験を確認する",
    ),
    Step.ATTEND_DAY: StepWords("まもなく研修です", "開始の5分前までに、Zoomにお入りください。", "研修の時間割と準備を見る"),
    Step.START_EXAM: StepWords(
        "認定試験を受けられます", "受験資格がそろいました。時間に余裕のあるときに始めてください。", "認定試験へ進む"
    ),
    Step.READ_LESSON: StepWords(
        "レッスンを進めましょう", "1本15分ほどです。途中で閉じても、書いた内容は残ります。", "レッスンを開く"
    ),
    Step.PREPARE_DAY: StepWords("研修の日をお待ちください", "いま公開されているレッスンは終わっています。", "レッスンを見直す"),
    Step.CHECK_ELIGIBILITY: StepWords(
        "受験資格を確かめましょう", "受験期間です。まだ満たしていない条件があります。", "受験資格を見る"
    ),
    Step.WAIT_FOR_EXAM: StepWords("認定試験は開始前です", "受験期間になると、ここから始められます。", "認定試験の案内を見る"),
    Step.EXAM_MISSED: StepWords(
        "受験期間が終わりました", "受験の記録がありません。次の受験期間は、事務局からお知らせします。", "認定試験の案内を見る"
    ),
    Step.WAIT_FOR_PAYMENT: StepWords(
        "入金の確認をお待ちください", "入金が確認されると、事前のレッスンが公開されます。", "レッスンの一覧を見る"
    ),
    Step.WAIT_FOR_WINDOW: StepWords(
        "認定試験の日程をお待ちください", "受験期間が決まると、このページに表示されます。", "レッスンを見直す"
    ),
}

MILESTONES = {
    Milestone.PAYMENT: "お申込みと入金の確認",
    Milestone.FIRST_LESSONS: "事前のレッスンと確認テスト",
    Milestone.DAY1: "研修1日目",
    Milestone.DAY2: "研修2日目",
    Milestone.LESSONS: "すべてのレッスンと確認テスト",
    Milestone.EXAM: "認定試験",
    Milestone.RESULT: "結果の公開",
    Milestone.CERTIFICATE: "認定証の発行",
}

MILESTONE_STATES = {MilestoneState.DONE: "済み", MilestoneState.HERE: "いまここ", MilestoneState.TODO: "これから"}

RESULT_WAITING = {
    ExamStage.WAITING: (
        "採点の結果をお待ちください",
        "答案は提出済みです。結果が公開されると、メールとマイページでお知らせします。",
    ),
    ExamStage.RUNNING: ("認定試験の途中です", "結果は、提出と採点の後に公開されます。"),
    ExamStage.MISSED: ("受験の記録がありません", "受験期間が終わりました。次の受験期間は、事務局からお知らせします。"),
}
RESULT_NOT_YET = ("まだ結果はありません", "認定試験を受けて採点が終わると、ここに結果が表示されます。")

RESITS = {
    ResitState.NOT_SET: "再受験の期間は、まだ決まっていません。決まりましたら、マイページと認定試験のページに表示します。",
    ResitState.SITTING: "再受験の途中です。認定試験のページから続けてください。",
    ResitState.HANDED_IN: "再受験は提出済みです。結果の公開をお待ちください。",
    ResitState.NONE_LEFT: "この期の再受験は終わりました。",
}
"""Why the result page shows no dates of a resit."""

CERTIFICATE_WAITING = {
    ExamStage.PASSED: (
        "修了認定の手続き中です",
        "認定試験に合格しています。事務局が出席などの修了要件を確認し、認定証を発行します。発行されるとメールでお知らせします。",
    ),
    ExamStage.FAILED: (
        "認定証はまだありません",
        "認定証は、認定試験に合格し、修了要件を満たした方に発行されます。再受験については、認定試験のページをご覧ください。",
    ),
    ExamStage.WAITING: (
        "採点の結果をお待ちください",
        "結果が公開された後、修了要件を満たした方に認定証が発行されます。",
    ),
}
CERTIFICATE_NOT_YET = (
    "認定証はまだありません",
    "2日間の研修、レッスンと確認テスト、認定試験を終え、修了要件を満たした方に発行されます。",
)

DOMAINS = {
    "D1": "定義と見極め",
    "D2": "法令・条例・権利",
    "D3": "推進・データ・顧客定義・マニュアル",
    "D4": "対応の実務",
    "D5": "従業員保護・研修・改善",
}

JOIN = "Zoomに入る"
"""The words on the button while the door is open."""


@dataclass(frozen=True, slots=True)
class DoorWords:
    """A door that is not open: in short beside the day, and as a page; `moment` stands for when it opens."""

    short: str
    title: str
    text: str


DOORS = {
    DoorState.TOO_EARLY: DoorWords(
        "{moment}から入れます",
        "Zoomには、まだ入れません",
        "{moment}から入れます。時刻になりましたら、研修のページの「Zoomに入る」からお入りください。",
    ),
    DoorState.OVER: DoorWords(
        "この日の研修は終わりました",
        "この日の研修は終わりました",
        "出席の記録は、事務局が確認した後に、研修のページでご覧いただけます。",
    ),
    DoorState.UNPAID: DoorWords(
        "入金を確認した後に入れます",
        "入金を確認できていません",
        "Zoomには、入金を確認した後に入れます。お支払いがお済みの場合は、お手数ですが事務局にお知らせください。",
    ),
    DoorState.NO_ADDRESS: DoorWords(
        "Zoomの入口を準備しています。表示されないときは、事務局にお問い合わせください",
        "Zoomの入口が、まだ登録されていません",
        "事務局が登録すると、研修のページから入れます。開始の時刻が近いときは、事務局にお問い合わせください。",
    ),
}
