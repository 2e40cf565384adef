"""Japanese words for the enums of 教材."""

from datetime import datetime

from lms import clock
from lms.lessons.rules.content import Anchor, ReleaseGroup
from lms.lessons.rules.problems import LessonProblem, ProblemKind
from lms.lessons.rules.progress import ReadingState
from lms.lessons.rules.release import Release, ReleaseReason
from lms.lessons.rules.searching import SearchGroup
from lms.web.filters import WEEKDAYS

READING_STATES = {
    ReadingState.NOT_STARTED: "未読",
    ReadingState.IN_PROGRESS: "受講中",
    ReadingState.COMPLETED: "受講済み",
    ReadingState.LOCKED: "未公開",
}

STATE_KINDS = {
    ReadingState.NOT_STARTED: "todo",
    ReadingState.IN_PROGRESS: "doing",
    ReadingState.COMPLETED: "done",
    ReadingState.LOCKED: "plain",
}
"""How the state is drawn (macro `state`)."""

STATE_SIGNS = {
    ReadingState.NOT_STARTED: "○",
    ReadingState.IN_PROGRESS: "◐",
    ReadingState.COMPLETED: "✓",
    ReadingState.LOCKED: "―",
}
"""How the state is drawn in the picture of the course; a passed 確認テスト has a sign of its own."""
PASSED_SIGN, PASSED = "◎", "確認テスト合格"

SEARCH_GROUPS = {
    SearchGroup.LESSONS: "レッスン",
    SearchGroup.TERMS: "用語集",
    SearchGroup.OWN: "自分のワークとメモ",
    SearchGroup.LOCKED: "これから公開されるレッスン",
}

STUDY_TOOLS = (
    ("lessons.search", "検索", "レッスン・用語・自分のメモから探す"),
    ("lessons.glossary", "用語集", "講座で使う言葉の意味"),
    ("lessons.bookmarks", "しおりとメモ", "はさんだしおりと書いたメモ"),
    ("scenarios.index", "場面練習", "電話や対面の場面で、応対を練習する"),
    ("handouts.index", "配布資料", "社内研修のスライドと記録票"),
    ("manuals.show", "カスハラ対策マニュアル", "ワークから作る自社のマニュアル"),
    ("mypage.days", "研修の2日間", "時間割・準備・Zoomの入口"),
)
"""(endpoint, name, what it is for) of what helps studying."""

MEMO_LABEL = "メモ"
MEMO_HINT = "気づいたこと、現場で試したいことを書きとめます。カスハラ対策マニュアルには入りません。"

IN_PREPARATION = "準備中です。公開されると、ここから読めるようになります。"
ADVICE = {
    ReleaseReason.NOT_YET: "それまでは、公開されているレッスンを読み進めておきましょう。",
    ReleaseReason.AWAITING_PAYMENT: (
        "お支払いがまだのときは、お手元のご案内をご確認ください。数日たっても公開されないときは、事務局にお問い合わせください。"
    ),
    ReleaseReason.DATE_UNKNOWN: "研修の開催日が決まるまでお待ちください。決まりしだい、ここに公開の日時が表示されます。",
}
SAVED_BESIDE = "別の画面で保存された内容があったため、両方を残しました。「これまでの保存」で前の内容を確かめられます。"
SAVED_EARLIER = (
    "この画面を開いた後に、設問が改訂されました。入力した文章は保存し、マニュアルの「以前の設問への記入」に入れました。"
    "使えるところは、新しい設問に写してください。"
)
TOO_LONG = "1つの欄に書けるのは{limit:,}文字までです。まだ保存していません。文章を短くしてから、もう一度保存してください。"


def release_words(release: Release) -> str:
    """When a lesson opens, as a sentence; empty when it is open."""
    if release.reason is ReleaseReason.OPEN:
        return ""
    if release.opens_at is not None:
        return f"{short_moment(release.opens_at)} に公開されます"
    if release.reason is ReleaseReason.AWAITING_PAYMENT:
        return "入金の確認後に公開されます"
    return "開催日が決まると公開日が表示されます"


def group_words(group: ReleaseGroup) -> str:
    """What lets a group of lessons open: 「研修1日目の18:00から」."""
    if group.anchor is Anchor.PAID:
        return "入金の確認ができしだい"
    day = {Anchor.DAY1: "研修1日目", Anchor.DAY2: "研修2日目"}[group.anchor]
    apart = f"の{abs(group.offset_days)}日{'後' if group.offset_days > 0 else '前'}"
    later = {-1: "の前日", 0: "", 1: "の翌日"}.get(group.offset_days, apart)
    return f"{day}{later}の{group.at.hour}:{group.at:%M}から"


def advice(release: Release) -> str:
    """What to do until a lesson opens; empty when it is open."""
    return ADVICE.get(release.reason, "")


def short_moment(moment: datetime) -> str:
    """「12月5日(金) 18:00」 on a Japanese wall clock."""
    local = clock.to_jst(moment)
    return f"{local.month}月{local.day}日({WEEKDAYS[local.weekday()]}) {local:%H:%M}"


