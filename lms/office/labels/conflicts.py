"""Words of 利益相反 and 担当替え: ties, kinds of declarations, and what to do when too few people are left."""

from lms.grading.rules.conflicts import Remedy, Shortage, Tie, TieKind
from lms.grading.rules.parts import ConflictKind

TIES = {
    TieKind.SEATED: "この期の受講者",
    TieKind.TAUGHT: "この期の講師",
    TieKind.SAME_COMPANY: "同じ会社・組織",
    TieKind.CONSULTED: "個別相談を担当",
    TieKind.DECLARED: "そのほかの関係",
}

KINDS = {
    ConflictKind.CONSULTED: "個別相談で指導した",
    ConflictKind.SAME_COMPANY: "同じ会社・組織に所属する",
    ConflictKind.DECLARED: "そのほか(親族、友人、取引先など)",
}

REMEDIES = {
    Remedy.ANOTHER_GRADER: "この期の受講者と利害関係のない方に、採点を依頼します。"
    "「職員」から採点者として招待すると、選べるようになります。",
    Remedy.ANOTHER_DECIDER: "利害関係のない方を、「職員」から事務局の職員として招待します。"
    "合否は、提案する人と確定する人の2名で決めます。",
    Remedy.END_AFFILIATION: "退職や異動で所属が変わった方がいれば、下の「所属」で終了します。"
    "終了すると、その会社の方も採点できます。",
    Remedy.ALLOW_BY_SETTING: "ほかに方法がなければ、協会の決定として、"
    "関係の種類ごとに設定(grading.yaml の conflicts)で認めます。",
}


def tie_words(tie: Tie) -> str:
    """A tie with what was noted of it."""
    return f"{TIES[tie.kind]}({tie.detail})" if tie.detail else TIES[tie.kind]


def shortage_words(shortage: Shortage) -> str:
    """Who is missing."""
    told = [
        f"{what}があと{count}名" for what, count in (("採点者", shortage.graders), ("合否を決める人", shortage.deciders)) if count
    ]
    return "、".join(told)
