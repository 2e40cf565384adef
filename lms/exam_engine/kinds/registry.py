"""The list of question kinds; a new kind is one new file and its line here."""

from collections.abc import Mapping
from types import MappingProxyType

from lms.exam_engine.kinds import case, essay, matching, multiple_choice, numeric, ordering, short_text, single_choice
from lms.exam_engine.kinds.base import (
    Answer,
    BankKind,
    BankQuestion,
    Entry,
    Kind,
    MachineMarking,
    MachineQuestion,
    PaperMachineQuestion,
)

__all__ = [
    "BANK_KINDS",
    "KINDS",
    "MACHINE_KINDS",
    "PAPER_TYPES",
    "Answer",
    "BankQuestion",
    "Entry",
    "MachineQuestion",
    "PaperMachineQuestion",
    "PaperQuestion",
    "Question",
]

_KINDS = (
    single_choice.KIND,
    multiple_choice.KIND,
    ordering.KIND,
    matching.KIND,
    numeric.KIND,
    short_text.KIND,
    essay.KIND,
)

Question = MachineQuestion | essay.EssayQuestion
PaperQuestion = PaperMachineQuestion | essay.PaperEssayQuestion

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every kind of question, by name; `KINDS[name].definition`, `.source` and `.paper` are its classes."""

BANK_KINDS: Mapping[str, BankKind] = MappingProxyType({**KINDS, case.NAME: case.KIND})
"""Everything that can stand in a bank file: the questions and the cases they share."""

MACHINE_KINDS: Mapping[str, MachineMarking] = MappingProxyType({kind.name: kind.machine for kind in _KINDS if kind.machine})
"""The kinds marked by machine, which quotas draw."""

PAPER_TYPES: tuple[type, ...] = tuple(kind.paper for kind in _KINDS)
