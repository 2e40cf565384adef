"""Two anchors for the sample exam, and the codes that only anchors can have."""

from lms.exam_engine.errors import ProblemCode

CODES_OF_COVERAGE = {ProblemCode.ESSAY_WITHOUT_ANCHOR, ProblemCode.ESSAY_WITHOUT_RECHECK}
CODES_OF_ANCHORS = {
    ProblemCode.UNKNOWN_ESSAY,
    ProblemCode.UNKNOWN_MARK_CRITERION,
    ProblemCode.UNKNOWN_LEVEL,
    ProblemCode.MISSING_LEVEL,
    ProblemCode.MISSING_REASON,
    ProblemCode.UNKNOWN_CAP,
    ProblemCode.CAP_REASON,
    ProblemCode.LENGTH_CLAIM,
    ProblemCode.ANCHOR_POINTS,
    ProblemCode.REPEATED_TEXT,
    *CODES_OF_COVERAGE,
}

_ANCHOR = """\
  - id: {id}
    question: T1-001
    purpose: calibration
    text: |
      {text}
    levels: {{T1-R1: 5, T1-R2: {second}, T1-R3: 4, T1-R4: 3, T1-R5: {last}}}
    cap: {cap}
    cap_reason: {cap_reason}
    points: "{points}"
    reasons: {{T1-R1: 理由一, T1-R2: 理由二, T1-R3: 理由三, T1-R4: 理由四, T1-R5: 理由五}}
"""

ANCHORS_YAML = (
    "anchors:\n"
    + _ANCHOR.format(id="T1-001-A", text="よい答案" * 160, second=4, last=5, cap="null", cap_reason="null", points=21)
    + _ANCHOR.format(
        id="T1-001-B", text="足りない答案" * 75, second=2, last=4, cap="left_alone", cap_reason="一人に続けさせた", points=12
    )
)
