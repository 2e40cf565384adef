"""Witnesses of the register beside the chain: 操作記録 keeps the hash of every entry; what was decided stands elsewhere."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.certification.queries.deciders import list_decision_problems
from lms.certification.queries.stored import SPOILED, Stored, stored_rows
from lms.certification.rules.chain import ERASED_RECORD, ERASED_WORDS, Damage, RegisterProblem
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.walking import Placed

_TAGS = {f"certificate:{kind.value}" for kind in EntryKind}


def list_witness_problems(rows: Sequence[Stored], placed: Sequence[Placed]) -> Iterator[RegisterProblem]:
    """Entries that a witness contradicts or that have none, and witnesses without an entry."""
    yield from _audit_problems(placed)
    yield from list_decision_problems(rows, set(erased_records()))


def erased_words() -> set[int]:
    """The positions of the entries whose words were erased in order."""
    lines = stored_rows(AuditEvent, AuditEvent.tag == ERASED_WORDS)
    return {line["detail"]["position"] for line in lines if _tells(line, "position")}


def erased_records() -> dict[int, str]:
    """Position → commitment to the codes, of the entries whose print was erased in order."""
    lines = stored_rows(AuditEvent, AuditEvent.tag == ERASED_RECORD)
    return {line["detail"]["position"]: str(line["detail"].get("codes")) for line in lines if _tells(line, "position")}


def _audit_problems(placed: Sequence[Placed]) -> Iterator[RegisterProblem]:
    """操作記録 may be kept for some years only: what was entered before its oldest line, of whatever kind, is not missed."""
    told, oldest = _told(), _oldest()
    for each in placed:
        if each.place not in told:
            if not _is_before(each, oldest):
                yield RegisterProblem(each.place, each.link.number, Damage.UNWITNESSED)
        elif told[each.place][0] != each.link.stored_hash and each.is_intact:
            yield RegisterProblem(each.place, each.link.number, Damage.REWRITTEN)
    for position in sorted(told.keys() - {each.place for each in placed}):
        yield RegisterProblem(position, told[position][1], Damage.LOST)


def _oldest() -> Any:
    """The moment of the oldest line; None when there is none or it cannot be read."""
    first = select(func.min(AuditEvent.id)).scalar_subquery()
    return next((line["at"] for line in stored_rows(AuditEvent, AuditEvent.id == first) if line["at"] is not SPOILED), None)


def _is_before(each: Placed, oldest: Any) -> bool:
    return oldest is not None and each.link.entry is not None and each.link.entry.entered_at < oldest


def _told() -> dict[int, tuple[str, str]]:
    """Position → hash and number as 操作記録 has them."""
    lines = stored_rows(AuditEvent, AuditEvent.tag.in_(_TAGS))
    return {
        line["detail"]["position"]: (str(line["detail"].get("entry_hash")), str(line["subject_id"]))
        for line in lines
        if _tells(line, "position")
    }


def _tells(line: Stored, key: str) -> bool:
    detail: Any = line["detail"]
    return isinstance(detail, dict) and isinstance(detail.get(key), int)
