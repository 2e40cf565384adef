"""A faulty question after the exam: everybody's change is foreseen, two people decide, and both scores are kept."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.exam_engine.kinds.single_choice import PaperChoiceQuestion
from lms.exam_engine.rulings import Ruling, RulingKind
from lms.grading.models import ChoiceMark, Rescoring, RescoringDecision, ResultRow
from lms.grading.queries.desk import list_queue
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.queries.recomputing import list_recompute_differences
from lms.grading.queries.released import find_released_result, list_released_verdicts
from lms.grading.queries.rulings import consequences, find_rescoring, list_rulings
from lms.grading.rules.parts import GraderPart, Refusal, Refused, TaskState
from lms.grading.services.conflicts import declare_conflict, note_teacher, remove_teacher
from lms.grading.services.marking import confirm_mark
from lms.grading.services.rescoring import decide_rescoring, describe, fingerprint, propose_rescoring, settle_rescoring
from lms.grading.services.results import release_results
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.grading.builders import Sat, finalize, graders, mark_all, open_assignments, opened, resit, sheet, sit
from tests.lms.office.builders import counted

EXAM = "practitioner"


def graded(make: Factory, people: int = 2, *, right: int = 40, level: int = 4, released: bool = True) -> Sat:
    """A window with finalized results."""
    sat = sit(make, people, right=right)
    opened(make, sat, graders(make))
    with make.app.app_context():
        mark_all(sat.window_id, level)
        finalize(sat)
        if released:
            release_results(sat.window_id, by=sat.releaser, now=clock.now())
    return sat


def faulty(place: int = -1) -> PaperChoiceQuestion:
    """A question of the first attempt's paper; by default the last one, which is answered rightly only by all-right people."""
    question = list_attempt_facts()[0].paper.section("choice").questions[place]
    assert isinstance(question, PaperChoiceQuestion)
    return question


def other_option(question: PaperChoiceQuestion) -> str:
    """What the builders' people answer when they are wrong."""
    return next(option.id for option in question.options if option.id != question.key)


def ruling(question: PaperChoiceQuestion, kind: RulingKind, option: str | None = None) -> Ruling:
    body = None if option is None else {"kind": "single_choice", "option": option}
    return Ruling(question.id, question.version, kind, body)


def foreseen(proposal: int) -> str:
    """The fingerprint of what the proposal says it will change."""
    return fingerprint(db.session.get_one(Rescoring, proposal).preview)


def decide(make: Factory, sat: Sat, wanted: Ruling) -> tuple[int, int]:
    """Propose and approve; the proposal's id and how many results changed."""
    now = clock.now()
    proposal = propose_rescoring(EXAM, wanted, "設問の誤り", certificates={}, by=sat.office, now=now)
    seen = foreseen(proposal)
    changed = decide_rescoring(proposal, is_approved=True, reason="", certificates={}, by=sat.releaser, now=now, seen=seen)
    return proposal, changed


def settle(proposal: int, by: int, *, seen: str | None = None) -> int:
    """Write what waited, as it stands before the eyes unless something else was seen."""
    card = find_rescoring(proposal)
    question_id = card.ruling.question_id if card else ""
    waiting = fingerprint(describe(consequences(EXAM, tuple(list_rulings(EXAM).values()), question_id=question_id), {}))
    return settle_rescoring(proposal, certificates={}, by=by, now=clock.now(), seen=waiting if seen is None else seen)


def results(sat: Sat) -> Sequence[ResultRow]:
    return db.session.scalars(
        select(ResultRow).where(ResultRow.window_id == sat.window_id).order_by(ResultRow.attempt_id, ResultRow.revision)
    ).all()


