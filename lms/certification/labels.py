"""Japanese words for the states, requirements and refusals of 認定."""

from datetime import date
from decimal import Decimal
from typing import Any

from lms.certification.rules.chain import Damage, RegisterProblem
from lms.certification.rules.completion import ChecklistLine, Requirement
from lms.certification.rules.deciding import CertificationRefused, Refusal, Stage
from lms.certification.rules.entries import CertificateStatus, EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.rules.shipping import ShipmentState

STATUS = {
    CertificateStatus.VALID: "有効",
    CertificateStatus.REVOKED: "失効",
    CertificateStatus.SUSPENDED: "効力停止中",
    CertificateStatus.EXPIRED: "期限切れ",
    CertificateStatus.REISSUED: "再発行済",
    CertificateStatus.RENEWED: "更新済",
    CertificateStatus.VOID: "無効",
}

SHIPMENT = {
    ShipmentState.PREPARED: "発送準備中",
    ShipmentState.SHIPPED: "発送済み",
    ShipmentState.UNDELIVERED: "不達(戻ってきました)",
    ShipmentState.DELIVERED: "配達済み",
    ShipmentState.CANCELED: "取りやめ",
}
"""Where a parcel is."""

STATUS_SENTENCE = {
    CertificateStatus.VALID: "この認定証は有効です。",
    CertificateStatus.REVOKED: "この認定証は失効しています。",
    CertificateStatus.SUSPENDED: "この認定証は、現在、効力を停止しています。",
    CertificateStatus.EXPIRED: "この認定証は有効期限が切れています。",
    CertificateStatus.REISSUED: "この認定証は再発行により無効です。新しい認定証でご確認ください。",
    CertificateStatus.RENEWED: "この認定証は、更新により新しい版に替わっています。新しい認定証でご確認ください。",
    CertificateStatus.VOID: "この認定証は無効です。",
}

DOCUMENT = {
    CertificateStatus.VALID: "当協会発行・改変なし・有効",
    CertificateStatus.REVOKED: "当協会発行・改変なし・失効",
    CertificateStatus.SUSPENDED: "当協会発行・改変なし・効力停止中",
    CertificateStatus.EXPIRED: "当協会発行・改変なし・期限切れ",
    CertificateStatus.REISSUED: "当協会発行・改変なし・再発行により無効",
    CertificateStatus.RENEWED: "当協会発行・改変なし・更新により新しい版に替わっています",
    CertificateStatus.VOID: "当協会発行・改変なし・無効",
}
"""What is said of a PDF that was dropped on the page."""

SINCE = {
    CertificateStatus.REVOKED: "失効した日",
    CertificateStatus.SUSPENDED: "停止した日",
    CertificateStatus.REISSUED: "再発行した日",
    CertificateStatus.RENEWED: "更新した日",
    CertificateStatus.VOID: "無効になった日",
}
"""What the day is called from which a status holds; of an expired version the last good day is shown anyway."""

HOLDER = {
    CertificateStatus.EXPIRED: (
        "有効期限が切れています",
        "更新すると、同じ認定番号の新しい版を発行します。更新の条件と手続は、事務局にお問い合わせください。"
        "更新が済むまで、この認定証を有効なものとして示すことはできません。",
    ),
    CertificateStatus.SUSPENDED: (
        "いまは効力が停止されています",
        "照会ページには「効力停止中」と停止した日だけが表示され、理由は表示されません。理由と今後の手続は、事務局からのメールをご覧ください。"
        "停止が解かれると、この認定証はそのまま有効に戻ります。それまで、認定証を示すことと、再発行を申し込むことはできません。",
    ),
    CertificateStatus.REVOKED: (
        "この認定証は失効しています",
        "認定証を示すことや、認定を受けていると名乗ることはできません。照会ページには「失効」と失効した日だけが表示され、理由は表示されません。"
        "理由は、事務局からのメールをご覧ください。お心当たりがないときは、事務局にお問い合わせください。",
    ),
    CertificateStatus.VOID: (
        "この認定証は無効です",
        "発行が取り消されたため、この認定証は使えません。照会ページには「無効」とその日だけが表示されます。"
        "事情は、事務局からのメールをご覧ください。お心当たりがないときは、事務局にお問い合わせください。",
    ),
}
"""What the holder reads while the certificate is not valid, and what to do then."""

