"""A hand-in after the first: what is graded anew, what keeps its marks, and what must wait while an attempt is open again."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import clock
from lms.db.session import db
from lms.exam_engine.answers import EssayAnswer, answer_sha256, answer_to_json
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.events import EventKind
from lms.exams.models import AnswerVersion, Attempt, StoredEvent, Submission
from lms.exams.rules.sitting import HandInKind, SaveOutcome
from lms.grading.models import Assignment, ChoiceMark, Essay
from lms.grading.queries.board import get_grading_board, get_result_board
from lms.grading.queries.desk import list_queue
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.obstacles import find_finalize_obstacles
from lms.grading.queries.recomputing import list_recompute_differences
from lms.grading.queries.released import find_released_result
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.services.marking import confirm_mark
from lms.grading.services.opening import open_grading
from lms.grading.services.results import finalize_results, release_results
from tests.factories import Factory
from tests.lms.grading.builders import LONG_ESSAY, Sat, finalize, graders, mark_all, open_assignments, opened, sheet, sit

OTHER_ESSAY = LONG_ESSAY.replace("記録", "控え")


def hand_in_again(sat: Sat, *questions: int, person: int = 0) -> None:
    """A second hand-in of the first person (or another), with another text in the essays of these places."""
    first = db.session.scalars(select(Submission).where(Submission.number == 1).order_by(Submission.id)).all()[person]
    answers = dict(first.answers)
    essays = db.session.scalars(select(Essay.question_id).where(Essay.submission_id == first.id).order_by(Essay.id)).all()
    for place in questions:
        answer = EssayAnswer(text=OTHER_ESSAY)
        answers[essays[place]] = {"version": 2, "sha256": answer_sha256(answer), "body": answer_to_json(answer)}
    digest = sha256_hex(canonical_json(answers))
    now = clock.now()
    db.session.add(
        Submission(
            attempt_id=first.attempt_id,
            number=2,
            kind=HandInKind.OFFICE,
            answers=answers,
            sha256=digest,
            submitted_at=now,
            recorded_at=now,
        )
    )
    db.session.commit()


def event(attempt_id: int, sequence: int, kind: EventKind, at: datetime) -> StoredEvent:
    return StoredEvent(attempt_id=attempt_id, sequence=sequence, kind=kind, section_id="essay", at=at, recorded_at=at)


def reopen(sat: Sat) -> int:
    """Let the first person's attempt be open again, as its events say."""
    attempt_id = db.session.scalars(select(Attempt.id).where(Attempt.window_id == sat.window_id).order_by(Attempt.id)).all()[0]
    now = clock.now()
    db.session.add_all(
        [event(attempt_id, 1, EventKind.ATTEMPT_SUBMITTED, now), event(attempt_id, 2, EventKind.ATTEMPT_REOPENED, now)]
    )
    db.session.commit()
    return attempt_id


def facts_of(sat: Sat) -> AttemptFacts:
    return min(list_attempt_facts(window_id=sat.window_id), key=lambda facts: facts.attempt_id)


def test_only_the_essay_that_changed_is_given_to_graders_again(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, 1), graders(make)
    opened(make, sat, staff)
    mark_all(sat.window_id)
    kept = facts_of(sat).essay_ids
    hand_in_again(sat, 0)
    assert not facts_of(sat).is_taken_up
    assert get_grading_board(sat.window_id).waiting == 1
    added = open_grading(sat.window_id, [], by=sat.office, now=clock.now())
    assert (added.attempts, added.essays) == (1, 1)
    after = facts_of(sat)
    assert after.is_taken_up
    assert sorted(essay.first is None for essay in after.essays) == [False, True]
    assert len(set(kept) & set(after.essay_ids)) == 1, "the unchanged essay keeps its marks"
    assert db.session.scalar(select(func.count(ChoiceMark.id))) == 2, "the earlier mark stays"
    assert {each.essay_id for each in open_assignments(sat.window_id)} == set(after.essay_ids) - set(kept)


