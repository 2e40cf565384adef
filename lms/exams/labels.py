"""認定試験の画面の語: enums of the exam room and of the engine's problems in Japanese."""

from collections.abc import Mapping
from decimal import Decimal

from lms.exam_engine.attempts import AttemptStatus
from lms.exam_engine.errors import AnswerFault, ProblemCode
from lms.exam_engine.exchange.excel_columns import SHEETS, STATUS_WORDS
from lms.exam_engine.exchange.faults import Fault, FaultCode, Place
from lms.exam_engine.exchange.losses import Format, LossCode
from lms.exam_engine.parsing import Problem
from lms.exams.rules.accommodating import MAX_EXTRA_MINUTES, MAX_EXTRA_PERCENT, AccommodationState, Grant
from lms.exams.rules.eligibility import Condition
from lms.exams.rules.receipts import ReceiptFault
from lms.exams.rules.rehearsing import RehearsalVerdict
from lms.exams.rules.sitting import HandInKind, HandInOutcome, RefusalReason, SaveOutcome, WindowFlaw, WindowWarning

CONDITIONS: Mapping[Condition, str] = {
    Condition.PAYMENT: "受講料のお支払い",
    Condition.TERMS: "受講・受験規約への同意",
    Condition.ATTENDANCE: "研修2日間の出席",
    Condition.LESSONS: "公開中のレッスンの受講",
    Condition.QUIZZES: "確認テストの合格",
    Condition.FIRST_RESULT: "前回の結果の公開",
    Condition.RESIT_DAY: "結果の公開から再受験までの日数",
    Condition.NOT_SAT: "この受験期間での受験",
    Condition.WINDOW: "受験期間",
}

STATUSES: Mapping[AttemptStatus, str] = {
    AttemptStatus.NOT_STARTED: "未受験",
    AttemptStatus.IN_SECTION: "受験中",
    AttemptStatus.SUBMITTED: "提出済み",
}

HAND_INS: Mapping[HandInKind, str] = {
    HandInKind.PARTICIPANT: "本人による提出",
    HandInKind.CLOCK: "時間切れによる自動提出",
    HandInKind.OFFICE: "事務局による提出(遅れて届いた解答の反映)",
}

HAND_IN_TAGS: Mapping[str, str] = {kind.value: words for kind, words in HAND_INS.items()}
"""The same for a kind as a signed statement names it."""

CHECK_WITHOUT_US = r"""(printf 'nintei:receipt:1\n'; tr -d ' \r\n' <code.txt | cut -d. -f1 | tr '_-' '/+' | base64 -d) >message
tr -d ' \r\n' <code.txt | cut -d. -f2 | tr '_-' '/+' | base64 -d >signature
openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in message -sigfile signature"""
"""Three lines for a shell, by which the signature of a 検証コード is verified without this site."""

RECEIPT_FAULTS: Mapping[ReceiptFault, tuple[str, str]] = {
    ReceiptFault.NOTHING: ("確かめるものがありません。", "検証コードを貼り付けるか、提出控のファイルを選んでください。"),
    ReceiptFault.TOO_LARGE: (
        "大きすぎるため、提出控ではありません。",
        "提出控の検証コードか、提出控のファイルを選んでください。",
    ),
    ReceiptFault.FORM: (
        "形式が違います。",
        "検証コードまたは提出控のファイルとして読み取れません。文字が変わっているか、欠けています。"
        "ファイルは、ダウンロードしたままのものを選んでください。",
    ),
    ReceiptFault.UNKNOWN_KEY: (
        "署名の鍵が分かりません。",
        "協会が公開している鍵の署名ではありません。鍵の記号が書き換えられているか、協会の提出控ではありません。",
    ),
    ReceiptFault.SIGNATURE: (
        "署名が合いません。",
        "提出控の内容か署名が書き換えられているか、検証コードの終わりが欠けています。協会が署名したものとは認められません。",
    ),
    ReceiptFault.PUBLIC_KEY: (
        "ファイルが書き換えられています。",
        "ファイルの中の公開鍵が、協会の公開している鍵と違います。",
    ),
    ReceiptFault.ANSWERS: (
        "解答が書き換えられています。",
        "提出の内容には協会の署名がありますが、ファイルの解答は、提出されたものと違います。",
    ),
}
"""What is wrong with a 検証コード or a file: the verdict, and what it means."""

