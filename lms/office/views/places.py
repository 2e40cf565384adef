"""Where each step of a cohort is done."""

from flask import url_for

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
    """The page of a step."""
    return url_for(DOORS[key], cohort_id=cohort_id)
