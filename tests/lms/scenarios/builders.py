"""A small scenario for tests of the engine, and the shipped ones read once."""

from functools import cache

from lms.config import ROOT
from lms.scenarios.rules.graph import (
    Advice,
    Channel,
    Criterion,
    Mark,
    Node,
    Point,
    RecordItem,
    Reply,
    Result,
    Safety,
    Scenario,
    Setting,
    Situation,
)
from lms.scenarios.source.shelf import Shelf, read_shelf

CONTENT = ROOT / "content"


@cache
def shipped() -> Shelf:
    return read_shelf(CONTENT)


def reply(
    then: str,
    *,
    heat: int = 0,
    minutes: int = 1,
    or_heated: str | None = None,
    safety: Safety | None = None,
    records: tuple[str, ...] = (),
    marks: dict[Criterion, Mark] | None = None,
) -> Reply:
    points = tuple(Point(criterion, mark, "理由") for criterion, mark in (marks or {Criterion.FIRST: Mark.GOOD}).items())
    return Reply("返す言葉", "そのあと", then, or_heated, heat, minutes, safety, records, points)


def scenario(*nodes: Node, heat: int = 5) -> Scenario:
    return Scenario(
        id="S00",
        title="小さな場面",
        channel=Channel.PHONE,
        situations=(Situation.TIME,),
        minutes=5,
        lessons=("L01",),
        setting=Setting("受付", "電話", "何かが起きた", ("一つ", "二つ")),
        start=nodes[0].id,
        heat=heat,
        records=(RecordItem("r1", "言われた言葉"), RecordItem("r2", "時刻")),
        nodes=nodes,
        advice=(Advice(Criterion.FIRST, "助言", ()),),
        untouched={Criterion.SAFETY: "危険のない場面のため"},
    )


def moment(node_id: str, *replies: Reply, shows: tuple[str, ...] = ()) -> Node:
    return Node(node_id, "起きたこと", shows, replies, None)


def ending(node_id: str, result: Result = Result.SETTLED) -> Node:
    return Node(node_id, "終わり", (), (), result)
