"""What is needed on the day of issue: who is approved, and what would keep a certificate from being printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import current_app

from certificates.fonts.book import FontsNotBuilt
from certificates.record import CertificateRecord
from certificates.templates import TemplateError, UnknownTemplate
from lms.certification.queries.completion import Proposal, checklists_of, latest_proposals, numbers_of
from lms.certification.queries.printing import fields_too_long, missing_glyphs
from lms.certification.rules.completion import ChecklistLine, is_complete
from lms.certification.rules.deciding import Refusal, is_another_name
from lms.certification.source import certificate_content, validity_rule, write_record
from lms.cohorts.queries import Seat, list_participants
from lms.cohorts.source import course_facts
from lms.config import Settings


@dataclass(frozen=True, slots=True)
class IssuePreview:
    """One certificate that is to be issued, as it would be printed; `refusal` says why it cannot be."""

    seat: Seat
    record: CertificateRecord
    refusal: Refusal | None
    missing: tuple[str, ...]
    """The characters that cannot be printed."""
    unmet: tuple[ChecklistLine, ...] = ()
    """What of the completion rule is not met any more."""


def preview_issue(cohort_id: int, *, issued_on: date) -> list[IssuePreview]:
    """Every approved participant of a cohort without a certificate, those with a problem first."""
    seats = list_issuable(cohort_id)
    ids = [seat.participant_id for seat in seats]
    checklists, proposals = checklists_of(seats), latest_proposals(ids)
    previews = [_preview(seat, proposals[seat.participant_id], checklists[seat.participant_id], issued_on) for seat in seats]
    return sorted(previews, key=lambda preview: preview.refusal is None)


def list_issuable(cohort_id: int) -> list[Seat]:
    """Every participant of a cohort whose approval is neither used nor held, in the order of enrolment."""
    seats = list_participants(cohort_id)
    ids = [seat.participant_id for seat in seats]
    issued, proposals = numbers_of(ids), latest_proposals(ids)
    waiting = [seat for seat in seats if seat.participant_id not in issued and seat.participant_id in proposals]
    return [seat for seat in waiting if is_usable(proposals[seat.participant_id])]


def is_usable(proposal: Proposal) -> bool:
    """Whether a proposal is approved and not held back."""
    return proposal.is_approved is True and not proposal.is_held


def find_obstacle(seat: Seat, proposal: Proposal, lines: Sequence[ChecklistLine]) -> Refusal | None:
    """What has changed since the approval so that it cannot be used: the name to be printed, or the completion rule."""
    if is_another_name(proposal.holder_name, seat.name):
        return Refusal.NAME_CHANGED
    return None if is_complete(lines) else Refusal.NOT_COMPLETE


def find_refusal(record: CertificateRecord) -> tuple[Refusal | None, tuple[str, ...]]:
    """Why the press cannot print a record, and the characters it has no glyph for."""
    try:
        missing = missing_glyphs(record)
        is_too_long = not missing and bool(fields_too_long(record))
    except FontsNotBuilt:
        return Refusal.FONTS_NOT_BUILT, ()
    except (TemplateError, UnknownTemplate):
        return Refusal.TEMPLATE_UNUSABLE, ()
    if is_too_long:
        return Refusal.TEXT_TOO_LONG, ()
    return (Refusal.MISSING_GLYPHS, missing) if missing else (None, ())


def draft_record(seat: Seat, *, issued_on: date, number: str = "") -> CertificateRecord:
    """The record of a seat's certificate by the present wording, without codes: these are made when it is put out."""
    here = settings()
    return write_record(
        certificate_content(here.content),
        here.certificate,
        course_title=course_facts().title,
        holder_name=seat.name,
        cohort_label=seat.cohort_label,
        issued_on=issued_on,
        number=number,
        verify_url=verification_address(""),
        verify_code="",
        is_sample=here.is_demo,
        expires_on=validity_rule(here.content).last_day(issued_on),
    )


def verification_address(token: str) -> str:
    """The address that the QR code of a paper with this token leads to."""
    return f"{settings().public_base_url}/verify/{token}"


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["settings"]
    return found


def _preview(seat: Seat, proposal: Proposal, lines: Sequence[ChecklistLine], issued_on: date) -> IssuePreview:
    record = draft_record(seat, issued_on=issued_on)
    refusal, missing = find_refusal(record)
    unmet = tuple(line for line in lines if not line.is_met)
    return IssuePreview(seat, record, find_obstacle(seat, proposal, lines) or refusal, missing, unmet)
