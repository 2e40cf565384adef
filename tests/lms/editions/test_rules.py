"""Which paths belong to an edition, what names an edition, and how two texts stand side by side."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.editions import labels
from lms.editions.rules.contents import ChangeKind, FileChange, digest, laid_over, list_changes
from lms.editions.rules.differences import PairKind, blocks_of_changes, pair_texts, pair_up, paragraphs
from lms.editions.rules.paths import common_top, find_place, find_twins, has_safe_shape, is_content
from lms.editions.rules.refusals import Fault, ReleaseRefusal, UploadFault


@pytest.mark.parametrize(
    ("path", "belongs"),
    [
        ("facts.yaml", True),
        ("glossary.yaml", True),
        ("manual.yaml", True),
        ("lessons/practitioner/L01.md", True),
        ("lessons/practitioner/pictures/flow.svg", True),
        ("exams/practitioner/bank/d1.yaml", True),
        ("scenarios/S01.yaml", True),
        ("handouts/slides.md", True),
        ("course.yaml", False),
        ("certificate.yaml", False),
        ("mail/invitation.txt", False),
        ("terms/2026-10.md", False),
        ("certificates/validity.yaml", False),
        ("accounts/passphrase_words.txt", False),
        ("demo/people.yaml", False),
        ("lessons", False),
        ("lessons/", False),
        ("lessonsx/a.md", False),
    ],
)
def test_an_edition_holds_what_is_taught_and_asked_and_nothing_of_the_house(path: str, belongs: bool) -> None:
    assert is_content(path) is belongs


@pytest.mark.parametrize(
    "path",
    [
        "../facts.yaml",
        "lessons/../../facts.yaml",
        "/facts.yaml",
        "lessons//a.md",
        "lessons/./a.md",
        "lessons\\a.md",
        "C:/facts.yaml",
        "lessons/a.md ",
        "lessons/a.",
        "lessons/.hidden.md",
        "lessons/a\0.md",
        "lessons/a\n.md",
        "lessons/a\u202e.md",
        "",
        "a/b/c/d/e/f/g.md",
        "lessons/" + "x" * 200 + ".md",
        "lessons/" + "教" * 80 + ".md",
        "lessons/L01.md/more.md",
        "exams/p.YAML/bank.yaml",
    ],
)
def test_a_name_that_might_lead_elsewhere_is_not_safe(path: str) -> None:
    assert not has_safe_shape(path)


def test_one_folder_around_everything_is_taken_off() -> None:
    assert common_top(["content/facts.yaml", "content/lessons/a.md"]) == "content/"
    assert common_top(["教材/facts.yaml"]) == "教材/"
    assert common_top(["facts.yaml", "lessons/a.md"]) == ""
    assert common_top(["lessons/a.md", "lessons/b.md"]) == ""
    assert common_top(["a/facts.yaml", "b/facts.yaml"]) == ""


def test_names_that_a_file_system_could_not_keep_apart_are_found() -> None:
    composed, decomposed = "lessons/が.md", unicodedata.normalize("NFD", "lessons/が.md")
    assert find_twins(["lessons/a.md", "lessons/A.md"]) == (("lessons/a.md", "lessons/A.md"),)
    assert find_twins([composed, decomposed]) == ((composed, decomposed),)
    assert find_twins(["lessons/a.md", "exams/a.md", "lessons/a.md"]) == ()


def test_a_single_file_goes_where_a_file_of_its_name_is() -> None:
    published = {"lessons/p/L01.md": b"", "exams/p/exam.yaml": b"", "exams/r/exam.yaml": b"", "facts.yaml": b""}
    assert find_place("L01.md", published) == ("lessons/p/L01.md",)
    assert find_place("facts.yaml", published) == ("facts.yaml",)
    assert find_place("exam.yaml", published) == ("exams/p/exam.yaml", "exams/r/exam.yaml")
    assert find_place("L99.md", published) == ()


FILES = st.dictionaries(st.text("abc/", min_size=1, max_size=5), st.binary(max_size=5), max_size=6)


@given(FILES, FILES)
def test_the_digest_names_the_files_and_nothing_else(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert (digest(one) == digest(other)) is (one == other)
    assert digest(dict(reversed(one.items()))) == digest(one)


@given(FILES, FILES)
def test_changes_tell_exactly_what_differs(old: dict[str, bytes], new: dict[str, bytes]) -> None:
    changes = list_changes(old, new)
    again = dict(old)
    for change in changes:
        again.pop(change.path, None)
        if change.kind is not ChangeKind.REMOVED:
            again[change.path] = new[change.path]
    assert again == new
    assert all((change.kind is ChangeKind.ADDED) is (change.path not in old) for change in changes)
    assert (changes == ()) is (old == new)


def test_an_upload_replaces_its_files_and_keeps_the_others() -> None:
    published = {"facts.yaml": b"1", "lessons/a.md": b"2"}
    assert laid_over(published, {"lessons/a.md": b"3", "lessons/b.md": b"4"}) == {
        "facts.yaml": b"1",
        "lessons/a.md": b"3",
        "lessons/b.md": b"4",
    }
    assert list_changes(published, {"facts.yaml": b"9"}) == (
        FileChange("facts.yaml", ChangeKind.CHANGED),
        FileChange("lessons/a.md", ChangeKind.REMOVED),
    )


def test_paragraphs_keep_a_list_whole_and_everything_else_apart() -> None:
    text = "## 場面\n\n一行目\n二行目\n\n- 一\n\n- 二\n\n  続き\n\n1. 一\n\n本文"
    assert paragraphs(text) == ("## 場面", "一行目\n二行目", "- 一\n\n- 二\n\n  続き\n\n1. 一", "本文")


def test_paragraphs_are_paired_and_what_changed_is_marked() -> None:
    pairs = pair_texts("同じ\n\n前の文\n\n消える", "同じ\n\n後の文\n\n同じ2")
    assert [(each.kind, each.old, each.new) for each in pairs] == [
        (PairKind.SAME, "同じ", "同じ"),
        (PairKind.CHANGED, "前の文", "後の文"),
        (PairKind.CHANGED, "消える", "同じ2"),
    ]
    assert [each.kind for each in pair_up(["a", "b"], ["a"])] == [PairKind.SAME, PairKind.REMOVED]
    assert [each.kind for each in pair_up(["a"], ["a", ""])] == [PairKind.SAME, PairKind.ADDED]


LINES = st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=12)


@given(LINES, LINES, st.integers(0, 3))
def test_nothing_is_lost_between_two_sides(old: list[str], new: list[str], context: int) -> None:
    pairs = pair_up(old, new)
    assert [each.old for each in pairs if each.kind is not PairKind.ADDED] == old
    assert [each.new for each in pairs if each.kind is not PairKind.REMOVED] == new
    blocks = blocks_of_changes(pairs, context=context)
    changed = [each for each in pairs if each.kind is not PairKind.SAME]
    assert [each for block in blocks for each in block.pairs if each.kind is not PairKind.SAME] == changed
    assert all(pairs[block.first - 1 : block.first - 1 + len(block.pairs)] == block.pairs for block in blocks)


def test_every_refusal_has_words() -> None:
    assert labels.FAULTS.keys() == set(Fault)
    assert labels.REFUSALS.keys() == set(ReleaseRefusal)
    assert "「a.md」" in labels.fault_words(UploadFault(Fault.TWIN, "A.md", "a.md"))
