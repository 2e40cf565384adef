"""Where each step of a cohort is done, and the short names under which its pages stand side by side."""

from flask import url_for

from lms.office.labels import HUB_PLACE, STEP_PLACES
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


def cohort_places(cohort_id: int) -> list[tuple[str, str, str]]:
    """(key, short name, address) of every page of a cohort, the hub first."""
    steps = [(key.value, STEP_PLACES[key], step_address(cohort_id, key)) for key in StepKey]
    return [("hub", HUB_PLACE, url_for("office.cohort", cohort_id=cohort_id)), *steps]
