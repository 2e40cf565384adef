"""What every kind of question offers to the exam's pages: its control, its form fields, its answer in one line."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lms.documents.records import AnswerPart, PrintedOption

MARKS = "アイウエオカキクケコサシスセソタチツテト"
"""What options are called by, in the order shown."""
SEPARATOR = "、"


class Fields(Protocol):
    """The fields of a form that was sent; one name may stand several times."""

    def get(self, name: str, /) -> str | None:
        """The first value of this name."""

    def getlist(self, name: str, /) -> Sequence[str]:
        """Every value of this name."""


class Listed(Protocol):
    """Something of a paper that is offered in a list."""

    @property
    def id(self) -> str:
        """Its id in the paper."""

    @property
    def text(self) -> str:
        """What it says."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something offered on the page, with the mark it is called by; never why it is right or wrong."""

    id: str
    mark: str
    text: str
    place: str = ""
    """What she gave it: chosen or not, its position, its partner; empty when nothing."""


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of question on the page; its functions receive only questions, answers and bodies of this kind.

    `control` gives the template `exams/kinds/<name>.html` what it shows, with her answer or None, as a value that can be
    compared and kept;
    `read` makes an answer body of form fields; `words` says an answer in one line; `printed` says how the paper edition
    asks for it.
    """

    name: str
    control: Callable[[Any, Any], Hashable]
    read: Callable[[Any, Fields], Mapping[str, object]]
    words: Callable[[Any, Any], str]
    printed: Callable[[Any], AnswerPart]


def field_name(question_id: str, part: str = "") -> str:
    """The name of a question's form control, or of one of several."""
    return f"answer-{question_id}-{part}" if part else f"answer-{question_id}"


def offers(listed: Iterable[Listed], places: Mapping[str, str]) -> tuple[Offer, ...]:
    """The list as the page shows it, in the order of the paper."""
    return tuple(Offer(each.id, mark, each.text, places.get(each.id, "")) for mark, each in zip(MARKS, listed, strict=False))


def mark_of(listed: Iterable[Listed], wanted: str) -> str:
    """The mark something is called by; empty for what the paper does not offer."""
    return next((mark for mark, each in zip(MARKS, listed, strict=False) if each.id == wanted), "")


def printed_options(listed: Iterable[Listed], marks: Sequence[str] = MARKS) -> tuple[PrintedOption, ...]:
    """The list as the paper edition prints it."""
    return tuple(PrintedOption(mark, each.text) for mark, each in zip(marks, listed, strict=False))
