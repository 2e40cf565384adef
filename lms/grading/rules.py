"""Pure decisions of 採点: parts a grader plays, how essays are shared out."""

from enum import StrEnum


class GraderPart(StrEnum):
    """一次採点, 二次採点, 裁定."""

    FIRST = "first"
    SECOND = "second"
    ADJUDICATOR = "adjudicator"
