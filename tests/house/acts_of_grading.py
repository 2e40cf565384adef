"""Acts of grading in depth: what calibrators, the desk, the meeting and whoever handles appeals do."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from lms.db.session import db
from lms.grading.models import Essay, GraderAffiliation, GraderPhrase
from lms.grading.queries.appeals import find_regrading
from lms.grading.queries.reassigning import list_candidates, list_tasks
from lms.grading.rules.masking import MaskKind, Span
from lms.grading.rules.parts import AppealGround, AppealRemedy
from lms.grading.services.appealing import call_adjudicators, close_appeal, decide_appeal, file_appeal, name_handler
from lms.grading.services.calibrating import waive_calibration
from lms.grading.services.complaints import enter_complaint, take_step
from lms.grading.services.conflicts import end_affiliation, note_affiliation, note_teacher, remove_teacher
from lms.grading.services.doubting import raise_doubt
from lms.grading.services.helping import take_over
from lms.grading.services.leasing import take_lease
from lms.grading.services.marking import confirm_mark, save_draft
from lms.grading.services.masking import mask_essay
from lms.grading.services.phrases import add_phrase, remove_phrase
from lms.grading.services.reassigning import move_all, reassign
from lms.grading.services.verdicts import propose_verdicts
from lms.web.access import Role
from tests.factories import Factory
from tests.house.acts import AUDIT, MAIL, Act, act, now
from tests.lms.grading import builders as grading
from tests.lms.grading.test_appeals import released
from tests.lms.grading.test_calibration import exhausted
from tests.lms.grading.test_regrading import without_a_third


def proposing_verdicts(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    grading.mark_all(sat.window_id)
    return act(lambda: propose_verdicts(sat.window_id, {}, by=sat.releaser, now=now()), "verdict_proposals", AUDIT)


def covering_a_passage(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    essay_id = db.session.scalars(select(Essay.id).where(Essay.anchor_id.is_(None)).order_by(Essay.id)).all()[0]
    spans = [Span(0, 2, MaskKind.NAME)]
    return act(lambda: mask_essay(essay_id, spans, "氏名", seen=0, by=sat.office, now=now()), "essay_maskings", AUDIT)


def filing_an_appeal(make: Factory) -> Act:
    case = released(make)
    return act(
        lambda: file_appeal(case.attempt_id, AppealGround.PROCEDURE, "時間が違う", by=case.person, now=now()),
        *("appeals", AUDIT, MAIL),
    )


def naming_a_handler(make: Factory) -> Act:
    case = released(make)
    number = case.file()
    return act(lambda: name_handler(number, case.handler, by=case.sat.office, now=now()), "appeal_handlers", AUDIT)


def granting_a_new_grading(make: Factory) -> Act:
    case = released(make)
    number = case.file()
    name_handler(number, case.handler, by=case.sat.office, now=now())
    return act(
        lambda: decide_appeal(number, AppealRemedy.REGRADE, "確認した。", "採点し直します。", by=case.handler, now=now()),
        *("appeal_decisions", "essays", "assignments", "window_graders", AUDIT, MAIL),
    )


def calling_adjudicators_again(make: Factory) -> Act:
    case, number = without_a_third(make)
    grading.graders(make, 1)
    return act(
        lambda: call_adjudicators(number, by=case.handler, now=now()),
        *("assignments", "essays", "window_graders", AUDIT),
    )


def closing_an_appeal(make: Factory) -> Act:
    case = released(make)
    number = case.decided(AppealRemedy.REGRADE)
    grading.mark_all(case.sat.window_id, level=2)
    regrading = find_regrading(case.attempt_id)
    seen = regrading.fingerprint if regrading else ""
    return act(
        lambda: close_appeal(number, "採点し直しました。", certificates={}, by=case.closer, now=now(), seen=seen),
        *("appeal_closures", "results", AUDIT, MAIL),
    )


def taking_a_complaint_down(make: Factory) -> Act:
    seat = make.seat()
    return act(
        lambda: enter_complaint("音声", "途切れました。", participant_id=seat.participant_id, by=seat.user_id, now=now()),
        *("complaints", AUDIT, MAIL),
    )


def answering_a_complaint(make: Factory) -> Act:
    by = make.staff(Role.OFFICE)
    number = enter_complaint("音声", "途切れました。", participant_id=None, by=by, now=now())
    return act(lambda: take_step(number, "録画を送った。", is_closing=True, by=by, now=now()), "complaint_steps", AUDIT)


def noting_an_affiliation(make: Factory) -> Act:
    by, (grader, *_) = make.staff(Role.OFFICE), grading.graders(make)
    return act(lambda: note_affiliation(grader, "架空物産 株式会社", by=by, now=now()), "grader_affiliations", AUDIT)


def ending_an_affiliation(make: Factory) -> Act:
    by, (grader, *_) = make.staff(Role.OFFICE), grading.graders(make)
    with make.app.app_context():
        note_affiliation(grader, "架空物産 株式会社", by=by, now=now())
        number = db.session.scalars(select(GraderAffiliation.id)).one()
    return act(lambda: end_affiliation(number, by=by, now=now()), "grader_affiliations", AUDIT)


def noting_a_teacher(make: Factory) -> Act:
    by, cohort_id, teacher = make.staff(Role.OFFICE), make.cohort(), make.staff(Role.INSTRUCTOR)
    return act(lambda: note_teacher(cohort_id, teacher, by=by, now=now()), "cohort_teachers", AUDIT)


def removing_a_teacher(make: Factory) -> Act:
    by, cohort_id, teacher = make.staff(Role.OFFICE), make.cohort(), make.staff(Role.INSTRUCTOR)
    with make.app.app_context():
        note_teacher(cohort_id, teacher, by=by, now=now())
    return act(lambda: remove_teacher(cohort_id, teacher, by=by, now=now()), "cohort_teachers", AUDIT)


def reassigning_an_essay(make: Factory) -> Act:
    sat, staff = grading.sit(make, 1), grading.graders(make, 4)
    grading.opened(make, sat, staff)
    card = list_tasks(sat.window_id, now=now())[0]
    task, to = card.task.assignment_id, list_candidates(card)[0].user_id
    return act(lambda: reassign(task, to, "病気", by=sat.office, now=now()), "assignments", "assignment_changes", AUDIT)


def moving_all_of_a_dropout(make: Factory) -> Act:
    sat, staff = grading.sit(make, 1), grading.graders(make, 4)
    grading.opened(make, sat, staff)
    leaver = list_tasks(sat.window_id, now=now())[0].task.grader_id
    return act(
        lambda: move_all(sat.window_id, leaver, "病気", ends_part=True, by=sat.office, now=now()),
        *("assignments", "assignment_changes", "window_graders", AUDIT),
    )


def letting_a_grader_begin(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    grader, question = exhausted(make, sat)
    return act(
        lambda: waive_calibration(sat.window_id, grader, question, "話し合った", by=sat.office, now=now()),
        *("calibration_waivers", AUDIT),
    )


def opening_an_essay(make: Factory) -> Act:
    """Who works where is nothing to look back on; there is no line."""
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    public_id, grader, _ = _task(sat)
    return act(lambda: take_lease(public_id, device="pc", by=grader, now=now()), "assignment_leases")


def taking_an_essay_over(make: Factory) -> Act:
    """From somebody who had drafted it an hour ago."""
    sat, staff = grading.sit(make, 1), grading.graders(make, 4)
    grading.opened(make, sat, staff)
    public_id, helper, essay_id = _task(sat)
    confirm_mark(public_id, grading.sheet(essay_id, 3), by=helper, now=now())
    for each in grading.open_assignments(sat.window_id):
        earlier = now() - timedelta(hours=1)
        save_draft(each.public_id, grading.sheet(each.essay_id, 3), by=each.grader_id, now=earlier)
    return act(
        lambda: take_over(by=helper, now=now()),
        *("assignments", "assignment_changes", "mark_drafts", "assignment_leases", AUDIT),
    )


def doubting_a_mark(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    public_id, grader, _ = _task(sat)
    for each in grading.open_assignments(sat.window_id):
        confirm_mark(each.public_id, grading.sheet(each.essay_id, 3), by=each.grader_id, now=now())
    return act(lambda: raise_doubt(public_id, "読み落とし", by=grader, now=now()), "mark_doubts", "assignments", AUDIT)


def keeping_a_phrase(make: Factory) -> Act:
    """A grader's own notes; there is no line."""
    (grader,) = grading.graders(make, 1)
    return act(lambda: add_phrase("よく書けています。", by=grader, now=now()), "grader_phrases")


