"""Who decided what the register enters: every entry that needs two people or conditions is held against its decision."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lms.certification.models import (
    CompletionDecision,
    CompletionProposal,
    EntryDetail,
    PrintedRecord,
    RegisterDecision,
    RegisterProposal,
    ReissueOrder,
    ReissueOutcome,
    RenewalApplication,
)
from lms.certification.queries.stored import SPOILED, Stored, stored_rows
from lms.certification.rules.chain import Damage, RegisterProblem
from lms.certification.rules.entries import EntryKind
from lms.db.base import Base

TWO_PEOPLE = (EntryKind.VOID, EntryKind.SUSPEND, EntryKind.RESUME, EntryKind.REVOKE)
Pairs = dict[Any, list[tuple[Stored, Stored]]]
"""What an entry is found by → (what was asked for, what was decided)."""
Check = Callable[[Stored], bool]


def list_decision_problems(rows: Sequence[Stored], erased: set[int]) -> Iterator[RegisterProblem]:
    """Entries without the decision they rest on, or with another one; `erased` are the positions with an erased print."""
    kinds = {row["kind"] for row in rows if isinstance(row["kind"], EntryKind)}
    checks: dict[EntryKind, Check] = {}
    if EntryKind.ISSUE in kinds:
        checks[EntryKind.ISSUE] = _certified()
    if EntryKind.REISSUE in kinds:
        checks[EntryKind.REISSUE] = _ordered()
    if EntryKind.RENEW in kinds:
        checks[EntryKind.RENEW] = _renewed(erased)
    if kinds & set(TWO_PEOPLE):
        checks |= dict.fromkeys(TWO_PEOPLE, _acted())
    for row in rows:
        if row["kind"] in checks and not checks[row["kind"]](row):
            position = row["position"] if isinstance(row["position"], int) else 0
            yield RegisterProblem(position, str(row["certificate_number"]), Damage.FOUR_EYES)


def _certified() -> Check:
    """ISSUE: before it, another person approved what one proposed for this participant."""
    proposals = _by(CompletionProposal, "id")
    approved = [row for row in stored_rows(CompletionDecision) if SPOILED not in row.values() and row["is_approved"]]
    found: Pairs = {}
    for decision in approved:
        proposal = proposals.get(decision["proposal_id"])
        if proposal is not None and proposal["proposed_by_id"] != decision["decided_by_id"]:
            found.setdefault(proposal["participant_id"], []).append((proposal, decision))

    def check(entry: Stored) -> bool:
        pairs = found.get(entry["participant_id"], [])
        return any(_in_order(one["proposed_at"], other["decided_at"], entry["entered_at"]) for one, other in pairs)

    return check


def _ordered() -> Check:
    """REISSUE: an order for the same reason, settled by another person in the same moment; its new name is printed."""
    orders, outcomes = _by(ReissueOrder, "id"), _by(ReissueOutcome, "register_entry_id")
    names = {row["register_entry_id"]: _member(row["record"], "holder_name") for row in stored_rows(PrintedRecord)}

    def check(entry: Stored) -> bool:
        outcome = outcomes.get(entry["id"])
        order = orders.get(outcome["order_id"]) if outcome else None
        if outcome is None or order is None:
            return False
        asked = (order["certificate_number"], order["participant_id"], order["reason"])
        return (
            asked == (entry["certificate_number"], entry["participant_id"], entry["reason"])
            and (outcome["settled_by_id"], outcome["settled_at"]) == (entry["entered_by_id"], entry["entered_at"])
            and order["ordered_by_id"] != outcome["settled_by_id"]
            and _in_order(order["ordered_at"], outcome["settled_at"])
            and order["new_name"] in ("", names.get(entry["id"]))
        )

    return check


def _renewed(erased: set[int]) -> Check:
    """RENEW: its conditions were recorded with it; what they say is covered by the entry's commitment."""
    applications = _by(RenewalApplication, "register_entry_id")

    def check(entry: Stored) -> bool:
        found = applications.get(entry["id"])
        if found is None:
            return False
        made = (found["certificate_number"], found["recorded_by_id"], found["recorded_at"])
        is_same = made == (entry["certificate_number"], entry["entered_by_id"], entry["entered_at"])
        return is_same and bool(found["conditions"] or entry["position"] in erased)

    return check


def _acted() -> Check:
    """Acts: what one proposed and another, who entered it, approved; their words and ids are the committed ones."""
    proposals, decisions = _by(RegisterProposal, "id"), _by(RegisterDecision, "register_entry_id")
    details = {row["register_entry_id"]: row["detail"] for row in stored_rows(EntryDetail)}

    def check(entry: Stored) -> bool:
        decision = decisions.get(entry["id"])
        proposal = proposals.get(decision["proposal_id"]) if decision else None
        if decision is None or proposal is None:
            return False
        asked = (proposal["certificate_number"], proposal["kind"], proposal["reason"])
        return (
            asked == (entry["certificate_number"], entry["kind"], entry["reason"])
            and decision["is_approved"]
            and (decision["decided_by_id"], decision["decided_at"]) == (entry["entered_by_id"], entry["entered_at"])
            and decision["decided_by_id"] != proposal["proposed_by_id"]
            and _in_order(proposal["proposed_at"], decision["decided_at"])
            and _are_committed(proposal, decision, details.get(entry["id"]))
        )

    return check


def _are_committed(proposal: Stored, decision: Stored, detail: Any) -> bool:
    """Whether the detail, which the entry commits to, says the same; after an erasure nothing may be said any more."""
    if detail == "":
        return (proposal["explanation"], proposal["detail"], decision["reason"]) == ("", {}, "")
    said = {
        "explanation": proposal["explanation"],
        "words": _key(proposal["detail"], "words"),
        "proposed_by_id": proposal["proposed_by_id"],
        "decided_by_id": decision["decided_by_id"],
    }
    return all(_member(detail, name) == value for name, value in said.items())


def _by(model: type[Base], column: str) -> Mapping[Any, Stored]:
    """The readable rows of a table by a column."""
    return {row[column]: row for row in stored_rows(model) if SPOILED not in row.values()}


def _member(text: Any, name: str) -> Any:
    try:
        return _key(json.loads(text), name)
    except (ValueError, TypeError):
        return None


def _key(plain: Any, name: str) -> Any:
    return plain.get(name) if isinstance(plain, dict) else None


def _in_order(*moments: Any) -> bool:
    return SPOILED not in moments and list(moments) == sorted(moments)