HAND_IN_WORDS: Mapping[HandInOutcome, str] = {
    HandInOutcome.NEXT_SECTION: "大問を提出しました。次の大問の時間が始まっています。",
    HandInOutcome.ALREADY: "この大問はすでに提出されています。今の状態を表示しています。",
    HandInOutcome.PAUSED: (
        "試験を一時停止しているため、まだ提出していません。入力済みの解答は保存しました。再開の後に、もう一度提出してください。"
    ),
    HandInOutcome.STALE: (
        "ほかの画面で保存された新しい解答があるため、まだ提出していません。"
        "送信した解答は控えとして保管しました。内容をご確認のうえ、もう一度提出してください。"
    ),
}

VERSION_OUTCOMES: Mapping[SaveOutcome, str] = {
    SaveOutcome.CURRENT: "以前の解答",
    SaveOutcome.STALE: "控え(ほかの画面の解答を優先)",
    SaveOutcome.LATE: "遅延受信",
}

REFUSALS: Mapping[RefusalReason, str] = {
    RefusalReason.CLOSES_BEFORE_OPENING: "締切は、開始より後の日時にしてください。",
    RefusalReason.WINDOW_NUMBER: "受験期間の番号が、試験で決められた回数を超えています。",
    RefusalReason.WINDOW_EXISTS: "この回の受験期間はすでに登録されています。日時を変えるときは、その受験期間を変更してください。",
    RefusalReason.WINDOW_IN_USE: "受験を始めた方がいるため、開始を後ろへずらすことと、締切を早めることはできません。",
    RefusalReason.NOT_PLEDGED: "受験上の誓約のすべてに同意すると、試験を開始できます。",
    RefusalReason.NOT_ELIGIBLE: "受験資格を満たしていない項目があります。下の一覧をご確認ください。",
    RefusalReason.BEFORE_RESIT_DAY: "結果の公開から再受験までの日数が足りません。受験開始を遅くしてください。",
    RefusalReason.NO_EXAM: "試験問題の準備が整っていません。事務局にお問い合わせください。",
    RefusalReason.NOTHING_WANTED: "希望する配慮を1つ以上選んでください。",
    RefusalReason.NOTHING_GRANTED: "認めるときは、時間の延長か紙の問題冊子のどちらかを入力してください。",
    RefusalReason.EXTRA_TIME: f"時間の延長は、{MAX_EXTRA_PERCENT}%または{MAX_EXTRA_MINUTES}分までにしてください。",
    RefusalReason.REASON_MISSING: "理由を1,000字以内で入力してください。",
    RefusalReason.IN_ATTEMPT: "受験中は申請できません。お困りのときは事務局にご連絡ください。",
    RefusalReason.OTHER_REQUEST: "新しい申請が届いています。内容をご確認のうえ、もう一度決定してください。",
    RefusalReason.NOT_READY: (
        "事務局が開催の準備を確認しています。確認が終わると、このページから開始できます。しばらくしてから、もう一度お試しください。"
    ),
    RefusalReason.OWN_REQUEST: "ご自分の申請は決定できません。ほかの事務局の方が決定します。",
}

ACCOMMODATION_STATES: Mapping[AccommodationState, str] = {
    AccommodationState.NONE: "申請なし",
    AccommodationState.WAITING: "申請中",
    AccommodationState.GRANTED: "認める",
    AccommodationState.REFUSED: "認めない",
}


REHEARSAL_VERDICTS: Mapping[RehearsalVerdict, str] = {
    RehearsalVerdict.GO: "受験できます",
    RehearsalVerdict.CAUTION: "受験できますが、注意があります",
    RehearsalVerdict.NO_GO: "この環境では受験しないでください",
}


def grant_words(grant: Grant) -> str:
    """What is granted, in words; a dash for nothing."""
    extra = grant.extra
    words = (
        f"各大問の制限時間を{1 + Decimal(extra.percent) / 100:g}倍にする" if extra.percent else "",
        f"各大問の制限時間を{extra.seconds // 60}分延ばす" if extra.seconds else "",
        "紙の問題冊子" if grant.has_paper else "",
    )
    return "、".join(each for each in words if each) or "—"


WINDOW_WARNINGS: Mapping[WindowWarning, str] = {
    WindowWarning.TOO_SHORT: "受験期間が、2つの大問の制限時間の合計より短くなっています。",
    WindowWarning.TOO_SHORT_WITH_EXTRA: "受験期間が、延長時間のある方({names})の制限時間の合計より短くなっています。",
    WindowWarning.BEFORE_RESIT_DAY: "結果の公開から再受験までの日数が足りません。その日まで、だれも受験を開始できません。",
}