def removing_a_phrase(make: Factory) -> Act:
    """A grader's own notes; there is no line."""
    (grader,) = grading.graders(make, 1)
    with make.app.app_context():
        add_phrase("よく書けています。", by=grader, now=now())
        number = db.session.scalars(select(GraderPhrase.id)).one()
    return act(lambda: remove_phrase(number, by=grader, now=now()), "grader_phrases")


def _task(sat: grading.Sat) -> tuple[str, int, int]:
    mine = grading.open_assignments(sat.window_id)[0]
    return mine.public_id, mine.grader_id, mine.essay_id


DESK: tuple[Callable[[Factory], Act], ...] = (
    *(opening_an_essay, taking_an_essay_over, doubting_a_mark, keeping_a_phrase, removing_a_phrase),
)
ALLOCATION: tuple[Callable[[Factory], Act], ...] = (
    *(noting_an_affiliation, ending_an_affiliation, noting_a_teacher, removing_a_teacher),
    *(reassigning_an_essay, moving_all_of_a_dropout),
)
ACTS_OF_GRADING: tuple[Callable[[Factory], Act], ...] = (
    *DESK,
    proposing_verdicts,
    covering_a_passage,
    letting_a_grader_begin,
    *(filing_an_appeal, naming_a_handler, granting_a_new_grading, calling_adjudicators_again, closing_an_appeal),
    *(taking_a_complaint_down, answering_a_complaint),
    *ALLOCATION,
)
