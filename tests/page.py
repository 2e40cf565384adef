"""The client that refuses bad pages: every HTML answer is judged, every form is sent with its CSRF token."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_PLAIN_TEXT = re.compile(r">[^<&\x00]+<")
_PLAIN_VALUE = re.compile(r'="[^"<>&\x00]*"')
_sound: set[int] = set()
"""Pages without their plain texts and values whose HTML was found valid: parsing by the standard takes longest of all."""

INPUTS_WITHOUT_LABEL = {"hidden", "submit", "button", "image"}


class BadPage(AssertionError):
    """A page broke a house rule."""


class Page(HTMLParser):
    """What the judge needs to know of a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.labelled: set[str] = set()
        self.forms: list[dict[str, Any]] = []
        self._in_label = 0
        self._open_form: dict[str, Any] | None = None
        self._textarea: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        self.tags.append((tag, values))
        if tag == "label":
            self._in_label += 1
            self.labelled.add(values.get("for", ""))
        elif tag == "form":
            self._open_form = {"attrs": values, "fields": {}}
            self.forms.append(self._open_form)
        elif tag in {"input", "select", "textarea"}:
            self._field(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._in_label -= 1
        elif tag == "form":
            self._open_form = None
        elif tag == "textarea":
            if self._textarea and self._open_form is not None:  # a line break that opens a textarea is none of its text
                self._open_form["fields"][self._textarea] = self._open_form["fields"][self._textarea].removeprefix("\n")
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea and self._open_form is not None:
            self._open_form["fields"][self._textarea] += data

    def _field(self, tag: str, values: dict[str, str]) -> None:
        if self._in_label and "id" in values:
            self.labelled.add(values["id"])
        if self._in_label:
            values["in-label"] = "1"
        name = values.get("name")
        if self._open_form is None or not name:
            return
        if tag == "textarea":
            self._textarea = name
            self._open_form["fields"][name] = ""
        elif values.get("type") in {"radio", "checkbox"}:
            if "checked" in values:
                self._open_form["fields"][name] = values.get("value", "on")
        elif values.get("type") not in {"submit", "button", "file"}:
            self._open_form["fields"][name] = values.get("value", "")

    def find(self, tag: str) -> list[dict[str, str]]:
        return [values for name, values in self.tags if name == tag]

    @property
    def text(self) -> str:
        body = re.sub(r"<(script|style)\b.*?</\1>", "", self.html, flags=re.S)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def judge(html: str, address: str) -> Page:
    """Refuse a page that breaks a house rule."""
    _judge_grammar(html, address)
    page = Page(html)
    _judge_frame(page, address)
    _judge_scripts(page, address)
    _judge_forms(page, address)
    return page


def _judge_grammar(html: str, address: str) -> None:
    bare = hash(_PLAIN_VALUE.sub('=""', _PLAIN_TEXT.sub("><", html)))
    if bare in _sound:
        return
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(html)
    errors = [error for error in parser.errors if error[1] not in {"expected-doctype-but-got-chars"}]
    if errors:
        raise BadPage(f"{address}: invalid HTML {errors[:3]}")
    _sound.add(bare)


def _judge_frame(page: Page, address: str) -> None:
    if [values.get("lang") for values in page.find("html")] != ["ja"]:
        raise BadPage(f'{address}: <html lang="ja"> is missing')
    if len(page.find("h1")) != 1:
        raise BadPage(f"{address}: {len(page.find('h1'))} h1 headings instead of one")
    if not re.search(r"<title>\s*[^|\s<]", page.html):
        raise BadPage(f"{address}: the title is empty")
    identities = [values["id"] for _, values in page.tags if "id" in values]
    doubled = {identity for identity in identities if identities.count(identity) > 1}
    if doubled:
        raise BadPage(f"{address}: doubled ids {sorted(doubled)}")


def _judge_scripts(page: Page, address: str) -> None:
    for values in page.find("script"):
        if "src" not in values and values.get("type") != "application/json":
            raise BadPage(f"{address}: inline script")
    if page.find("style"):
        raise BadPage(f"{address}: inline style sheet")
    for tag, values in page.tags:
        bad = [name for name in values if name == "style" or name.startswith("on")]
        if bad:
            raise BadPage(f"{address}: <{tag}> carries {bad}")


def _judge_forms(page: Page, address: str) -> None:
    for tag in ("input", "select", "textarea"):
        for values in page.find(tag):
            if values.get("type") in INPUTS_WITHOUT_LABEL or "aria-label" in values or "aria-labelledby" in values:
                continue
            if "in-label" not in values and values.get("id", "") not in page.labelled:
                raise BadPage(f"{address}: <{tag} name={values.get('name')}> has no label")
    for form in page.forms:
        if form["attrs"].get("method", "get").lower() == "post" and not form["fields"].get("csrf_token"):
            raise BadPage(f"{address}: a form without CSRF token")


class PageClient(FlaskClient):
    """A visitor. `get` and `post` judge pages; `submit` fills and sends a form found on the last page."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app, TestResponse, use_cookies=True)
        self.page: Page | None = None
        self.address = "/"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        is_redirect = 300 <= response.status_code < 400 and response.status_code != 304
        if is_redirect and not response.headers.get("Location"):
            raise BadPage(f"{response.request.path}: a redirect that names no target")
        if not is_redirect and response.mimetype == "text/html" and response.data:
            self.address = response.request.path
            self.page = judge(response.get_data(as_text=True), response.request.path)
        return response

    @property
    def text(self) -> str:
        """The words of the last page."""
        assert self.page is not None
        return self.page.text

    def csrf(self, address: str) -> str:
        """The CSRF token of a page."""
        self.get(address)
        assert self.page is not None
        tokens = [str(form["fields"]["csrf_token"]) for form in self.page.forms if "csrf_token" in form["fields"]]
        return tokens[0] if tokens else ""

    def submit(
        self, address: str, values: dict[str, Any] | None = None, *, action: str = "", follow: bool = True
    ) -> TestResponse:
        """Open a page, fill its form (the one whose action ends with `action`) and send it."""
        self.get(address, follow_redirects=True)
        return self.send(values, action=action, follow=follow)

    def send(self, values: dict[str, Any] | None = None, *, action: str = "", follow: bool = True) -> TestResponse:
        """Fill and send a form of the page at hand."""
        assert self.page is not None
        forms = [form for form in self.page.forms if form["attrs"].get("method", "get").lower() == "post"]
        wanted = [f for f in forms if f["attrs"].get("action", "").endswith(action)] if action else forms[-1:]
        if not wanted:
            raise BadPage(
                f"{self.address}: no form with action {action!r}; there are {[f['attrs'].get('action') for f in forms]}"
            )
        form = wanted[0]
        target = urljoin(f"http://localhost{self.address}", form["attrs"].get("action") or self.address).removeprefix(
            "http://localhost"
        )
        return self.post(target, data=form["fields"] | (values or {}), follow_redirects=follow)