ENTRY = {
    EntryKind.ISSUE: "発行",
    EntryKind.REISSUE: "再発行",
    EntryKind.REVOKE: "失効",
    EntryKind.SUSPEND: "効力停止",
    EntryKind.RESUME: "効力停止の解除",
    EntryKind.EXPIRE: "期限切れ",
    EntryKind.RENEW: "更新",
    EntryKind.VOID: "無効(発行の取消)",
    EntryKind.SHIP: "発送",
}

REASON = {
    Reason.NAME_CHANGE: "氏名の変更",
    Reason.LOSS: "紛失",
    Reason.DAMAGE: "破損・汚損",
    Reason.PRINTING_FAULT: "印刷の誤り",
    Reason.ISSUED_IN_ERROR: "誤って発行した",
    Reason.UNDER_INQUIRY: "事実を確認している",
    Reason.INQUIRY_CLOSED: "確認が終わった",
    Reason.EXAM_MISCONDUCT: "試験での不正",
    Reason.BREACH_OF_TERMS: "規約違反",
    Reason.RESULT_CORRECTED: "合否の訂正",
    Reason.OWN_REQUEST: "本人の申し出",
    Reason.CONDITIONS_MET: "更新の条件を満たした",
}

ACT = {
    EntryKind.SUSPEND: "効力を停止する",
    EntryKind.RESUME: "効力の停止を解除する",
    EntryKind.REVOKE: "失効とする",
    EntryKind.VOID: "発行を取り消す",
    EntryKind.REISSUE: "再発行する",
    EntryKind.RENEW: "更新する",
}
"""What may be done, as a verb."""

ACT_SENTENCE = {
    EntryKind.SUSPEND: "停止の間は「効力停止中」と表示され、再発行も更新もできません。解除すると元に戻ります。",
    EntryKind.RESUME: "認定証は、停止の前の状態に戻ります。",
    EntryKind.REVOKE: "失効は、元に戻せません。番号と記録は残り、照会ページに「失効」と表示されます。",
    EntryKind.VOID: "発行の取消しは、元に戻せません。番号は二度と使いません。"
    "あらためて修了認定を提案・承認すると、新しい番号で発行できます。",
}

DETAIL = {
    "explanation": "経緯",
    "words": "本人への説明",
    "last_day": "有効期限",
    "shipped_on": "発送日",
    "carrier": "発送方法",
    "tracking_number": "追跡番号",
}
"""What stands beside an entry in words; whatever else is kept there is for machines."""

STAGE = {
    Stage.NOT_COMPLETE: "修了要件を満たしていません",
    Stage.COMPLETE: "提案できます",
    Stage.PROPOSED: "承認待ち",
    Stage.HELD: "保留",
    Stage.REFUSED: "承認されませんでした",
    Stage.APPROVED: "発行できます",
    Stage.ISSUED: "発行済み",
}

