"""Witnesses of the register beside the chain: 操作記録 keeps the hash of every entry, proposals and decisions the two people."""

from collections.abc import Iterator, Sequence
from typing import Any

from lms.audit.models import AuditEvent
from lms.certification.models import RegisterDecision, RegisterProposal
from lms.certification.queries.stored import SPOILED, Stored, stored_rows
from lms.certification.rules.chain import Damage, RegisterProblem
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.walking import Placed

TWO_PEOPLE = (EntryKind.VOID, EntryKind.SUSPEND, EntryKind.RESUME, EntryKind.REVOKE)
ERASED = "certificate:erase_words"
"""The line that tells the erased words of an entry from lost ones."""
_TAGS = {f"certificate:{kind.value}" for kind in EntryKind}


def list_witness_problems(rows: Sequence[Stored], placed: Sequence[Placed]) -> Iterator[RegisterProblem]:
    """Entries that a witness contradicts, and witnesses without an entry."""
    yield from _audit_problems(placed)
    yield from _decision_problems(rows)


def erased_positions() -> set[int]:
    """The entries whose words were erased in order."""
    lines = stored_rows(AuditEvent, AuditEvent.tag == ERASED)
    return {line["detail"]["position"] for line in lines if _tells(line, "position")}


def _audit_problems(placed: Sequence[Placed]) -> Iterator[RegisterProblem]:
    """Lines may be gone because 操作記録 is kept for some years only: before the oldest line nothing is missed."""
    told = _told()
    if not told:
        return
    for each in placed:
        if each.place not in told:
            if each.place > min(told):
                yield RegisterProblem(each.place, each.link.number, Damage.UNWITNESSED)
        elif told[each.place][0] != each.link.stored_hash and each.is_intact:
            yield RegisterProblem(each.place, each.link.number, Damage.REWRITTEN)
    for position in sorted(told.keys() - {each.place for each in placed}):
        yield RegisterProblem(position, told[position][1], Damage.LOST)


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


def _decision_problems(rows: Sequence[Stored]) -> Iterator[RegisterProblem]:
    acts = [row for row in rows if row["kind"] in TWO_PEOPLE]
    if not acts:
        return
    proposals = {row["id"]: row for row in stored_rows(RegisterProposal)}
    decisions = {row["register_entry_id"]: row for row in stored_rows(RegisterDecision)}
    for act in acts:
        decision = decisions.get(act["id"])
        proposal = proposals.get(decision["proposal_id"]) if decision else None
        if decision is None or proposal is None or not _is_four_eyes(act, proposal, decision):
            position = act["position"] if isinstance(act["position"], int) else 0
            yield RegisterProblem(position, str(act["certificate_number"]), Damage.FOUR_EYES)


def _is_four_eyes(act: Stored, proposal: Stored, decision: Stored) -> bool:
    """The act is what one proposed, and another, who entered it, approved."""
    asked = (proposal["certificate_number"], proposal["kind"], proposal["reason"])
    return (
        SPOILED not in (*proposal.values(), *decision.values())
        and asked == (act["certificate_number"], act["kind"], act["reason"])
        and decision["is_approved"]
        and decision["decided_by_id"] == act["entered_by_id"] != proposal["proposed_by_id"]
    )
