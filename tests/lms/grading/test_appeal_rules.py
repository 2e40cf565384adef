"""The rules of an appeal: its term in Japanese days, and who may do what on random cases, against an oracle of their own."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lms import clock
from lms.db.session import db
from lms.grading.models import CohortTeacher, WindowGrader
from lms.grading.queries.appeals import get_appeal
from lms.grading.rules.appealing import (
    AppealFacts,
    AppealState,
    ResultPart,
    appeal_term,
    find_closing_fault,
    find_decision_fault,
    find_handler_fault,
)
from lms.grading.rules.operating import AppealRule
from lms.grading.rules.parts import AppealGround, AppealRemedy, Refused
from lms.grading.services.appealing import decide_appeal, name_handler
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import mark_all
from tests.lms.grading.test_appeals import released

PEOPLE = (1, 2, 3)
PARTS = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(ResultPart))
FACTS = st.builds(
    AppealFacts,
    handler_id=st.sampled_from((None, *PEOPLE)),
    remedy=st.sampled_from((None, *AppealRemedy)),
    decided_by_id=st.sampled_from(PEOPLE),
    is_closed=st.booleans(),
)


@given(
    told_at=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds UTC
    days=st.integers(1, 60),
)
def test_a_term_ends_with_the_last_japanese_day(told_at: datetime, days: int) -> None:
    term = appeal_term(told_at, AppealRule(days=days, grounds=[AppealGround.PROCEDURE]))
    told_on = (told_at + timedelta(hours=9)).date()
    assert (term.last_day - told_on).days == days
    assert term.is_open(term.ends_at - timedelta(microseconds=1))
    assert not term.is_open(term.ends_at)
    assert (term.ends_at + timedelta(hours=0)).astimezone(UTC) + timedelta(hours=9) == datetime.combine(
        term.last_day + timedelta(days=1), datetime.min.time(), tzinfo=UTC
    )


@given(facts=FACTS, parts=PARTS, by=st.sampled_from(PEOPLE))
@settings(max_examples=150)
def test_only_the_independent_act_and_each_only_in_turn(facts: AppealFacts, parts: dict[int, ResultPart], by: int) -> None:
    words = {"findings": "確認した", "answer": "回答"}
    may_name = facts.remedy is None and by not in parts
    may_decide = facts.remedy is None and facts.handler_id == by and by not in parts
    is_granted = facts.remedy in (AppealRemedy.REGRADE, AppealRemedy.CORRECTED) and not facts.is_closed
    may_close = is_granted and by not in parts and facts.decided_by_id != by
    assert (find_handler_fault(facts, by, may_handle=True, parts=parts) is None) == may_name
    assert find_handler_fault(facts, by, may_handle=False, parts=parts) is not None
    assert (find_decision_fault(facts, by, parts=parts, **words) is None) == may_decide
    assert (find_closing_fault(facts, by, outcome="説明", may_handle=True, parts=parts) is None) == may_close
    assert find_closing_fault(facts, by, outcome="説明", may_handle=False, parts=parts) is not None
    assert find_closing_fault(facts, by, outcome=" ", may_handle=True, parts=parts) is not None


def test_every_state_is_reached_and_only_the_last_is_over() -> None:
    cases = product((None, 1), (None, *AppealRemedy), (False, True))
    states = {facts.state: facts.is_open for facts in (AppealFacts(who, what, 1, over) for who, what, over in cases)}
    assert states == {state: state is not AppealState.ANSWERED for state in AppealState}
    assert appeal_term(
        datetime(2026, 12, 1, 3, tzinfo=UTC), AppealRule(days=14, grounds=[AppealGround.PROCEDURE])
    ).last_day == date(2026, 12, 15)


def independent(window_id: int) -> set[int]:
    """Office people without any part, told from the bare tables of a window in which one person sat."""
    own = {"window": window_id}
    office = "SELECT user_id FROM staff_roles WHERE role = 'office'"
    barred = (
        "SELECT grader_id FROM window_graders WHERE window_id = :window",
        "SELECT a.grader_id FROM assignments a JOIN essays e ON e.id = a.essay_id WHERE e.window_id = :window",
        "SELECT proposed_by_id FROM verdict_proposals WHERE window_id = :window",
        "SELECT finalized_by_id FROM results WHERE window_id = :window",
        "SELECT released_by_id FROM result_releases WHERE window_id = :window",
        "SELECT t.user_id FROM cohort_teachers t JOIN exam_windows w ON w.cohort_id = t.cohort_id WHERE w.id = :window",
        "SELECT p.user_id FROM participants p JOIN attempts a ON a.participant_id = p.id WHERE a.window_id = :window",
        "SELECT decided_by_id FROM appeal_decisions",
    )
    free = set(db.session.scalars(text(office)))
    for statement in barred:
        free -= set(db.session.scalars(text(statement), own))
    return free


def test_whoever_tries_only_the_independent_get_through(make: Factory, context: Flask) -> None:
    case = released(make)
    window_id, now = case.sat.window_id, clock.now()
    people = [make.staff(*roles) for roles in ((Role.OFFICE,), (Role.OFFICE, Role.GRADER), (Role.GRADER,), (Role.ADMIN,))]
    people += [make.staff(Role.OFFICE) for _ in range(2)]
    db.session.add(WindowGrader(window_id=window_id, grader_id=people[1], is_marker=False, is_adjudicator=True))
    db.session.add(CohortTeacher(cohort_id=case.sat.cohort_id, user_id=people[4], noted_by_id=people[0], noted_at=now))
    db.session.commit()
    everybody = [*people, *case.staff, *case.fresh, case.handler, case.closer, case.sat.office, case.sat.releaser, case.person]
    appeal_id = case.file()

    def tried(person: int) -> bool:
        try:
            name_handler(appeal_id, person, by=case.sat.office, now=now)
        except Refused:
            return False
        return get_appeal(appeal_id).facts.handler_id == person

    assert (
        {person for person in everybody if tried(person)}
        == independent(window_id)
        == {people[0], people[5], case.handler, case.closer}
    )
    name_handler(appeal_id, case.handler, by=case.sat.office, now=now)
    decide_appeal(appeal_id, AppealRemedy.REGRADE, "確認した。", "採点し直します。", by=case.handler, now=now)
    mark_all(window_id, level=2)
    may_close = independent(window_id)
    for person in everybody:
        if person not in may_close:
            try:
                case.close(appeal_id, by=person)
            except Refused:
                continue
            raise AssertionError(person)
    assert [row.revision for row in case.results()] == [1]
    assert case.close(appeal_id, by=min(may_close)) is not None