def test_a_proposal_foresees_every_change_and_changes_nothing(app: Flask, make: Factory) -> None:
    sat = graded(make, right=39)
    with app.app_context():
        wanted = ruling(faulty(), RulingKind.FULL_CREDIT)
        foreseen = consequences(EXAM, (wanted,), question_id=wanted.question_id)
        proposal = propose_rescoring(
            EXAM, wanted, "設問の誤り", certificates={sat.seats[0].participant_id: "SAMPLE-1"}, by=sat.office, now=clock.now()
        )
        stored = db.session.get_one(Rescoring, proposal).preview
        assert len(stored["changes"]) == len(foreseen.changes) > 0
        assert stored["changes"][0]["points"] == ["97.5", "100"]
        assert [row.revision for row in results(sat)] == [1, 1]
        assert list_rulings(EXAM) == {}


@pytest.mark.parametrize(
    ("right", "kind", "points"),
    [
        pytest.param(39, RulingKind.FULL_CREDIT, ("97.5", "100"), id="full credit"),
        pytest.param(39, RulingKind.ACCEPT_ANSWER, ("97.5", "100"), id="a further answer accepted"),
        pytest.param(39, RulingKind.CHANGE_KEY, ("97.5", "100"), id="another key, from wrong to right"),
        pytest.param(40, RulingKind.CHANGE_KEY, ("100", "97.5"), id="another key, from right to wrong"),
        pytest.param(39, RulingKind.VOID, ("97.5", "100"), id="void, and the rest all right"),
        pytest.param(20, RulingKind.VOID, ("50", "51.28"), id="void, and the rest scaled"),
    ],
)
def test_an_approved_ruling_appends_new_marks_and_results(
    app: Flask, make: Factory, right: int, kind: RulingKind, points: tuple[str, str]
) -> None:
    sat = graded(make, 1, right=right)
    with app.app_context():
        question = faulty()
        option = other_option(question) if kind in (RulingKind.CHANGE_KEY, RulingKind.ACCEPT_ANSWER) else None
        proposal, changed = decide(make, sat, ruling(question, kind, option))
        before, after = results(sat)
        assert changed == 1
        assert (before.section_points["choice"], after.section_points["choice"]) == points
        assert (after.revision, after.rescoring_id, before.rescoring_id) == (2, proposal, None)
        marks = db.session.scalars(select(ChoiceMark).order_by(ChoiceMark.revision)).all()
        assert [(mark.revision, mark.points) for mark in marks] == [(1, Decimal(points[0])), (2, Decimal(points[1]))]
        assert list_recompute_differences(None) == []


def test_applying_twice_changes_nothing(app: Flask, make: Factory) -> None:
    sat = graded(make, right=39)
    with app.app_context():
        proposal, changed = decide(make, sat, ruling(faulty(), RulingKind.FULL_CREDIT))
        rows = (len(results(sat)), len(db.session.scalars(select(ChoiceMark)).all()))
        assert changed > 0
        assert settle(proposal, sat.releaser) == 0
        assert (len(results(sat)), len(db.session.scalars(select(ChoiceMark)).all())) == rows


def test_a_verdict_that_turns_is_named_with_its_certificate(app: Flask, make: Factory) -> None:
    sat = graded(make, 1, right=26, level=4)
    with app.app_context():
        (before,) = results(sat)
        assert (before.is_passed, before.total) == (True, Decimal(105))
        question = faulty(0)
        wanted = ruling(question, RulingKind.CHANGE_KEY, other_option(question))
        foreseen = consequences(EXAM, (wanted,), question_id=question.id)
        assert [(change.was_passed, change.is_passed) for change in foreseen.flips] == [(True, False)]
        decide(make, sat, wanted)
        assert [row.is_passed for row in results(sat)] == [True, False]
        released = find_released_result(sat.seats[0].participant_id)
        assert released is not None
        assert (released.is_passed, released.total) == (False, Decimal("102.5"))


def test_who_was_told_before_is_told_that_it_changed_without_the_result(app: Flask, make: Factory) -> None:
    sat = graded(make, 1, right=39)
    with app.app_context():
        decide(make, sat, ruling(faulty(), RulingKind.FULL_CREDIT))
        mails = db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "result_corrected")).all()
        assert [mail.to_address for mail in mails] == [sat.seats[0].email]
        assert "100" not in mails[0].body


