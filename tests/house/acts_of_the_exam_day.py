"""Acts of the office on the day of the exam and after it: incidents, second hand-ins, printing, re-scoring."""

from collections.abc import Callable

from lms.db.session import db
from lms.exam_engine.rulings import Ruling, RulingKind
from lms.exams.services.incidents import add_time
from lms.exams.services.notices import publish_notice
from lms.grading.models import Rescoring
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.services.rescoring import decide_rescoring, fingerprint, propose_rescoring
from lms.grading.services.results import release_results
from lms.grading.services.verdicts import note_named_export
from lms.office.services import decide_about_hand_in, note_printing, propose_about_late, propose_to_reopen
from lms.web.access import Role
from tests.factories import Factory
from tests.house.acts import AUDIT, MAIL, Act, act, now
from tests.lms.exams import builders as exams
from tests.lms.exams.test_hand_ins import late_case
from tests.lms.grading import builders as grading


def adding_time(make: Factory) -> Act:
    begun, by = exams.begin(make), make.staff(Role.OFFICE)
    return act(
        lambda: add_time(begun.window_id, 10, "停電のため", form_key="form", by=by, now=now()),
        *("attempt_events", "exam_incidents", AUDIT),
    )


def publishing_a_notice(make: Factory) -> Act:
    begun, by = exams.begin(make), make.staff(Role.OFFICE)
    return act(lambda: publish_notice(begun.window_id, "10分延長しました。", by=by, now=now()), "exam_notices", AUDIT)


def proposing_about_late_answers(make: Factory) -> Act:
    case = late_case(make)
    ids = [case.version_id]
    return act(
        lambda: propose_about_late(case.started.attempt_id, ids, "停電", is_admission=True, by=case.proposer, now=now()),
        *("hand_in_proposals", AUDIT),
    )


def admitting_late_answers(make: Factory) -> Act:
    case = late_case(make)
    proposal = case.propose()
    return act(
        lambda: decide_about_hand_in(proposal, True, "", by=case.decider, now=now()),
        *("hand_in_decisions", "submissions", "current_answers", AUDIT, MAIL),
    )


def reopening_an_exam(make: Factory) -> Act:
    case = late_case(make)
    proposal = propose_to_reopen(case.started.attempt_id, "essay", 10, "停電", by=case.proposer, now=now())
    return act(
        lambda: decide_about_hand_in(proposal, True, "", by=case.decider, now=now()),
        *("hand_in_decisions", "attempt_events", AUDIT, MAIL),
    )


def printing_a_paper(make: Factory) -> Act:
    by, started = make.staff(Role.OFFICE), exams.begin(make)
    return act(lambda: note_printing(started.attempt_id, "問題冊子", by=by, now=now()), AUDIT)


def taking_names_out_of_the_meeting(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    return act(lambda: note_named_export(sat.window_id, "PDF", by=sat.office, now=now()), AUDIT)


def proposing_a_rescoring(make: Factory) -> Act:
    sat, wanted = _released_with_a_faulty_question(make)
    return act(lambda: _propose_rescoring(sat, wanted), "rescorings", AUDIT)


def deciding_about_a_rescoring(make: Factory) -> Act:
    sat, wanted = _released_with_a_faulty_question(make)
    number = _propose_rescoring(sat, wanted)
    seen = fingerprint(db.session.get_one(Rescoring, number).preview)
    return act(
        lambda: decide_rescoring(number, is_approved=True, reason="", certificates={}, by=sat.releaser, now=now(), seen=seen),
        *("rescoring_decisions", "choice_marks", "results", AUDIT, MAIL),
    )


def _released_with_a_faulty_question(make: Factory) -> tuple[grading.Sat, Ruling]:
    sat = grading.sit(make, 1, right=39)
    grading.opened(make, sat, grading.graders(make))
    grading.mark_all(sat.window_id)
    grading.finalize(sat)
    release_results(sat.window_id, by=sat.releaser, now=now())
    last = list_attempt_facts(window_id=sat.window_id)[0].paper.section("choice").questions[-1]
    return sat, Ruling(last.id, last.version, RulingKind.FULL_CREDIT)


def _propose_rescoring(sat: grading.Sat, wanted: Ruling) -> int:
    return propose_rescoring("practitioner", wanted, "設問の誤り", certificates={}, by=sat.office, now=now())


ACTS_OF_THE_EXAM_DAY: tuple[Callable[[Factory], Act], ...] = (
    *(adding_time, publishing_a_notice, proposing_about_late_answers, admitting_late_answers, reopening_an_exam),
    *(printing_a_paper, taking_names_out_of_the_meeting, proposing_a_rescoring, deciding_about_a_rescoring),
)
