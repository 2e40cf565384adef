"""Reading the forms of 場面練習: which step of a play a reply answers, and which reply it is."""

from collections.abc import Mapping
from dataclasses import dataclass

MAX_DIGITS = 3


@dataclass(frozen=True, slots=True)
class SentReply:
    """A reply as sent: `step` counts the replies given before it, `choice` is its place, both from 0."""

    step: int
    choice: int


def read_reply(form: Mapping[str, str]) -> SentReply | None:
    """The reply, or None when none was chosen or the form is not one of ours."""
    step, choice = read_step(form), _number(form.get("choice", ""))
    return None if step is None or choice is None else SentReply(step, choice)


def read_step(form: Mapping[str, str]) -> int | None:
    """The step a form is about, or None."""
    return _number(form.get("step", ""))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None
