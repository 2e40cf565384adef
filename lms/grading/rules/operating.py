"""What the association may settle about 採点: conflicts, 目合わせ, leases, similar texts, appeals; as shapes of grading.yaml."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from lms.grading.rules.parts import AppealGround


class Stance(StrEnum):
    """What a tie between a grader and a participant means."""

    ALLOW = "allow"
    REFUSE = "refuse"


ChosenStance = Annotated[Stance, BeforeValidator(Stance)]
ChosenGround = Annotated[AppealGround, BeforeValidator(AppealGround)]
PointsText = Annotated[Decimal, Field(strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TaughtRule(_Strict):
    """Whether somebody who taught the cohort may grade it, and decide in it."""

    grading: ChosenStance
    deciding: ChosenStance


class ConflictRules(_Strict):
    """利益相反: which ties keep a grader from a participant's essays."""

    same_company: ChosenStance
    consulted: ChosenStance
    declared: ChosenStance
    taught: TaughtRule


class CalibrationRule(_Strict):
    """目合わせ: how near a grader must come to the agreed marks, how often to try, and how often anchors return blind."""

    total_gap: PointsText = Field(ge=0)
    criterion_gap: int = Field(ge=0, le=5)
    tries: int = Field(ge=1, le=20)
    blind_every: int = Field(ge=2, le=100)


class MaskingRule(_Strict):
    """伏せ字: whether graders wait for the office to have looked at every essay."""

    before_grading: bool


class SimilarityRule(_Strict):
    """Which essays are laid side by side as alike."""

    ngram: int = Field(ge=2, le=20)
    threshold: PointsText = Field(gt=0, le=1)
    passage_chars: int = Field(ge=5, le=200)


class AppealRule(_Strict):
    """異議申立て: the days after the release, and the grounds that are heard."""

    days: int = Field(ge=1, le=365)
    grounds: list[ChosenGround] = Field(min_length=1)


class GradingRules(_Strict):
    """Everything grading.yaml says."""

    lease_minutes: int = Field(ge=1, le=120)
    conflicts: ConflictRules
    calibration: CalibrationRule
    masking: MaskingRule
    similarity: SimilarityRule
    appeals: AppealRule
