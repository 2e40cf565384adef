"""One text for one value, byte for byte, so that papers and answers can be hashed and compared for ever."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

LEFT_OUT_AT_DEFAULT: Mapping[str, bool] = MappingProxyType({"left_out_at_default": True})
"""Metadata of a dataclass field that came later than texts which are stored and hashed: while it holds its default
it is not written, so that every older text is still the canonical text of its value."""

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
"""Nearly everything in a paper, so it is asked for first; what derives from these goes the longer way."""


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces, characters as they are, Decimals as strings.

    Dataclasses become objects and tuples become lists. A float or any other type raises TypeError:
    points must never pass through binary fractions.
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_hex(text: str) -> str:
    """The SHA-256 of the text in UTF-8, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _plain(value: object) -> object:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return str(value)
    return _plain_collection(value)


def _plain_collection(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain_fields(value)
    if isinstance(value, Mapping):
        return {_plain_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _plain_fields(value: object) -> dict[str, object]:
    plain: dict[str, object] = {}
    kind: Any = type(value)
    for name, left_out in _fields(kind):
        item = getattr(value, name)
        if left_out is None or item != left_out.default:
            plain[name] = item if type(item) in _AS_THEY_ARE else _plain(item)
    return plain


@functools.cache
def _fields(kind: Any) -> tuple[tuple[str, Field[Any] | None], ...]:
    """The fields of a dataclass; with each that is left out at its default, itself."""
    return tuple((item.name, item if item.metadata.get("left_out_at_default") else None) for item in fields(kind))


def _plain_key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("a key must be text")
    return str(key)
