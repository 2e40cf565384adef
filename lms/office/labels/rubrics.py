"""Words of 採点基準の改訂: how a used wording stands to the current one, and what differs."""

from lms.grading.rules.rubric_changes import ChangeOf, RevisionState

STATES = {
    RevisionState.CURRENT: ("今の版と同じ", "done"),
    RevisionState.OLDER: ("前の版", "plain"),
    RevisionState.REWRITTEN: ("改変", "wrong"),
    RevisionState.NEWER: ("今の版より新しい", "wrong"),
    RevisionState.GONE: ("今はない", "wrong"),
}
"""Words and the kind of the state macro."""

CHANGES = {
    ChangeOf.TITLE: "名称",
    ChangeOf.CRITERION: "観点",
    ChangeOf.CRITERION_TITLE: "観点の名称",
    ChangeOf.LEVEL: "段階の記述",
    ChangeOf.CAP: "重大な不適切",
    ChangeOf.CAP_POINTS: "重大な不適切の上限",
    ChangeOf.EXPRESSION: "字数が足りないとき0点にする観点",
    ChangeOf.ORDER: "並び順",
}
