"""Files as other people write them: what is understood, what is left aside by name, and where faults are found."""

import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from lms.exam_engine.errors import ProblemCode
from lms.exam_engine.exchange.drafts import Defaults, Surroundings
from lms.exam_engine.exchange.excel import write_excel
from lms.exam_engine.exchange.excel_columns import SHEETS, Column
from lms.exam_engine.exchange.faults import FaultCode, Place
from lms.exam_engine.exchange.files import Imported, export_bank, import_bank
from lms.exam_engine.exchange.losses import Format
from lms.exam_engine.kinds.registry import KINDS
from tests.exam_engine.exchange_samples import DEFAULTS
from tests.exam_engine.sample_exam import EVERY_KIND


def read(text: str, defaults: Defaults = DEFAULTS) -> Imported:
    return import_bank(text.encode(), defaults)


def one(text: str) -> Any:
    imported = read(text)
    assert not imported.is_refused, imported.faults
    [entry] = imported.entries
    return entry.definition


def codes(imported: Imported) -> list[str]:
    return [fault.code.value for fault in imported.faults]


def faults(text: str) -> list[tuple[str, Place]]:
    imported = read(text)
    assert not imported.entries
    assert not imported.bank
    return [(fault.code.value, fault.place) for fault in imported.faults]


# GIFT


def test_a_single_choice_with_feedback_escapes_and_a_comment() -> None:
    text = """\
// 会議で決めた問題
::案1::[plain]比率は a\\:b \\= 1\\:2 です。\\n\\{\\} と \\~ と \\# は記号です。どれですか。{
=甲 # 正しい
~乙 # 違う
~%0%丙 # 違う
~丁 # 違う
}
"""
    imported = read(text)
    [entry] = imported.entries
    question: Any = entry.definition
    assert question.stem == "比率は a:b = 1:2 です。\n{} と ~ と # は記号です。どれですか。\n".replace("{", "{")
    assert (question.key, [option.reason for option in question.options]) == ("a", ["正しい", "違う", "違う", "違う"])
    assert question.id == "NEW-001"
    assert "  # 会議で決めた問題\n  - id: NEW-001\n" in imported.bank


def test_weights_make_several_right_options() -> None:
    question = one("::Q1::当たるものは。{~%50%暴言 ~%-50%質問 ~%50%脅迫 ~%-50%相談}")
    assert (question.kind, question.key, question.rule.value) == ("multiple_choice", ("a", "c"), "per_option")
    other = read("::Q1::当たるものは。{~%50%暴言 ~%-100%質問 ~%50%脅迫 ~%-100%相談}")
    assert FaultCode.WEIGHTS_DROPPED in codes(other)


@pytest.mark.parametrize(
    ("written", "value", "tolerance"),
    [
        ("#30:2", "30", "2"),
        ("#28..32", "30", "2"),
        ("#=%100%1.5:0.25#四捨五入", "1.5", "0.25"),
        ("#-7", "-7", "0"),
        ("#１２", "12", "0"),
    ],
)
def test_numbers_with_tolerance_and_ranges(written: str, value: str, tolerance: str) -> None:
    question = one(f"::Q1::何日か。{{{written}}}")
    assert (str(question.value), str(question.tolerance)) == (value, tolerance)


def test_short_answers_matching_and_essays() -> None:
    short = one("::Q1::略して何というか。{=カスハラ =%100%かすはら =%50%ハラスメント ####法律の言葉ではない。}")
    assert (short.accepted, short.explanation) == (("カスハラ", "かすはら"), "法律の言葉ではない。")
    pairs = one("::Q1::結びなさい。{=33条 -> 措置 =34条 -> 責務 = -> 罰則 ####条文のとおり。}")
    texts = {right.id: right.text for right in pairs.rights}
    assert [(left, texts[right]) for left, right in pairs.key] == [("l1", "措置"), ("l2", "責務")]
    assert "罰則" in texts.values()
    essay = one("// [tag:type:T1] [tag:rubric:T1] [tag:domain:D1] [tag:min_chars:600] [tag:max_chars:800]\n::E1::論じなさい。{}")
    assert (essay.kind, essay.prompt, essay.min_chars, essay.domains) == ("essay", "論じなさい。\n", 600, ("D1",))


