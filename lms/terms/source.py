"""Reading the revisions of the terms from content/terms: front matter and Markdown, rendered safely."""

import functools
import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import markdown
import nh3
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

ALLOWED_TAGS = frozenset(
    {"h2", "h3", "h4", "p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "hr"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
)


class TermsContentError(Exception):
    """A file of content/terms cannot be used; the message names the file and what is wrong."""


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    revision: str
    title: str
    status: Literal["proposed", "decided"]
    effective_on: str


@dataclass(frozen=True, slots=True)
class Terms:
    """One revision of the terms."""

    revision: str
    title: str
    is_proposed: bool
    effective_on: date
    sha256: str
    """Of the file's text, so that a consent names exactly what was shown."""
    html: Markup


def current_terms(folder: Path, *, today: date) -> Terms:
    """The revision in force: the newest whose day has come (the earliest, while none has).

    Raises TermsContentError when a file is malformed or there is none.
    """
    revisions = read_revisions(folder)
    in_force = [terms for terms in revisions if terms.effective_on <= today]
    return in_force[-1] if in_force else revisions[0]


def read_revisions(folder: Path) -> list[Terms]:
    """Every revision, the oldest first.

    Raises TermsContentError when a file is malformed, two share a revision, or there is none.
    """
    paths = sorted(folder.glob("*.md"))
    revisions = sorted(
        (_read(path, path.stat().st_mtime_ns) for path in paths), key=lambda terms: (terms.effective_on, terms.revision)
    )
    if not revisions:
        raise TermsContentError(f"{folder}: there are no terms")
    if len({terms.revision for terms in revisions}) < len(revisions):
        raise TermsContentError(f"{folder}: two files carry the same revision")
    return revisions


@functools.lru_cache(maxsize=32)
def _read(path: Path, _modified: int) -> Terms:
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        raise TermsContentError(f"{path.name}: not UTF-8") from problem
    _, mark, rest = text.partition("---\n")
    head, closing, body = rest.partition("\n---\n")
    if not text.startswith("---\n") or not mark or not closing:
        raise TermsContentError(f"{path.name}: front matter between two lines of --- is missing")
    try:
        matter = _FrontMatter.model_validate(YAML(typ="safe").load(head))
        effective_on = date.fromisoformat(matter.effective_on)
    except (ValidationError, YAMLError, ValueError) as problem:
        raise TermsContentError(f"{path.name}: {problem}") from problem
    return Terms(
        revision=matter.revision,
        title=matter.title,
        is_proposed=matter.status == "proposed",
        effective_on=effective_on,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        html=_render(body),
    )


def _render(body: str) -> Markup:
    html = markdown.markdown(body, extensions=["tables", "sane_lists"])
    return Markup(nh3.clean(html, tags=set(ALLOWED_TAGS), attributes={"a": {"href"}}, url_schemes={"https", "mailto"}))
