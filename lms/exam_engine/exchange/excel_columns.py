"""The Excel template: its sheets, one for each kind, their columns, and what may stand in a cell."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from lms.exam_engine.exchange.drafts import LETTERS
from lms.exam_engine.exchange.losses import MAX_ITEMS, MAX_SPARE_RIGHTS

GUIDE_SHEET = "説明"
YES, NO = "はい", "いいえ"

LEVEL_WORDS: Mapping[str, str] = {"remember": "知識", "understand": "理解", "apply": "適用", "evaluate": "判断"}
STATUS_WORDS: Mapping[str, str] = {
    "unreviewed": "査読前",
    "reviewed": "査読済み",
    "approved": "承認済み",
    "retired": "出題停止",
}
DOMAIN_WORDS: Mapping[str, str] = {name: name for name in ("D1", "D2", "D3", "D4", "D5")}
OPTION_RULES: Mapping[str, str] = {"all_or_nothing": "全部正しいとき", "per_option": "選択肢ごと"}
ORDER_RULES: Mapping[str, str] = {"all_or_nothing": "全部正しいとき", "per_position": "位置ごと", "per_pair": "前後の組ごと"}
PAIR_RULES: Mapping[str, str] = {"all_or_nothing": "全部正しいとき", "per_pair": "組ごと"}


class Shape(Enum):
    """How a cell is written and read."""

    TEXT = auto()
    ID = auto()
    IDS = auto()
    """Several ids between commas."""
    LINES = auto()
    """Several texts, one on each line."""
    COUNT = auto()
    NUMBER = auto()
    WORD = auto()
    """One of a list of Japanese words."""
    MEMBER = auto()
    """A part of an option, item or pair; `field` and `index` say which."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field it holds, its heading, what is to be written there, how, and whether it must be filled in."""

    field: str
    heading: str
    hint: str
    shape: Shape = Shape.TEXT
    words: Mapping[str, str] | None = None
    is_needed: bool = False
    index: int = 0
    width: int = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title, the kind of its rows, its columns."""

    title: str
    kind: str
    columns: tuple[Column, ...]


_ID = Column("id", "ID", "問題のID。半角の英数字と . _ - で64字まで。空けると仮のIDが付きます。", Shape.ID)
_DOMAIN = Column("domain", "領域", "D1〜D5", Shape.WORD, DOMAIN_WORDS, width=8)
_LEVEL = Column("level", "水準", "知識・理解・適用・判断のどれか", Shape.WORD, LEVEL_WORDS, width=8)
_STEM = Column("stem", "問題文", "Markdown で書けます。セルの中の改行は Alt+Enter です。", is_needed=True, width=60)
_EXPLANATION = Column("explanation", "解説", "正答の理由", width=40)
_SOURCES = (
    Column("lessons", "レッスン", "レッスンのID。複数はコンマで区切ります(例 L01, L02)。", Shape.IDS),
    Column("facts", "根拠", "根拠のID。複数はコンマで区切ります(例 F-001)。なければ空けます。", Shape.IDS),
    Column("as_of", "基準日", "いつの法令・資料によるか(例 2026-11-22)", Shape.ID, width=12),
    Column("version", "版", "文を変えるたびに1つ増やす数", Shape.COUNT, width=6),
    Column("status", "状態", "査読前・査読済み・承認済み・出題停止のどれか", Shape.WORD, STATUS_WORDS, width=10),
    Column("author", "作成者", "作成した人"),
    Column("reviewers", "査読者", "1行に1人。まだいなければ空けます。", Shape.LINES),
)
_COMPANY = (
    Column("case", "事例", "「事例」のシートのID。なければ空けます。", Shape.ID),
    Column("enemies", "同時に出題しない問題", "互いに答えを教え合う問題のID。複数はコンマで区切ります。", Shape.IDS),
)
_TAIL = (*_SOURCES, *_COMPANY)


def _member(field: str, heading: str, hint: str, index: int) -> Column:
    return Column(field, heading, hint, Shape.MEMBER, index=index, width=28)


def _options(count: int) -> tuple[Column, ...]:
    pairs = (
        (
            _member("options.text", f"選択肢{letter}", "選択肢の文", index),
            _member("options.reason", f"理由{letter}", "正しい、又は誤っている理由", index),
        )
        for index, letter in enumerate(LETTERS[:count])
    )
    return tuple(column for pair in pairs for column in pair)


def _ids_of(field: str, heading: str, order: str) -> Column:
    hint = f"{order}の順に、コンマで区切ります。空けると自動で付きます。IDは画面に渡るので、正答が分からない並びにします。"
    return Column(field, heading, hint, Shape.IDS)


def _rule(words: Mapping[str, str]) -> Column:
    return Column("rule", "点の付け方", "・".join(words.values()) + "のどれか", Shape.WORD, words, is_needed=True)


_MATCHING = tuple(
    column
    for index in range(MAX_ITEMS)
    for column in (
        _member("lefts.text", f"左{index + 1}", "左の項目", index),
        _member("partners.text", f"右{index + 1}", "左の項目に対応する、右の正しい項目", index),
    )
)

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "選択",
        "single_choice",
        (
            *(_ID, _DOMAIN, _LEVEL, _STEM),
            *(replace(column, is_needed=column.field == "options.text") for column in _options(4)),
            Column("key", "正答", "正しい選択肢の記号(a〜d)", Shape.ID, is_needed=True, width=8),
            *_TAIL,
        ),
    ),
    Sheet(
        "複数選択",
        "multiple_choice",
        (
            *(_ID, _DOMAIN, _LEVEL, _STEM),
            *_options(MAX_ITEMS),
            Column("key", "正答", "正しい選択肢の記号。複数はコンマで区切ります(例 a, c)。", Shape.IDS, is_needed=True),
            _rule(OPTION_RULES),
            _ids_of("options.id", "選択肢のID", "選択肢"),
            *_TAIL,
        ),
    ),
    Sheet(
        "並べ替え",
        "ordering",
        (
            *(_ID, _DOMAIN, _LEVEL, _STEM),
            *(_member("items.text", f"項目{index + 1}", "正しい順に書きます。", index) for index in range(MAX_ITEMS)),
            *(_rule(ORDER_RULES), _EXPLANATION, _ids_of("items.id", "項目のID", "項目")),
            *_TAIL,
        ),
    ),
    Sheet(
        "組合せ",
        "matching",
        (
            *(_ID, _DOMAIN, _LEVEL, _STEM),
            *_MATCHING,
            *(
                _member("spares.text", f"余りの右{index + 1}", "どの左にも対応しない右の項目", index)
                for index in range(MAX_SPARE_RIGHTS)
            ),
            _rule(PAIR_RULES),
            Column("may_repeat_rights", "右を繰り返し選べる", f"{YES}か{NO}", Shape.WORD, {"true": YES, "false": NO}),
            _EXPLANATION,
            _ids_of("lefts.id", "左のID", "左"),
            _ids_of("rights.id", "右のID", "右(同じ文は1つに数える)、余りの右"),
            *_TAIL,
        ),
    ),
    Sheet(
        "数値",
        "numeric",
        (
            *(_ID, _DOMAIN, _LEVEL, _STEM),
            Column("value", "正答", "数。全角でも書けます。", Shape.NUMBER, is_needed=True),
            Column("tolerance", "許容差", "正答との差がここまでなら正しい。空けると0です。", Shape.NUMBER),
            Column("unit", "単位", "欄の右に示す単位。なければ空けます。"),
            _EXPLANATION,
            *_TAIL,
        ),
    ),
    Sheet(
        "短答",
        "short_text",
        (
            *(_ID, _DOMAIN, _LEVEL, _STEM),
            Column(
                "accepted",
                "正答",
                "正しいとする語句を1行に1つ。1行目を正答として示します。",
                Shape.LINES,
                is_needed=True,
                width=30,
            ),
            _EXPLANATION,
            *_TAIL,
        ),
    ),
    Sheet(
        "論述",
        "essay",
        (
            _ID,
            Column("type", "型", "論述の型のID(例 T1)", Shape.ID, is_needed=True, width=8),
            Column("title", "題", "論述の題", is_needed=True),
            Column("domains", "領域", "D1〜D5。複数はコンマで区切ります。", Shape.IDS, is_needed=True),
            Column("prompt", "問題文", "Markdown で書けます。", is_needed=True, width=60),
            Column("min_chars", "字数の下限", "空白と改行を除く字数", Shape.COUNT, is_needed=True),
            Column("max_chars", "字数の上限", "空白と改行を除く字数", Shape.COUNT, is_needed=True),
            Column("rubric", "採点基準", "採点基準のID(例 T1)", Shape.ID, is_needed=True),
            *_TAIL,
        ),
    ),
    Sheet(
        "事例",
        "case",
        (
            _ID,
            Column("title", "題", "事例の題", is_needed=True),
            Column("text", "本文", "いくつかの問題が共に使う文章。Markdown で書けます。", is_needed=True, width=60),
            *_SOURCES,
        ),
    ),
)
