"""Reading everything a visitor can get: every door with ids that exist, her own and others', in plain sight or encoded."""

import base64
import html
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from urllib.parse import unquote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import BuildError, Rule
from werkzeug.test import TestResponse

from lms.web.access import Audience, Role, audiences_of
from tests.page import PageClient

LEAVING = "/logout"
_COOKIE = re.compile(r"session=(\.?)([A-Za-z0-9_-]+)\.")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")

Values = Mapping[str, Sequence[object]]
"""Name of a URL argument → the values to be tried."""


@dataclass(frozen=True)
class Canaries:
    """Words that must not be met; `stems` stand in every one of them and are quickly looked for."""

    pattern: str
    stems: tuple[str, ...]

    def find(self, text: str) -> list[str]:
        """The canaries in a text."""
        return re.findall(self.pattern, text) if any(stem in text for stem in self.stems) else []

    def __add__(self, other: "Canaries") -> "Canaries":
        return Canaries(f"{self.pattern}|{other.pattern}", self.stems + other.stems)


def readings(response: TestResponse) -> str:
    """Address, headers and body of an answer, and what is encoded in them: HTML, JSON, percent signs, the session's cookie."""
    heads = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    body = response.get_data()
    text = body.decode("utf-8", "replace")
    parts = [response.request.path, heads, unquote(heads), text, html.unescape(text) if "&#" in text else ""]
    parts += [json.dumps(_cookie(*found.groups()), ensure_ascii=False) for found in _COOKIE.finditer(heads)]
    parts.append(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "\\u" in text else "")
    parts.append("" if b"<html" in body else body.decode("cp932", "ignore"))
    return "\n".join(parts)


def _cookie(packed: str, value: str) -> object:
    raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    return json.loads(zlib.decompress(raw) if packed else raw)


def visit_everything(app: Flask, client: PageClient, roles: set[Role], values: Values) -> Iterator[str]:
    """What every route open to these roles answers, GET and POST, for every value; log-out is left out."""
    token = client.csrf("/grading" if Role.GRADER in roles else "/")
    for rule in _rules(app):
        if _is_open(app, rule, roles):
            for address in addresses(app, rule, values):
                yield from _knock(client, rule, address, token)


def visit_closed(app: Flask, client: PageClient, roles: set[Role], values: Values) -> Iterator[str]:
    """What every other route tells somebody who may not enter, with ids that exist."""
    for rule in _rules(app):
        if not _is_open(app, rule, roles):
            address = next(iter(addresses(app, rule, values)), None)
            method = "GET" if "GET" in (rule.methods or set()) else "POST"
            if address is not None:
                yield readings(FlaskClient.open(client, address, method=method))


def _rules(app: Flask) -> list[Rule]:
    return [each for each in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule) if each.rule != LEAVING]


def _is_open(app: Flask, rule: Rule, roles: set[Role]) -> bool:
    return bool(audiences_of(app, rule.endpoint) & {*roles, Audience.LOGGED_IN, Audience.ANYBODY})


def _knock(client: PageClient, rule: Rule, address: str, token: str) -> Iterator[str]:
    methods = rule.methods or set()
    if "GET" in methods:
        yield readings(FlaskClient.open(client, address))
    if "POST" in methods:
        yield readings(FlaskClient.open(client, address, method="POST", data={"csrf_token": token, "act": "save"}))
        headers = {"X-CSRFToken": token, "Accept": "application/json"}
        yield readings(FlaskClient.open(client, address, method="POST", json={"levels": {}}, headers=headers))


def addresses(app: Flask, rule: Rule, values: Values) -> list[str]:
    """The addresses of a route with every value of its arguments at least once."""
    chosen = {name: values.get(name, _DEFAULTS.get(name, (1, "x"))) for name in rule.arguments}
    count = max((len(each) for each in chosen.values()), default=1)
    columns = {name: list(islice(cycle(each), count)) for name, each in chosen.items()}
    bound = app.url_map.bind("localhost")
    found = []
    for row in range(count):
        try:
            found.append(bound.build(rule.endpoint, {name: column[row] for name, column in columns.items()}))
        except (BuildError, ValueError):
            continue
    return list(dict.fromkeys(found))


_DEFAULTS: Values = {"filename": ("css/base.css",), "version": ("0",)}
