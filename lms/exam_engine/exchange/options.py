"""Answers as GIFT and Moodle XML list them, with weights and feedback → the fields of our kinds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lms.exam_engine.exchange.drafts import Draft
from lms.exam_engine.exchange.entries import one_line
from lms.exam_engine.exchange.faults import FaultCode, Place
from lms.exam_engine.exchange.weights import is_per_option

_WHOLE = Decimal(100)
_STAR = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class ReadOption:
    """An answer of another system: its text, the percentage it earns, its feedback, where it stands."""

    text: str
    weight: Decimal
    reason: str
    place: Place
    raw: str = ""


def put_options(draft: Draft, options: Sequence[ReadOption], *, is_single: bool) -> None:
    """The options of a question with one right option or several."""
    draft.put("kind", "single_choice" if is_single else "multiple_choice")
    if draft.is_crowded(len(options)):
        return
    draft.put("options", [{"text": each.text, "reason": each.reason} for each in options])
    for index, each in enumerate(options):
        draft.places[("options", index)] = each.place
    if len(options) < 2:
        draft.refuse(FaultCode.NO_ANSWERS)
    elif is_single:
        _put_key(draft, options)
    else:
        _put_keys(draft, options)


def _put_key(draft: Draft, options: Sequence[ReadOption]) -> None:
    right = [index for index, each in enumerate(options) if each.weight == _WHOLE]
    if len(right) != 1:
        place = options[right[1]].place if right else draft.place
        draft.refuse(FaultCode.SEVERAL_RIGHT if right else FaultCode.NO_RIGHT_ANSWER, place)
        return
    draft.right = right
    draft.places[("key",)] = options[right[0]].place
    if any(each.weight not in {0, _WHOLE} for each in options):
        draft.warn(FaultCode.WEIGHTS_DROPPED)


def _put_keys(draft: Draft, options: Sequence[ReadOption]) -> None:
    draft.right = [index for index, each in enumerate(options) if each.weight > 0]
    if not draft.right:
        draft.refuse(FaultCode.NO_RIGHT_ANSWER)
        return
    rule = draft.values.setdefault("rule", "per_option")
    if rule == "per_option" and not is_per_option([each.weight for each in options]):
        draft.warn(FaultCode.WEIGHTS_DROPPED)


def put_pairs(draft: Draft, pairs: Sequence[tuple[str, str, Place]]) -> None:
    """Pairs of texts; one without a left text only adds to the choice on the right."""
    if draft.is_crowded(len(pairs)):
        return
    lefts: list[dict[str, str]] = []
    rights: dict[str, int] = {}
    for left, right, place in pairs:
        text = one_line(right)
        if not text:
            draft.refuse(FaultCode.ARROW_MISSING, place)
            continue
        number = rights.setdefault(text, len(rights))
        if left:
            draft.places[("lefts", len(lefts))] = place
            draft.pairs.append((len(lefts), number))
            lefts.append({"text": left})
    draft.put("lefts", lefts)
    draft.put("rights", [{"text": text} for text in rights])
    used = [right for _, right in draft.pairs]
    if len(set(used)) < len(used):
        draft.values.setdefault("may_repeat_rights", True)
    draft.values.setdefault("rule", "per_pair")
    if len(draft.pairs) < 2:
        draft.refuse(FaultCode.NO_ANSWERS)


def unwild(draft: Draft, option: ReadOption) -> ReadOption:
    """A short answer whose stars stand for themselves; one that stands for any text is refused."""
    if _STAR.search(option.text) and option.weight > 0:
        draft.refuse(FaultCode.WILDCARD, option.place, words=option.text[:60])
    return replace(option, text=option.text.replace("\\*", "*"))


def put_accepted(draft: Draft, options: Sequence[ReadOption]) -> None:
    """The words of a short-text question; those for a part of the points, or for none, are left aside by name."""
    if draft.is_crowded(len(options)):
        return
    right = [each for each in options if each.weight == _WHOLE]
    if len(right) < len(options):
        draft.warn(FaultCode.ANSWER_DROPPED, count=len(options) - len(right))
    if not right:
        draft.refuse(FaultCode.NO_RIGHT_ANSWER)
        return
    draft.put("accepted", [one_line(each.text) for each in right])
    for index, each in enumerate(right):
        draft.places[("accepted", index)] = each.place
    reasons = list(dict.fromkeys(each.reason for each in right if each.reason))
    if reasons:
        draft.put("explanation", "\n".join(reasons))
