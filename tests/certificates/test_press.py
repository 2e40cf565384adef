"""A record in, a page out: what is printed can be read back, always the same bytes, or nothing is printed at all."""

import io
import itertools
import threading
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from certificates.layout import MM
from certificates.press import MissingGlyphs, TextTooLong, fields_too_long, missing_glyphs, press
from certificates.templates import SHIPPED, UnknownTemplate, load
from tests.certificates.reading import page_text, poppler_text, word_boxes

DESIGNS = load(SHIPPED)
NAMES = [
    pytest.param("髙﨑𠮷邉", id="old and non-BMP forms"),
    pytest.param("髙﨑 𠮷邉", id="with a space"),
    pytest.param("辻\U000e0100 \U0002363a本", id="a variation sequence beside a non-BMP kanji"),
    pytest.param("葛葛\U000e0100葛\U000e0101", id="three 葛 of which two look alike"),
    pytest.param("\ufa19崎", id="a compatibility ideograph"),
    pytest.param("\ufa19神", id="a compatibility ideograph beside the plain one"),
    pytest.param("セ\u309aアイヌㇷ\u309a", id="Ainu kana"),
    pytest.param("Maximiliane von Hohenstein-Fürst", id="thirty letters"),
    pytest.param("Nguyễn Thị Ánh", id="Vietnamese"),
    pytest.param("李", id="one character"),
]
HOSTILE = [
    "<b>山田</b>",
    '<img src="/etc/hostname"/>',
    '<font color="red">太郎</font>',
    "山田 <para> &amp; &lt;",
    "%(name)s {0} %d ${x}",
    "\\) Tj (x) ' \" \\377",
    "); DROP TABLE--",
    "</Title>",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_can_be_copied_out_as_it_was_typed(record, font_folder, tmp_path, name):
    pdf = press(replace(record, holder_name=name), font_folder)
    assert name in page_text(pdf).splitlines()
    assert name in poppler_text(pdf, tmp_path).splitlines()


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_any_field_is_printed_as_it_stands(record, font_folder, text):
    changed = replace(
        record,
        number=text,
        holder_name=text,
        course_title=text,
        qualification=text,
        body_lines=(text,),
        cohort_label=text,
        association=text,
        signatory_title=text,
        signatory_name=text,
        verify_code=text,
    )
    pdf = press(changed, font_folder)
    seen = page_text(pdf)
    assert seen.count(text) == 10
    assert "/Annots" not in PdfReader(io.BytesIO(pdf)).pages[0]


def test_every_field_is_on_the_paper(record, font_folder):
    text = page_text(press(replace(record, honorific="殿", version=2), font_folder))
    for part in (
        "認定証",
        "認定番号　JHRMA-CH-2026-0001-9",
        "再発行　第2版",
        "カスハラ対策の実務者養成講座　第2期",
        "カスハラ対策実務者",
        "山田 太郎　殿",
        *record.body_lines,
        "令和8年12月1日",
        "一般社団法人日本ハラスメントリスク管理協会",
        "代表理事　金井 絵理",
        "印",
        "nintei.example.jp",
        "確認コード　000G4-0R40M-30E2",
    ):
        assert part in text


def test_a_first_issue_carries_no_word_of_reissue_and_no_honorific(record, font_folder):
    text = page_text(press(record, font_folder))
    assert "再発行" not in text
    assert "山田 太郎" in text.splitlines()


def test_a_later_version_names_both_days_and_a_validity_its_last(record, font_folder, tmp_path):
    changed = replace(record, version=2, first_issued_on=date(2025, 4, 1), expires_on=date(2029, 11, 30))
    lines = poppler_text(press(changed, font_folder), tmp_path).split()
    pairs = itertools.pairwise(lines)
    assert {("認定日", "令和7年4月1日"), ("再発行日", "令和8年12月1日"), ("有効期限", "令和11年11月30日")} <= set(pairs)
    assert "第2版" in lines


def test_a_first_issue_without_end_bears_its_date_alone(record, font_folder):
    text = page_text(press(record, font_folder))
    assert "令和8年12月1日" in text.splitlines()
    assert not any(word in text for word in ("認定日", "再発行日", "有効期限"))


def test_a_design_that_nobody_made_is_refused(record, font_folder):
    with pytest.raises(UnknownTemplate, match="landscape, portrait"):
        press(replace(record, template="../certificate"), font_folder)


@pytest.mark.parametrize("template", DESIGNS)
def test_the_paper_has_the_design_s_size(record, font_folder, template):
    box = PdfReader(io.BytesIO(press(replace(record, template=template), font_folder))).pages[0].mediabox
    paper = DESIGNS[template].paper
    assert [float(side) / MM for side in box] == pytest.approx([0, 0, paper.width, paper.height], abs=0.01)


def test_the_secret_token_is_only_in_the_qr_code(record, font_folder):
    assert "AAECAwQ" not in page_text(press(record, font_folder))


@pytest.mark.parametrize("is_sample", [True, False])
def test_only_a_sample_is_marked_見本(record, font_folder, is_sample):
    assert ("見本" in page_text(press(replace(record, is_sample=is_sample), font_folder))) is is_sample


def test_the_same_record_gives_the_same_bytes(record, font_folder):
    first = press(record, font_folder)
    assert press(replace(record), font_folder) == first
    assert press(replace(record, holder_name="山田 次郎"), font_folder) != first


def test_certificates_pressed_in_many_threads_are_the_same_as_one_by_one(record, font_folder):
    records = [replace(record, holder_name=name) for name in ("髙﨑", "𠮷邉", "辻\U000e0100", "山田", "Smith", "葛\U000e0101")]
    alone = [press(each, font_folder) for each in records]
    together: dict[int, bytes] = {}
    threads = [
        threading.Thread(target=lambda i=i: together.update({i: press(records[i], font_folder)})) for i in range(len(records))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[i] for i in range(len(records))] == alone


def test_every_typeface_is_embedded(record, font_folder):
    (page,) = PdfReader(io.BytesIO(press(replace(record, is_sample=True), font_folder))).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert "NotoSerifJP" in font["/BaseFont"]
        assert font["/FontDescriptor"]["/FontFile2"].get_object().get_data()
        assert "/ToUnicode" in font


def test_the_file_is_dated_titled_and_in_japanese(record, font_folder):
    reader = PdfReader(io.BytesIO(press(record, font_folder)))
    assert reader.metadata is not None
    assert reader.metadata.title == "認定証 JHRMA-CH-2026-0001-9"
    assert reader.metadata.author == record.association
    assert reader.metadata["/CreationDate"] == "D:20261201000000+09'00'"
    assert reader.root_object["/Lang"] == "ja-JP"
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"]
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [842, 595]


def test_the_file_identifier_follows_from_the_record(record, font_folder):
    def identifier(changed):
        return PdfReader(io.BytesIO(press(changed, font_folder))).trailer["/ID"]

    assert identifier(record) == identifier(replace(record))
    assert identifier(record) != identifier(replace(record, verify_code="ZZZZZ-ZZZZZ-ZZZZ"))


@pytest.mark.parametrize("field", ["holder_name", "association", "signatory_name", "course_title", "number"])
def test_a_missing_glyph_is_refused_by_name_whatever_the_field(record, font_folder, field):
    with pytest.raises(MissingGlyphs, match=r"U\+2CEEA.*U\+31350") as refusal:
        press(replace(record, **{field: "﨑\U0002ceea\U00031350"}), font_folder)
    assert refusal.value.characters == ("\U0002ceea", "\U00031350")


def test_what_is_missing_can_be_asked_before_a_number_is_taken(record, font_folder):
    assert missing_glyphs(record, font_folder) == ()
    assert missing_glyphs(replace(record, number="", holder_name="﨑\U00031350"), font_folder) == ("\U00031350",)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"holder_name": "寿限無" * 100}, ("name",)),
        ({"association": "協会" * 100, "signatory_title": "理事" * 100}, ("association", "signatory")),
        ({"body_lines": ("認定します" * 60,)}, ("body",)),
        ({"body_lines": ("認定します",) * 40}, ("body",)),
    ],
)
@pytest.mark.parametrize("template", DESIGNS)
def test_a_text_too_small_to_be_read_is_refused_by_its_field(record, font_folder, template, changes, fields):
    crowded = replace(record, template=template, **changes)
    assert fields_too_long(crowded, font_folder) == fields
    with pytest.raises(TextTooLong, match=fields[0]) as refusal:
        press(crowded, font_folder)
    assert refusal.value.fields == fields


