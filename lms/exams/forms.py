"""What comes in from the exam room's pages: the form of a section, and the script's own save requests."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from lms.exam_engine.papers import PaperSection
from lms.exams.rules.sitting import SentAnswer

MAX_ITEMS = 60
_DEVICE = re.compile(r"[A-Za-z0-9-]{1,40}")
_ANSWER_FIELDS: Mapping[str, str] = {"single_choice": "option", "essay": "text"}
"""Kind of question → the field of its answer body that a form control fills."""


class SentItem(BaseModel):
    """One answer in a save request."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(max_length=40)
    sequence: int = Field(ge=1, le=2**31 - 1)
    base_version: int = Field(ge=0, le=2**31 - 1)
    body: dict[str, Any]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    typed_at: AwareDatetime | None = Field(default=None, strict=False)
    flagged: bool = False

    def answer(self) -> SentAnswer:
        """The item as the service takes it. The page's own hash is for the page: the service answers with the stored one."""
        return SentAnswer(
            question_id=self.question,
            body=self.body,
            base_version=self.base_version,
            sequence=self.sequence,
            typed_at=self.typed_at,
            is_flagged=self.flagged,
        )


class SaveRequest(BaseModel):
    """A save request of the exam page; `device` names the page, `claim` makes it the writing one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    device: str = Field(pattern=r"^[A-Za-z0-9-]{1,40}$")
    claim: bool = False
    items: list[SentItem] = Field(max_length=MAX_ITEMS)

    def answers(self) -> list[SentAnswer]:
        """The items as the service takes them."""
        return [item.answer() for item in self.items]


def read_save_request(payload: object) -> SaveRequest | None:
    """The request, or None when it is not one."""
    try:
        return SaveRequest.model_validate(payload)
    except ValidationError:
        return None


def read_device(form: Mapping[str, str]) -> str:
    """The id of the page a form was rendered in."""
    device = form.get("device", "")
    return device if _DEVICE.fullmatch(device) else "form"


def read_section_answers(section: PaperSection, form: Mapping[str, str]) -> list[SentAnswer]:
    """The answers in the form of a section; questions that are not in the form are left out."""
    return [
        SentAnswer(
            question_id=question.id,
            body=_body(question.kind, form.get(f"answer-{question.id}")),
            base_version=_number(form.get(f"base-{question.id}", "")),
            is_flagged=form.get(f"flag-{question.id}") == "1",
        )
        for question in section.questions
        if f"base-{question.id}" in form
    ]


def _body(kind: str, value: str | None) -> dict[str, object]:
    field = _ANSWER_FIELDS[kind]
    if field == "text":
        return {"kind": kind, field: value or ""}
    return {"kind": kind, field: value or None}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
