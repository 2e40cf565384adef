"""Checks of the people: who sits and can, who grades, who decides, and whether they can log in."""

from datetime import date, datetime

from lms import clock
from lms.accounts.queries import Account, list_accounts, list_staff
from lms.exams.labels import CONDITIONS
from lms.exams.queries.accommodation import accommodations_of
from lms.exams.rules.accommodating import AccommodationState
from lms.exams.rules.readiness import CheckId, CheckResult
from lms.grading.queries.conflicts import cohort_conflicts
from lms.grading.queries.staff import list_decider_ids, list_grader_ids
from lms.grading.rules.conflicts import find_shortages
from lms.office.labels import STAFFING_GAPS
from lms.office.queries.desks import list_staffing_gaps
from lms.office.queries.readiness.inspection import Inspection, named, ok, red, warning
from lms.office.rules import NEEDED_DECIDERS, NEEDED_GRADERS
from lms.terms.queries import list_revisions
from lms.web.access import Role


def accommodation(inspection: Inspection) -> CheckResult:
    """No request for 合理的配慮 waits for an answer."""
    cases = accommodations_of([seat.participant_id for seat in inspection.seats])
    waiting = [seat for seat in inspection.seats if cases[seat.participant_id].state is AccommodationState.WAITING]
    granted = sum(case.state is AccommodationState.GRANTED for case in cases.values())
    if waiting:
        return warning(CheckId.ACCOMMODATION, names=named(waiting))
    return ok(CheckId.ACCOMMODATION, granted=granted)


def roster(inspection: Inspection) -> CheckResult:
    """Somebody has a seat, and everybody with one can log in."""
    if not inspection.seats:
        return red(CheckId.ROSTER, people=0)
    accounts = list_accounts([seat.user_id for seat in inspection.seats])
    locked_out = [seat for seat in inspection.seats if not accounts[seat.user_id].may_log_in]
    if len(locked_out) == len(inspection.seats):
        return red(CheckId.ROSTER, names=named(locked_out))
    if locked_out:
        return warning(CheckId.ROSTER, names=named(locked_out))
    return ok(CheckId.ROSTER, people=len(inspection.seats))


def eligibility(inspection: Inspection) -> CheckResult:
    """Who will not be able to start, and for want of what; whoever has sat is not counted."""
    left = [seat for seat in inspection.seats if not inspection.has_sat(seat)]
    unmet = {seat.participant_id: inspection.unmet(seat) for seat in left}
    blocked = [
        f"{seat.name}さん({'・'.join(CONDITIONS[each] for each in unmet[seat.participant_id])})"
        for seat in left
        if unmet[seat.participant_id]
    ]
    facts = {"people": len(inspection.expected), "of": len(inspection.seats)}
    return warning(CheckId.ELIGIBILITY, **facts, blocked=blocked) if blocked else ok(CheckId.ELIGIBILITY, **facts)


def terms(inspection: Inspection) -> CheckResult:
    """Terms can be consented to, and no newer revision begins in the middle of the window."""
    revisions = list_revisions()
    first, last = _japanese_day(inspection.window.opens_at), _japanese_day(inspection.window.closes_at)
    inside = [each for each in revisions[1:] if first < each.effective_on <= last]
    if inside:
        return warning(CheckId.TERMS, revision=inside[0].revision, effective_on=inside[0].effective_on.isoformat())
    in_force = [each for each in revisions if each.effective_on <= first] or revisions[:1]
    return ok(CheckId.TERMS, revision=in_force[-1].revision)


def staffing(inspection: Inspection) -> CheckResult:
    """Two graders, an adjudicator, and two people who decide."""
    gaps = list_staffing_gaps()
    if gaps:
        return red(CheckId.STAFFING, gaps=[STAFFING_GAPS[gap] for gap in gaps])
    return ok(CheckId.STAFFING, graders=len(list_grader_ids()))


def conflicts(inspection: Inspection) -> CheckResult:
    """For every participant two graders, an adjudicator and two people who decide are left under the rules of 利益相反."""
    names = {seat.participant_id: f"{seat.name}さん" for seat in inspection.seats}
    found = find_shortages(cohort_conflicts(inspection.window.cohort_id), list_grader_ids(), list_decider_ids())
    graders = "、".join(f"{names[each.participant_id]}(あと{each.graders}名)" for each in found if each.graders)
    deciders = "、".join(f"{names[each.participant_id]}(あと{each.deciders}名)" for each in found if each.deciders)
    facts = {"names": graders, "deciders": deciders}
    return red(CheckId.CONFLICTS, **{key: told for key, told in facts.items() if told}) if found else ok(CheckId.CONFLICTS)


def second_factors(inspection: Inspection) -> CheckResult:
    """Enough graders and office people have set up their second factor; the others are named."""
    staff = [person for person in list_staff() if person.disabled_at is None and person.roles & {Role.GRADER, Role.OFFICE}]
    without = [person for person in staff if not person.has_second_factor]
    names = "、".join(f"{person.name}さん" for person in without)
    if _ready(staff, Role.GRADER) < NEEDED_GRADERS or _ready(staff, Role.OFFICE) < NEEDED_DECIDERS:
        return red(CheckId.SECOND_FACTORS, names=names)
    return warning(CheckId.SECOND_FACTORS, names=names) if without else ok(CheckId.SECOND_FACTORS, people=len(staff))


def _japanese_day(moment: datetime) -> date:
    return clock.to_jst(moment).date()


def _ready(staff: list[Account], role: Role) -> int:
    # With both roles somebody counts for the office: she is given nothing to grade.
    is_grading = role is Role.GRADER
    able = [person.roles for person in staff if person.has_second_factor]
    return sum(role in roles and not (is_grading and Role.OFFICE in roles) for roles in able)
