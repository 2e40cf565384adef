"""受験中の記録 of a whole window in sums, for people who must look at everybody at once."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from lms.db.session import db
from lms.exams.models import Attempt, ConductFact
from lms.exams.rules.incidents import ConductKind


@dataclass(frozen=True, slots=True)
class ConductSum:
    """How often one kind of fact was noticed in an attempt, and how many seconds or characters that makes."""

    kind: ConductKind
    times: int
    seconds: int
    characters: int


def sum_conduct(window_id: int) -> dict[int, tuple[ConductSum, ...]]:
    """Attempt id → its facts by kind; an attempt without any is absent. One SELECT."""
    rows = db.session.execute(
        select(ConductFact.attempt_id, ConductFact.kind, ConductFact.detail)
        .join(Attempt, Attempt.id == ConductFact.attempt_id)
        .where(Attempt.window_id == window_id)
    )
    details: defaultdict[int, defaultdict[ConductKind, list[dict[str, object]]]] = defaultdict(lambda: defaultdict(list))
    for attempt_id, kind, detail in rows:
        details[attempt_id][kind].append(detail)
    return {
        attempt_id: tuple(_sum(kind, kinds[kind]) for kind in ConductKind if kind in kinds)
        for attempt_id, kinds in details.items()
    }


def _sum(kind: ConductKind, details: list[dict[str, object]]) -> ConductSum:
    return ConductSum(kind, len(details), _total(details, "seconds"), _total(details, "characters"))


def _total(details: list[dict[str, object]], key: str) -> int:
    return sum(value for detail in details if isinstance(value := detail.get(key), int))
