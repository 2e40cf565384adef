"""Links from a lesson's words to the 用語集, and what the search reads out of rendered HTML."""

import pytest
from markupsafe import Markup

from lms.lessons.rules.content import Term
from lms.lessons.source.search_index import split_by_headings
from lms.lessons.source.term_links import link_terms

TERMS = (
    Term("T-001", "カスハラ", "かすはら", ("カスタマーハラスメント",), "意味", ("L01",), ()),
    Term("T-002", "限定的謝罪", "げんていてきしゃざい", ("限定謝罪",), "意味", ("L15",), ()),
    Term("T-003", "謝罪", "しゃざい", (), "意味", ("L15",), ()),
    Term("T-004", "SNS", "えすえぬえす", (), "意味", ("L17",), ()),
    Term("T-005", "教わらない語", "おそわらないご", (), "意味", (), ()),
)


def linked(html: str) -> str:
    found = str(link_terms(Markup(html), TERMS).html)
    for term in TERMS:
        found = found.replace(f'<a class="term" href="../glossary#{term.id}" data-term="{term.id}">', f"[{term.id} ")
    return found.replace("</a>", "]")


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        pytest.param("<p>カスハラとは、カスハラです</p>", "<p>[T-001 カスハラ]とは、カスハラです</p>", id="the first only"),
        pytest.param(
            "<p>カスタマーハラスメント、カスハラ</p>", "<p>[T-001 カスタマーハラスメント]、カスハラ</p>", id="another name counts"
        ),
        pytest.param("<p>限定的謝罪と謝罪</p>", "<p>[T-002 限定的謝罪]と[T-003 謝罪]</p>", id="the longest wins"),
        pytest.param("<p>カスハラー</p>", "<p>カスハラー</p>", id="part of a longer word in katakana"),
        pytest.param("<p>SNSの、xSNS</p>", "<p>[T-004 SNS]の、xSNS</p>", id="part of a longer word in letters"),
        pytest.param("<p>教わらない語</p>", "<p>教わらない語</p>", id="taught nowhere"),
        pytest.param('<h2 id="s-謝罪">謝罪</h2><p>謝罪</p>', '<h2 id="s-謝罪">謝罪</h2><p>[T-003 謝罪]</p>', id="no heading"),
        pytest.param(
            "<p>謝罪</p><h2>次</h2><p>謝罪</p>", "<p>[T-003 謝罪]</p><h2>次</h2><p>[T-003 謝罪]</p>", id="anew in each section"
        ),
        pytest.param(
            "<p>謝罪</p><h3>次</h3><p>謝罪</p>", "<p>[T-003 謝罪]</p><h3>次</h3><p>謝罪</p>", id="a subsection is no section"
        ),
        pytest.param('<p><a href="L02">謝罪</a></p>', '<p><a href="L02">謝罪]</p>', id="no link in a link"),
        pytest.param(
            "<p><code>SNS</code>と<ruby>謝罪<rt>しゃざい</rt></ruby></p>",
            "<p><code>SNS</code>と<ruby>謝罪<rt>しゃざい</rt></ruby></p>",
            id="neither code nor ruby",
        ),
        pytest.param(
            "<figure><svg><text>謝罪</text></svg></figure><p>謝罪</p>",
            "<figure><svg><text>謝罪</text></svg></figure><p>[T-003 謝罪]</p>",
            id="no picture",
        ),
        pytest.param(
            '<div aria-label="表「謝罪」"><p><strong>謝罪</strong></p></div>',
            '<div aria-label="表「謝罪」"><p><strong>[T-003 謝罪]</strong></p></div>',
            id="no attribute",
        ),
    ],
)
def test_the_words_of_the_glossary_become_links(html: str, wanted: str) -> None:
    assert linked(html) == wanted


def test_the_terms_are_told_in_the_order_in_which_they_come() -> None:
    assert link_terms(Markup("<p>謝罪、カスハラ、謝罪</p>"), TERMS).term_ids == ("T-003", "T-001")
    assert link_terms(Markup("<p>謝罪</p>"), ()).term_ids == ()


def test_rendered_text_is_parted_at_every_heading() -> None:
    html = '<p>前</p><h2 id="s-一">一<ruby>語<rp>（</rp><rt>ご</rt><rp>）</rp></ruby></h2><p>甲</p><p>乙 &amp; 丙</p>'
    html += '<h3 id="s-二">二</h3><ul><li>丁</li><li>戊</li></ul>'
    assert [(each.anchor, each.title, each.text) for each in split_by_headings(html, "top", "最初")] == [
        ("top", "最初", "前"),
        ("s-一", "一語", "甲 乙 & 丙"),
        ("s-二", "二", "丁 戊"),
    ]
