"""Markdown in Japanese: bold beside brackets, joined lines, ruby, tables, and nothing unsafe."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lessons.source.lesson_text import lesson_text
from lms.lessons.source.rendering import clean, render


def html(text: str) -> str:
    return str(render(text).html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("これは**重要です。**続く", "<p>これは<strong>重要です。</strong>続く</p>", id="bold ends in a full stop"),
        pytest.param("**「非顧客」**と", "<p><strong>「非顧客」</strong>と</p>", id="bold in brackets"),
        pytest.param("本当ですか？\n次の行です。", "<p>本当ですか？次の行です。</p>", id="two lines join"),
        pytest.param("あ\nい\nう", "<p>あいう</p>", id="lines of one character join"),
        pytest.param("**太字。**\n次", "<p><strong>太字。</strong>次</p>", id="a break after bold"),
        pytest.param("前\n**太字**", "<p>前<strong>太字</strong></p>", id="a break before bold"),
        pytest.param("**太\n字**", "<p><strong>太字</strong></p>", id="a break within bold"),
        pytest.param("（注）\n本文", "<p>（注）本文</p>", id="a break after a bracket"),
        pytest.param("ｶﾅ\nｶﾅ", "<p>ｶﾅｶﾅ</p>", id="half-width kana"),
        pytest.param("𠮷\n野", "<p>𠮷野</p>", id="a character beyond the basic plane"),
        pytest.param("English\nwords", "<p>English\nwords</p>", id="English keeps its space"),
        pytest.param("漢字\nEnglish\n漢字", "<p>漢字\nEnglish\n漢字</p>", id="mixed lines keep theirs"),
        pytest.param("一行  \n二行", "<p>一行<br>\n二行</p>", id="a forced break stays"),
        pytest.param("- 一\n  二\n- 三", "<ul>\n<li>一二</li>\n<li>三</li>\n</ul>", id="within a list item"),
        pytest.param("> 引用\n> 続き", "<blockquote>\n<p>引用続き</p>\n</blockquote>", id="within a quotation"),
        pytest.param("`あ\nい`", "<p><code>あ\nい</code></p>", id="inline code untouched"),
        pytest.param("```text\nあ。\nい\n```", "<pre><code>あ。\nい\n</code></pre>", id="fenced code untouched"),
        pytest.param("`{瑕疵|かし}`", "<p><code>{瑕疵|かし}</code></p>", id="ruby marks within code untouched"),
    ],
)
def test_japanese_text_is_set_as_it_is_meant(text: str, expected: str) -> None:
    assert html(text) == expected


def test_ruby_carries_its_reading_also_for_those_who_cannot_show_it() -> None:
    ruby = "<ruby>瑕疵<rp>（</rp><rt>かし</rt><rp>）</rp></ruby>"
    assert html("商品に{瑕疵|かし}がある") == f"<p>商品に{ruby}がある</p>"
    assert html("**{瑕疵|かし}**\nがある") == f"<p><strong>{ruby}</strong>がある</p>"
    assert html("{A|b}") == "<p>{A|b}</p>"


def test_headings_have_japanese_ids_that_stay_apart_on_one_page() -> None:
    rendered = render("## 定義\n\n## 定義\n\n### 小見出し", prefix="main")
    assert [heading.text for heading in rendered.headings] == ["定義", "定義"]
    assert len({heading.id for heading in rendered.headings}) == 2
    assert all(f'id="{heading.id}"' in rendered.html for heading in rendered.headings)
    assert render("## 定義", prefix="other").headings[0].id == "other-定義"


def test_a_table_scrolls_in_a_named_region_that_can_be_focused() -> None:
    text = html("## 比べる\n\n| | 法律 |\n|---|---|\n| 役割 | 義務 |\n")
    assert '<div aria-label="表「比べる」" class="table-wrap" role="region" tabindex="0">' in text
    assert '<th scope="col">法律</th>' in text
    assert "<th></th>" not in text


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>a</a>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "![a](javascript:alert(1))",
    "<iframe src=//evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<div style='position:fixed' onclick=alert(1)>x</div>",
    "# a {onclick=alert(1)}",
    "段落\n{: onclick='alert(1)' style='color:red' }",
    "**太**{: onmouseover=alert(1)}",
    "<!--><script>alert(1)</script-->",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    '<div markdown="1" onclick="x">**a**</div>',
    "[a]: javascript:alert(1)\n[a]",
    "<javascript:alert(1)>",
    "{<b>x</b>|かな}",
    "*[HTML]: <script>x</script>\n\nHTML",
    "注[^1]\n\n[^1]: <script>alert(1)</script>",
]


def is_harmless(text: str) -> bool:
    tags = re.findall(r"<[^>]*>", text)
    return not any(
        re.search(r"<\s*/?\s*(script|img|svg|iframe|style|math|object|embed|form)\b", tag, re.I) for tag in tags
    ) and not any(re.search(r"\son\w+\s*=|\sstyle\s*=|javascript:|vbscript:|data:", tag, re.I) for tag in tags)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_survives(attack: str) -> None:
    assert is_harmless(html(attack))
    assert is_harmless(html(f"## 見出し\n\n- {attack}\n\n| a |\n|---|\n| {attack} |\n"))
    assert is_harmless(clean(attack))


@given(
    st.lists(
        st.sampled_from([*ATTACKS, "**", "`", "\n", "\n\n", "> ", "- ", "| ", "{", "|", "}", "漢字", "##", "\x02", "\x03"]),
        max_size=8,
    )
)
def test_no_mixture_of_attacks_and_marks_survives(pieces: list[str]) -> None:
    assert is_harmless(html("".join(pieces)))


JAPANESE = st.text(alphabet="漢字かなカナ、。「」ー", min_size=1, max_size=12)


@given(st.lists(JAPANESE, min_size=1, max_size=6))
def test_however_lines_are_broken_the_paragraph_reads_the_same(lines: list[str]) -> None:
    assert html("\n".join(lines)) == f"<p>{''.join(lines)}</p>"


@given(st.lists(JAPANESE, min_size=3, max_size=6), st.integers(0, 5))
def test_a_bold_line_leaves_no_gap_on_either_side(lines: list[str], index: int) -> None:
    bold = index % len(lines)
    source = "\n".join(f"**{line}**" if place == bold else line for place, line in enumerate(lines))
    expected = "".join(f"<strong>{line}</strong>" if place == bold else line for place, line in enumerate(lines))
    assert html(source) == f"<p>{expected}</p>"


def test_a_text_nested_too_deep_leaves_the_converter_whole() -> None:
    with pytest.raises(RecursionError):
        html("\n".join("    " * depth + "- 深い" for depth in range(300)))
    assert html("**強調**のあと\n続き") == "<p><strong>強調</strong>のあと続き</p>"


LESSON = """## 場面

夜。

## 要点

- 一

## 本題

文。

## よくある誤解

### 誤解: 「甲」

乙。

## 自組織ワーク

書く。
"""


def test_a_lesson_comes_apart_into_the_places_of_its_page() -> None:
    text = lesson_text(LESSON)
    assert text.scene == "<p>夜。</p>"
    assert [heading.text for heading in text.headings] == ["本題"]
    assert "夜" not in text.main
    assert "誤解" in text.misconceptions
    assert text.worksheet == "<p>書く。</p>"
