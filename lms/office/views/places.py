"""Where each step of a cohort is done."""

from flask import current_app, url_for

from lms.office.rules import StepKey

DOORS = {
    StepKey.ROSTER: "office.roster",
    StepKey.PAYMENT: "office.payments",
    StepKey.LEARNING: "office.progress",
    StepKey.ATTENDANCE: "office.attendance",
    StepKey.EXAM: "office.exam",
    StepKey.GRADING: "office.grading",
    StepKey.RESULTS: "office.results",
    StepKey.CERTIFICATION: "office.certification",
}


def step_address(cohort_id: int, key: StepKey) -> str:
    """The page of a step; the cohort's own page while a step has none."""
    door = DOORS[key] if DOORS[key] in current_app.view_functions else "office.cohort"
    return url_for(door, cohort_id=cohort_id)
