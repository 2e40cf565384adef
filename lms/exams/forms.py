"""What comes in from the exam room's pages: the form of a section, and the script's own save requests."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from werkzeug.datastructures import MultiDict

from lms.exam_engine.papers import PaperSection
from lms.exams.rules.conduct import SentFact
from lms.exams.rules.incidents import ConductKind
from lms.exams.rules.kinds.registry import PAGE_KINDS
from lms.exams.rules.rehearsing import SAVES, BrowserFacts, OfflineTry, Storage
from lms.exams.rules.sitting import SentAnswer

MAX_ITEMS = 60
MAX_FACTS = 60
MAX_UNSENT = 999
Milliseconds = Annotated[int, Field(ge=0, le=600_000)]
_DEVICE = re.compile(r"[A-Za-z0-9-]{1,40}")


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


class Away(BaseModel):
    """How long the page was out of sight, or without network."""

    model_config = ConfigDict(extra="forbid", strict=True)

    seconds: int = Field(ge=0, le=86_400)


class Pasted(BaseModel):
    """How much was pasted, and into which answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(max_length=40)
    characters: int = Field(ge=0, le=10_000_000)


class SentConduct(BaseModel):
    """One fact a page noticed; what only the server can notice is not taken from a page."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sequence: int = Field(ge=1, le=2**31 - 1)
    kind: Literal["focus_lost", "pasted", "offline"]
    detail: Away | Pasted
    at: AwareDatetime = Field(strict=False)

    @model_validator(mode="after")
    def _check_detail(self) -> Self:
        if isinstance(self.detail, Pasted) != (self.kind == "pasted"):
            raise ValueError("the detail belongs to another kind")
        return self

    def fact(self) -> SentFact:
        """The fact as the service takes it."""
        return SentFact(self.sequence, ConductKind(self.kind), self.detail.model_dump(), self.at)


class SaveRequest(BaseModel):
    """A save request of the exam page; `device` names the page, `claim` makes it the writing one.

    `replaces` is the page that stood in the same tab before; `unsent` counts the answers that stay behind on the device.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    device: str = Field(pattern=r"^[A-Za-z0-9-]{1,40}$")
    claim: bool = False
    replaces: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,40}$")
    items: list[SentItem] = Field(max_length=MAX_ITEMS)
    conduct: list[SentConduct] = Field(default=[], max_length=MAX_FACTS)
    unsent: int = Field(default=0, ge=0, le=MAX_UNSENT)

    def answers(self) -> list[SentAnswer]:
        """The items as the service takes them."""
        return [item.answer() for item in self.items]

    def facts(self) -> list[SentFact]:
        """What the page noticed, as the service takes it."""
        return [each.fact() for each in self.conduct]


class SentChecks(BaseModel):
    """What the rehearsal's script found out about the browser; every value is bounded, so that what is stored stays small."""

    model_config = ConfigDict(extra="forbid", strict=True)

    is_secure: bool
    storage: Storage = Field(strict=False)
    storage_megabytes: int | None = Field(ge=0, le=10**9)
    may_be_private: bool
    saves: list[Milliseconds | None] = Field(max_length=SAVES)
    offline: OfflineTry = Field(strict=False)
    counts_alike: bool
    has_segmenter: bool
    has_cookies: bool
    width: int = Field(ge=0, le=100_000)
    clock_seconds: int = Field(ge=-(10**10), le=10**10)
    can_stay_awake: bool

    def facts(self) -> BrowserFacts:
        """The facts as the service takes them."""
        return BrowserFacts(**{**self.model_dump(mode="json"), "saves": tuple(self.saves)})


def read_checks(payload: object) -> BrowserFacts | None:
    """What the script found out, or None when it is not that."""
    try:
        return SentChecks.model_validate(payload).facts()
    except ValidationError:
        return None


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


def read_unsent(text: str) -> int:
    """How many answers a page says it still keeps; 0 for anything but a number."""
    return min(_number(text), MAX_UNSENT)


def read_section_answers(section: PaperSection, form: MultiDict[str, str]) -> list[SentAnswer]:
    """The answers in the form of a section; questions that are not in the form are left out."""
    return [
        SentAnswer(
            question_id=question.id,
            body=PAGE_KINDS[question.kind].read(question, form),
            base_version=_number(form.get(f"base-{question.id}", "")),
            is_flagged=form.get(f"flag-{question.id}") == "1",
        )
        for question in section.questions
        if f"base-{question.id}" in form
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
