"""裁定: calling a third grader wherever the marks of an attempt ask for one."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from lms.audit.services import record
from lms.db.session import command, db
from lms.grading.models import Assignment
from lms.grading.queries.appeals import list_barred_from_regrading
from lms.grading.queries.conflicts import list_conflicts
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.staff import find_loads, find_staff, list_ended_ids, list_essay_graders, list_grader_ids
from lms.grading.rules.allocation import pick_adjudicator
from lms.grading.rules.parts import EssayState, GraderPart
from lms.grading.rules.settling import EssayStanding, assess
from lms.grading.services.staffing import call_in

SEED = "window:{}"
"""Seeds are no secret: they make an allocation repeatable by whoever wants to check it."""


@command
def arrange_adjudications(attempt_ids: Sequence[int], *, now: datetime) -> int:
    """Give every essay of these attempts that needs a third grader to one; says how many were given.

    Where nobody is free of conflicts the essay waits; the office's page says so, and adding a grader tries again.
    """
    return sum(
        _call_third(facts, essay_id, standing, now=now)
        for facts in list_attempt_facts(attempt_ids=attempt_ids, with_regrading=True)
        for essay_id, standing in _needing(facts)
    )


def _needing(facts: AttemptFacts) -> list[tuple[int, EssayStanding]]:
    if facts.choice_points is None:
        return []
    standings = assess(facts.paper, facts.choice_points, facts.essays)
    return [
        (essay_id, standing)
        for essay_id, essay, standing in zip(facts.essay_ids, facts.essays, standings, strict=True)
        if standing.state is EssayState.ADJUDICATION and not essay.is_with_adjudicator
    ]


def _call_third(facts: AttemptFacts, essay_id: int, standing: EssayStanding, *, now: datetime) -> bool:
    loads = find_loads(facts.window_id)
    conflicts = list_conflicts(facts.window_id).get(facts.participant_id, frozenset())
    barred, on_staff = list_barred_from_regrading(essay_id), find_staff(facts.window_id).adjudicators & list_grader_ids()
    excluded = conflicts | barred | list_essay_graders([essay_id])[essay_id]
    chosen = on_staff
    if barred and not chosen - excluded:
        # After an appeal nobody of the window may be left who has not read the attempt: then any grader may be asked.
        chosen = list_grader_ids() - list_ended_ids(facts.window_id)
    third = pick_adjudicator(
        f"{facts.candidate_number}/{standing.question_id}",
        chosen,
        excluded=excluded,
        loads=loads.adjudications,
        seed=SEED.format(facts.window_id),
    )
    if third is None:
        return False
    if third not in on_staff:
        # Whoever comes from outside the window's staff does her 目合わせ first, like everybody.
        call_in(facts.window_id, [third], as_markers=False, now=now)
    reasons = [reason.value for reason in standing.reasons]
    db.session.add(
        Assignment(
            public_id=secrets.token_hex(16),
            essay_id=essay_id,
            grader_id=third,
            part=GraderPart.ADJUDICATOR,
            position=loads.positions.get(third, 0) + 1,
            reasons=reasons,
            assigned_at=now,
        )
    )
    record("grading:adjudicate", subject=("essay", essay_id), by=None, now=now, detail={"grader": third, "reasons": reasons})
    return True
