"""A moment's text taken apart for the page: what somebody says stands by itself, everything else is a stage direction."""

import re
from dataclasses import dataclass
from enum import StrEnum

OPENING, CLOSING = "「", "」"
_SENTENCE_ENDS = "。！？」)）\n"
_AFTER_SPEECH = "。(（\n"
_SPEAKER = re.compile(r"([A-Z]さん|相手)は?")


class Kind(StrEnum):
    """What a passage is."""

    SPEECH = "speech"
    SCENE = "scene"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a moment; `speaker` only where the text names one in front of the words."""

    kind: Kind
    text: str
    speaker: str = ""


def tell(text: str) -> tuple[Passage, ...]:
    """The passages of a text in order; a quotation inside of a sentence stays part of the sentence."""
    passages: list[Passage] = []
    told = place = 0
    while (start := text.find(OPENING, place)) >= 0:
        end = place = _closing(text, start)
        begin = _sentence_begin(text, start)
        speaker = _speaker(text[begin:start])
        if speaker is None or not _ends_sentence(text, end):
            continue
        passages += [*_scene(text[told:begin]), Passage(Kind.SPEECH, text[start:end], speaker)]
        told = place = end + (text[end : end + 1] == "。")
    return (*passages, *_scene(text[told:]))


def _closing(text: str, start: int) -> int:
    """The place right behind the bracket that closes this one; the end of the text when none does."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == OPENING) - (text[place] == CLOSING)
        if depth == 0:
            return place + 1
    return len(text)


def _sentence_begin(text: str, place: int) -> int:
    while place and text[place - 1] not in _SENTENCE_ENDS:
        place -= 1
    return place


def _speaker(lead: str) -> str | None:
    """Who is named between the beginning of the sentence and the words: "" for nobody, None when they are no speech."""
    if not lead.strip():
        return ""
    named = _SPEAKER.fullmatch(lead.strip())
    return named.group(1) if named else None


def _ends_sentence(text: str, end: int) -> bool:
    return end == len(text) or text[end] in _AFTER_SPEECH


def _scene(text: str) -> tuple[Passage, ...]:
    return (Passage(Kind.SCENE, text.strip()),) if text.strip() else ()
