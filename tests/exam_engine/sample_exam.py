"""A small exam of its own, as YAML texts and as definitions, so that these tests do not depend on content/."""

import functools
from decimal import Decimal

from lms.exam_engine.definitions import Exam, MachineQuestion
from lms.exam_engine.drawing import Shuffler
from lms.exam_engine.kinds.base import Placement
from lms.exam_engine.kinds.registry import KINDS
from lms.exam_engine.papers import Paper, PaperMachineQuestion, draw_paper
from lms.exam_engine.parsing import Problem, SourceText, check_exam, parse_exam

FACTS = {"F-001": "A", "F-002": "B", "F-003": "C"}
LESSONS = ("L01", "L02")

EXAM_YAML = """\
id: sample
title: 見本の試験
version: "1"
as_of: "2026-11-22"
sections:
  - id: choice
    title: 選択問題
    kind: choice
    time_limit_minutes: 60
    max_points: "10"
    points_per_question: "2.5"
    materials: closed
    materials_note: 資料を参照せずに解答してください。
    quotas:
      D1: {remember: 2, apply: 1, evaluate: 0}
      D4: {evaluate: 1}
  - id: essay
    title: 論述問題
    kind: essay
    time_limit_minutes: 45
    max_points: "50"
    materials: handouts
    materials_note: 配布資料を参照できます。
    slots:
      - {types: [T1], max_points: "25"}
      - {types: [T3, T4], max_points: "25"}
    limits: {under_expression_zero: 400, under_not_graded: 200, over_not_graded: 880}
pass_rule:
  total: "42"
  sections: {choice: "6", essay: "25"}
resit: {windows: 2, min_days_after_release: 7}
disagreement:
  total_gap: "5"
  criterion_gap: "3"
  split_cap: true
  split_verdict: true
pledge:
  - 本人が受験します。
"""

_CHOICE = """\
  - id: {id}
    kind: single_choice
    domain: {domain}
    level: {level}
    lessons: [L01]
    facts: [F-001]
    as_of: "2026-11-22"
    version: 1
    status: unreviewed
    author: 事務局原案
    reviewers: []
    stem: |
      {id}の問い。適切なものはどれか。
    options:
      - {{id: a, text: "{id}の選択肢その一", reason: "理由一"}}
      - {{id: b, text: "{id}の選択肢その二", reason: "理由二"}}
      - {{id: c, text: "{id}の選択肢その三", reason: "理由三"}}
      - {{id: d, text: "{id}の選択肢その四", reason: "理由四"}}
    key: {key}
"""

_ESSAY = """\
  - id: {id}
    kind: essay
    type: {type}
    title: {id}の題
    domains: [D1, D4]
    lessons: [L02]
    facts: [F-002]
    as_of: "2026-11-22"
    version: 1
    status: unreviewed
    author: 事務局原案
    reviewers: []
    prompt: |
      {id}について論じなさい。
    min_chars: 600
    max_chars: 800
    rubric: {type}
"""

_RUBRIC = """\
  - id: {id}
    revision: 1
    title: {id}の基準
    criteria:
{criteria}
    expression_criterion: {id}-R5
    caps:
      - {{id: retaliation, text: 報復を勧めている}}
      - {{id: left_alone, text: 一人に対応を続けさせている}}
    cap_points: 12
"""

_CELLS = (("D1", "remember", 6), ("D1", "apply", 3), ("D4", "evaluate", 3))


def _choices() -> str:
    cells = [(domain, level, number) for domain, level, count in _CELLS for number in range(1, count + 1)]
    return "".join(
        _CHOICE.format(id=f"{domain}-{level[0]}{number}", domain=domain, level=level, key="abcd"[number % 4])
        for domain, level, number in cells
    )


def _rubric(name: str) -> str:
    levels = ", ".join(f"{{points: {points}, text: 状態{points}}}" for points in range(5, -1, -1))
    criteria = "\n".join(
        f"      - id: {name}-R{number}\n        title: 観点{number}\n        levels: [{levels}]" for number in range(1, 6)
    )
    return _RUBRIC.format(id=name, criteria=criteria)


CHOICES_YAML = "questions:\n" + _choices()
ESSAYS_YAML = "questions:\n" + "".join(
    _ESSAY.format(id=f"{name}-{number:03}", type=name)
    for name, count in (("T1", 2), ("T3", 3), ("T4", 1))
    for number in range(1, count + 1)
)
RUBRICS_YAML = "rubrics:\n" + "".join(_rubric(name) for name in ("T1", "T3", "T4"))

TEXTS = {"exam.yaml": EXAM_YAML, "choices.yaml": CHOICES_YAML, "essays.yaml": ESSAYS_YAML, "rubrics.yaml": RUBRICS_YAML}


def sources(texts: dict[str, str]) -> tuple[SourceText, list[SourceText], SourceText]:
    exam, choices, essays, rubrics = (SourceText(name, text) for name, text in texts.items())
    return exam, [choices, essays], rubrics


def parse(texts: dict[str, str]) -> Exam:
    return parse_exam(*sources(texts), facts=FACTS, lesson_ids=LESSONS)