def window_sentence(flaw: WindowFlaw) -> str:
    """What is wrong with a window, with the names of those it is too short for."""
    return WINDOW_WARNINGS[flaw.warning].format(names="、".join(f"{name}さん" for name in flaw.names))


ANSWER_FAULTS: Mapping[AnswerFault, str] = {
    AnswerFault.NOT_JSON: "解答を読み取れませんでした。",
    AnswerFault.WRONG_SHAPE: "解答を読み取れませんでした。",
    AnswerFault.WRONG_KIND: "設問と解答の形が合いません。",
    AnswerFault.UNKNOWN_OPTION: "この設問にない選択肢です。",
    AnswerFault.NUL_CHARACTER: "保存できない制御文字が含まれています。",
    AnswerFault.LONE_SURROGATE: "壊れた文字が含まれています。",
    AnswerFault.TOO_LONG: "20,000字を超えるため保存できません。短くしてください。",
    AnswerFault.LINE_TOO_LONG: "長すぎるため保存できません。短くしてください。",
    AnswerFault.REPEATED_OPTION: "同じものが2回選ばれています。",
    AnswerFault.INCOMPLETE_ORDER: "順序が決まっていないものがあります。すべてに順番を付けてください。",
}

SENTENCES: Mapping[ProblemCode, str] = {
    ProblemCode.YAML_SYNTAX: "YAMLの書き方に誤りがあります。",
    ProblemCode.TOO_LARGE: "ファイルが大きすぎます。",
    ProblemCode.TOO_DEEP: "入れ子が深すぎます。",
    ProblemCode.ANCHOR: "アンカーと別名(& と *)は使えません。",
    ProblemCode.TAG: "タグ(!)は使えません。",
    ProblemCode.DUPLICATE_KEY: "同じ項目が2回書かれています。",
    ProblemCode.UNKNOWN_FIELD: "知らない項目「{field}」があります。綴りをご確認ください。",
    ProblemCode.MISSING_FIELD: "項目「{field}」がありません。",
    ProblemCode.WRONG_TYPE: "項目「{field}」の書き方(文字・数・一覧の別)が違います。",
    ProblemCode.BAD_VALUE: "項目「{field}」の値「{given}」は使えません。",
    ProblemCode.UNKNOWN_KIND: "種別「{kind}」はありません。使えるのは {needed} です。",
    ProblemCode.DUPLICATE_ID: "ID「{id}」が重複しています。",
    ProblemCode.UNKNOWN_FACT: "根拠「{fact}」は content/facts.yaml にありません。",
    ProblemCode.UNCERTAIN_FACT: "根拠「{fact}」は確かさがCのため、試験では使えません。",
    ProblemCode.UNKNOWN_LESSON: "レッスン「{lesson}」は course.yaml にありません。",
    ProblemCode.OPTION_COUNT: "{count}個あります。{needed}個にしてください。",
    ProblemCode.OPTION_IDS: "選択肢のIDが {ids} です。{needed} の順にしてください。",
    ProblemCode.KEY_NOT_AN_OPTION: "正答「{key}」は選択肢にありません。",
    ProblemCode.KEY_LENGTH: "正答の長さ({length}字)が、ほかの選択肢({shortest}〜{longest}字)と大きく違い、目立ちます。",
    ProblemCode.NEGATIVE_NOT_BOLD: "否定の問い「{words}」は太字にしてください。",
    ProblemCode.CATCH_ALL_OPTION: "「{words}」のような選択肢は使えません。",
    ProblemCode.CHAR_LIMITS: "字数の下限と上限の大小が合っていません。",
    ProblemCode.RUBRIC_LEVELS: "観点の段階は、5点から0点まで順に書いてください。",
    ProblemCode.UNKNOWN_CRITERION: "表現の観点に指定したIDが、観点の一覧にありません。",
    ProblemCode.CAP_POINTS: "上限点({points}点)が満点({max}点)を超えています。",
    ProblemCode.MISSING_RUBRIC: "採点基準「{rubric}」がありません。",
    ProblemCode.RUBRIC_POINTS: "採点基準の満点と、設問の配点が合いません。",
    ProblemCode.QUOTA_UNFILLED: "出題数に対して、使える問題が足りません。",
    ProblemCode.SLOT_UNFILLED: "論述の出題枠に対して、使える問題が足りません。",
    ProblemCode.POINTS_MISMATCH: "問題数と1問の配点の積が、大問の満点と合いません。",
    ProblemCode.UNKNOWN_SECTION: "大問「{section}」はありません。",
    ProblemCode.UNREACHABLE_POINTS: "合格に要する点({points}点)が満点({max}点)を超えています。",
    ProblemCode.UNKNOWN_ESSAY: "設問「{question}」は、この試験の論述問題にありません。",
    ProblemCode.UNKNOWN_MARK_CRITERION: "観点「{criterion}」は、採点基準「{rubric}」にありません。",
    ProblemCode.UNKNOWN_LEVEL: "観点「{criterion}」に{points}点の段階はありません。",
    ProblemCode.MISSING_LEVEL: "観点「{criterion}」の段階が書かれていません。",
    ProblemCode.MISSING_REASON: "観点「{criterion}」の段階の理由が書かれていません。",
    ProblemCode.UNKNOWN_CAP: "重大な不適切「{cap}」は、採点基準「{rubric}」にありません。",
    ProblemCode.CAP_REASON: "重大な不適切とその理由は、両方を書くか、どちらも書かないかにしてください。",
    ProblemCode.LENGTH_CLAIM: "答案は{chars}字です。この字数では、観点「{criterion}」を{points}点にできません。",
    ProblemCode.ANCHOR_POINTS: "得点が{points}点と書かれていますが、段階・字数・重大な不適切から計算すると{computed}点です。",
    ProblemCode.ESSAY_WITHOUT_ANCHOR: "出題されうる設問「{question}」に、目合わせの見本答案がありません。"
    "採点者は、目を合わせずにこの設問の採点を始めます。",
    ProblemCode.ESSAY_WITHOUT_RECHECK: "出題されうる設問「{question}」に、目合わせの後に混ぜる見本答案(recheck)がありません。"
    "目合わせに使ったものが混ざり、採点者に気付かれます。",
    ProblemCode.REPEATED_TEXT: "答案の文が「{id}」と同じです。",
    ProblemCode.DUPLICATE_TEXT: "同じ文「{words}」が2回あります。",
    ProblemCode.IDS_GIVE_KEY_AWAY: "IDの並び({ids})から正答が分かります。IDは画面に渡るので、正答と関係なく並べてください。",
    ProblemCode.LEFT_WITHOUT_PARTNER: "左の「{left}」に対応する正答がありません。",
    ProblemCode.RIGHT_USED_TWICE: "同じ右の項目が2回正答になっています({ids})。許すときは may_repeat_rights: true とします。",
    ProblemCode.NOTHING_TO_ACCEPT: "正答「{words}」は、表記をそろえると空になります。",
    ProblemCode.SAME_ANSWER: "正答「{words}」は「{other}」と同じものとして扱われるため、書かなくてもかまいません。",
    ProblemCode.UNKNOWN_CASE: "事例「{case}」はありません。",
    ProblemCode.UNKNOWN_ENEMY: "同時に出題しない問題「{enemy}」はありません(自分自身も書けません)。",
    ProblemCode.QUOTAS_COLLIDE: (
        "枠ごとの問題数は足りますが、同時に出題できない問題(enemies)や枠どうしで取り合う問題があるため、すべての枠を満たせません。"
    ),
}


