"""Emptying what stands about an entry outside the register's own tables: proposals, orders, parcels, mails."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from lms.certification.models import (
    CompletionProposal,
    ExpiryReminder,
    RegisterDecision,
    RegisterEntry,
    RegisterProposal,
    ReissueOrder,
    ReissueOutcome,
    RenewalApplication,
    Shipment,
)
from lms.certification.rules.entries import EntryKind
from lms.db.base import Base
from lms.db.session import db
from lms.mail.services.erasing import erase_mails

_MAILS = {
    EntryKind.REISSUE: "certificate_reissued",
    EntryKind.RENEW: "certificate_renewed",
    EntryKind.SUSPEND: "certificate_suspended",
    EntryKind.RESUME: "certificate_resumed",
    EntryKind.REVOKE: "certificate_revoked",
    EntryKind.VOID: "certificate_voided",
}
"""The mails whose key ends with the position of the entry they tell of."""


def erase_around_act(entry: RegisterEntry, *, now: datetime) -> None:
    """Empty the words of the proposal and decision that made an entry, and the mail that told the holder of it."""
    _empty_acts(RegisterDecision.register_entry_id == entry.id)
    erase_mails(_mail_keys(entry), now=now)


def erase_around_paper(entry: RegisterEntry, *, now: datetime) -> None:
    """Empty what names the holder or says something in words about one printed version.

    Its order and renewal, its parcels, the proposal to certify (with the first version), the mails about it; and the acts
    and orders of its number that came to nothing, because no entry of theirs can be named.
    """
    number = entry.certificate_number
    came_to_nothing = ReissueOutcome.register_entry_id.is_(None) & ReissueOutcome.order_id.in_(
        select(ReissueOrder.id).where(ReissueOrder.certificate_number == number)
    )
    orders = _empty_orders((ReissueOutcome.register_entry_id == entry.id) | came_to_nothing)
    _empty_acts(
        RegisterDecision.register_entry_id.is_(None)
        & RegisterDecision.proposal_id.in_(select(RegisterProposal.id).where(RegisterProposal.certificate_number == number))
    )
    _empty(RenewalApplication, RenewalApplication.register_entry_id == entry.id, conditions=[])
    address = dict.fromkeys(("recipient", "company", "department", "postal_code", "address"), "")
    _empty(Shipment, (Shipment.register_entry_id == entry.id) & (Shipment.recipient != ""), **address)
    if entry.kind is EntryKind.ISSUE:
        told = (CompletionProposal.note != "") | (CompletionProposal.holder_name != "")
        of_entry = CompletionProposal.participant_id == entry.participant_id, CompletionProposal.proposed_at <= entry.entered_at
        _empty(CompletionProposal, and_(told, *of_entry), note="", holder_name="")
    of_orders = [f"{name}:{order}" for order in orders for name in ("reissue_ordered", "certificate_reissue_declined")]
    erase_mails([*_mail_keys(entry), *of_orders], now=now)


def _empty_acts(condition: ColumnElement[bool]) -> None:
    proposals = list(db.session.scalars(select(RegisterDecision.proposal_id).where(condition)))
    _empty(RegisterProposal, RegisterProposal.id.in_(proposals), explanation="", detail={})
    _empty(RegisterDecision, condition & (RegisterDecision.reason != ""), reason="")


def _empty_orders(condition: ColumnElement[bool]) -> Sequence[int]:
    orders = list(db.session.scalars(select(ReissueOutcome.order_id).where(condition)))
    _empty(ReissueOrder, ReissueOrder.id.in_(orders), new_name="", explanation="")
    _empty(ReissueOutcome, condition & (ReissueOutcome.answer != ""), answer="")
    return orders


def _empty(model: type[Base], condition: ColumnElement[bool], **values: Any) -> None:
    db.session.execute(update(model).where(condition).values(**values).execution_options(synchronize_session=False))


def _mail_keys(entry: RegisterEntry) -> list[str]:
    """The keys of the mails that told the holder of an entry."""
    if entry.kind is EntryKind.SHIP:
        return [f"certificate_shipped:{entry.id}"]
    reminders = select(ExpiryReminder.days_before).where(ExpiryReminder.register_entry_id == entry.id)
    keys = [f"certificate_expiring:{entry.id}:{days}" for days in db.session.scalars(reminders)]
    if entry.kind is EntryKind.ISSUE:
        return [*keys, f"certificate_issued:{entry.certificate_number}"]
    return [*keys, *([f"{_MAILS[entry.kind]}:{entry.position}"] if entry.kind in _MAILS else [])]