def check(texts: dict[str, str]) -> tuple[Problem, ...]:
    return check_exam(*sources(texts), facts=FACTS, lesson_ids=LESSONS)


EXAM: Exam = parse(TEXTS)
PAPER: Paper = draw_paper(EXAM, seed="sample")

_HEAD = """\
  - id: {id}
    kind: {kind}
    lessons: [L01]
    facts: [F-001]
    as_of: "2026-11-22"
    version: 1
    status: unreviewed
    author: 事務局原案
    reviewers: []
"""

_MACHINE = """\
    domain: {domain}
    level: {level}
    stem: |
      {id}の問い。
"""

_BODIES = {
    "single_choice": """\
    options:
      - {id: a, text: 警察に通報する, reason: 理由}
      - {id: b, text: 上司に報告する, reason: 理由}
      - {id: c, text: 記録に残しておく, reason: 理由}
      - {id: d, text: 窓口を閉めておく, reason: 理由}
    key: b
""",
    "multiple_choice": """\
    options:
      - {id: a, text: 暴言, reason: 当たる。}
      - {id: b, text: 要望, reason: 当たらない。}
      - {id: c, text: 脅迫, reason: 当たる。}
      - {id: d, text: 質問, reason: 当たらない。}
      - {id: e, text: 居座り, reason: 当たる。}
    key: [a, c, e]
    rule: per_option
""",
    "ordering": """\
    items:
      - {id: k, text: 傾聴する}
      - {id: t, text: 事実を確認する}
      - {id: e, text: 上司に報告する}
      - {id: m, text: 記録する}
    rule: per_position
    explanation: まず聴き、確かめてから報告する。
""",
    "matching": """\
    lefts:
      - {id: l1, text: 33条}
      - {id: l2, text: 34条}
      - {id: l3, text: 35条}
    rights:
      - {id: r1, text: 事業主の措置}
      - {id: r2, text: 事業主の責務}
      - {id: r3, text: 指針}
      - {id: r4, text: 罰則}
    key: {l1: r2, l2: r3, l3: r1}
    rule: per_pair
    explanation: 条文のとおり。
""",
    "numeric": """\
    value: "1234.5"
    tolerance: "0.5"
    unit: 件
    explanation: 統計のとおり。
""",
    "short_text": """\
    accepted: [カスタマーハラスメント, カスハラ, customer harassment]
    explanation: 法律の言葉ではない。
""",
}


def question_yaml(
    kind: str, question_id: str, *, domain: str = "D1", level: str = "remember", extra: str = "", body: str | None = None
) -> str:
    """A question of a machine-marked kind as an entry of a bank file; `extra` is further YAML, indented by four."""
    head = _HEAD.format(id=question_id, kind=kind) + _MACHINE.format(id=question_id, domain=domain, level=level)
    return head + extra + (_BODIES[kind] if body is None else body)


def case_yaml(case_id: str, *, status: str = "unreviewed") -> str:
    """A case as an entry of a bank file."""
    head = _HEAD.format(id=case_id, kind="case").replace("status: unreviewed", f"status: {status}")
    return f"{head}    title: {case_id}の題\n    text: |\n      A店で起きたこと。\n"


def body_of(kind: str) -> str:
    """The YAML of what only this kind has, in the sample question."""
    return _BODIES[kind]


def with_bank(*entries: str, quotas: str = "D1: {remember: 1}", count: int = 1) -> dict[str, str]:
    """The sample's files with these entries instead of its choice questions, and a blueprint of so many questions."""
    exam = EXAM_YAML.replace("      D1: {remember: 2, apply: 1, evaluate: 0}\n      D4: {evaluate: 1}\n", f"      {quotas}\n")
    exam = exam.replace('max_points: "10"', f'max_points: "{Decimal("2.5") * count}"').replace('choice: "6"', 'choice: "0"')
    exam = exam.replace('total: "42"', 'total: "25"')
    return {**TEXTS, "exam.yaml": exam, "choices.yaml": "questions:\n" + "".join(entries)}


@functools.cache
def _defined(kind: str, body: str | None) -> MachineQuestion:
    [definition] = parse(with_bank(question_yaml(kind, "Q-1", body=body))).questions
    return definition


def frozen(kind: str, *, points: str = "2.5", body: str | None = None, seed: str = "sample") -> PaperMachineQuestion:
    """The sample question of a kind as a paper holds it."""
    placement = Placement(number=1, points=Decimal(points), shuffler=Shuffler(seed, "options"), rubrics=())
    question: PaperMachineQuestion = KINDS[kind].freeze(_defined(kind, body), placement)
    return question


MACHINE_SAMPLES = tuple(_BODIES)

EVERY_KIND = parse(
    with_bank(
        *(question_yaml(kind, f"Q-{number}-{kind}") for kind in _BODIES for number in (1, 2)),
        quotas="D1: {remember: {multiple_choice: 1, ordering: 1, matching: 1, numeric: 1, short_text: 1, any: 2}}",
        count=7,
    )
)
"""An exam with a question of every kind."""
