"""Japanese words of 配布資料 and of every problem in their files."""

from lms.handouts.rules.content import FileFormat, HandoutKind
from lms.handouts.rules.problems import HandoutProblem, ProblemKind

KINDS = {HandoutKind.SLIDES: "スライド", HandoutKind.DOCUMENT: "文書"}
FORMATS = {FileFormat.PPTX: "PowerPoint", FileFormat.DOCX: "Word", FileFormat.PDF: "PDF"}
FORMAT_HINTS = {
    FileFormat.PPTX: "発表者のノート付き。自社に合わせて直せます",
    FileFormat.DOCX: "自社に合わせて直せます",
    FileFormat.PDF: "そのまま印刷できます",
}
SLIDES_PDF_HINT = "1枚ごとに、スライドとノートを並べて印刷できます"


def format_hint(kind: HandoutKind, file_format: FileFormat) -> str:
    """What a file is good for."""
    if kind is HandoutKind.SLIDES and file_format is FileFormat.PDF:
        return SLIDES_PDF_HINT
    return FORMAT_HINTS[file_format]


PROBLEMS = {
    ProblemKind.FOLDER_EMPTY: "配布資料のファイル(handouts/*.md)が1つもありません。",
    ProblemKind.FILE_UNREADABLE: "ファイルを読めません({reason})。UTF-8で保存してください。",
    ProblemKind.FILE_NAME: "ファイル名をIDと同じ「{id}.md」にしてください。",
    ProblemKind.FRONT_MATTER: "先頭に「---」で囲んだ項目がありません。",
    ProblemKind.YAML: "先頭の項目をYAMLとして読めません({reason})。字下げと引用符を確認してください。",
    ProblemKind.MISSING_FIELD: "項目「{field}」がありません。",
    ProblemKind.UNKNOWN_FIELD: "項目「{field}」は使えません。つづりを確認してください。",
    ProblemKind.WRONG_VALUE: "項目「{field}」の値「{given}」が正しい形ではありません。",
    ProblemKind.DOUBLED: "「{id}」が2回書かれています。",
    ProblemKind.WRONG_FORMAT: "この種類では、形式「{format}」は作れません。",
    ProblemKind.MINUTES_MISPLACED: "minutes は、スライドに書き、文書には書きません。",
    ProblemKind.UNKNOWN_FACT: "事実番号「{id}」は facts.yaml にありません。",
    ProblemKind.UNSURE_FACT: "事実「{id}」は確度Cです。配布資料の根拠には、確度AかBの事実を使ってください。",
    ProblemKind.UNLISTED_FACT: "このスライドの事実「{id}」が、先頭の facts にありません。",
    ProblemKind.UNCITED_FACT: "先頭の facts の「{id}」を、どのスライドも使っていません。",
    ProblemKind.UNKNOWN_LESSON: "レッスン「{id}」は course.yaml にありません。",
    ProblemKind.SLIDE_TITLE: "スライドの最初の行を「# [部] 題名」の形にしてください。",
    ProblemKind.SLIDE_MINUTES: "スライドに「Note: 3分」の形の行が1つ要ります。",
    ProblemKind.SLIDE_NOTE: "「Note:」の行の下に、話すことを書いてください。",
    ProblemKind.SLIDE_FULL: "スライド「{title}」の内容が1枚に入りきりません。2枚に分けてください。",
    ProblemKind.TOTAL_MINUTES: "スライドの時間の合計が{total}分です。minutes の{planned}分に合わせてください。",
    ProblemKind.COLUMN_COUNT: "表の列が{columns}列ですが、この行は{given}列です。",
    ProblemKind.TABLE_RULE: "表の2行目に「|---|」の行が要ります。",
    ProblemKind.STRAY_MARK: "「{mark}」は配布資料では使えない印か、閉じていない印です。",
    ProblemKind.TOP_HEADING: "文書の見出しは「##」か「###」にしてください。",
    ProblemKind.EMPTY_BODY: "本文がありません。",
}


def problem_words(problem: HandoutProblem) -> str:
    """A problem as a Japanese sentence."""
    return PROBLEMS[problem.kind].format(**problem.values)


def size_words(size: int) -> str:
    """A size in bytes as people read it: 「120KB」."""
    return f"{max(1, round(size / 1000)):,}KB" if size < 1_000_000 else f"{size / 1_000_000:.1f}MB"
