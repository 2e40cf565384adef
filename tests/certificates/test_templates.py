"""Designs are data: what is wrong with one is told with the line and a Japanese sentence, and never printed."""

import re

import pytest

from certificates.templates import SHIPPED, TemplateError, UnknownTemplate, find, find_problems, load, read


@pytest.fixture
def folder(tmp_path):
    for name in ("landscape", "portrait"):
        (tmp_path / f"{name}.yaml").write_text((SHIPPED / f"{name}.yaml").read_text())
    return tmp_path


def test_the_shipped_designs_are_sound():
    assert {name: design.label for name, design in load(SHIPPED).items()} == {"landscape": "A4横", "portrait": "A4縦"}
    assert find_problems(SHIPPED) == ()


FAULTS = [
    pytest.param("label: A4横\n", "", "label: 必要な項目がありません", id="a missing key"),
    pytest.param("label: A4横\n", "label: A4横\nlable: 二つ目\n", "lable: 知らない項目です", id="an unknown key"),
    pytest.param('soft_ink: "#4a4a55"', "soft_ink: 灰色", "colors.soft_ink", id="no color"),
    pytest.param('soft_ink: "#4a4a55"', 'soft_ink: "#bbbbbb"', "文字の色が薄すぎます", id="a color nobody can read"),
    pytest.param("waves: 160", "waves: 161", "「161」", id="waves that do not meet"),
    pytest.param("side: 26}", "side: 21.9}", "QRコードが小さすぎます", id="a code too small"),
    pytest.param(
        "qr: {left: 31, top: 157.5", "qr: {left: 20, top: 157.5", "飾り枠の内側に収まっていません", id="a code on the border"
    ),
    pytest.param(
        "qr: {left: 31, top: 157.5", "qr: {left: 31, top: 148", "「dates」の場所と重なっています", id="a code on the date"
    ),
    pytest.param(
        "baseline: 72.5, width: 200", "baseline: 60, width: 200", "「title」の場所と重なっています", id="texts that meet"
    ),
    pytest.param("size: 44, least: 24", "size: 44, least: 45", "望ましい大きさ", id="least above size"),
    pytest.param("認定番号　{number}", "認定番号", "{number} を1つだけ", id="a number nobody would see"),
    pytest.param("認定番号　{number}", "認定番号　{number.__class__}", "{number} を1つだけ", id="a reach into the program"),
    pytest.param("認定番号　{number}", "認定番号　{number", "{number} を1つだけ", id="an open brace"),
    pytest.param("title: 認定証", "title: 認定{証}", "{ } を使わずに", id="braces where nothing is filled in"),
    pytest.param("  course: {x: 31", "  course: {x: .inf", "places.course.x", id="a place without end"),
    pytest.param("places:\n  course", "places:\n\tcourse", "YAMLとして読めません", id="no YAML"),
]


@pytest.mark.parametrize(("before", "after", "words"), FAULTS)
def test_a_fault_is_told_with_line_and_sentence(folder, before, after, words):
    path = folder / "landscape.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    line = path.read_text().partition(after.rstrip())[0].count("\n") + after.rstrip().count("\n") + 1 if after else 1
    findings = find_problems(folder)
    assert any((found.file, found.line) == ("landscape.yaml", line) and words in found.sentence for found in findings), findings
    assert all(re.search("[ぁ-ん]", found.sentence) for found in findings)
    with pytest.raises(TemplateError):
        find(folder, "landscape")
    assert find(folder, "portrait").label == "A4縦"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"- 1\n", b"x: &a [*a]\n", b"a: 1\na: 2\n"])
def test_what_is_no_template_at_all_is_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(TemplateError) as refusal:
        read(path)
    assert all(found.line >= 1 for found in refusal.value.findings)


@pytest.mark.parametrize("name", ["round", "../landscape", "landscape.yaml", ""])
def test_only_a_name_of_the_folder_finds_a_design(folder, name):
    with pytest.raises(UnknownTemplate, match="landscape, portrait"):
        find(folder, name)
