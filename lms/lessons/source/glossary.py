"""The 用語集: glossary.yaml → terms, with every fault and its line."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated

from pydantic import Field

from lms.exam_engine.source_models import Id, Sentence, SourceModel
from lms.lessons.rules.content import Fact, Term
from lms.lessons.rules.problems import ProblemKind
from lms.lessons.source.reading import Reader
from lms.text import fold

GLOSSARY_FILE = "glossary.yaml"
UNSURE = "C"

_HIRAGANA = re.compile(r"[ぁ-ゖー・ 　]+")

_Fault = tuple[tuple[str | int, ...], ProblemKind, dict[str, str | int]]


class TermSource(SourceModel):
    """One entry of glossary.yaml."""

    id: Annotated[str, Field(pattern=r"^T-\d{3}$", strict=True)]
    term: Sentence
    reading: Sentence
    also: list[Sentence] = Field(default=[])
    meaning: Sentence
    lessons: Annotated[list[Id], Field(min_length=1)]
    facts: list[str] = Field(default=[])

    def define(self) -> Term:
        """The entry as a value."""
        return Term(
            id=self.id,
            term=self.term,
            reading=self.reading,
            also=tuple(self.also),
            meaning=self.meaning.strip(),
            lessons=tuple(self.lessons),
            facts=tuple(self.facts),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every way to write it, folded for comparing."""
        return tuple(fold(each) for each in (self.term, *self.also))


class GlossarySource(SourceModel):
    """glossary.yaml."""

    terms: Annotated[list[TermSource], Field(min_length=1)]


def read_terms(reader: Reader, *, lesson_ids: Collection[str], facts: Mapping[str, Fact]) -> tuple[Term, ...]:
    """The sound terms in the order of their readings; every fault of the others is reported."""
    text = reader.text(GLOSSARY_FILE)
    glossary = reader.shape(GlossarySource, GLOSSARY_FILE, text) if text is not None else None
    if glossary is None:
        return ()
    sound: list[Term] = []
    seen: set[str] = set()
    for index, term in enumerate(glossary.value.terms):
        faults = (*_own_faults(term, lesson_ids, facts), *_doubled(term, seen))
        for path, kind, values in faults:
            reader.report(glossary.file, glossary.line("terms", index, *path), kind, **values)
        if not faults:
            sound.append(term.define())
        seen |= {term.id, *term.names}
    return tuple(sorted(sound, key=lambda each: (each.reading, each.id)))


def _own_faults(term: TermSource, lesson_ids: Collection[str], facts: Mapping[str, Fact]) -> Iterator[_Fault]:
    if not _HIRAGANA.fullmatch(term.reading):
        yield ("reading",), ProblemKind.NO_KANA, {"reading": term.reading}
    for index, lesson in enumerate(term.lessons):
        if lesson not in lesson_ids:
            yield ("lessons", index), ProblemKind.UNKNOWN_LESSON, {"id": lesson}
    for index, fact in enumerate(term.facts):
        if fact not in facts:
            yield ("facts", index), ProblemKind.UNKNOWN_FACT, {"id": fact}
        elif facts[fact].certainty == UNSURE:
            yield ("facts", index), ProblemKind.UNSURE_FACT, {"id": fact}


def _doubled(term: TermSource, seen: Collection[str]) -> Iterator[_Fault]:
    """A name that an entry above has; `seen` holds their ids and folded names."""
    if term.id in seen:
        yield ("id",), ProblemKind.DUPLICATE_ID, {"id": term.id}
    for index, name in enumerate(term.names):
        if name in seen or name in term.names[:index]:
            path = ("also", index - 1) if index else ("term",)
            yield path, ProblemKind.DUPLICATE_TERM, {"term": (term.term, *term.also)[index]}
