"""Pictures of lessons: set where they stand, named by their text alternative, and nothing foreign left in them."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lessons.rules.content import Picture
from lms.lessons.rules.problems import ProblemKind
from lms.lessons.source.lesson_text import lesson_text
from lms.lessons.source.pictures import check_picture, draw
from lms.lessons.source.rendering import render

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 200" role="img" aria-labelledby="t">
  <title id="t">ファイルの題</title>
  <desc>左から右へ進む。</desc>
  <defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto">
    <path class="pic-line" d="M0,0 L10,5 L0,10 z"/></marker></defs>
  <line class="pic-line" x1="10" y1="20" x2="600" y2="20" marker-end="url(#tip)"/>
  <text class="pic-ink" x="20" y="80" font-size="20"><tspan>離れる</tspan><tspan dx="4">110番</tspan></text>
</svg>
"""
FLOW = Picture("pictures/flow.svg", SVG)


def html(text: str) -> str:
    return str(render(text, prefix="main", pictures=(FLOW,)).html)


def body(inner: str, frame: str = 'viewBox="0 0 640 200"') -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame}><title>題</title><desc>説明</desc>{inner}</svg>'


def kinds(svg: str) -> list[ProblemKind]:
    return [each.kind for each in check_picture(svg)]


def test_a_picture_stands_in_a_figure_with_its_name_its_description_and_its_caption() -> None:
    figure = html("前の文。\n\n![離れて110番](pictures/flow.svg)\n_図1 流れ_\n\n後の文。")
    assert figure.startswith('<p>前の文。</p>\n<figure class="picture"><svg role="img"')
    assert figure.endswith("<figcaption>図1 流れ</figcaption>\n</figure>\n<p>後の文。</p>")
    names = re.search(r'aria-labelledby="([^"]+)" aria-describedby="([^"]+)"', figure)
    assert names is not None
    assert f'<title id="{names[1]}">離れて110番</title>' in figure
    assert f'<desc id="{names[2]}">左から右へ進む。</desc>' in figure
    assert "ファイルの題" not in figure


def test_the_same_picture_twice_has_ids_of_its_own_each_time() -> None:
    twice = "![一](pictures/flow.svg)\n\n![二](pictures/flow.svg)\n"
    page = html(twice) + str(render(twice, prefix="scene", pictures=(FLOW,)).html)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 12
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


def test_a_picture_of_any_section_is_drawn_on_the_page_of_its_lesson() -> None:
    text = "## 場面\n\n![場](pictures/flow.svg)\n\n## 本題\n\n![本](pictures/flow.svg)\n"
    parts = lesson_text(text, (FLOW,))
    assert "<svg" in parts.scene
    assert "<svg" in parts.main
    assert "<svg" not in lesson_text(text).main
    assert "<p>本</p>" in lesson_text(text).main


@pytest.mark.parametrize("text", ["文中の![図](pictures/flow.svg)です。", "- ![図](pictures/flow.svg)", "![図](other.png)"])
def test_only_a_paragraph_of_its_own_becomes_a_picture(text: str) -> None:
    assert "<svg" not in html(text)
    assert "<img" not in html(text)


def test_a_text_alternative_is_only_ever_words() -> None:
    figure = html('![<b>強い</b> & "図"](pictures/flow.svg)')
    assert "<b>" not in figure
    assert "&amp;" in figure


def test_no_text_can_make_a_figure_of_its_own() -> None:
    assert "<figure" not in html('<figure id="picture-0" class="picture"></figure>')
    assert '<figure class="picture"><svg' not in html('段落\n{: id="picture-0" class="picture" }')


def test_a_sound_picture_has_no_fault() -> None:
    assert list(check_picture(SVG)) == []


FOREIGN = [
    "<script>alert(1)</script>",
    '<a href="javascript:alert(1)"><text>押す</text></a>',
    '<image href="https://example.jp/a.png"/>',
    '<use href="#a"/>',
    '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>',
    '<rect onclick="alert(1)"/>',
    '<rect style="fill:red"/>',
    '<rect fill="#f00"/>',
    '<rect fill="url(https://example.jp/a)"/>',
    '<rect class="pic-ink btn"/>',
    '<rect x="javascript:alert(1)"/>',
    '<line marker-end="url(//example.jp#a)"/>',
    '<animate attributeName="href" values="javascript:alert(1)"/>',
    '<g xmlns="http://www.w3.org/1999/xhtml"/>',
    '<rect xlink:href="#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>',
    "<style>*{fill:red}</style>",
    '<g id="a b"/>',
]


@pytest.mark.parametrize("inner", FOREIGN)
def test_what_is_foreign_is_named_and_never_drawn(inner: str) -> None:
    assert ProblemKind.PICTURE_FOREIGN in kinds(body(inner))
    drawn = draw(body(inner), alt="図", base="p")
    for word in ("script", "href", "onclick", "style", "http", "alert", "btn", "animate", "#f00", "a b", "foreign"):
        assert word not in drawn


@given(st.lists(st.sampled_from(FOREIGN), max_size=4), st.text(max_size=20))
def test_however_foreign_parts_are_nested_the_page_stays_whole(parts: list[str], words: str) -> None:
    inner = "".join(f"<g>{part}" for part in parts) + "</g>" * len(parts)
    drawn = draw(body(inner), alt=words.replace("\x00", ""), base="p")
    assert not re.search(r"script|\shref|\son\w+=|\sstyle=", drawn.partition("</title>")[2])
    tags = re.findall(r"<(/?)(\w+)", drawn)
    assert sum(not end for end, _ in tags) == sum(bool(end) for end, _ in tags)


def test_what_is_drawn_is_well_formed() -> None:
    root = ElementTree.fromstring(str(draw(SVG, alt="離れて", base="p")))
    assert [child.tag for child in root][:2] == ["title", "desc"]


@pytest.mark.parametrize(
    ("svg", "kind"),
    [
        pytest.param("<svg", ProblemKind.PICTURE_UNREADABLE, id="no XML"),
        pytest.param('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', ProblemKind.PICTURE_UNREADABLE, id="an entity"),
        pytest.param(body("", frame='width="640"'), ProblemKind.PICTURE_FRAME, id="no view box"),
        pytest.param(body("").replace("<desc>説明</desc>", ""), ProblemKind.PICTURE_WORDLESS, id="no description"),
        pytest.param(body("").replace("題", " "), ProblemKind.PICTURE_WORDLESS, id="a blank title"),
        pytest.param(body("<text>甲<tspan>乙</tspan></text>"), ProblemKind.PICTURE_MIXED, id="mixed words"),
        pytest.param(body("<g>甲</g>"), ProblemKind.PICTURE_MIXED, id="words outside a text"),
        pytest.param(body('<text font-size="13.9">甲</text>'), ProblemKind.PICTURE_SMALL_TEXT, id="small words"),
        pytest.param(
            body('<text font-size="20">甲</text>', frame='viewBox="0 0 1280 400"'),
            ProblemKind.PICTURE_SMALL_TEXT,
            id="small words in a large drawing",
        ),
    ],
)
def test_a_faulty_picture_is_told(svg: str, kind: ProblemKind) -> None:
    assert kinds(svg) == [kind]


def test_a_picture_that_is_no_xml_becomes_its_words() -> None:
    assert draw("<svg", alt="離れて <110番>", base="p") == "<p>離れて &lt;110番&gt;</p>"
