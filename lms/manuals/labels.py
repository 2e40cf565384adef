"""Japanese words of the manual, its links and the problems of its plan."""

from lms.manuals.rules.plan import ManualProblem, ProblemKind
from lms.manuals.rules.sharing import MAX_LIVE_SHARES, ShareState

SHARE_STATES = {ShareState.LIVE: "有効", ShareState.EXPIRED: "期限切れ", ShareState.REVOKED: "取り消し済み"}
SHARE_STATE_KINDS = {ShareState.LIVE: "done", ShareState.EXPIRED: "plain", ShareState.REVOKED: "plain"}
"""How the state is drawn (macro `state`)."""

TOO_MANY_SHARES = (
    f"有効な共有リンクは{MAX_LIVE_SHARES}つまでです。新しいリンクは作っていません。"
    "使わなくなったリンクを取り消してから、もう一度お試しください。"
)
LABEL_MISSING = "だれに見てもらうリンクかを、100文字までで入力してください。"
REVOKED = "共有リンクを取り消しました。このリンクでは、もう読めません。"

PROBLEMS = {
    ProblemKind.FILE_UNREADABLE: "ファイルがないか、UTF-8の文章として読めません({reason})。",
    ProblemKind.YAML: "YAMLとして読めません({reason})。字下げと引用符を確認してください。",
    ProblemKind.MISSING_FIELD: "項目「{field}」がありません。",
    ProblemKind.UNKNOWN_FIELD: "項目「{field}」は使えません。つづりを確認してください。",
    ProblemKind.WRONG_VALUE: "項目「{field}」の値「{given}」が正しい形ではありません。",
    ProblemKind.DOUBLED_CHAPTER: "章のID「{id}」が2回使われています。",
    ProblemKind.DOUBLED: "自組織ワークの欄「{ref}」が2回書かれています。",
    ProblemKind.UNKNOWN_LESSON: "レッスン「{lesson}」は course.yaml にありません。",
    ProblemKind.UNKNOWN_REF: "自組織ワークの欄「{ref}」は、そのレッスンにありません。",
    ProblemKind.NOT_PLACED: "自組織ワークの欄「{ref}」が、どの章にも left_out にもありません。",
}


def problem_words(problem: ManualProblem) -> str:
    """A problem as a Japanese sentence."""
    return PROBLEMS[problem.kind].format(**problem.values)
