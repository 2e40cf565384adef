"""The Japanese words of 採点: parts, states, reasons and refusals."""

from lms.exam_engine.rubrics import ScoreRule
from lms.exam_engine.rulings import RulingKind
from lms.grading.rules.appealing import AppealState, ResultPart
from lms.grading.rules.meeting import ProposalState
from lms.grading.rules.parts import (
    AdjudicationReason,
    AppealGround,
    AppealRemedy,
    EssayState,
    GraderPart,
    Refusal,
    Refused,
    SettledBy,
    TaskState,
)

PARTS = {
    GraderPart.CALIBRATION: "目合わせ",
    GraderPart.FIRST: "一次採点",
    GraderPart.SECOND: "二次採点",
    GraderPart.ADJUDICATOR: "裁定",
}

SHORT_PARTS = {GraderPart.FIRST: "一次", GraderPart.SECOND: "二次"}
"""Before the number of a 印 that an adjudicator sees."""

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
    AdjudicationReason.SPLIT_VERDICT: "合否が2名で分かれた",
}

PROPOSAL_STATES = {
    ProposalState.MISSING: ("案なし", "plain"),
    ProposalState.STALE: ("採点が変わった", "todo"),
    ProposalState.ON_HOLD: ("保留", "todo"),
    ProposalState.READY: ("確定待ち", "doing"),
}

SETTLED_BY = {SettledBy.MEAN: "2名の平均", SettledBy.ADJUDICATOR: "裁定"}

SCORE_RULES = {
    ScoreRule.EXPRESSION_ZEROED: "字数が足りないため、表現の観点は0点として計算しました",
    ScoreRule.NOT_GRADED: "字数が採点の下限に満たないため、0点です",
    ScoreRule.CAPPED: "重大な不適切に当たる記述があるため、合計点に上限があります",
}
"""Keyed by the engine's rule; a result keeps its value as text, which is equal to it."""

