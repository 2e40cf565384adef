"""The linter of a scenario's words: lengths, left-over marks, unsourced law, 「必ず」 outside safety, judging words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lms.scenarios.rules.graph import Criterion, Reply, Scenario
from lms.scenarios.rules.problems import Fault, Path, ProblemKind
from lms.text import count_characters

LEFT_OVER = re.compile(r"TODO|FIXME|XXX|【|】|\{\{|\}\}|\*\*|```|要確認")
LEGAL = re.compile(r"法律|条例|違法|罪|刑法|義務|\d+条|指針|施設管理権")
MUST = re.compile(r"必ず|絶対に|絶対、")
JUDGING = re.compile(
    r"クレーマー|モンスター|老人|老害|おばさん|おじさん|外国人|若者|中年|女のくせに|男のくせに|障害者なのに|頭がおかしい"
)
"""Words that judge people, or speak of them by age, sex, nationality or disability, instead of naming what they do."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a scenario with its place and longest length in 字; in the story people may say anything."""

    path: Path
    text: str
    limit: int
    facts: tuple[str, ...] = ()
    is_story: bool = False
    is_safety: bool = False


def check_words(scenario: Scenario) -> tuple[Fault, ...]:
    """Every fault of the words."""
    return tuple(fault for passage in _passages(scenario) for fault in _check(passage))


def _check(passage: Passage) -> Iterator[Fault]:
    count = count_characters(passage.text)
    if count > passage.limit:
        yield Fault(ProblemKind.TOO_LONG, passage.path, {"count": count, "limit": passage.limit})
    for kind, pattern, is_excused in (
        (ProblemKind.LEFT_OVER, LEFT_OVER, False),
        (ProblemKind.LEGAL_WORD, LEGAL, passage.is_story or bool(passage.facts)),
        (ProblemKind.MUST_WORD, MUST, passage.is_story or passage.is_safety),
        (ProblemKind.JUDGING_WORD, JUDGING, False),
    ):
        found = pattern.search(passage.text)
        if found and not is_excused:
            yield Fault(kind, passage.path, {"given": found.group()})


def _passages(scenario: Scenario) -> Iterator[Passage]:
    yield Passage(("title",), scenario.title, 24)
    yield from _setting(scenario)
    for index, item in enumerate(scenario.records):
        yield Passage(("records", index, "text"), item.text, 70, is_story=True)
    for index, node in enumerate(scenario.nodes):
        yield Passage(("nodes", index, "text"), node.text, 200, is_story=True)
        for number, reply in enumerate(node.replies):
            yield from _reply(reply, ("nodes", index, "replies", number))
    for index, advice in enumerate(scenario.advice):
        is_safety = advice.criterion is Criterion.SAFETY
        yield Passage(("advice", index, "text"), advice.text, 150, facts=advice.facts, is_safety=is_safety)
    for criterion, why in scenario.untouched.items():
        yield Passage(("untouched", criterion), why, 80)


def _setting(scenario: Scenario) -> Iterator[Passage]:
    setting = scenario.setting
    for field, text, limit in (("role", setting.role, 60), ("place", setting.place, 60), ("happened", setting.happened, 200)):
        yield Passage(("setting", field), text, limit, is_story=True)
    for index, rule in enumerate(setting.allowed):
        yield Passage(("setting", "allowed", index), rule, 60)


def _reply(reply: Reply, path: Path) -> Iterator[Passage]:
    yield Passage((*path, "says"), reply.says, 110, is_story=True)
    yield Passage((*path, "after"), reply.after, 120)
    for point in reply.points:
        is_safety = point.criterion is Criterion.SAFETY
        yield Passage((*path, "points", point.criterion), point.why, 60, is_safety=is_safety)