def test_a_later_hand_in_of_somebody_else_takes_nothing_from_an_unchanged_essay(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, 2), graders(make)
    opened(make, sat, staff)
    mark_all(sat.window_id)
    hand_in_again(sat, 0)
    open_grading(sat.window_id, [], by=sat.office, now=clock.now())
    kept = facts_of(sat).essay_ids
    hand_in_again(sat, 0, person=1)
    assert len(kept) == 2
    assert facts_of(sat).essay_ids == kept


def test_marks_of_a_replaced_essay_stay_and_do_not_count(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, 1), graders(make)
    opened(make, sat, staff)
    mark_all(sat.window_id, 5)
    hand_in_again(sat, 0, 1)
    open_grading(sat.window_id, [], by=sat.office, now=clock.now())
    assert get_result_board(sat.window_id).lines[0].total is None
    mark_all(sat.window_id, 3)
    finalize(sat)
    release_results(sat.window_id, by=sat.releaser, now=clock.now())
    result = find_released_result(sat.seats[0].participant_id)
    assert result is not None
    assert {criterion.points for essay in result.essays for criterion in essay.criteria} == {3}
    assert list_recompute_differences(sat.window_id) == []
    assert db.session.scalar(select(func.count(Essay.attempt_id))) == 4


def test_a_replaced_essay_leaves_the_queue_and_takes_no_mark(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, 1), graders(make)
    opened(make, sat, staff)
    waiting = db.session.scalars(select(Assignment).order_by(Assignment.id)).all()[0]
    public_id, grader, mark = waiting.public_id, waiting.grader_id, sheet(waiting.essay_id, 3)
    assert public_id in {task.public_id for task in list_queue(grader)}
    hand_in_again(sat, 0, 1)
    assert public_id not in {task.public_id for task in list_queue(grader)}
    with pytest.raises(Refused) as refused:
        confirm_mark(public_id, mark, by=grader, now=clock.now())
    assert refused.value.reason is Refusal.REPLACED


def test_while_an_attempt_is_open_again_nothing_of_it_is_graded_or_finalized(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, 2), graders(make)
    opened(make, sat, staff)
    mark_all(sat.window_id)
    attempt_id = reopen(sat)
    board = get_grading_board(sat.window_id)
    assert (board.submitted, board.running, board.waiting) == (1, 1, 0)
    assert open_grading(sat.window_id, [], by=sat.office, now=clock.now()).essays == 0
    with pytest.raises(Refused) as refused:
        finalize_results(sat.window_id, by=sat.office, now=clock.now())
    assert (refused.value.reason, refused.value.number) == (Refusal.ATTEMPTS_RUNNING, 1)
    db.session.rollback()
    db.session.add(event(attempt_id, 3, EventKind.ATTEMPT_SUBMITTED, clock.now()))
    hand_in_again(sat)
    open_grading(sat.window_id, [], by=sat.office, now=clock.now())
    assert finalize(sat) == 2, "nothing had changed, all marks count"


def test_late_answers_nobody_has_decided_about_keep_a_window_from_being_finalized(make: Factory, context: Flask) -> None:
    sat, staff = sit(make, 1), graders(make)
    opened(make, sat, staff)
    mark_all(sat.window_id)
    facts = facts_of(sat)
    now = clock.now()
    db.session.add(
        AnswerVersion(
            attempt_id=facts.attempt_id,
            question_id=facts.essays[0].question_id,
            version=2,
            device="d",
            client_sequence=1,
            base_version=1,
            body=answer_to_json(EssayAnswer(text=OTHER_ESSAY)),
            sha256="0" * 64,
            outcome=SaveOutcome.LATE,
            received_at=now,
        )
    )
    db.session.commit()
    with pytest.raises(Refused) as refused:
        finalize_results(sat.window_id, by=sat.office, now=now)
    assert (refused.value.reason, refused.value.number) == (Refusal.LATE_UNDECIDED, 1)
    obstacles = find_finalize_obstacles(get_result_board(sat.window_id), by=sat.office, now=now)
    assert [each.reason for each in obstacles] == [Refusal.LATE_UNDECIDED]