_REFUSALS = {
    Refusal.NOT_CALIBRATED: "この問題の答案は、目合わせが済むと始められます。先に見本答案を採点してください。",
    Refusal.TRIES_LEFT: "この採点者は、まだ目合わせをやり直せます。やり直しが終わってから判断してください。",
    Refusal.ALREADY_CALIBRATED: "この問題の目合わせは済んでいるか、必要ありません。",
    Refusal.TOO_FEW_GRADERS: "採点には、採点者2名と、別に裁定できる者1名が必要です。あと{number}名を選んでください。",
    Refusal.NO_ADJUDICATOR: "裁定できる者が足りません({number}件の答案で不足)。裁定者を追加で選んでください。",
    Refusal.NOT_A_GRADER: "採点者の権限がない利用者が選ばれています。システム管理者に権限の追加を依頼してください。",
    Refusal.HOLDS_A_SEAT: "この期の受講者は、この期の採点者になれません。選択から外してください。",
    Refusal.CONFLICT_LEAVES_TOO_FEW: "利益相反を除くと採点者が2名に足りない答案が{number}件あります。採点者を増やしてください。",
    Refusal.NOTHING_SUBMITTED: "提出された答案がまだありません。提出を待ってから始めてください。",
    Refusal.ALREADY_ASSIGNED: "この採点者には、その受験者の答案が割り当てられています。"
    "先に、その答案をほかの採点者に移してください。",
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
    Refusal.NOT_PROPOSED: "判定案のない受験者が{number}名います。合否判定会議の画面で判定案を作ってください。",
    Refusal.PROPOSAL_STALE: "判定案の後に採点が変わった受験者が{number}名います。判定案を作り直してください。",
    Refusal.ON_HOLD: "保留の受験者が{number}名います。保留の理由を解消し、判定案を作り直してから確定してください。",
    Refusal.LEASED_ELSEWHERE: "この答案は、別の端末で開かれたため、この画面からは保存できません。入力はこの画面に残っています。",
    Refusal.STALE_DRAFT: "別の画面で新しい下書きが保存されたため、上書きしませんでした。入力はこの画面に残っています。",
    Refusal.QUOTATION_NOT_FOUND: "引用した言葉が答案に見つかりません。答案のとおりに入力してください。ほかの入力は保存しました。",
    Refusal.TOO_MANY_HIGHLIGHTS: "印は{number}か所までです。不要な印を外してから付けてください。",
    Refusal.TOO_MANY_PHRASES: "自分の定型文は{number}件までです。使わない定型文を外してから加えてください。",
    Refusal.OWN_QUEUE_OPEN: "ご自身の答案が{number}件残っています。採点を終えてから、手伝う答案を引き受けてください。",
    Refusal.NOTHING_TO_HELP: "手伝える答案は、いまありません。ほかの採点者が先に引き受けたか、採点しています。",
    Refusal.ALREADY_FINALIZED: "成績が確定したため、訂正の申し出は受け付けられません。事務局に連絡してください。",
    Refusal.ALREADY_RELEASED: "この受験期間の結果は、すでに公開されています。",
    Refusal.APPEAL_OVER: "異議申立ての期限を過ぎています。",
    Refusal.APPEAL_OPEN: "受け付けた異議申立てに、まだお答えしていません。回答をお待ちください。",
    Refusal.GROUND_NOT_HEARD: "申立ての理由を選んでください。",
    Refusal.TEXT_NEEDED: "内容を入力してください。",
    Refusal.TEXT_TOO_LONG: "2000字以内で入力してください。入力した内容は残っています。",
    Refusal.NO_APPEAL: "この受験には、公開された結果がありません。",
    Refusal.NOT_INDEPENDENT: "採点・判定・公開に関わった人は担当できません。関わっていない事務局の利用者が担当してください。",
    Refusal.NOT_HANDLER: "この異議申立ての担当者ではありません。担当者が決定してください。",
    Refusal.NOTHING_TO_CLOSE: "この異議申立てには、終える手続がありません。今の状態をご確認ください。",
    Refusal.OWN_DECISION: "ご自身が決定した異議申立ては終えられません。関わっていない別の担当者が行ってください。",
    Refusal.NOTHING_TO_REGRADE: "この受験には、採点し直す論述の答案がありません。",
    Refusal.REGRADE_UNSETTLED: "採点し直しが終わっていない答案が{number}件あります。終わってから確定してください。",
    Refusal.TOO_FEW_FRESH: "採点し直すには、この受験の答案に関わっていない採点者が3名必要です(採点2名、裁定1名)。"
    "あと{number}名足りません。システム管理者に、採点者の追加を依頼してください。",
    Refusal.NO_COMPLAINT: "この受付番号のご意見・苦情はありません。",
    Refusal.COMPLAINT_CLOSED: "このご意見・苦情への対応は終わっています。",
    Refusal.MARKED_ALREADY: "採点を確定した採点者がいるため、この答案の伏せ字は変えられません。",
    Refusal.MASKING_MOVED_ON: "画面を開いた後に、ほかの担当者が伏せ字を変えました。今の伏せ字を確かめて選び直してください。",
    Refusal.READS_BLIND: "この受験期間の採点者は、伏せる前の答案を読めません。採点しない担当者が行ってください。",
    Refusal.PASSAGE_OUTSIDE: "伏せる箇所が答案の中にありません。箇所を選び直してください。",
    Refusal.TIED_HERE: "この期の講師を務めた、受験者と同じ会社に所属するなどの利害関係があるため、合否の決定に加われません。"
    "ほかの担当者が行ってください。",
    Refusal.DECIDED_HERE: "この受験期間の合否を提案または確定した人は、採点できません。ほかの採点者を選んでください。",
    Refusal.WORKS_IN_OFFICE: "事務局の役割を併せもつ人は、受験番号と氏名の組合せを見られるため、採点できません。"
    "事務局の役割をもたない採点者を選んでください。",
    Refusal.MASKED_HERE: "この受験期間の答案を、伏せる前の文章で読んだ人(伏せ字の担当者)は、採点できません。"
    "ほかの採点者を選んでください。",
    Refusal.NO_THIRD_FREE: "裁定が必要な答案{number}件に、引き受けられる採点者がまだいません。"
    "システム管理者に採点者の追加を依頼し、追加されてから、もう一度お試しください。",
    Refusal.NOTHING_TO_ADJUDICATE: "裁定者を待っている答案はありません。今の状態をご確認ください。",
    Refusal.PROPOSER_UNFIT: "判定案を作った人に、その後、利害関係か採点の担当が登録されました(受験者{number}名の判定案)。"
    "関わりのない担当者が判定案を作り直してください。",
    Refusal.BEING_GRADED: "いまの採点者が採点しています。画面を離れてからしばらく待つと、移せます。",
    Refusal.NOT_ON_STAFF: "この受験期間の採点者(裁定は裁定者)ではありません。先に「採点者と期限」で加えてください。",
    Refusal.HOLDS_A_PART: "この受験者の答案の採点にすでに関わっているため、選べません。ほかの採点者を選んでください。",
    Refusal.CONFLICT: "利益相反のため、この採点者には割り当てられません。ほかの採点者を選んでください。",
    Refusal.GOES_BACK: "この答案は、担当を替えるため事務局に戻ります。採点一覧に戻り、ほかの答案を進めてください。",
    Refusal.COMPANY_NEEDED: "会社・組織の名前を入力してください。",
    Refusal.NOT_STAFF: "採点者・講師・事務局の職員から選んでください。",
    Refusal.NOTHING_TO_MOVE: "移せる答案がありません。",
}


