"""受験の記録: everything the office may know of one attempt, in words and without judgment."""

from flask import abort, render_template

from lms import clock
from lms.audit.labels import describe_tag
from lms.cohorts.queries import get_cohort
from lms.exams.labels import HAND_INS, STATUSES
from lms.exams.rules.sitting import NotFound
from lms.office.labels import exam_day as words
from lms.office.queries.exam_day import attempt_record, standing_in
from lms.office.views.blindness import close_to_graders
from lms.office.views.blueprint import bp
from lms.office.views.exam import SITTING_NAMES
from lms.web.access import Role, open_to


@bp.get("/attempts/<int:attempt_id>")
@open_to(Role.OFFICE)
def attempt(attempt_id: int) -> str:
    """The record of one attempt."""
    try:
        record = attempt_record(attempt_id, now=clock.now())
    except NotFound:
        abort(404)
    sitting = record.sitting
    close_to_graders(sitting.window_id)
    return render_template(
        "office/attempt.html",
        cohort=get_cohort(sitting.cohort_id),
        record=record,
        sitting=sitting,
        standing=standing_in(sitting.window_id),
        section_titles={section.id: section.title for section in sitting.paper.sections},
        describe_tag=describe_tag,
        statuses=STATUSES,
        hand_ins=HAND_INS,
        words=words,
        title=SITTING_NAMES[sitting.window_number],
    )