FAULT_SENTENCES: Mapping[FaultCode, str] = {
    FaultCode.EMPTY_FILE: "ファイルが空です。",
    FaultCode.TOO_LARGE: "ファイルが大きすぎます({bytes}バイト)。{limit}バイトまでにしてください。",
    FaultCode.UTF16: "文字コードが UTF-16 です。UTF-8 で保存し直してください。",
    FaultCode.NOT_UTF8: "UTF-8 として読めない文字があります。UTF-8 で保存し直すか、切れていないファイルを選んでください。",
    FaultCode.BINARY: "文字ではないデータが含まれています。",
    FaultCode.UNKNOWN_FORMAT: "GIFT・Moodle XML・Excelのどれでもないため、読み取れません。",
    FaultCode.NO_QUESTIONS: "問題が1問もありません。",
    FaultCode.TOO_MANY: "問題や行が多すぎます。{limit}問までにしてください。",
    FaultCode.UNSUPPORTED_KIND: "種別「{kind}」は取り込めません。{advice}",
    FaultCode.BAD_CHARACTER: "使えない文字({character})が含まれています。制御文字や、文字の向きを変える記号は使えません。",
    FaultCode.XML_SYNTAX: "XMLの書き方に誤りがあります。",
    FaultCode.XML_ENCODING: "XMLの文字コードが「{encoding}」と書かれています。UTF-8 で保存し直してください。",
    FaultCode.XML_DECLARATION: "文書型宣言(DOCTYPE)や実体(ENTITY)は使えません。",
    FaultCode.XML_DEPTH: "XMLの入れ子が深すぎるか、要素が多すぎます。入れ子は{limit}段までにしてください。",
    FaultCode.NOT_MOODLE: "Moodle XML ではありません。一番外側の要素が「{name}」です(quiz のはずです)。",
    FaultCode.TITLE_OPEN: "題の終わりの「::」がありません。",
    FaultCode.BRACES: "解答の波かっこ「{{ }}」が合っていません。文の中の波かっこは「\\{{」「\\}}」と書きます。",
    FaultCode.NO_STEM: "問題文がありません。",
    FaultCode.NO_ANSWERS: "選択肢や組が2つ以上ありません。",
    FaultCode.CROWDED: "選択肢や項目が多すぎます。1問に{limit}個を超えて書かれています。",
    FaultCode.NO_RIGHT_ANSWER: "正答がありません。",
    FaultCode.SEVERAL_RIGHT: "正答が2つ以上あります。この種別では1つにしてください。",
    FaultCode.ARROW_MISSING: "左か右の項目がありません。GIFTでは「=左 -> 右」と書きます。",
    FaultCode.NOT_A_NUMBER: "「{words}」は数として読み取れません。",
    FaultCode.WILDCARD: "正答「{words}」の「*」(何でもよい)は使えません。記号そのもののときは「\\*」と書きます。",
    FaultCode.OLD_EXCEL: "古い形式のExcel(xls)です。xlsx で保存し直してください。",
    FaultCode.LOCKED_EXCEL: "パスワードの付いたファイルです。外してから選んでください。",
    FaultCode.UNSAFE_EXCEL: "安全でないため開きません(展開すると大きすぎる、マクロや外部への参照がある、など)。",
    FaultCode.BROKEN_EXCEL: "Excelのファイルとして開けません。壊れているか、別の種類のファイルです。",
    FaultCode.NOT_OUR_EXCEL: "問題のひな形ではありません。シートの名前は {sheets} です。",
    FaultCode.MISSING_COLUMN: "列「{heading}」がありません。",
    FaultCode.DOUBLED_COLUMN: "列「{heading}」が2つあります。",
    FaultCode.FORMULA: "数式は使えません。値を文字で書いてください。",
    FaultCode.NOT_A_TEXT_CELL: "セルが文字でも数でもありません。",
    FaultCode.UNKNOWN_WORD: "「{words}」は使えません。{known} のどれかにしてください。",
    FaultCode.GAP: "欄が途中で空いているか、数が合いません。左から詰めて書いてください。",
    FaultCode.UNKNOWN_COLUMN: "「{heading}」は知らない見出しのため、使いません。",
    FaultCode.FILLED_IN: "書かれていないため、{fields}をこちらで入れました。",
    FaultCode.TO_BE_WRITTEN: "{field}が{count}か所ありません。【要記入】と書いておきます。",
    FaultCode.STATUS_CARRIED: "状態「{status}」をそのまま引き継ぎます。文を変えたときは版を上げ、査読前に戻してください。",
    FaultCode.ALREADY_IN_BANK: "ID「{id}」の問題はすでにあります。置き換えるときは、元の問題を消してください。",
    FaultCode.COMPOSED: "分かれていた濁点などを1文字に直しました。",
    FaultCode.WEIGHTS_DROPPED: "配点の割合は、こちらの点の付け方と違うため引き継ぎません。",
    FaultCode.ANSWER_DROPPED: "部分点や誤りとして挙げられた解答{count}件は引き継ぎません。",
    FaultCode.FEEDBACK_DROPPED: "フィードバックやヒントの一部は、置く場所がないため引き継ぎません。",
    FaultCode.MARKUP_DROPPED: "HTMLの要素({names})は文字だけを残しました。",
    FaultCode.FILE_DROPPED: "画像や音声は引き継ぎません。",
    FaultCode.CATEGORY_DROPPED: "分類(カテゴリ){count}件は引き継ぎません。",
    FaultCode.TAG_DROPPED: "知らないタグ({tags})は引き継ぎません。",
    FaultCode.POINTS_DROPPED: "配点({points})は引き継ぎません。配点は試験の構成で決まります。",
    FaultCode.UNIT_DROPPED: "ほかの単位{count}件は引き継ぎません。",
}
"""What a file of questions may have against it, and what an import asks to look at."""