def test_before_the_release_nobody_is_told(app: Flask, make: Factory) -> None:
    sat = graded(make, 1, right=39, released=False)
    with app.app_context():
        decide(make, sat, ruling(faulty(), RulingKind.FULL_CREDIT))
        assert db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "result_corrected")).all() == []


def test_grading_opened_after_a_ruling_heeds_it(app: Flask, make: Factory) -> None:
    first = graded(make, 1, right=39)
    with app.app_context():
        decide(make, first, ruling(faulty(), RulingKind.FULL_CREDIT))
    second = sit(make, 4, right=39)
    opened(make, second, graders(make))
    with app.app_context():
        facts = list_attempt_facts(window_id=second.window_id)
        ruled = next(iter(list_rulings(EXAM).values())).question_id
        had_it = [any(question.id == ruled for question in each.paper.section("choice").questions[-1:]) for each in facts]
        assert [each.choice_points == 100 for each in facts] == had_it
        assert any(had_it)
        assert list_recompute_differences(None) == []


def refused_reason(act: object) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    return refused.value.reason


def test_two_people_are_needed_and_neither_has_graded(app: Flask, make: Factory) -> None:
    sat = sit(make, 1, right=39)
    staff = graders(make)
    opened(make, sat, staff)
    now = clock.now()
    with app.app_context():
        mark_all(sat.window_id)
        finalize(sat)
        wanted = ruling(faulty(), RulingKind.FULL_CREDIT)
        propose = lambda by, reason="誤り": propose_rescoring(EXAM, wanted, reason, certificates={}, by=by, now=now)  # noqa: E731
        assert refused_reason(lambda: propose(staff[0])) is Refusal.GRADED_HERE
        assert refused_reason(lambda: propose(sat.office, " ")) is Refusal.REASON_NEEDED
        proposal = propose(sat.office)

        def approve(by: int, *, is_approved: bool = True) -> int:
            seen = foreseen(proposal)
            return decide_rescoring(proposal, is_approved=is_approved, reason="", certificates={}, by=by, now=now, seen=seen)

        assert refused_reason(lambda: approve(sat.office)) is Refusal.OWN_PROPOSAL
        assert refused_reason(lambda: approve(staff[1])) is Refusal.GRADED_HERE
        assert refused_reason(lambda: approve(sat.releaser, is_approved=False)) is Refusal.REASON_NEEDED
        assert refused_reason(lambda: settle(proposal, sat.releaser)) is Refusal.NO_RESCORING
        assert approve(sat.releaser) == 1
        assert refused_reason(lambda: approve(make.staff(Role.OFFICE))) is Refusal.ALREADY_DECIDED


def test_a_rejected_proposal_leaves_everything_as_it_was(app: Flask, make: Factory) -> None:
    sat = graded(make, 1, right=39)
    now = clock.now()
    with app.app_context():
        proposal = propose_rescoring(EXAM, ruling(faulty(), RulingKind.VOID), "誤り", certificates={}, by=sat.office, now=now)
        decide_rescoring(proposal, is_approved=False, reason="正しい設問", certificates={}, by=sat.releaser, now=now, seen="")
        assert db.session.get_one(RescoringDecision, proposal).is_approved is False
        assert (len(results(sat)), list_rulings(EXAM)) == (1, {})


@pytest.mark.parametrize(
    ("question_id", "version", "kind", "body", "reason"),
    [
        pytest.param("D9-999", 1, RulingKind.VOID, None, Refusal.NO_RESCORING, id="a question nobody had"),
        pytest.param("T1-001", 1, RulingKind.VOID, None, Refusal.NO_RESCORING, id="an essay"),
        pytest.param("", 1, RulingKind.CHANGE_KEY, None, Refusal.ANSWER_NEEDED, id="a new key that is not named"),
        pytest.param(
            "", 1, RulingKind.ACCEPT_ANSWER, {"kind": "single_choice", "option": "z"}, Refusal.ANSWER_NEEDED, id="no such option"
        ),
        pytest.param(
            "", 1, RulingKind.CHANGE_KEY, {"kind": "single_choice", "option": None}, Refusal.ANSWER_NEEDED, id="no option at all"
        ),
    ],
)
def test_a_ruling_must_fit_the_question(
    app: Flask, make: Factory, question_id: str, version: int, kind: RulingKind, body: dict[str, object] | None, reason: Refusal
) -> None:
    sat = graded(make, 1)
    with app.app_context():
        wanted = Ruling(question_id or faulty().id, version, kind, body)
        propose = lambda: propose_rescoring(EXAM, wanted, "誤り", certificates={}, by=sat.office, now=clock.now())  # noqa: E731
        assert refused_reason(propose) is reason


