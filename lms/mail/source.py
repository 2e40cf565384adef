"""Reading mail templates from content/mail and filling them in, in a sandbox that refuses unknown names."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lms.mail.rules import MailProblem, MailRefused, require_header_line, split_template
from lms.web import filters

SIGNATURE = "_signature.txt"


@dataclass(frozen=True, slots=True)
class Letter:
    """A filled-in template."""

    subject: str
    body: str


def render_letter(folder: Path, template: str, values: Mapping[str, object]) -> Letter:
    """Fill in `<folder>/<template>.txt` and put the common signature below.

    Raises MailRefused when the template is missing or malformed, a value is missing, or the subject is not one line.
    """
    environment = _environment(folder)
    try:
        source = (folder / f"{template}.txt").read_text(encoding="utf-8")
        subject, body = split_template(template, source)
        signature = environment.get_template(SIGNATURE).render(values)
        filled = _compiled(environment, body).render(values)
        heading = _compiled(environment, subject).render(values)
        return Letter(require_header_line(heading), f"{filled.strip()}\n\n{signature.strip()}\n")
    except (OSError, TemplateError) as problem:
        raise MailRefused(MailProblem.TEMPLATE, f"{template}: {problem}") from problem


@functools.lru_cache(maxsize=256)
def _compiled(environment: ImmutableSandboxedEnvironment, text: str) -> Template:
    """A text is compiled once: hundreds of the same letter go out in the minute an exam ends."""
    return environment.from_string(text)


@functools.lru_cache(maxsize=8)
def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        jdate=filters.japanese_date, jmoment=filters.japanese_moment, yen=filters.yen, points=filters.points
    )
    return environment


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """A fault in a mail template, in words; `line` counts from 1."""

    file: str
    line: int
    text: str


def list_template_problems(folder: Path) -> list[TemplateProblem]:
    """Every template that could not be sent: no subject line, no body, or a slip in its marks."""
    return [problem for path in sorted(folder.glob("*.txt")) for problem in _template_problems(folder, path)]


def _template_problems(folder: Path, path: Path) -> list[TemplateProblem]:
    text, problems = path.read_text(encoding="utf-8"), []
    if path.name != SIGNATURE:
        try:
            split_template(path.stem, text)
        except MailRefused:
            problems.append(TemplateProblem(path.name, 1, "1行目は「件名: 」で始め、空行のあとに本文を書いてください。"))
    try:
        _environment(folder).parse(text)
    except TemplateSyntaxError as error:
        problems.append(TemplateProblem(path.name, error.lineno, "差し込みの記号({{ }}、{% %})の書き方に誤りがあります。"))
    return problems