REFUSAL = {
    Refusal.NOT_COMPLETE: "修了要件を満たしていない項目があります。",
    Refusal.WITHDRAWN: "受講を取りやめた方です。",
    Refusal.PROPOSAL_WAITS: "すでに提案され、承認を待っています。",
    Refusal.ALREADY_APPROVED: "すでに承認されています。",
    Refusal.ALREADY_DECIDED: "この提案は、すでに決定されています。",
    Refusal.PROPOSER_GRADED: "この方の答案を採点した人は、提案できません。",
    Refusal.PROPOSER_TIED: "利益相反のため、提案できません(その期の講師、同じ会社、届出のある人など)。",
    Refusal.DECIDER_PROPOSED: "提案した人は、決定できません。ほかの事務局の方が決定してください。",
    Refusal.DECIDER_GRADED: "この方の答案を採点した人は、決定できません。",
    Refusal.DECIDER_TIED: "利益相反のため、決定できません(その期の講師、同じ会社、届出のある人など)。",
    Refusal.OWN_CERTIFICATE: "ご自身の認定については、提案も決定もできません。",
    Refusal.REASON_MISSING: "理由を入力してください。",
    Refusal.NOT_APPROVED: "修了認定が承認されていません。",
    Refusal.HELD: "保留中です。先に保留を解いてください。",
    Refusal.NOT_HELD: "保留されていません。",
    Refusal.NAME_CHANGED: "提案の後に、印刷する氏名が変わっています。提案し直してください。"
    "先に、承認待ちなら「承認しない」、承認済みなら「保留する」とします。",
    Refusal.ACT_WAITS: "この認定証には、決定を待っている提案があります。先にその提案を決定してください。",
    Refusal.NOT_POSSIBLE: "認定証のいまの状態では、できません。",
    Refusal.WRONG_REASON: "理由を選んでください。",
    Refusal.WORDS_MISSING: "説明を入力してください。",
    Refusal.NOT_PROPOSER: "提案を取り下げられるのは、提案した人だけです。",
    Refusal.ORDER_SETTLED: "この申請は、すでに処理されています。",
    Refusal.ORDER_WAITS: "すでに受け付けた再発行の申込みがあります。",
    Refusal.NAME_MISSING: "新しい氏名を入力してください。",
    Refusal.NAME_UNCHANGED: "いま印刷されている氏名と同じです。変える氏名を入力してください。",
    Refusal.NAME_UNFIT: "氏名に使えない文字(改行、目に見えない文字、端末ごとに形の違う外字)があるか、100字を超えています。",
    Refusal.RECORD_ERASED: "印刷した内容の控えが消去されているため、新しい版を作れません。",
    Refusal.NO_VALIDITY: "この認定証には有効期限がないため、更新はありません。",
    Refusal.CONDITIONS_MISSING: "更新の条件は、すべてに印を付け、確かめた内容を書いてください。",
    Refusal.MISSING_GLYPHS: "認定証の書体にない文字があります。",
    Refusal.TEXT_TOO_LONG: "氏名や文面が長すぎて、読める大きさ(6ポイント以上)で印刷できません。"
    "短い書き方をご本人に確かめてください。",
    Refusal.SEAL_FAILED: (
        "電子署名を付けられないため、発行していません(番号も使っていません)。時間をおいても同じときは、システム管理者に"
        "署名用の証明書の有効期間とタイムスタンプの設定の確認を依頼してください。"
    ),
    Refusal.FONTS_NOT_BUILT: "認定証の書体が準備されていません。システム管理者に「make setup」の実行を依頼してください。",
    Refusal.TEMPLATE_UNUSABLE: "認定証のひな形がないか、誤りがあります。「認定証のひな形」の画面で確かめてください。",
}

INTERNAL_ERROR = "内部の誤りで発行できませんでした。システム管理者に、ログの照会番号 {reference} をお知らせください。"
"""Why a run issued nothing to somebody whom no rule refused."""

DAMAGE = {
    Damage.POSITION: "前の記録との間が抜けているか、順番が入れ替わっています。",
    Damage.ENTRY: "記録が書き換えられています。",
    Damage.CHAIN: "前の記録とつながりません。前の記録が書き換えられたか、取り除かれています。",
    Damage.UNREADABLE: "記録の値が壊れていて、読めません。",
    Damage.SEQUENCE: "それまでの記録の後には、ありえない記録です。",
    Damage.FOUR_EYES: "提案・申込み・決定の記録がないか、台帳の記録と合いません。",
    Damage.LOST: "操作記録にはありますが、台帳にありません。",
    Damage.REWRITTEN: "操作記録に残るハッシュ値と合いません。記録が作り直されています。",
    Damage.UNWITNESSED: "操作記録にない記録です。",
    Damage.DETAIL_MISSING: "記録の説明の控えがありません。",
    Damage.DETAIL: "記録の説明の控えが書き換えられています。",
    Damage.STRAY: "台帳のどの記録のものでもない控えがあります。",
    Damage.RECORD_MISSING: "印刷した内容の控えがありません。",
    Damage.RECORD: "印刷した内容(更新のときは、その条件も)の控えが書き換えられています。",
    Damage.DOCUMENT_MISSING: "発行したPDFがありません。",
    Damage.DOCUMENT: "発行したPDFが書き換えられています。",
    Damage.SECRET_MISSING: "確認コードの照合用の値がありません。",
    Damage.SECRET: "確認コードの照合用の値が書き換えられています。",
    Damage.SERIES_GAP: "連番に欠けがあります。",
    Damage.SERIES_END: "連番の最後の値が、台帳と合いません。",
}

