"""伏せ字: what is suggested, what stands there instead, and what graders, participants and the office read of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.grading.rules.masking import (
    Clue,
    Cover,
    MaskKind,
    Person,
    Span,
    cover,
    find_quote,
    graded_limit,
    kind_of,
    mask,
    suggest,
    to_masked,
    to_original,
)
from lms.text import count_characters

HANAKO = Person(("髙橋 はなこ", "旧姓 はなこ"), "タカハシ ハナコ", "株式会社架空サービス", "お客様相談室", "hanako.t@example.jp")
TARO = Person(("林 太郎",), "ハヤシ タロウ", "合同会社ミホン", "営業部", "taro@example.jp")


@pytest.mark.parametrize(
    ("text", "quote", "clue", "is_sure"),
    [
        ("私、高橋はなこが", "高橋はなこ", Clue.OWN_NAME, True),
        ("私、髙橋 はなこが", "髙橋 はなこ", Clue.OWN_NAME, True),
        ("課長のタカハシです", "タカハシ", Clue.OWN_NAME, True),
        ("課長のたかはしです", "たかはし", Clue.OWN_NAME, True),
        ("課長のﾀｶﾊｼです", "ﾀｶﾊｼ", Clue.OWN_NAME, True),
        ("旧姓を使う", "旧姓", Clue.OWN_NAME, True),
        ("当社架空サービスでは", "架空サービス", Clue.OWN_COMPANY, True),
        ("(株)架空サービスでは", "(株)架空サービス", Clue.OWN_COMPANY, True),
        ("お客様相談室が受け", "お客様相談室", Clue.OWN_DEPARTMENT, False),
        ("hanako.t@EXAMPLE.jp へ", "hanako.t@EXAMPLE.jp", Clue.OWN_MAIL, True),
        ("林太郎氏と", "林太郎", Clue.OTHERS_NAME, True),
        ("林さんと", "林", Clue.OTHERS_NAME, False),
        ("ミホンの社員", "ミホン", Clue.OTHERS_COMPANY, True),
        ("sodan@kaisha.example へ", "sodan@kaisha.example", Clue.MAIL, True),
        ("03-1234-5678に", "03-1234-5678", Clue.PHONE, True),
        ("03ー1234ー5678に", "03ー1234ー5678", Clue.PHONE, True),
        ("取引先の㈱東西では", "㈱東西", Clue.COMPANY, False),
    ],
)
def test_a_passage_that_may_tell_who_wrote_it_is_suggested(text: str, quote: str, clue: Clue, is_sure: bool) -> None:
    (found,) = suggest(text, HANAKO, [TARO])
    assert (found.quote, found.clue, found.is_sure) == (quote, clue, is_sure)
    assert text[found.span.start : found.span.end] == quote


FORMS = ("株式会社", "(株)", "㈱", "（株）", "有限会社", "(有)", "㈲", "合同会社")


@pytest.mark.parametrize("written", [f"{form}青葉商店" for form in FORMS] + [f"青葉商店{form}" for form in FORMS] + ["青葉 商店"])
@pytest.mark.parametrize("registered", ["株式会社 青葉商店", "青葉商店㈱", "青葉商店"])
def test_the_own_company_is_chosen_in_whatever_form_it_is_written(written: str, registered: str) -> None:
    person = Person(("林 太郎",), "ハヤシ タロウ", registered, "", "")
    (found,) = suggest(f"私は{written}で働く。", person)
    assert (found.quote, found.clue, found.is_sure) == (written, Clue.OWN_COMPANY, True)


def test_another_company_in_a_form_is_suggested_and_not_chosen() -> None:
    (found,) = suggest("私は㈱東西商店で働く。", Person((), "", "株式会社 青葉商店", "", ""))
    assert (found.clue, found.is_sure) == (Clue.COMPANY, False)


@pytest.mark.parametrize("text", ["山林で働く", "事実を時系列で整理する。", "2026-12-01に10時から", ""])
def test_what_tells_nothing_is_not_suggested(text: str) -> None:
    assert suggest(text, HANAKO, [TARO]) == ()


def test_nothing_is_looked_for_where_nothing_is_known() -> None:
    assert suggest("だれかの答案", Person((), "", "", "", "")) == ()


def test_a_quotation_is_found_everywhere_and_chosen_nowhere() -> None:
    found = find_quote("北町店の件。北町店、キタマチ店。", "北町 店", MaskKind.PLACE)
    assert [each.span.start for each in found] == [0, 6]
    assert not any(each.is_sure for each in found)
    assert find_quote("北町店", "", MaskKind.PLACE) == find_quote("北町店", " \u3000", MaskKind.PLACE) == ()


def test_covered_passages_say_what_they_were_and_letters_keep_them_apart() -> None:
    text = "高橋は林と髙橋の件で架空へ。"
    spans = [Span(0, 2, MaskKind.NAME), Span(3, 4, MaskKind.NAME), Span(5, 7, MaskKind.NAME), Span(10, 12, MaskKind.ORGANIZATION)]
    covers = cover(text, spans)
    assert mask(text, covers) == "■■(氏名A)は■■(氏名B)と■■(氏名A)の件で■■(組織名)へ。"
    assert [kind_of(each.words) for each in covers] == [span.kind for span in spans]


def test_passages_that_overlap_become_one_of_the_longer_ones_kind() -> None:
    covers = cover("北町架空サービス", [Span(2, 8, MaskKind.ORGANIZATION), Span(0, 3, MaskKind.PLACE), Span(4, 5, MaskKind.NAME)])
    assert covers == (Cover(0, 8, "■■(組織名)"),)


@pytest.mark.parametrize("span", [(0, 5), (-1, 2), (2, 2), (3, 2)])
def test_a_passage_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="outside"):
        cover("四文字だ", [Span(*span, MaskKind.OTHER)])


@st.composite
def covered_texts(draw: st.DrawFn) -> tuple[str, tuple[Cover, ...]]:
    text = draw(st.text("高髙橋林が\n 𠮷ab", min_size=1, max_size=40))
    places = st.integers(0, len(text) - 1)
    spans = [
        Span(start, draw(st.integers(start + 1, len(text))), draw(st.sampled_from(MaskKind)))
        for start in draw(st.lists(places, max_size=5))
    ]
    return text, cover(text, spans)


@settings(max_examples=150, deadline=None)
@given(covered_texts())
def test_everything_outside_the_covered_passages_stays_and_every_place_is_found_again(
    given: tuple[str, tuple[Cover, ...]],
) -> None:
    text, covers = given
    masked = mask(text, covers)
    hidden = {place for each in covers for place in range(each.start, each.end)}
    for place, character in enumerate(text):
        if place not in hidden:
            there = to_masked(place, covers, is_end=False)
            assert masked[there] == character
            assert to_original(there, covers, is_end=False) == place
    assert to_masked(len(text), covers, is_end=True) == len(masked)
    assert to_original(len(masked), covers, is_end=True) == len(text)


@settings(max_examples=100, deadline=None)
@given(covered_texts(), st.integers(0, 30))
def test_the_graded_part_ends_where_that_of_the_original_does(given: tuple[str, tuple[Cover, ...]], limit: int) -> None:
    text, covers = given
    masked = mask(text, covers)
    found = graded_limit(text, covers, limit)
    assert 0 <= found <= count_characters(masked)
    if count_characters(text) <= limit:
        assert found == count_characters(masked)
    if not covers:
        assert found == min(limit, count_characters(text))
