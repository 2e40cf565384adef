"""似た答案: containment of character grams, the passages with their places, and the wording of the question left out."""

import random
import time
import unicodedata
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.exam_engine.similarity import MOST_PAIRS, Comparison, compare_texts

RULE = {"ngram": 5, "threshold": Decimal("0.3"), "passage_chars": 20}
LETTERS = "事実要求手段境界記録説明対応判断時間場所言動警告通報上司複数責任者"
PROMPT = "次の事例を読み、あなたが責任者として行うべき対応を、事実の整理、判断、行動の順に六百字以上で述べなさい。"


def written(seed: int, length: int = 700) -> str:
    """Wording of its own: characters by chance, so that two seeds share next to nothing."""
    chance = random.Random(seed)
    return "".join(chance.choice(LETTERS) for _ in range(length))


def compare(*texts: str, prompts: tuple[str, ...] = (), **rule: int | Decimal) -> Comparison:
    named = {str(place): text for place, text in enumerate(texts)}
    return compare_texts(named, prompts, **(RULE | rule))  # type: ignore[arg-type]


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_the_share_is_the_containment_of_grams() -> None:
    # ABCDEFGH has the grams ABC BCD CDE DEF EFG FGH, CDEFGHIJ has CDE DEF EFG FGH GHI HIJ: four of six are shared.
    [pair] = compare("ABCDEFGH", "CDEFGHIJ", ngram=3, passage_chars=6).pairs
    assert pair.share == Decimal(4) / 6
    assert [(each.first, each.second) for each in pair.passages] == [((2, 8), (0, 6))]


def test_a_part_of_a_long_text_is_wholly_contained_in_it() -> None:
    long = written(1)
    [pair] = compare(long, long[100:300]).pairs
    assert pair.share == 1
    assert [(each.first, each.second) for each in pair.passages] == [((100, 300), (0, 200))]


def test_wording_of_ones_own_is_not_alike() -> None:
    found = compare(*(written(seed) for seed in range(12)))
    assert (found.compared, found.pairs) == (12, ())


def test_a_copied_passage_is_found_whatever_its_width_and_breaks() -> None:
    copied = written(9, 300).replace("数", "２、")
    wide = copied.replace("２、", "2、\n　")
    first = written(1, 100) + copied + written(2, 90)
    [pair] = compare(first, written(3, 200) + wide).pairs
    assert pair.share > Decimal("0.5")
    assert plain(pair_text(pair.passages[0].first, first)) == plain(wide)


def pair_text(span: tuple[int, int], text: str) -> str:
    return text[span[0] : span[1]]


def test_what_both_quote_from_the_question_does_not_count() -> None:
    first, second = PROMPT + written(1, 60), written(2, 60) + PROMPT
    assert compare(first, second).pairs
    assert not compare(first, second, prompts=(PROMPT,)).pairs


def test_words_of_the_question_inside_a_passage_do_not_break_it() -> None:
    first = written(1, 60) + "責任者として行うべき対応を" + written(2, 60)
    [pair] = compare(first, written(3, 40) + first, prompts=(PROMPT,)).pairs
    assert [each.first for each in pair.passages] == [(0, len(first))]


def test_texts_too_short_to_hold_a_passage_are_not_compared() -> None:
    assert compare("", "はい。", "はい。").compared == 0


def test_texts_that_repeat_themselves_do_not_hold_up_the_page() -> None:
    began = time.perf_counter()
    found = compare(*([written(1, 40) * 20] * 30))
    assert len(found.pairs) == MOST_PAIRS
    assert found.left_out == 30 * 29 // 2 - MOST_PAIRS
    assert time.perf_counter() - began < 10


def test_two_hundred_essays_take_a_few_seconds() -> None:
    essays = {str(seed): written(seed, 800) for seed in range(200)}
    essays["7"] = essays["3"][:400] + essays["7"][400:]
    began = time.perf_counter()
    found = compare_texts(essays, [PROMPT], **RULE)  # type: ignore[arg-type]
    assert time.perf_counter() - began < 10
    assert [(pair.first, pair.second) for pair in found.pairs] == [("3", "7")]
    assert [each.first for each in found.pairs[0].passages] == [(0, 400)]


TEXTS = st.text(alphabet="あいうABC１２ 。\n", max_size=60)
SMALL = {"ngram": 3, "threshold": Decimal("0.05"), "passage_chars": 4}


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.text(alphabet="あいうABC", max_size=12))
def test_passages_say_the_same_in_both_texts_and_never_overlap(first: str, second: str, prompt: str) -> None:
    for pair in compare(first, second, prompts=(prompt,), **SMALL).pairs:
        assert Decimal("0.05") <= pair.share <= 1
        for each in pair.passages:
            shared = plain(pair_text(each.first, first))
            assert shared == plain(pair_text(each.second, second))
            assert len(shared) >= 4
            assert not prompt or shared not in prompt
        for side in (lambda each: each.first, lambda each: each.second):
            spans = sorted(map(side, pair.passages))
            assert all(before[1] <= after[0] for before, after in pairwise(spans))


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_neither_the_order_of_two_texts_nor_spaces_between_letters_matter(first: str, second: str) -> None:
    share = [pair.share for pair in compare(first, second, **SMALL).pairs]
    assert [pair.share for pair in compare(second, first, **SMALL).pairs] == share
    assert [pair.share for pair in compare(" ".join(first), second, **SMALL).pairs] == share


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_the_longest_common_passage_is_among_them(first: str, second: str) -> None:
    one, other = plain(first), plain(second)
    longest = max(
        (size for size in range(len(one) + 1) for start in range(len(one) - size + 1) if one[start : start + size] in other),
        default=0,
    )
    sizes = [len(plain(pair_text(each.first, first))) for pair in compare(first, second, **SMALL).pairs for each in pair.passages]
    if sizes:
        assert max(sizes) == longest
