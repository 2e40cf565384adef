"""配点の割合: our rules of points ↔ the percentages other systems put on options."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

_STEP = Decimal("0.00001")
_WHOLE = Decimal(100)
_NEAR = Decimal("0.01")


def percent(weight: Decimal) -> str:
    """A percentage as Moodle lists it: five decimals at most, no zeros at the end."""
    text = f"{weight.quantize(_STEP, ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def option_weights(ids: Sequence[str], key: Sequence[str]) -> list[Decimal]:
    """What each option adds: equal shares for the right ones, equal deductions for the wrong ones."""
    right = set(key)
    wrong_count = len(ids) - len(right)
    return [_WHOLE / len(right) if each in right else -_WHOLE / wrong_count for each in ids]


def is_per_option(weights: Sequence[Decimal]) -> bool:
    """Whether these are the weights of right and wrong options in equal shares."""
    right, wrong = [each for each in weights if each > 0], [each for each in weights if each <= 0]
    return all(abs(each - _WHOLE / len(right)) < _NEAR for each in right) and all(
        abs(each + _WHOLE / len(wrong)) < _NEAR for each in wrong
    )