def test_a_missing_glyph_in_the_body_is_refused(record, font_folder):
    with pytest.raises(MissingGlyphs):
        press(replace(record, body_lines=("ここに", "認定\nします")), font_folder)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"holder_name": "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine"}, id="a very long foreign name"),
        pytest.param({"holder_name": "寿限無" * 40}, id="a name of 120 kanji"),
        pytest.param({"association": "一般社団法人" + "日本ハラスメントリスク管理" * 5 + "協会"}, id="a long association"),
        pytest.param(
            {"signatory_title": "代表理事兼最高執行責任者兼認定審査委員会委員長", "signatory_name": "金井" * 10},
            id="a long title",
        ),
        pytest.param({"body_lines": ("認定します" * 20,) * 4}, id="a long body"),
        pytest.param(
            {"course_title": "講座" * 20, "qualification": "実務者" * 20, "number": "JHRMA-" * 12}, id="all the small lines"
        ),
    ],
)
@pytest.mark.parametrize("template", DESIGNS)
def test_nothing_runs_into_the_border(record, font_folder, tmp_path, template, changes):
    design = DESIGNS[template]
    boxes = word_boxes(press(replace(record, template=template, **changes), font_folder), tmp_path)
    inset = design.frame.ink_rule * MM
    assert min(left for left, _, _, _ in boxes) > inset
    assert max(right for _, _, right, _ in boxes) < design.paper.width * MM - inset
    assert min(top for _, top, _, _ in boxes) > inset
    assert max(bottom for _, _, _, bottom in boxes) < design.paper.height * MM - inset


def test_a_date_before_the_known_eras_is_refused(record, font_folder):
    with pytest.raises(ValueError, match="1900-01-01"):
        press(replace(record, issued_on=date(1900, 1, 1)), font_folder)


def test_a_certificate_is_small_enough_to_mail(record, font_folder):
    assert len(press(record, font_folder)) < 250_000