_ADVICE: Mapping[str, str] = {
    "truefalse": "正誤問題は、四つの選択肢の問題に書き直してください。",
    "ordering": "並べ替えは、Moodle XML かExcelで取り込んでください。",
}
_FIELD_WORDS: Mapping[str, str] = {
    "id": "ID",
    "title": "題",
    "domain": "領域",
    "level": "水準",
    "lessons": "レッスン",
    "reason": "理由",
    "explanation": "解説",
}

KIND_WORDS: Mapping[str, str] = {sheet.kind: sheet.title for sheet in SHEETS}
"""What kind of question something is, in a word."""

FORMAT_WORDS: Mapping[Format, str] = {Format.GIFT: "GIFT", Format.MOODLE_XML: "Moodle XML", Format.EXCEL: "Excel"}

LOSS_WORDS: Mapping[LossCode, str] = {
    LossCode.NOT_WRITTEN: "この形式にない種別のため、この問題は載りません。",
    LossCode.LONG_CELL: "1つのセルに入りきらない長い文があるため、この問題は載りません。",
    LossCode.TOO_MANY: "選択肢や項目が列の数より多いため、この問題は載りません。",
    LossCode.ALL_OR_NOTHING: "「全部正しいときだけ点」の決まりがなく、ほかのシステムでは部分点が付きます。",
    LossCode.PAIR_ONCE: "「右の項目は1回だけ」の決まりがなく、ほかのシステムでは繰り返し選べます。",
    LossCode.FOLDING: "表記のゆれ(全角と半角、ひらがなとカタカナなど)は、ほかのシステムでは別の語になります。",
    LossCode.UNIT: "単位は目印(タグ)だけに残り、ほかのシステムでは示されません。",
    LossCode.CHAR_LIMITS: "字数の下限と上限は、ほかのシステムでは働きません(語の数え方が違うため)。",
    LossCode.RUBRIC: "採点基準は名前だけが載り、観点と段階は載りません。",
    LossCode.CASE_LINK: "事例とのつながりは目印(タグ)だけに残り、ほかのシステムでは別々の問題になります。",
    LossCode.ENEMIES: "同時に出題しない決まりは目印(タグ)だけに残り、ほかのシステムでは働きません。",
    LossCode.ARROW: "文の中の「->」は区切りの記号と重なるため「→」に変わります。",
    LossCode.LINE_BREAKS: "1行で書くところの改行は、空白に変わります。",
    LossCode.CHARACTERS: "制御文字や、文字の向きを変える記号は除かれます。",
}
"""What a format does not carry, for the office before the download."""


