"""Damage planted into a shipped scenario is found with its kind and on its line; an empty shelf and a folder of files too."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.exam_engine.yaml_tree import SourceText
from lms.scenarios.labels import problem_words
from lms.scenarios.rules.problems import ProblemKind
from lms.scenarios.source.shelf import Known, read_scenario, read_shelf
from tests.lms.scenarios.builders import CONTENT

NAME = "scenarios/S01.yaml"
TEXT = (CONTENT / NAME).read_text(encoding="utf-8")
KNOWN = Known(
    lessons=frozenset({"L15", "L16", "L17"}),
    facts=dict.fromkeys(re.findall(r"F-\d+", TEXT), "B") | {"F-104": "C"},
)

Damage = Callable[[str], str]


def swap(old: str, new: str) -> Damage:
    def damage(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return damage


def everywhere(pattern: str, new: str) -> Damage:
    def damage(text: str) -> str:
        changed = re.sub(pattern, new, text, flags=re.MULTILINE)
        assert changed != text
        return changed

    return damage


def without_node(node_id: str) -> Damage:
    return everywhere(rf"^  - id: {node_id}\n(?:    .*\n)+", "")


def first_reply_only(node_id: str) -> Damage:
    """Keeps a single reply of a node."""

    def damage(text: str) -> str:
        head, rest = text.split(f"  - id: {node_id}\n", 1)
        body, tail = re.split(r"(?=^  - id: )", rest, maxsplit=1, flags=re.MULTILINE)
        before, first, *_ = re.split(r"(?=^      - says: )", body, flags=re.MULTILINE)
        return f"{head}  - id: {node_id}\n{before}{first}{tail}"

    return damage


FAULTS = [
    pytest.param(swap("channel: phone", "channel: [phone"), ProblemKind.YAML, "situations:", id="a bracket that never ends"),
    pytest.param(swap("heat: 5}", "heat: 11}"), ProblemKind.WRONG_VALUE, "heat: 11}", id="a heat beyond ten"),
    pytest.param(swap("\n        minutes: 50", ""), ProblemKind.MISSING_FIELD, "途中で切れば", id="a reply without its minutes"),
    pytest.param(
        everywhere(r"^        after: 「番号？.*\n", ""),
        ProblemKind.MISSING_FIELD,
        "ご注文番号とお名前",
        id="a reply without consequence",
    ),
    pytest.param(swap("channel: phone", "chanel: phone"), ProblemKind.UNKNOWN_FIELD, "chanel", id="a field misspelled"),
    pytest.param(swap("○ 次に何を", "◎ 次に何を"), ProblemKind.WRONG_VALUE, "◎ 次に何を", id="a point without one of the marks"),
    pytest.param(swap("id: S01", "id: S99"), ProblemKind.FILE_NAME, "id: S99", id="an id that is not the file's"),
    pytest.param(swap("  - id: n3\n", "  - id: n2\n"), ProblemKind.DUPLICATE_ID, "  - id: n2", id="two nodes of one id"),
    pytest.param(swap("then: n2", "then: n20"), ProblemKind.UNKNOWN_NODE, "then: n20", id="a way to nowhere"),
    pytest.param(
        swap("or_heated: n4h", "or_heated: hot"), ProblemKind.UNKNOWN_NODE, "or_heated: hot", id="a heated way to nowhere"
    ),
    pytest.param(swap("node: n1", "node: n0"), ProblemKind.UNKNOWN_NODE, "node: n0", id="a beginning that is not there"),
    pytest.param(swap("shows: [r1]", "shows: [r9]"), ProblemKind.UNKNOWN_RECORD, "shows: [r9]", id="an unknown record is shown"),
    pytest.param(
        swap("records: [r2, r3]", "records: [r2, r8]"), ProblemKind.UNKNOWN_RECORD, "[r2, r8]", id="an unknown record is kept"
    ),
    pytest.param(swap("    shows: [r1]\n", ""), ProblemKind.RECORD_UNSHOWN, "{id: r1,", id="a record that never happens"),
    pytest.param(
        everywhere(r"^        records: .*\n", ""), ProblemKind.RECORD_NEVER_KEPT, "{id: r1,", id="a record that nobody can keep"
    ),
    pytest.param(
        everywhere(r"records: \[(?:r1, )?r2, r3(?:, r4)?\]", "records: [r1, r3, r4]"),
        ProblemKind.GOOD_WAY_FORGETS,
        "{id: r2,",
        id="even the good way forgets",
    ),
    pytest.param(swap("    result: settled\n", ""), ProblemKind.DEAD_END, "  - id: e1", id="a dead end"),
    pytest.param(
        swap("    shows: [r3]\n    replies:", "    shows: [r3]\n    result: broken\n    replies:"),
        ProblemKind.ENDING_WITH_REPLIES,
        "    replies:",
        id="an ending with replies",
    ),
    pytest.param(first_reply_only("n2"), ProblemKind.REPLY_COUNT, "    replies:", id="one reply is no choice"),
    pytest.param(without_node("e2"), ProblemKind.UNKNOWN_NODE, "or_heated: e2", id="an ending taken away"),
    pytest.param(swap("then: n3\n", "then: n1\n"), ProblemKind.LOOP, "then: n1", id="a way back"),
    pytest.param(
        everywhere(r"^        or_heated: n4h\n", ""), ProblemKind.UNREACHABLE, "  - id: n4h", id="a node nobody reaches"
    ),
    pytest.param(
        swap("heat: 1\n        minutes: 8", "heat: -1\n        minutes: 8"),
        ProblemKind.COOLED_INTO_HEAT,
        "or_heated",
        id="calm that explodes",
    ),
    pytest.param(everywhere("then: n2$", "then: n6"), ProblemKind.TOO_SHORT_WAY, "start:", id="a way that is over at once"),
    pytest.param(
        everywhere(r"facts: \"", 'first: "'), ProblemKind.UNTOUCHED, "  - id: e", id="a criterion that no reply touches"
    ),
    pytest.param(
        swap("advice:\n", "untouched: {safety: 触れないことがあります}\nadvice:\n"),
        ProblemKind.NEEDLESS_REASON,
        "untouched:",
        id="a reason that is not needed",
    ),
    pytest.param(
        swap('points: {facts: "× 分からないことを推測で埋めた"}', "points: {}"),
        ProblemKind.NO_POINT,
        "連休明け",
        id="a reply without point",
    ),
    pytest.param(everywhere("[△×] ", "○ "), ProblemKind.NO_DIFFERENCE, "    replies:", id="whatever one says is good"),
    pytest.param(everywhere("○ ", "△ "), ProblemKind.NO_GOOD_WAY, "nodes:", id="nothing is ever good"),
    pytest.param(
        everywhere(r"^  - \{criterion: team,.*\n", ""), ProblemKind.ADVICE_MISSING, "advice:", id="a criterion without advice"
    ),
    pytest.param(swap("[L15, L16, L17]", "[L15, L16, L77]"), ProblemKind.UNKNOWN_LESSON, "L77", id="a lesson that is not there"),
    pytest.param(swap("facts: [F-092]", "facts: [F-999]"), ProblemKind.UNKNOWN_FACT, "F-999", id="a fact that is not there"),
    pytest.param(swap("facts: [F-092]", "facts: [F-104]"), ProblemKind.UNSURE_FACT, "F-104", id="a fact of certainty C"),
    pytest.param(
        swap("after: 「番号？", "after: 「" + "番号" * 60), ProblemKind.TOO_LONG, "番号番号", id="a consequence too long to read"
    ),
    pytest.param(swap("頼むよ」", "頼むよ」TODO"), ProblemKind.LEFT_OVER, "TODO", id="a mark left over"),
    pytest.param(
        swap("分かることと分からないことが分かれました", "条例のとおりです"),
        ProblemKind.LEGAL_WORD,
        "条例",
        id="law without a fact",
    ),
    pytest.param(swap("次に出る人が", "必ず次に出る人が"), ProblemKind.MUST_WORD, "必ず", id="must, outside safety"),
    pytest.param(
        swap("不満は残りましたが", "相手はクレーマーですが"), ProblemKind.JUDGING_WORD, "クレーマー", id="a judged person"
    ),
]


@pytest.mark.parametrize(("damage", "kind", "marker"), FAULTS)
def test_a_planted_fault_is_found_on_its_line(damage: Damage, kind: ProblemKind, marker: str) -> None:
    text = damage(TEXT)
    _, problems = read_scenario(SourceText(NAME, text), KNOWN)
    found = [each for each in problems if each.kind is kind]
    assert found, [(each.line, each.kind) for each in problems]
    assert all("{" not in problem_words(each) for each in problems)
    lines = text.split("\n")
    assert any(marker in lines[each.line - 1] for each in found), [(each.line, lines[each.line - 1]) for each in found]


def test_the_sound_file_has_no_problem() -> None:
    scenario, problems = read_scenario(SourceText(NAME, TEXT), KNOWN)
    assert scenario is not None
    assert problems == ()


def test_a_way_may_not_be_endless() -> None:
    text = TEXT.replace("then: n2\n", "then: a0\n").replace(
        "advice:\n",
        "".join(
            f"  - id: a{number}\n    text: 間\n    replies:\n"
            + f"      - {{says: はい, after: はい, then: {f'a{number + 1}' if number < 5 else 'n2'}, heat: 0, minutes: 1,"
            " points: {first: ○ はい}}\n" * 3
            for number in range(6)
        )
        + "advice:\n",
    )
    _, problems = read_scenario(SourceText(NAME, text), KNOWN)
    assert ProblemKind.TOO_LONG_WAY in {each.kind for each in problems}


def test_the_place_or_the_length_of_the_best_reply_may_not_tell() -> None:
    def best_first(text: str) -> str:
        scenario_head, nodes = text.split("nodes:\n", 1)
        parts = re.split(r"(?=^  - id: |^advice:)", nodes, flags=re.MULTILINE)
        return scenario_head + "nodes:\n" + "".join(_sorted_replies(part) for part in parts)

    _, problems = read_scenario(SourceText(NAME, best_first(TEXT)), KNOWN)
    assert [each.kind for each in problems] == [ProblemKind.SAME_PLACE]
    shortened = re.sub(r"(- says: )(.*)((?:\n        .*)*?\n        points: \{\w+: \"[△×])", r"\1はい\3", TEXT)
    _, problems = read_scenario(SourceText(NAME, shortened), KNOWN)
    assert [each.kind for each in problems] == [ProblemKind.LENGTH_TELLS]


def _sorted_replies(node: str) -> str:
    head, *replies = re.split(r"(?=^      - says: )", node, flags=re.MULTILINE)
    return head + "".join(sorted(replies, key=lambda each: each.count("× ") * 2 + each.count("△ ")))


def test_a_shelf_leaves_out_what_has_a_problem(tmp_path: Path) -> None:
    shutil.copytree(CONTENT / "lessons", tmp_path / "lessons")
    shutil.copy(CONTENT / "facts.yaml", tmp_path / "facts.yaml")
    assert [each.kind for each in read_shelf(tmp_path).problems] == [ProblemKind.FILE_MISSING]
    (tmp_path / "scenarios").mkdir()
    shutil.copy(CONTENT / "scenarios/S02.yaml", tmp_path / "scenarios")
    (tmp_path / NAME).write_text(TEXT.replace("then: n2", "then: n20"), encoding="utf-8")
    shelf = read_shelf(tmp_path)
    assert [each.id for each in shelf.scenarios] == ["S02"]
    assert {(each.file, each.kind) for each in shelf.problems} == {(NAME, ProblemKind.UNKNOWN_NODE)}