STAFF_BARS = {
    Refusal.HOLDS_A_SEAT: "この期の受講者のため選べません",
    Refusal.WORKS_IN_OFFICE: "事務局の役割を併せもち、受験番号と氏名の両方を見られるため選べません",
    Refusal.DECIDED_HERE: "この受験期間の合否の決定に加わったため選べません",
    Refusal.MASKED_HERE: "伏せる前の答案を読んだため選べません",
}
"""Why somebody cannot be put on a window's staff, beside the name."""


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

APPEAL_GROUNDS = {
    AppealGround.PROCEDURE: (
        "試験や採点の手続",
        "試験の実施、答案の取扱い、採点や判定の進め方に、定めと違うところがあると考えるとき。",
    ),
    AppealGround.MARKING: ("採点の内容", "答案の評価が、観点の段階と合っていないと考えるとき。"),
}
"""What an appeal may rest on, in the participant's words."""

APPEAL_STATES = {
    AppealState.RECEIVED: ("受付済み", "todo"),
    AppealState.WITH_HANDLER: ("担当者が確認中", "doing"),
    AppealState.GRANTED: ("申立てを認めました(手続中)", "doing"),
    AppealState.ANSWERED: ("回答済み", "done"),
}

APPEAL_REMEDIES = {
    AppealRemedy.DISMISSED: ("申立てを認めない", "結果は変わりません。回答をもって終わります。"),
    AppealRemedy.CORRECTED: (
        "申立てを認め、採点し直さずに正す",
        "事務の誤りを正す、もう一度受験していただく、などのときに選びます。別の担当者が、したことを書いて終えます。",
    ),
    AppealRemedy.REGRADE: (
        "申立てを認め、採点し直す",
        "この答案に関わっていない採点者2名に、受験番号だけで割り当てます。"
        "終わった後、別の担当者が確定するまで、公開済みの結果は変わりません。",
    ),
}

RESULT_PARTS = {
    ResultPart.GRADED: "この受験期間の採点",
    ResultPart.PROPOSED: "判定案の作成",
    ResultPart.FINALIZED: "得点と合否の確定",
    ResultPart.RELEASED: "結果の公開",
    ResultPart.HANDLED: "この結果への異議申立ての決定か終了",
    ResultPart.SAT: "この受験期間の受験",
    ResultPart.CONFLICT: "利益相反の届出",
}
"""Why somebody neither handles nor closes an appeal."""