PROBLEMS = {
    ProblemKind.FILE_MISSING: "ファイルがありません。公開するレッスンには本文と確認テストの両方が必要です。",
    ProblemKind.FILE_UNREADABLE: "ファイルをUTF-8の文章として読めません({reason})。",
    ProblemKind.FILE_UNEXPECTED: "course.yaml に載っていないレッスンのファイルです。",
    ProblemKind.FRONT_MATTER: "先頭の「---」から「---」までの項目欄(フロントマター)がありません。",
    ProblemKind.YAML: "YAMLとして読めません({reason})。字下げと引用符を確認してください。",
    ProblemKind.ANCHOR: "YAMLのアンカー・エイリアス・タグは使えません。同じ内容でも書き下してください。",
    ProblemKind.DUPLICATE_KEY: "項目「{field}」が2回書かれています。",
    ProblemKind.MISSING_FIELD: "項目「{field}」がありません。",
    ProblemKind.UNKNOWN_FIELD: "項目「{field}」は使えません。つづりを確認してください。",
    ProblemKind.WRONG_VALUE: "項目「{field}」の値「{given}」が正しい形ではありません。",
    ProblemKind.DUPLICATE_ID: "ID「{id}」が重なっています。",
    ProblemKind.DIFFERS_FROM_PLAN: "項目「{field}」が course.yaml と違います(course.yaml では「{planned}」)。",
    ProblemKind.UNKNOWN_MODULE: "モジュール「{id}」は course.yaml の modules にありません。",
    ProblemKind.UNKNOWN_GROUP: "公開群「{id}」は course.yaml の release_groups にありません。",
    ProblemKind.NO_PAID_GROUP: "入金の確認で公開する公開群(anchor: paid)がありません。1つ以上にしてください。",
    ProblemKind.UNKNOWN_FACT: "事実番号「{id}」は facts.yaml にありません。",
    ProblemKind.UNSURE_FACT: "事実「{id}」は確度Cのため、ここの根拠にできません。確度A・Bの事実に差し替えてください。",
    ProblemKind.UNLISTED_FACT: "本文に出てくる事実「{id}」が、先頭の facts にありません。",
    ProblemKind.OBJECTIVE_COUNT: "学習目標は3つ必要ですが、{count}つあります。",
    ProblemKind.POINT_COUNT: "「要点」は3項目の箇条書きにしてください(いまは{count}項目)。",
    ProblemKind.QUESTION_COUNT: "確認テストは5問必要ですが、{count}問あります。",
    ProblemKind.OPTION_COUNT: "選択肢は4つ必要ですが、{count}つあります。",
    ProblemKind.OPTION_IDS: "選択肢のIDは上から a・b・c・d にしてください(いまは {ids})。",
    ProblemKind.KEY_NOT_AN_OPTION: "正解「{key}」が選択肢にありません。",
    ProblemKind.LENGTH: "本文は{low:,}字から{high:,}字までですが、{count:,}字あります。",
    ProblemKind.SECTION_MISSING: "見出し「## {title}」がありません。",
    ProblemKind.SECTION_REPEATED: "見出し「## {title}」が2回以上あります。",
    ProblemKind.SECTION_ORDER: "見出しは「場面」「要点」で始め、「よくある誤解」「自組織ワーク」で終えてください。",
    ProblemKind.TOP_HEADING: "本文の見出しは「##」から始めてください。「#」はレッスン名に使います。",
    ProblemKind.RAW_HTML: "HTMLのタグ「{given}」は使えません。",
    ProblemKind.IMAGE: "画像「{target}」は使えません。図は ![説明](pictures/名前.svg) と、前後を空けて1行に書きます。",
    ProblemKind.BLOCK_MARK: "書式の記号「{given}」がそのまま画面に出ます。対になっているか確認してください。",
    ProblemKind.BROKEN_LINK: "リンク先「{target}」がありません。",
    ProblemKind.FACT_OVERDUE: (
        "事実「{id}」の見直し期限({review_by})を過ぎています。出典を確認し、as_of と review_by を更新してください。"
    ),
    ProblemKind.RESERVED_KEY: "欄のキー「{id}」は、受講者のメモに使うため、自組織ワークには使えません。",
    ProblemKind.TEXT_ALTERNATIVE: "図「{target}」に、見えない人のための説明がありません。[ ]の中に書いてください。",
    ProblemKind.PICTURE_MISSING: "図「{target}」のファイルがありません。",
    ProblemKind.PICTURE_UNUSED: "この図は、どのレッスンでも使われていません。",
    ProblemKind.PICTURE_UNREADABLE: "図をSVGとして読めません。タグの閉じ忘れと、DOCTYPEや文字コードの指定を確認してください。",
    ProblemKind.PICTURE_FRAME: "図の最初の要素を、viewBox のある svg にしてください。",
    ProblemKind.PICTURE_WORDLESS: "図に「{name}」がありません。見えない人に伝わる言葉を書いてください。",
    ProblemKind.PICTURE_FOREIGN: "図の中の「{given}」は使えません。決められた要素と属性、色はclass(pic-…)だけで描いてください。",
    ProblemKind.PICTURE_MIXED: "図の文字「{given}」の置き場所が違います。text か tspan の一方の中に書いてください。",
    ProblemKind.PICTURE_SMALL_TEXT: "図の文字が小さすぎます(font-size {size})。この図では{least}以上にしてください。",
    ProblemKind.UNKNOWN_LESSON: "レッスン「{id}」は course.yaml にありません。",
    ProblemKind.DUPLICATE_TERM: "用語「{term}」が重なっています。別の用語の名前か言い換えに、同じ言葉があります。",
    ProblemKind.NO_KANA: "読み「{reading}」は、ひらがなで書いてください。",
}


def problem_words(problem: LessonProblem) -> str:
    """The problem as a Japanese sentence."""
    return PROBLEMS[problem.kind].format_map(_Known(problem.values))


class _Known(dict[str, str | int]):
    """Values of a problem; one that was not given reads 「不明」."""

    def __missing__(self, key: str) -> str:
        return "不明"
