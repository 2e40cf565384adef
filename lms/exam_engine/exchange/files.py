"""The two doors of the exchange: a bank → a file of another system, and such a file → a bank or all its faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.exam_engine.exchange.bank_yaml import BankItem, write_bank
from lms.exam_engine.exchange.decoding import MAX_QUESTIONS, decode, refuse_size
from lms.exam_engine.exchange.drafts import Checked, Defaults, Draft, Surroundings, finish
from lms.exam_engine.exchange.entries import entry_of
from lms.exam_engine.exchange.excel import write_excel
from lms.exam_engine.exchange.excel_reading import read_excel
from lms.exam_engine.exchange.faults import Fault, FaultCode, Place, Unreadable, in_order
from lms.exam_engine.exchange.gift import write_gift
from lms.exam_engine.exchange.gift_reading import read_gift
from lms.exam_engine.exchange.losses import Format, Loss, LossCode, list_losses
from lms.exam_engine.exchange.moodle_reading import read_moodle_xml
from lms.exam_engine.exchange.moodle_xml import write_moodle_xml
from lms.exam_engine.exchange.workbooks import OLD_EXCEL
from lms.exam_engine.kinds.registry import Entry

SUFFIXES: Mapping[Format, str] = {Format.GIFT: "txt", Format.MOODLE_XML: "xml", Format.EXCEL: "xlsx"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: entries with the text of a bank file, or faults; warnings either way."""

    entries: tuple[Checked, ...]
    bank: str
    faults: tuple[Fault, ...]

    @property
    def is_refused(self) -> bool:
        """Whether anything keeps the file out; then there are no entries at all."""
        return any(fault.is_error for fault in self.faults)


def export_bank(
    definitions: Sequence[Entry], to: Format, *, words: Mapping[LossCode, str] | None = None
) -> tuple[bytes, tuple[Loss, ...]]:
    """The bytes of a file with these questions and cases, and everything it does not carry.

    `words` says in the Excel file itself what the losses mean; the other formats name them by code in comments.
    """
    losses = list_losses(definitions, to)
    trees = [entry_of(each) for each in definitions]
    if to is Format.GIFT:
        return write_gift(trees).encode(), losses
    if to is Format.MOODLE_XML:
        return write_moodle_xml(trees).encode(), losses
    told = [(loss.question_id, (words or {}).get(loss.code, loss.code.value)) for loss in losses]
    return write_excel(trees, told), losses


def import_bank(data: bytes, defaults: Defaults, surroundings: Surroundings | None = None) -> Imported:
    """The questions of a file whose format is told from its content; all of them, or none and every fault.

    Without `surroundings` nothing is held against facts, lessons, rubrics and other questions.
    """
    try:
        drafts, faults = _read(data)
    except Unreadable as unreadable:
        return Imported((), "", (unreadable.fault,))
    if not drafts and not any(fault.is_error for fault in faults):
        faults.append(Fault(Place(), FaultCode.NO_QUESTIONS))
    if len(drafts) > MAX_QUESTIONS:
        faults.append(Fault(drafts[MAX_QUESTIONS].place, FaultCode.TOO_MANY, {"limit": MAX_QUESTIONS}))
    entries, found = finish(drafts, defaults, surroundings)
    faults += found
    if any(fault.is_error for fault in faults):
        # Errors first, so that a long list of warnings never hides why the file is refused.
        return Imported((), "", in_order([fault for fault in faults if fault.is_error]))
    items = [BankItem(entry_of(each.definition), each.draft.comments) for each in entries]
    return Imported(entries, write_bank(items), in_order(faults))


def _read(data: bytes) -> tuple[list[Draft], list[Fault]]:
    refuse_size(data)
    if data.startswith(b"PK"):
        return read_excel(data)
    if data.startswith(OLD_EXCEL):
        raise Unreadable(FaultCode.OLD_EXCEL)
    text = decode(data)
    if text.lstrip().startswith("<"):
        return read_moodle_xml(text), []
    if not any(sign in text for sign in ("{", "::")):
        raise Unreadable(FaultCode.UNKNOWN_FORMAT)
    return read_gift(text), []
