"""問題の入出力: the bank as a file of another system, and such a file held against the bank; nothing is stored."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from lms import clock
from lms.editions.queries import content_folder
from lms.exam_engine.exchange.drafts import Checked, Defaults, Surroundings
from lms.exam_engine.exchange.faults import Fault
from lms.exam_engine.exchange.files import Imported, export_bank, import_bank
from lms.exam_engine.exchange.losses import LEFT_OUT, Format, LossCode, list_losses
from lms.exam_engine.kinds.registry import Entry
from lms.exams.labels import KIND_WORDS, LOSS_WORDS
from lms.exams.source import Exam, ExamContentError, MissingContent, load_exam, load_surroundings
from lms.text import shorten

AUTHOR = "取り込み"
SIGHT = 60
"""Characters of a question shown in the preview."""


@dataclass(frozen=True, slots=True)
class LossGroup:
    """One thing that a format does not carry, and the questions it concerns."""

    code: LossCode
    question_ids: tuple[str, ...]

    @property
    def is_left_out(self) -> bool:
        """Whether these questions are not in the file at all."""
        return self.code in LEFT_OUT


@dataclass(frozen=True, slots=True)
class ExportCard:
    """What a file of this format would hold of the exam's bank."""

    format: Format
    count: int
    groups: tuple[LossGroup, ...]

    @property
    def written(self) -> int:
        """The questions and cases that would be in the file."""
        return self.count - len({each for group in self.groups if group.is_left_out for each in group.question_ids})


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One question of an uploaded file as the office looks it over."""

    id: str
    kind: str
    domain: str
    level: str
    start: str
    warnings: tuple[Fault, ...]


def export_card(exam_id: str, to: Format) -> ExportCard:
    """The losses of an export, grouped, the questions left out first; raises as `load_exam` does."""
    definitions = _bank(exam_id)
    losses = list_losses(definitions, to)
    codes = sorted({loss.code for loss in losses}, key=list(LOSS_WORDS).index)
    groups = (LossGroup(code, tuple(loss.question_id for loss in losses if loss.code is code)) for code in codes)
    return ExportCard(to, len(definitions), tuple(groups))


def export_file(exam_id: str, to: Format) -> tuple[bytes, int]:
    """The file and the number of questions and cases of the bank; raises as `load_exam` does."""
    definitions = _bank(exam_id)
    return export_bank(definitions, to, words=LOSS_WORDS)[0], len(definitions)


def template_file() -> bytes:
    """The empty Excel template."""
    return export_bank((), Format.EXCEL)[0]


def read_upload(
    data: bytes, exam_id: str, *, domain: str = "", level: str = "", lessons: Sequence[str] = (), author: str = ""
) -> Imported:
    """What importing a file into the exam's bank would come to; the values given stand in where the file says nothing."""
    defaults = Defaults(
        as_of=clock.today_jst().isoformat(),
        author=author.strip() or AUTHOR,
        # The ids of items to be put in order are drawn by it; nobody who sits the exam may know it.
        seed=secrets.token_hex(16),
        domain=domain,
        level=level,
        lessons=tuple(lessons),
    )
    return import_bank(data, defaults, _surroundings(exam_id))


def preview_lines(imported: Imported) -> tuple[PreviewLine, ...]:
    """The questions of a file that may be taken over."""
    return tuple(_line(each, imported.faults) for each in imported.entries)


def _line(entry: Checked, faults: Sequence[Fault]) -> PreviewLine:
    definition = entry.definition
    domains = getattr(definition, "domains", None) or [getattr(definition, "domain", "")]
    text = getattr(definition, "stem", "") or getattr(definition, "prompt", "") or getattr(definition, "text", "")
    return PreviewLine(
        id=definition.id,
        kind=KIND_WORDS[definition.kind],
        domain="・".join(domains) or "—",
        level=getattr(definition, "level", ""),
        start=shorten(" ".join(text.split()), SIGHT),
        warnings=tuple(fault for fault in faults if fault.question_id == definition.id),
    )


def _bank(exam_id: str) -> tuple[Entry, ...]:
    exam: Exam = load_exam(content_folder(), exam_id)
    return (*exam.cases, *exam.questions, *exam.essays)


def _surroundings(exam_id: str) -> Surroundings | None:
    """None while the exam's own content has errors: then there is nothing to hold a file against."""
    try:
        return load_surroundings(content_folder(), exam_id)
    except (ExamContentError, MissingContent):
        return None