def on_the_edge(make: Factory, *, released: bool) -> tuple[Sat, Ruling]:
    """One person whose verdict, once a wrong question is void, hangs on one grader's mark."""
    sat = sit(make, 1, right=26)
    opened(make, sat, graders(make))
    with make.app.app_context():
        now = clock.now()
        waiting = open_assignments(sat.window_id)
        for assignment in waiting:
            is_first_essay = assignment.essay_id == waiting[0].essay_id
            first = {GraderPart.FIRST: 3, GraderPart.SECOND: 2}[assignment.part] if is_first_essay else 4
            confirm_mark(assignment.public_id, sheet(assignment.essay_id, 4, first=first), by=assignment.grader_id, now=now)
        finalize(sat)
        if released:
            release_results(sat.window_id, by=sat.releaser, now=now)
        return sat, ruling(faulty(), RulingKind.VOID)


def test_a_third_grader_is_called_even_after_the_release_and_then_the_result_is_written(app: Flask, make: Factory) -> None:
    sat, wanted = on_the_edge(make, released=True)
    now = clock.now()
    with app.app_context():
        proposal, changed = decide(make, sat, wanted)
        assert (changed, [row.revision for row in results(sat)]) == (0, [1])
        rulings = tuple(list_rulings(EXAM).values())
        before = fingerprint(describe(consequences(EXAM, rulings, question_id=wanted.question_id), {}))
        (call,) = open_assignments(sat.window_id, GraderPart.ADJUDICATOR)
        assert [task.public_id for task in list_queue(call.grader_id) if task.state is not TaskState.DONE] == [call.public_id]
        confirm_mark(call.public_id, sheet(call.essay_id, 4, note="理由を記録します。"), by=call.grader_id, now=now)
        assert refused_reason(lambda: settle(proposal, sat.office)) is Refusal.OWN_PROPOSAL
        for unseen in (before, ""):
            assert refused_reason(partial(settle, proposal, sat.releaser, seen=unseen)) is Refusal.MOVED_ON
        note_teacher(sat.cohort_id, sat.releaser, by=sat.office, now=now)
        assert refused_reason(lambda: settle(proposal, sat.releaser)) is Refusal.TIED_HERE
        remove_teacher(sat.cohort_id, sat.releaser, by=sat.office, now=now)
        assert [row.is_passed for row in results(sat)] == [False]
        assert settle(proposal, sat.releaser) == 1
        assert [row.is_passed for row in results(sat)] == [False, True]
        assert list_recompute_differences(None) == []


def test_nothing_is_released_while_a_new_result_is_waited_for(app: Flask, make: Factory) -> None:
    sat, wanted = on_the_edge(make, released=False)
    with app.app_context():
        decide(make, sat, wanted)
        assert refused_reason(lambda: release_results(sat.window_id, by=sat.releaser, now=clock.now())) is Refusal.RESCORING_WAITS


def test_a_first_sitting_that_turns_to_passed_stands_beside_a_failed_resit(app: Flask, make: Factory) -> None:
    first = graded(make, 1, right=25)
    person = first.seats[0].participant_id
    resit = sit_again(make, first, right=10)
    with app.app_context():
        verdict = list_released_verdicts([person])[person]
        assert (verdict.is_passed, verdict.window_number) == (False, 2)
        decide(make, first, ruling(faulty(), RulingKind.FULL_CREDIT))
        assert [row.is_passed for row in results(first)] == [False, True]
        verdict = list_released_verdicts([person])[person]
        assert (verdict.is_passed, verdict.window_number) == (True, 1)
        found = find_released_result(person)
        assert found is not None
        assert (found.is_passed, found.window_number) == (True, 1)
    assert resit.window_id != first.window_id


