"""更新: every condition with its evidence, then a new version with a new last day."""

from collections.abc import Sequence
from datetime import datetime

from lms import clock
from lms.certification.models import RenewalApplication
from lms.certification.queries.acts import get_standing
from lms.certification.queries.expiries import present_rule
from lms.certification.queries.involvement import find_involvement
from lms.certification.queries.issuing import find_refusal
from lms.certification.queries.renewals import draft_renewal
from lms.certification.rules.chain import renewal_text
from lms.certification.rules.deciding import CertificationRefused, Refusal, refuse_proposer
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.services.locking import lock_register
from lms.certification.services.papers import put_out
from lms.certification.services.telling import tell_holder
from lms.db.session import command, db

MAX_EVIDENCE = 300


@command
def renew_certificate(number: str, evidence: Sequence[str], *, by: int, now: datetime) -> int:
    """Renew a certificate, also after its last day; `evidence` in the order of the conditions. Returns the new version.

    Raises CertificationRefused when there is no validity, when it is too early or the certificate is suspended or over,
    when a condition has no evidence, when this person is the holder, graded or is tied to them, or when it cannot be printed.
    """
    lock_register()
    certificate = get_standing(number)
    seat, rule = certificate.seat, present_rule()
    involvement = find_involvement(by, seat.participant_id)
    _refuse(refuse_proposer(proposer_id=by, holder_id=seat.user_id, involvement=involvement))
    draft = draft_renewal(certificate, on=clock.to_jst(now).date())
    words = [each.strip()[:MAX_EVIDENCE] for each in evidence]
    if len(words) != len(rule.renewal_conditions) or not all(words):
        raise CertificationRefused(Refusal.CONDITIONS_MISSING)
    refusal, missing = find_refusal(draft)
    if refusal is not None:
        raise CertificationRefused(refusal, characters=missing)
    pairs = zip(rule.renewal_conditions, words, strict=True)
    conditions = [{"condition": condition, "evidence": found} for condition, found in pairs]
    told = {"reason": Reason.CONDITIONS_MET.value, "beside": renewal_text(conditions)}
    paper = put_out(EntryKind.RENEW, seat.participant_id, draft, **told, by=by, now=now)
    db.session.add(
        RenewalApplication(
            certificate_number=number,
            conditions=conditions,
            register_entry_id=paper.entry.id,
            recorded_by_id=by,
            recorded_at=now,
        )
    )
    record = paper.record
    tell_holder("certificate_renewed", seat, paper.entry, now=now, version=record.version, expires_on=record.expires_on)
    return record.version


def _refuse(reason: Refusal | None) -> None:
    if reason is not None:
        raise CertificationRefused(reason)
