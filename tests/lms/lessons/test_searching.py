"""Searching Japanese: which words find what, and what is cut out and marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lessons.rules.kana_rows import kana_row
from lms.lessons.rules.searching import (
    SNIPPET_LENGTH,
    Passage,
    SearchGroup,
    SnippetPart,
    find,
    fold_text,
    passage,
    search_words,
)

TEXT = "記録は、言われた言葉をそのまま書きます。ＳＮＳの投稿はスクリーンショットで残し、録音は端末で管理します。"


def lesson(text: str = TEXT, title: str = "記録と証拠", *keys: str) -> Passage:
    return passage(SearchGroup.LESSONS, "L18", "s-1", title, text, *keys)


def marked(parts: tuple[SnippetPart, ...]) -> list[str]:
    return [part.text for part in parts if part.is_hit]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("録音", ["録音"], id="two kanji"),
        pytest.param("録", ["録", "録"], id="one kanji"),
        pytest.param("sns", ["ＳＮＳ"], id="full-width letters, other case"),
        pytest.param("すくりーんしょっと", ["スクリーンショット"], id="hiragana for katakana"),
        pytest.param("ｽｸﾘｰﾝｼｮｯﾄ", ["スクリーンショット"], id="half-width katakana"),
        pytest.param("端末 録音", ["録音", "端末"], id="two words"),
        pytest.param("端末\u3000録音", ["録音", "端末"], id="a Japanese space"),
        pytest.param("録音 録音は", ["録音は"], id="words that overlap"),
        pytest.param("言葉をそのまま", ["言葉をそのまま"], id="across what a tokenizer would part"),
    ],
)
def test_a_word_is_found_however_it_is_written(query: str, words: list[str]) -> None:
    (hit,) = find([lesson()], search_words(query))
    assert marked(hit.snippet) == words


@pytest.mark.parametrize("query", ["謝罪", "録音 謝罪", "音録", "sms", "記録 "])
def test_every_word_must_be_there(query: str) -> None:
    assert len(find([lesson()], search_words(query))) == (query == "記録 ")


@pytest.mark.parametrize("query", ["", " ", "\u3000", "。、", "<>&", "ー"])
def test_no_word_finds_nothing(query: str) -> None:
    words = search_words(query)
    assert len(find([lesson("ー")], words)) <= len(words)


def test_a_voiced_half_width_kana_is_one_letter_and_keeps_its_place() -> None:
    found = lesson("前の語ｶﾞｲﾄﾞﾗｲﾝ後の語")
    (hit,) = find([found], search_words("ガイドライン"))
    assert marked(hit.snippet) == ["ｶﾞｲﾄﾞﾗｲﾝ"]


def test_keys_find_a_passage_whose_text_has_other_words_and_come_first() -> None:
    term = passage(
        SearchGroup.TERMS, "T-001", "T-001", "限定的謝罪", "不快にさせた事実だけに謝ります。", "げんていてきしゃざい", "限定謝罪"
    )
    text = lesson("限定的謝罪の言い方")
    assert [hit.passage for hit in find([text, term], search_words("限定的"))] == [term, text]
    (hit,) = find([term], search_words("しゃざい"))
    assert marked(hit.title) == []
    assert hit.snippet[0].text.startswith("不快に")


def test_words_in_title_and_text_together_are_enough() -> None:
    (hit,) = find([lesson()], search_words("証拠 録音"))
    assert (marked(hit.title), marked(hit.snippet)) == (["証拠"], ["録音"])


def test_a_long_text_is_cut_around_its_first_word() -> None:
    (hit,) = find([lesson("あ" * 300 + "録音" + "い" * 300)], search_words("録音"))
    texts = [part.text for part in hit.snippet]
    assert texts[0] == texts[-1] == "…"
    assert "".join(texts[1:-1]).startswith("あ" * 24 + "録音い")
    assert sum(map(len, texts[1:-1])) == SNIPPET_LENGTH


def test_a_query_is_bounded() -> None:
    words = search_words(" ".join(f"{number}" * 60 for number in range(1, 9)))
    assert len(words) == 6
    assert {len(word) for word in words} == {40}


@given(st.text(max_size=60), st.text(alphabet="かカｶﾞゞ録音aＡß①㍿ ", max_size=30), st.text(max_size=60))
def test_whatever_was_typed_finds_itself_and_its_cut_is_part_of_the_text(before: str, middle: str, after: str) -> None:
    text = before + middle + after
    folded = fold_text(text)
    assert len(folded.text) == len(folded.places)
    assert all(0 <= start < end <= len(text) for start, end in folded.places)
    assert list(folded.places) == sorted(folded.places)
    for hit in find([lesson(text)], words := folded.text.split()[:1]):
        cut = "".join(part.text for part in hit.snippet)
        assert cut.removeprefix("…").removesuffix("…") in text or cut in text
        assert marked(hit.snippet)
    assert len(find([lesson(text)], words)) == len(words)


@pytest.mark.parametrize(
    ("reading", "row"),
    [
        ("あいて", "あ"),
        ("がいぶ", "か"),
        ("じじつ", "さ"),
        ("っと", "た"),
        ("ぱわはら", "は"),
        ("をん", "わ"),
        ("123", "その他"),
        ("", "その他"),
    ],
)
def test_a_reading_stands_in_its_row(reading: str, row: str) -> None:
    assert kana_row(reading) == row
