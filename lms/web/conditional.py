"""Pages a browser may keep but must ask about each time: a short answer when nothing of them has changed."""

import functools
import hashlib
from pathlib import Path

from flask import make_response, request, session
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from lms.web.assets import assets_version
from lms.web.display import current_display

PROGRAM = Path(__file__).resolve().parent.parent
KEEP = "private, no-cache"
"""Only this person's browser keeps it, and asks again before showing it."""


@functools.lru_cache(maxsize=1)
def program_version() -> str:
    """A hash over the templates and the code that make the pages."""
    digest = hashlib.sha256()
    for path in sorted([*PROGRAM.rglob("*.html"), *PROGRAM.rglob("*.py")]):
        digest.update(str(path.relative_to(PROGRAM)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def page_tag(*parts: object) -> str:
    """A tag over everything a page is made of: the given parts, this log-in, its form token, the display, the program.

    Empty while a message waits to be shown: such a page is neither kept nor answered for. The parts must say everything
    about the page in their `repr`.
    """
    if session.get("_flashes"):
        return ""
    generate_csrf()  # puts the secret into a session that has none yet, so that the page and its tag see the same one
    made_of = (assets_version(), program_version(), current_display(), dict(session), request.full_path, *parts)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:32]


def is_unchanged(tag: str) -> bool:
    """Whether the browser's copy is the page it would get."""
    return bool(tag) and request.if_none_match.contains_weak(tag)


def unchanged(tag: str) -> Response:
    """304 without a body."""
    response = make_response("", 304)
    return _tagged(response, tag)


def kept(body: str, tag: str) -> Response:
    """The page with its tag; without a tag it is an ordinary page that nobody keeps."""
    response = make_response(body)
    return _tagged(response, tag) if tag else response


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)  # weak, because the form token is masked anew in each rendering
    response.headers["Cache-Control"] = KEEP
    return response
