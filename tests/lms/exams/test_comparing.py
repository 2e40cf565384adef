"""Two texts beside each other: what differs is marked, and no text makes it slow."""

import time

import pytest

from lms.exams.rules.comparing import MOST_CELLS, Piece, compare_texts

STOPS, MIXED = "。" * 999, "。、" * 499
JUST_WITHIN = ("。あ" * 100, "あ。" * 100)


def test_what_stands_in_one_text_only_is_marked_on_its_side() -> None:
    found = compare_texts("要求を確かめた。記録を残した。", "要求を確かめた。二人で対応した。記録を残した。")
    assert found.left == (Piece("要求を確かめた。記録を残した。", is_other=False),)
    assert found.right == (
        Piece("要求を確かめた。", is_other=False),
        Piece("二人で対応した。", is_other=True),
        Piece("記録を残した。", is_other=False),
    )


def test_as_much_as_possible_is_found_in_both() -> None:
    found = compare_texts("あ。い。う。え。お。", "い。か。え。お。あ。")
    assert [piece.text for piece in found.left if not piece.is_other] == ["い。", "え。お。"]
    assert [piece.text for piece in found.right if not piece.is_other] == ["い。", "え。お。"]


@pytest.mark.parametrize(
    ("left", "right"), [(STOPS, MIXED), JUST_WITHIN, ("、" * 5000, "。" * 5000), ("あ、" * 9000, "、あ" * 9000)]
)
def test_no_pair_of_texts_is_slow_to_compare(left: str, right: str) -> None:
    begun = time.process_time()
    found = compare_texts(left, right)
    assert time.process_time() - begun < 0.5
    assert "".join(piece.text for piece in found.left) == left
    assert "".join(piece.text for piece in found.right) == right


def test_texts_too_long_to_compare_still_show_what_they_begin_and_end_with() -> None:
    passages = int(MOST_CELLS**0.5) + 1
    found = compare_texts("始め。" + "あ、" * passages + "終わり。", "始め。" + "い、" * passages + "終わり。")
    assert [piece.text for piece in found.left if not piece.is_other] == ["始め。", "終わり。"]
    assert [piece.text for piece in found.right if not piece.is_other] == ["始め。", "終わり。"]