class _Shown(dict[str, object]):
    """Values of a problem; one that the engine did not give is shown as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def problem_sentence(problem: Problem) -> str:
    """A problem of exam content as a Japanese sentence, with the place inside the file."""
    sentence = SENTENCES[problem.code].format_map(_Shown(problem.values))
    return f"{problem.path}: {sentence}" if problem.path else sentence


def fault_sentence(fault: Fault) -> str:
    """A fault of a file of questions as a Japanese sentence; its place is told by `fault_place`."""
    if isinstance(fault.code, ProblemCode):
        return SENTENCES[fault.code].format_map(_Shown(fault.values))
    return FAULT_SENTENCES[fault.code].format_map(_Shown({**fault.values, **_worded(fault.values)}))


def _worded(values: Mapping[str, str | int]) -> dict[str, object]:
    """Names of fields, kinds and states in Japanese, wherever a fault speaks of them."""
    names = str(values.get("fields", "")).split(",")
    field, status = str(values.get("field", "")), str(values.get("status", ""))
    return {
        "fields": "・".join(_FIELD_WORDS.get(name, name) for name in names),
        "field": _FIELD_WORDS.get(field, field),
        "status": STATUS_WORDS.get(status, status),
        "advice": _ADVICE.get(str(values.get("kind", "")), "ほかの種別に書き直すか、ファイルから除いてください。"),
    }


def fault_place(place: Place) -> str:
    """Where a fault stands: a cell of a sheet, or a line and a column."""
    if place.sheet:
        return f"シート「{place.sheet}」 {column_letters(place.column)}{place.line}"
    return f"{place.line}行 {place.column}文字目"


def column_letters(number: int) -> str:
    """The letters over a column of a spreadsheet, counted from 1."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
