"""Japanese words of the practice scenarios and of every problem in their files."""

from lms.lessons.labels import IN_PREPARATION, release_words
from lms.lessons.rules.release import Release
from lms.scenarios.rules.debriefing import Standing
from lms.scenarios.rules.graph import Channel, Criterion, Mark, Mood, Result, Safety
from lms.scenarios.rules.problems import ProblemKind, ScenarioProblem

CHANNELS = {Channel.PHONE: "電話", Channel.COUNTER: "対面", Channel.VISIT: "訪問", Channel.ONLINE: "SNS・メール"}
CRITERIA = {
    Criterion.FIRST: "初動",
    Criterion.LISTEN: "傾聴・限定謝罪",
    Criterion.FACTS: "事実確認",
    Criterion.LINE: "要求の線引き",
    Criterion.RECORD: "記録",
    Criterion.TEAM: "複数対応・エスカレーション",
    Criterion.SAFETY: "安全・対応中止",
}
MOODS = {Mood.CALM: "落ち着いている", Mood.TENSE: "張りつめている", Mood.HEATED: "激しい"}
RESULTS = {
    Result.SETTLED: "話がまとまりました",
    Result.PENDING: "次の約束をして終えました",
    Result.STOPPED: "応対を終えました",
    Result.POLICE: "警察に引き継ぎました",
    Result.BROKEN: "こじれたまま終わりました",
}
SAFETIES = {Safety.STEADY: "ふつう", Safety.EXPOSED: "危険にさらされている", Safety.APART: "離れた、または人を増やした"}
STANDINGS = {
    Standing.HELD: "できている",
    Standing.NEARLY: "あと一歩",
    Standing.RETHINK: "見直したい",
    Standing.NOT_MET: "今回は場面なし",
}
STANDING_KINDS = {
    Standing.HELD: "done",
    Standing.NEARLY: "todo",
    Standing.RETHINK: "wrong",
    Standing.NOT_MET: "plain",
}
"""How the standing is drawn (macro `state`)."""

MARKS = {Mark.GOOD: "良い返し方", Mark.PARTLY: "あと一歩の返し方", Mark.HARMFUL: "見直したい返し方"}
"""What is read aloud for a mark."""

OUTDATED = (
    "この返答の前に、別の返答を受け付けていました。今の場面を表示しています。"
    "前の返答を変えるには、終わった後の「別の返し方を試す」を使ってください。"
)
NOTHING_CHOSEN = "返答を受け取れませんでした。これまでの返答は残っています。もう一度、返答を選んでください。"


def opening_words(release: Release) -> str:
    """When a scenario opens, as a sentence."""
    return f"{release_words(release)}。" if release_words(release) else IN_PREPARATION


PROBLEMS = {
    ProblemKind.FILE_MISSING: "場面練習のファイル(scenarios/*.yaml)が1つもありません。",
    ProblemKind.FILE_NAME: "ファイル名をIDと同じ「{id}.yaml」にしてください。",
    ProblemKind.YAML: "YAMLとして読めません({reason})。字下げと引用符を確認してください。",
    ProblemKind.MISSING_FIELD: "項目「{field}」がありません。",
    ProblemKind.UNKNOWN_FIELD: "項目「{field}」は使えません。つづりを確認してください。",
    ProblemKind.WRONG_VALUE: "項目「{field}」の値「{given}」が正しい形ではありません。",
    ProblemKind.DUPLICATE_ID: "ID「{id}」が重なっています。",
    ProblemKind.UNKNOWN_NODE: "行き先の場面「{id}」がありません。",
    ProblemKind.UNKNOWN_RECORD: "記録の項目「{id}」が records にありません。",
    ProblemKind.UNKNOWN_FACT: "事実番号「{id}」は facts.yaml にありません。",
    ProblemKind.UNSURE_FACT: "事実「{id}」は確度Cです。振り返りの根拠には、確度AかBの事実を使ってください。",
    ProblemKind.UNKNOWN_LESSON: "レッスン「{id}」は course.yaml にありません。",
    ProblemKind.DEAD_END: "場面「{id}」に返答も結果(result)もなく、ここで行き止まりになります。",
    ProblemKind.ENDING_WITH_REPLIES: "場面「{id}」は結果(result)があるので、返答は置けません。",
    ProblemKind.REPLY_COUNT: "場面「{id}」の返答は3つ必要ですが、{count}つあります。",
    ProblemKind.NODE_COUNT: "場面は{low}から{high}までですが、{count}あります。",
    ProblemKind.LOOP: "この返答は、通り過ぎた場面へ戻ります。同じところを回り続けないよう、先の場面へ進めてください。",
    ProblemKind.COOLED_INTO_HEAT: "静める返答(heat が負)から、激しい場面「{id}」へは進めません。or_heated を外してください。",
    ProblemKind.UNREACHABLE: "場面「{id}」には、どう進んでもたどり着きません。",
    ProblemKind.TOO_SHORT_WAY: "{count}回の返答で終わる進み方があります。{low}回以上にしてください。",
    ProblemKind.TOO_LONG_WAY: "{count}回の返答が要る進み方があります。{high}回までにしてください。",
    ProblemKind.UNTOUCHED: "観点「{criterion}」に触れずに「{id}」まで進めます。返答に足すか、untouched に理由を書いてください。",
    ProblemKind.NEEDLESS_REASON: "観点「{criterion}」はどの進み方でも触れるので、untouched の理由は要りません。",
    ProblemKind.NO_POINT: "この返答は、どの観点にも触れていません。",
    ProblemKind.NO_DIFFERENCE: "場面「{id}」の返答は、どれを選んでも評価が同じです。",
    ProblemKind.NO_GOOD_WAY: "○の返答だけで終わりまで進む道がありません。",
    ProblemKind.GOOD_WAY_FORGETS: "○の返答だけで進んでも、「{id}」を記録できません。",
    ProblemKind.RECORD_UNSHOWN: "記録の項目「{id}」は、どの場面でも起きません(shows にありません)。",
    ProblemKind.RECORD_NEVER_KEPT: "記録の項目「{id}」を書き残す返答がありません。",
    ProblemKind.SAME_PLACE: "いちばん良い返答が、{place}番目に偏っています。並びを変えてください。",
    ProblemKind.LENGTH_TELLS: "いちばん良い返答が、{count}か所でいちばん長い文です。長さで分からないようにしてください。",
    ProblemKind.ADVICE_MISSING: "観点「{criterion}」の助言がありません。",
    ProblemKind.TOO_LONG: "{limit}字までですが、{count}字あります。",
    ProblemKind.LEFT_OVER: "書きかけや書式の記号「{given}」が残っています。",
    ProblemKind.LEGAL_WORD: "「{given}」は法令に関わる言葉です。助言(advice)に移し、根拠の事実番号を付けてください。",
    ProblemKind.MUST_WORD: "「{given}」は、安全に関わる文だけで使います。",
    ProblemKind.JUDGING_WORD: "「{given}」は、人を決めつける言葉です。行為を書いてください。",
}


def problem_words(problem: ScenarioProblem) -> str:
    """The problem as a Japanese sentence."""
    values = dict(problem.values)
    if "criterion" in values:
        values["criterion"] = CRITERIA[Criterion(str(values["criterion"]))]
    return PROBLEMS[problem.kind].format_map(values)