_REQUIREMENT = {
    Requirement.ATTENDANCE: "出席",
    Requirement.LESSONS: "レッスン",
    Requirement.QUIZZES: "確認テスト",
    Requirement.EXAM: "認定試験",
    Requirement.PAYMENT: "入金",
    Requirement.TERMS: "規約への同意",
}


def requirement(line: ChecklistLine) -> str:
    """What a line of the checklist asks for: 「1日目の出席」."""
    day = line.evidence.get("day")
    return f"{day}日目の出席" if day else _REQUIREMENT[line.requirement]


def evidence(line: ChecklistLine) -> str:
    """The numbers that show whether a line of the checklist is met."""
    return _EVIDENCE[line.requirement](line.evidence)


def refusal(refused: CertificationRefused) -> str:
    """Why an act was refused, with the characters that cannot be drawn."""
    if not refused.characters:
        return REFUSAL[refused.reason]
    return f"{REFUSAL[refused.reason]} 印刷できない文字: {spell_characters(refused.characters)}"


def reason(word: str) -> str:
    """The words for the reason of an entry; one from before there was a list of reasons stands as it is."""
    return REASON[Reason(word)] if word in set(Reason) else word


def spell_characters(characters: tuple[str, ...]) -> str:
    """Characters with their code points, because a missing glyph often shows as an empty box: 「〇(U+3007)」."""
    return "、".join(f"{text}({' '.join(f'U+{ord(part):04X}' for part in text)})" for text in characters)


def problem(found: RegisterProblem) -> str:
    """A damage of the register as one sentence with its place."""
    place = f"{found.position}番目の記録({found.number})" if found.position else found.number
    return f"{place}: {DAMAGE[found.damage]}"


def _attendance(numbers: dict[str, Any]) -> str:
    if numbers.get("day") is None:
        return "開催日が登録されていません"
    if numbers["minutes"] is None:
        return f"出席が入力されていません({numbers['needed']}分以上が必要)"
    return f"{numbers['minutes']}分 / {numbers['counted']}分({numbers['needed']}分以上が必要)"


def _lessons(numbers: dict[str, Any]) -> str:
    return f"{numbers['done']} / {numbers['of']} 受講済み"


def _quizzes(numbers: dict[str, Any]) -> str:
    return f"{numbers['done']} / {numbers['of']} 合格"


def _terms(numbers: dict[str, Any]) -> str:
    return f"{numbers['revision']}版に同意" if numbers["revision"] else "同意の記録がありません"


def _exam(numbers: dict[str, Any]) -> str:
    if numbers["total"] is None:
        return "公開された結果がありません"
    return f"合計 {Decimal(str(numbers['total'])).normalize():f}点"


def _payment(numbers: dict[str, Any]) -> str:
    if numbers["paid_on"] is None:
        return "入金を確認していません"
    paid_on = date.fromisoformat(str(numbers["paid_on"]))
    return f"{paid_on.year}年{paid_on.month}月{paid_on.day}日に入金"


_EVIDENCE = {
    Requirement.ATTENDANCE: _attendance,
    Requirement.LESSONS: _lessons,
    Requirement.QUIZZES: _quizzes,
    Requirement.EXAM: _exam,
    Requirement.PAYMENT: _payment,
    Requirement.TERMS: _terms,
}
