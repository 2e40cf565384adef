"""合否判定会議: the first person proposes the verdicts the marks make, or holds some; a second person finalizes them."""

from collections.abc import Mapping
from datetime import datetime

from lms.audit.services import record
from lms.db.session import command, db
from lms.grading.models import VerdictProposal
from lms.grading.queries.proposals import fingerprint
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.services.results import Judged, lock_for_deciding, results_to_finalize

REASON_LIMIT = 500
"""Characters of a reason that are kept."""


@command
def propose_verdicts(window_id: int, holds: Mapping[int, str], *, by: int, now: datetime) -> int:
    """判定案を作る: propose the computed verdict of every attempt without a result, or 保留 (attempt id → reason).

    Says how many were proposed; a later proposal replaces an earlier one. Nothing can be proposed but what the marks
    make. Raises Refused for whoever may not decide in the window, while anything is open in it (as finalizing does),
    and for 保留 without a reason.
    """
    lock_for_deciding(window_id, by=by)
    if any(not reason.strip() for reason in holds.values()):
        raise Refused(Refusal.REASON_NEEDED)
    missing = results_to_finalize(window_id, now=now)
    db.session.add_all(_proposal(judged, holds.get(judged[0].attempt_id), by=by, now=now) for judged in missing)
    if missing:
        held = sum(facts.attempt_id in holds for facts, _ in missing)
        detail = {"verdicts": len(missing), "on_hold": held}
        record("grading:propose", subject=("exam_window", window_id), by=by, now=now, detail=detail)
    return len(missing)


@command
def note_named_export(window_id: int, words: str, *, by: int, now: datetime) -> None:
    """Write down who took names beside 受験番号 out of the meeting of a window, in which file."""
    record("grading:export_names", subject=("exam_window", window_id), by=by, now=now, detail={"file": words})


def _proposal(judged: Judged, held: str | None, *, by: int, now: datetime) -> VerdictProposal:
    facts, result = judged
    return VerdictProposal(
        attempt_id=facts.attempt_id,
        submission_id=facts.submission_id,
        window_id=facts.window_id,
        fingerprint=fingerprint(facts, result),
        is_passed=result.is_passed,
        total=result.total,
        is_on_hold=held is not None,
        reason="" if held is None else held.strip()[:REASON_LIMIT],
        proposed_by_id=by,
        proposed_at=now,
    )
