"""事例: a text that several questions share; it stands in the bank like a question, but asks nothing itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from lms.exam_engine.errors import Finding
from lms.exam_engine.kinds.base import BankKind, Entry, EntrySource, entry_fields
from lms.exam_engine.source_models import Sentence

NAME = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Entry):
    """事例 as it stands in the bank; `text` is Markdown. Questions of any kind name it as their `case`."""

    kind: ClassVar[str] = NAME

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCase:
    """A case as frozen into a section of a paper, once for all its questions there."""

    id: str
    version: int
    title: str
    text: str


class CaseSource(EntrySource):
    """A case as written in YAML."""

    title: Sentence
    text: Sentence


def freeze_case(case: Case) -> PaperCase:
    """The case as a paper shows it."""
    return PaperCase(id=case.id, version=case.version, title=case.title, text=case.text)


def _define(source: CaseSource) -> Case:
    return Case(**entry_fields(source), title=source.title, text=source.text)


def _check(_case: Case) -> Iterator[Finding]:
    yield from ()


KIND = BankKind(name=NAME, source=CaseSource, definition=Case, define=_define, check=_check)