def sit_again(make: Factory, first: Sat, *, right: int) -> Sat:
    """The same people in a second window, graded and released."""
    again = resit(make, first, right=right)
    opened(make, again, graders(make))
    with make.app.app_context():
        mark_all(again.window_id)
        finalize(again)
        release_results(again.window_id, by=again.releaser, now=clock.now())
    return again


def test_who_sat_the_exam_has_no_say_in_its_re_scoring(app: Flask, make: Factory) -> None:
    sat = graded(make, 1, right=39)
    with app.app_context():
        wanted = ruling(faulty(), RulingKind.VOID)
        own = sat.seats[0].user_id
        propose = lambda: propose_rescoring(EXAM, wanted, "誤り", certificates={}, by=own, now=clock.now())  # noqa: E731
        assert refused_reason(propose) is Refusal.SAT_HERE


def test_whoever_is_tied_to_a_participant_has_no_say_in_a_re_scoring(app: Flask, make: Factory) -> None:
    sat = graded(make, 2, right=39)
    third, now = make.staff(Role.OFFICE), clock.now()
    with app.app_context():
        wanted = ruling(faulty(), RulingKind.FULL_CREDIT)
        propose = lambda by: propose_rescoring(EXAM, wanted, "誤り", certificates={}, by=by, now=now)  # noqa: E731
        declare_conflict(third, sat.seats[1].participant_id, "いとこ", by=sat.office, now=now)
        assert refused_reason(lambda: propose(third)) is Refusal.TIED_HERE
        proposal = propose(sat.office)
        by_her = {"reason": "誤り", "certificates": {}, "by": third, "now": now, "seen": foreseen(proposal)}
        for is_approved in (True, False):
            assert refused_reason(partial(decide_rescoring, proposal, is_approved=is_approved, **by_her)) is Refusal.TIED_HERE
        assert [row.revision for row in results(sat)] == [1, 1]


def test_a_decision_is_about_the_consequences_that_were_seen(app: Flask, make: Factory) -> None:
    sat = graded(make, 1, right=39)
    now = clock.now()
    with app.app_context():
        proposal = propose_rescoring(EXAM, ruling(faulty(), RulingKind.VOID), "誤り", certificates={}, by=sat.office, now=now)
        decide_now = lambda seen: decide_rescoring(  # noqa: E731
            proposal, is_approved=True, reason="", certificates={}, by=sat.releaser, now=now, seen=seen
        )
        for unseen in ("f" * 64, ""):
            assert refused_reason(lambda seen=unseen: decide_now(seen)) is Refusal.MOVED_ON  # type: ignore[misc] # a default binds it
        assert decide_now(foreseen(proposal)) == 1


def test_a_mistaken_ruling_can_be_taken_back_by_a_further_one(app: Flask, make: Factory) -> None:
    sat = graded(make, 1, right=40)
    with app.app_context():
        question = faulty()
        decide(make, sat, ruling(question, RulingKind.CHANGE_KEY, other_option(question)))
        back = ruling(question, RulingKind.CHANGE_KEY, question.key)
        decide(make, sat, back)
        assert [row.section_points["choice"] for row in results(sat)] == ["100", "97.5", "100"]
        assert refused_reason(lambda: decide(make, sat, back)) is Refusal.CHANGES_NOTHING
        assert list_recompute_differences(None) == []


def test_foreseeing_takes_the_same_statements_for_two_people_and_for_six(app: Flask, make: Factory) -> None:
    counts = []
    for people in (2, 6):
        graded(make, people, right=39)
        with app.app_context():
            question = faulty()
            list_attempt_facts()
            with counted(app) as statements:
                consequences(EXAM, (ruling(question, RulingKind.VOID),), question_id=question.id)
            counts.append(len(statements))
    assert counts[0] == counts[1]
