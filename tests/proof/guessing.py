"""A stranger who guesses at the verification page, from many networks, in a process of its own."""

import hashlib
import io
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Flask

from certificates.codes import ALPHABET, new_code, new_token, normalize_code
from certificates.numbering import format_number
from lms import clock
from lms.app import create_app
from lms.config import Settings

GUESSES_A_NETWORK = 8
"""Fewer than are borne, so that every guess reaches the comparison."""
GUESSES_AN_HOUR = 400
"""So few that no number is tried more often than is borne, either."""

Guess = tuple[str, dict[str, str]]
"""An address, and what is sent there; nothing: the address is opened."""


@dataclass(frozen=True)
class Target:
    """What a guesser may know or overhear: numbers are no secret; of codes, tokens and hashes only wrong ones are tried."""

    numbers: tuple[str, ...]
    codes: tuple[str, ...]
    tokens: tuple[str, ...]
    hashes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Visitor:
    """The visitor's own session, without which nothing can be sent."""

    cookie: str
    token: str


@dataclass
class Found:
    """What the guesses came to."""

    answers: Counter[str] = field(default_factory=Counter)
    """Status, length and headers of an answer, with a hash of the page without the visitor's CSRF token → how often."""
    statuses: Counter[str] = field(default_factory=Counter)
    names: int = 0
    """Answers with a holder's name in them."""
    certificates: int = 0
    """Answers that were a certificate."""


def guess(settings: Settings, target: Target, *, seed: int, count: int, moment: datetime) -> Found:
    """So many guesses of every kind against the real application, from ever new networks, while the hours go by."""
    app = create_app(settings)
    draw = random.Random(seed)
    found = Found()
    visitor = visit(app)
    for turn, (path, form) in zip(range(count), guesses(draw, target), strict=False):
        hour = moment + timedelta(hours=1, minutes=1) * (turn // GUESSES_AN_HOUR)
        clock.set_source(lambda hour=hour: hour)
        note(found, app, path, form, visitor, address=network(seed, turn), names=target.names)
    return found


def note(
    found: Found, app: Flask, path: str, form: dict[str, str], visitor: Visitor, *, address: str, names: Sequence[str]
) -> None:
    """Send one guess and note what the answer gives away."""
    status, headers, body = send(app, path, form, visitor, address=address)
    plain = re.sub(rb'name="csrf_token" value="[^"]+"', b"", body)
    shown = sorted((name, value) for name, value in headers if name != "Date")
    found.statuses[status] += 1
    found.answers[f"{status} {len(body)} {shown} {hashlib.sha256(plain).hexdigest()}"] += 1
    found.names += any(name.encode() in body for name in names)
    found.certificates += status.startswith("200")


def send(
    app: Flask, path: str, form: dict[str, str], visitor: Visitor, *, address: str
) -> tuple[str, list[tuple[str, str]], bytes]:
    """One request straight to the application, as a server hands it over: (status, headers, body)."""
    body = urlencode({**form, "csrf_token": visitor.token}).encode() if form else b""
    environ = {
        "REQUEST_METHOD": "POST" if form else "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "HTTP_HOST": "localhost",
        "HTTP_COOKIE": visitor.cookie,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
    }
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        begun.append((status, headers))

    parts = app(environ, start)
    answer = b"".join(parts)
    parts.close()  # type: ignore[attr-defined] # the end of a request, which a server says, too
    return *begun[0], answer


def guesses(draw: random.Random, target: Target) -> Iterator[Guess]:
    """Every kind of guess in turn, for ever."""
    kinds: tuple[Callable[[random.Random, Target], Guess], ...] = (
        *(_random_token, _near_token, _random_hash, _near_hash),
        *(_random_code, _near_code, _anothers_code, _rising_number, _wrong_check_digit, _nonsense),
    )
    while True:
        for kind in kinds:
            yield kind(draw, target)


def visit(app: Flask) -> Visitor:
    """Open the page once, as everybody does who types something."""
    with app.test_client() as client:
        page = client.get("/verify")
    match = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert match is not None
    return Visitor(page.headers["Set-Cookie"].split(";")[0], match[1])


def network(seed: int, turn: int) -> str:
    """Another network every few guesses."""
    place = seed * 40_000 + turn // GUESSES_A_NETWORK
    return f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"


def same_network(app: Flask, count: int) -> list[int]:
    """The statuses of so many wrong tokens from one network."""
    with app.test_client() as client:
        return [
            client.get(f"/verify/{turn}", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}).status_code for turn in range(count)
        ]


def _random_token(draw: random.Random, _: Target) -> Guess:
    return f"/verify/{new_token(draw.randbytes)}", {}


def _near_token(draw: random.Random, target: Target) -> Guess:
    """One character of a real one changed, except the last, of which some bits do not count."""
    token = draw.choice(target.tokens)
    place = draw.randrange(len(token) - 1)
    return f"/verify/{token[:place]}{_other(draw, token[place], 'ABCDEFabcdef012345-_')}{token[place + 1 :]}", {}


def _random_hash(draw: random.Random, _: Target) -> Guess:
    return "/verify/document", {"sha256": draw.randbytes(32).hex()}


def _near_hash(draw: random.Random, target: Target) -> Guess:
    sha256 = draw.choice(target.hashes)
    place = draw.randrange(64)
    return "/verify/document", {"sha256": sha256[:place] + _other(draw, sha256[place], "0123456789abcdef") + sha256[place + 1 :]}


def _random_code(draw: random.Random, target: Target) -> Guess:
    """A well-formed code for a number that exists."""
    return _typed(draw.choice(target.numbers), new_code(draw.randbytes))


def _near_code(draw: random.Random, target: Target) -> Guess:
    """A code with one other character and the check character that fits it: the nearest that is not refused at once."""
    place = draw.randrange(len(target.codes))
    code = target.codes[place]
    at = draw.choice([index for index, letter in enumerate(code[:-1]) if letter != "-"])
    changed = code[:at] + _other(draw, code[at], ALPHABET) + code[at + 1 : -1]
    fitting = next(typed for letter in ALPHABET if (typed := normalize_code(changed + letter)))
    return _typed(target.numbers[place], fitting)


def _anothers_code(draw: random.Random, target: Target) -> Guess:
    place = draw.randrange(len(target.codes))
    return _typed(target.numbers[place - 1], target.codes[place])


def _rising_number(draw: random.Random, target: Target) -> Guess:
    """Numbers in a row, most of which were never given out, with a code that is somebody's."""
    return _typed(format_number("JHRMA-CH", 2026, draw.randrange(len(target.numbers) + 1, 9999)), draw.choice(target.codes))


def _wrong_check_digit(draw: random.Random, target: Target) -> Guess:
    place = draw.randrange(len(target.codes))
    number = target.numbers[place]
    return _typed(number[:-1] + _other(draw, number[-1], "0123456789"), target.codes[place])


def _nonsense(draw: random.Random, _: Target) -> Guess:
    return _typed("".join(draw.choices("番号-0123ＡＢ'\"<>%_", k=draw.randrange(1, 60))), "".join(draw.choices(ALPHABET, k=14)))


def _typed(number: str, code: str) -> Guess:
    return "/verify", {"number": number, "code": code}


def _other(draw: random.Random, letter: str, letters: str) -> str:
    return draw.choice([each for each in letters if each != letter])
