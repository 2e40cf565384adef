"""Styles, scripts and pictures under an address that names their content, so that browsers may keep them for a year.

The version stands in the path, not in a query, so that a module's own imports carry it along.
"""

import functools
import hashlib
from pathlib import Path

from flask import Flask, Response, send_from_directory, url_for

from lms.web.access import Audience, open_to

FOLDER = Path(__file__).resolve().parent / "static"
YEAR_SECONDS = 31_536_000


@functools.lru_cache(maxsize=1)
def assets_version() -> str:
    """A hash over every file of the folder, names included."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(FOLDER)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def static_url(name: str) -> str:
    """The address of a file in the folder."""
    return url_for("static", version=assets_version(), filename=name)


def register(app: Flask) -> None:
    """Serve the folder; a page of an older version gets today's file, but may not keep it."""

    @app.get("/static/<version>/<path:filename>", endpoint="static")
    @open_to(Audience.ANYBODY)
    def static(version: str, filename: str) -> Response:
        response = send_from_directory(FOLDER, filename)
        if version == assets_version() and not app.debug:
            response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        else:
            response.headers["Cache-Control"] = "no-cache"
        return response
