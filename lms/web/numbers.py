"""Whole numbers from addresses and forms: none so large that a database could not take it."""

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1
"""What an id, a version or a page can be at most: an INTEGER of PostgreSQL."""


def small_int(text: str) -> int:
    """The number, for `type=` of a request's values; ValueError for anything else and for what no row can have."""
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError("no such number")
    return number


class SmallIntegers(IntegerConverter):
    """`<int:…>` of an address: a larger number leads nowhere."""

    def __init__(self, url_map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = LARGEST) -> None:
        super().__init__(url_map, fixed_digits=fixed_digits, min=min, max=max)


def register(app: Flask) -> None:
    """Bound every number in an address; to be called before any route is added."""
    app.url_map.converters["int"] = SmallIntegers