def test_a_blank_in_the_middle_html_and_categories() -> None:
    imported = read(
        "$CATEGORY: 第1章\n\n::Q1::[html]<p>根拠は<b>何</b>条か &amp; 何項か。</p><img src='x'>第{=33 =三十三}条<table></table>"
    )
    question: Any = imported.entries[0].definition
    assert question.stem == "根拠は**何**条か & 何項か。\n\n第_____条\n"
    assert {FaultCode.CATEGORY_DROPPED, FaultCode.FILE_DROPPED, FaultCode.MARKUP_DROPPED} <= set(codes(imported))


def test_the_ids_of_items_do_not_tell_their_order() -> None:
    xml = (
        "<quiz><question type='ordering'><name><text>O1</text></name><questiontext format='html'><text>並べよ</text>"
        "</questiontext>{}</question></quiz>"
    ).format("".join(f"<answer fraction='{n}'><text>手順{n}</text></answer>" for n in range(1, 6)))
    orders = set()
    for seed in ("a", "b", "c"):
        [entry] = read(xml, Defaults("2026-11-22", "x", seed, "D1", "apply", ("L01",))).entries
        question: Any = entry.definition
        assert [item.text for item in question.items] == [f"手順{n}" for n in range(1, 6)]
        orders.add(tuple(item.id for item in question.items))
    assert len(orders) > 1
    assert ("a", "b", "c", "d", "e") not in orders


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("::Q1::問い{=ア ~イ", FaultCode.BRACES, Place(1, 9)),
        ("::Q1::問い}{", FaultCode.BRACES, Place(1, 10)),
        ("::Q1::問い{=ア ~イ} {=ウ}", FaultCode.BRACES, Place(1, 9)),
        ("::Q1 問い{=ア ~イ ~ウ ~エ}", FaultCode.TITLE_OPEN, Place(1, 1)),
        ("\n\n::Q1::{=ア ~イ ~ウ ~エ}", FaultCode.NO_STEM, Place(3, 1)),
        ("::Q1::正しいか。{TRUE}", FaultCode.UNSUPPORTED_KIND, Place(1, 13)),
        ("::Q1::正しいか。{F#違う#そのとおり}", FaultCode.UNSUPPORTED_KIND, Place(1, 13)),
        ("::Q1::並べよ。{> 3 甲\n乙\n丙}", FaultCode.UNSUPPORTED_KIND, Place(1, 12)),
        ("::Q1::問い{\n=ア\n=イ\n~ウ\n~エ}", FaultCode.SEVERAL_RIGHT, Place(3, 2)),
        ("::Q1::問い{~ア\n~イ}", FaultCode.NO_RIGHT_ANSWER, Place(1, 1)),
        ("::Q1::問い{=ア -> イ\n=ウ =エ->オ}", FaultCode.ARROW_MISSING, Place(2, 2)),
        ("::Q1::問い{#約3}", FaultCode.NOT_A_NUMBER, Place(1, 11)),
        ("::Q1::問い{#1:-1}", FaultCode.NOT_A_NUMBER, Place(1, 11)),
        ("::Q1::問い{#=1 =2}", FaultCode.SEVERAL_RIGHT, Place(1, 1)),
        ("::Q1::問い{=*ハラ}", FaultCode.WILDCARD, Place(1, 11)),
        ("::Q1::問\u202eい{=ア}", FaultCode.BAD_CHARACTER, Place(1, 7)),
        ("::Q1::問い{=ア}\n\n::Q1::問い{=イ}", ProblemCode.DUPLICATE_ID, Place(3, 1)),
        ("::Q1::問い{=ア ~イ ~ウ}", ProblemCode.OPTION_COUNT, Place(1, 1)),
        ("::Q1::適切でないものはどれか。{=ア ~イ ~ウ ~エ}", ProblemCode.NEGATIVE_NOT_BOLD, Place(1, 7)),
        ("// [tag:level:hard]\n::Q1::問い{=ア}", ProblemCode.BAD_VALUE, Place(2, 1)),
        ("::Q1::論じよ。{}", ProblemCode.MISSING_FIELD, Place(1, 1)),
    ],
)
def test_every_fault_of_gift_has_its_line_and_column(text: str, code: str, place: Place) -> None:
    assert (code, place) in faults(text)


# Moodle XML

MOODLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="{}">
<name><text>M-1</text></name>
<questiontext format="html"><text><![CDATA[<p>問い</p>]]></text></questiontext>
{}
</question>
</quiz>
"""


def test_a_numerical_question_with_units_and_points() -> None:
    answer = (
        '<defaultgrade>2.0</defaultgrade><answer fraction="100"><text>9.81</text><tolerance>0.05</tolerance>'
        "<feedback><text>測定値</text></feedback></answer><answer fraction='0'><text>*</text></answer>"
        "<units><unit><multiplier>1.0</multiplier><unit_name>件</unit_name></unit>"
        "<unit><multiplier>0.01</multiplier><unit_name>百件</unit_name></unit></units>"
    )
    imported = read(MOODLE.format("numerical", answer))
    question: Any = imported.entries[0].definition
    assert (str(question.value), str(question.tolerance), question.unit) == ("9.81", "0.05", "件")
    assert question.explanation == "測定値"
    assert {FaultCode.POINTS_DROPPED, FaultCode.ANSWER_DROPPED, FaultCode.UNIT_DROPPED} <= set(codes(imported))


def test_a_description_becomes_a_case_and_unknown_tags_are_named() -> None:
    imported = read(MOODLE.format("description", "<tags><tag><text>易しい</text></tag></tags>"))
    case: Any = imported.entries[0].definition
    assert (case.kind, case.id, case.text) == ("case", "M-1", "問い\n")
    assert FaultCode.TAG_DROPPED in codes(imported)


@pytest.mark.parametrize("kind", ["truefalse", "cloze", "calculated", "ddwtos", "gapselect", "multianswer"])
def test_kinds_we_do_not_have_are_refused_by_name(kind: str) -> None:
    imported = read(MOODLE.format(kind, ""))
    assert [(fault.code, fault.values["kind"], fault.place) for fault in imported.faults if fault.code != "no_stem"] == [
        (FaultCode.UNSUPPORTED_KIND, kind, Place(3, 1))
    ]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("<quiz>\n<question></quiz>", FaultCode.XML_SYNTAX, Place(2, 13)),
        ("<lesson/>", FaultCode.NOT_MOODLE, Place(1, 1)),
        ("<quiz></quiz>", FaultCode.NO_QUESTIONS, Place(1, 1)),
        ("<?xml version='1.0' encoding='Shift_JIS'?><quiz/>", FaultCode.XML_ENCODING, Place(1, 1)),
        ("<!DOCTYPE quiz><quiz/>", FaultCode.XML_DECLARATION, Place(1, 15)),
        ("<quiz>" + "<a>" * 30 + "</a>" * 30 + "</quiz>", FaultCode.XML_DEPTH, Place(1, 64)),
        (MOODLE.format("multichoice", "<answer fraction='many'><text>ア</text></answer>"), FaultCode.NOT_A_NUMBER, Place(6, 1)),
        (MOODLE.format("shortanswer", "<answer fraction='100'><text>ア*</text></answer>"), FaultCode.WILDCARD, Place(6, 1)),
        (MOODLE.format("essay", "").replace("問い", "問&#x202E;い"), FaultCode.BAD_CHARACTER, Place(5, 1)),
    ],
)
def test_every_fault_of_moodle_xml_has_its_line_and_column(text: str, code: str, place: Place) -> None:
    assert (code, place) in faults(text)


# Excel


def _book(kind: str, **cells: object) -> bytes:
    """The template with one row: cells by heading."""
    book = load_workbook(io.BytesIO(write_excel(())))
    sheet = next(sheet for sheet in SHEETS if sheet.kind == kind)
    for number, column in enumerate(sheet.columns, start=1):
        book[sheet.title].cell(row=2, column=number).value = cells.get(column.heading)  # type: ignore[assignment]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SHORT: dict[str, object] = {
    "ID": "Ｓ－１",
    "問題文": " 略称は。 ",
    "正答": "カスハラ\nかすはら",
    "領域": "Ｄ２",
    "水準": "判断",
    "解説": "通称。",
}


def test_an_excel_row_is_read_tolerantly() -> None:
    imported = import_bank(_book("short_text", **SHORT, 版="２", 根拠="F-001、F-002"), DEFAULTS)
    question: Any = imported.entries[0].definition
    assert (question.id, question.domain, question.level, question.version) == ("S-1", "D2", "evaluate", 2)
    assert (question.stem, question.accepted, question.facts) == ("略称は。\n", ("カスハラ", "かすはら"), ("F-001", "F-002"))


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"領域": "D9"}, FaultCode.UNKNOWN_WORD, 2),
        ({"水準": "暗記"}, FaultCode.UNKNOWN_WORD, 3),
        ({"版": "一"}, FaultCode.NOT_A_NUMBER, 10),
        ({"正答": "=1+1"}, FaultCode.FORMULA, 5),
        ({"解説": True}, FaultCode.NOT_A_TEXT_CELL, 6),
        ({"解説": "右\u2066左"}, FaultCode.BAD_CHARACTER, 6),
        ({"ID": "日本語"}, ProblemCode.BAD_VALUE, 1),
    ],
)
def test_every_fault_of_excel_has_its_cell(cells: dict[str, object], code: str, column: int) -> None:
    imported = import_bank(_book("short_text", **{**SHORT, **cells}), DEFAULTS)
    assert imported.is_refused
    assert (code, Place(2, column, "短答")) in [(fault.code.value, fault.place) for fault in imported.faults]


def test_gaps_and_missing_columns_of_excel() -> None:
    gap = import_bank(
        _book("ordering", ID="O1", 問題文="並べよ", 項目1="甲", 項目2="乙", 項目4="丁", 点の付け方="位置ごと"), DEFAULTS
    )
    assert FaultCode.GAP in codes(gap)
    book = Workbook()
    book.active.title = "数値"  # type: ignore[union-attr]
    for row, texts in enumerate([("ID", "ID", "問題文", "難しさ"), ("N1", "N1", "何件か", "高い")], start=1):
        for column, text in enumerate(texts, start=1):
            book["数値"].cell(row=row, column=column).value = text
    stream = io.BytesIO()
    book.save(stream)
    imported = import_bank(stream.getvalue(), DEFAULTS)
    assert [(fault.code.value, fault.place) for fault in imported.faults] == [
        (FaultCode.MISSING_COLUMN.value, Place(1, 1, "数値")),
        (FaultCode.DOUBLED_COLUMN.value, Place(1, 2, "数値")),
    ]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    written, _ = export_bank([*EVERY_KIND.questions], Format.EXCEL)
    book = load_workbook(io.BytesIO(written))
    assert {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert all(cell.number_format == "@" for row in book["短答"].iter_rows(max_row=3) for cell in row)


def test_the_template_has_a_sheet_for_every_kind_and_a_list_for_every_word() -> None:
    assert {sheet.kind for sheet in SHEETS} == {*KINDS, "case"}
    book = load_workbook(io.BytesIO(write_excel(())))
    for sheet in SHEETS:
        words: list[Column] = [column for column in sheet.columns if column.words]
        assert len(book[sheet.title].data_validations.dataValidation) == len(words)


# What questions stand beside


def test_questions_are_held_against_the_bank_they_are_for() -> None:
    beside = Surroundings({"F-001": "C"}, {"L01"}, {"T1"}, {"D1-001"}, {"CASE-1"})
    text = "// [tag:fact:F-001] [tag:fact:F-9] [tag:lesson:L9] [tag:case:CASE-2] [tag:enemy:D1-001]\n::D1-001::問い{=ア}"
    imported = import_bank(text.encode(), DEFAULTS, beside)
    assert set(codes(imported)) == {"uncertain_fact", "unknown_fact", "unknown_lesson", "unknown_case", "unknown_enemy"}
    good = import_bank("::D1-001::問い{=ア}".encode(), DEFAULTS, beside)
    assert FaultCode.ALREADY_IN_BANK in codes(good)
    essay = "// [tag:type:T1] [tag:rubric:T9] [tag:domain:D1] [tag:min_chars:1] [tag:max_chars:8]\n::E1::論じなさい。{}"
    assert codes(import_bank(essay.encode(), DEFAULTS, beside)) == ["missing_rubric"]


def test_decomposed_kana_are_composed_and_said_so_but_variant_kanji_stay() -> None:
    imported = read("::Q1::カ\u3099イト\u3099と\ufa19。{=ア}")
    question: Any = imported.entries[0].definition
    assert question.stem == "ガイドと\ufa19。\n"
    assert FaultCode.COMPOSED in codes(imported)
