"""An appeal from the receipt to its end: in time, independent people only, a blind new grading, the old result kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.exam_engine.rulings import RulingKind
from lms.exams.models import Attempt
from lms.grading.models import (
    Appeal,
    AppealClosure,
    Assignment,
    CohortTeacher,
    Essay,
    EssayMasking,
    GraderMarkRow,
    ResultRow,
    WindowGrader,
)
from lms.grading.queries.appeals import find_candidates, find_offer, find_regrading, get_appeal, result_parts
from lms.grading.queries.desk import list_queue
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.queries.recomputing import list_recompute_differences
from lms.grading.queries.released import find_released_result
from lms.grading.rules.appealing import AppealState, ResultPart
from lms.grading.rules.parts import AppealGround, AppealRemedy, GraderPart, Refusal, Refused
from lms.grading.services.appealing import close_appeal, decide_appeal, file_appeal, name_handler
from lms.grading.services.marking import confirm_mark
from lms.grading.services.results import release_results
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.grading.builders import Sat, finalize, graders, mark_all, open_assignments, opened, sheet, sit
from tests.lms.grading.test_rescoring import decide, faulty, ruling

TEXT = "試験中に、監督者の案内で画面を閉じました。その時間が延長されていません。"


@dataclass(frozen=True)
class Case:
    """A released window with somebody who may appeal, and office people who had no part in it."""

    sat: Sat
    attempt_id: int
    staff: list[int]
    fresh: list[int]
    handler: int
    closer: int

    @property
    def person(self) -> int:
        """The participant who appeals."""
        return self.sat.seats[0].user_id

    def file(self) -> int:
        """An appeal in time."""
        return file_appeal(self.attempt_id, AppealGround.PROCEDURE, TEXT, by=self.person, now=clock.now())

    def decided(self, remedy: AppealRemedy, *, handler: int = 0) -> int:
        """An appeal with the handler's decision."""
        appeal_id, handler = self.file(), handler or self.handler
        name_handler(appeal_id, handler, by=self.sat.office, now=clock.now())
        decide_appeal(appeal_id, remedy, "監督記録を確認した。", "確認しました。", by=handler, now=clock.now())
        return appeal_id

    def close(self, appeal_id: int, *, by: int = 0, seen: str = "") -> int | None:
        """The second person ends it, with the new result before her eyes."""
        regrading = find_regrading(self.attempt_id)
        seen = seen or (regrading.fingerprint if regrading else "")
        return close_appeal(appeal_id, "採点し直しました。", certificates={}, by=by or self.closer, now=clock.now(), seen=seen)

    def results(self) -> Sequence[ResultRow]:
        """Every revision."""
        return db.session.scalars(
            select(ResultRow).where(ResultRow.attempt_id == self.attempt_id).order_by(ResultRow.revision)
        ).all()

    def total(self) -> Decimal:
        """What the participant reads."""
        released = find_released_result(self.sat.seats[0].participant_id)
        assert released is not None
        return released.total


def released(make: Factory, people: int = 1, *, level: int = 4, fresh: int = 3, right: int = 40) -> Case:
    """A window whose results are out."""
    sat, staff = sit(make, people, right=right), graders(make)
    opened(make, sat, staff)
    with make.app.app_context():
        mark_all(sat.window_id, level)
        finalize(sat)
        release_results(sat.window_id, by=sat.releaser, now=clock.now())
        attempt_id = db.session.scalars(select(Attempt.id).where(Attempt.participant_id == sat.seats[0].participant_id)).one()
    more = graders(make, fresh)
    return Case(sat, attempt_id, staff, more, make.staff(Role.OFFICE), make.staff(Role.OFFICE))


def mails(template: str) -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == template)))


def refusal(error: pytest.ExceptionInfo[Refused]) -> Refusal:
    return error.value.reason


def test_an_appeal_is_received_with_a_mail_that_says_nothing_of_it(make: Factory, context: Flask) -> None:
    case = released(make)
    appeal_id = case.file()
    assert get_appeal(appeal_id).state is AppealState.RECEIVED
    (mail,) = mails("appeal_received")
    assert mail.to_address == case.sat.seats[0].email
    assert str(appeal_id) in mail.body
    assert "監督者" not in mail.body
    assert "合格" not in mail.body
    with pytest.raises(Refused) as second:
        case.file()
    assert refusal(second) is Refusal.APPEAL_OPEN


@pytest.mark.database("sqlite")
def test_the_term_counts_whole_japanese_days_after_the_release(make: Factory, context: Flask, frozen_clock: FrozenClock) -> None:
    case = released(make)
    offer = find_offer(case.attempt_id, now=clock.now())
    assert offer is not None
    assert offer.term.last_day.isoformat() == "2026-12-15"
    frozen_clock.travel(offer.term.ends_at - timedelta(seconds=1))
    assert (found := find_offer(case.attempt_id, now=clock.now())) is not None
    assert found.is_open
    frozen_clock.travel(offer.term.ends_at)
    with pytest.raises(Refused) as late:
        case.file()
    assert refusal(late) is Refusal.APPEAL_OVER


@pytest.mark.database("sqlite")
def test_nobody_appeals_for_another_or_on_a_ground_that_is_not_heard(make: Factory, context: Flask) -> None:
    case = released(make, 2)
    with pytest.raises(Refused) as other:
        file_appeal(case.attempt_id, AppealGround.PROCEDURE, TEXT, by=case.sat.seats[1].user_id, now=clock.now())
    assert refusal(other) is Refusal.NO_APPEAL
    for ground, text, wanted in (
        (AppealGround.MARKING, TEXT, Refusal.GROUND_NOT_HEARD),
        (AppealGround.PROCEDURE, " \n", Refusal.TEXT_NEEDED),
        (AppealGround.PROCEDURE, "あ" * 2001, Refusal.TEXT_TOO_LONG),
    ):
        with pytest.raises(Refused) as fault:
            file_appeal(case.attempt_id, ground, text, by=case.person, now=clock.now())
        assert refusal(fault) is wanted
    assert db.session.scalars(select(Appeal)).all() == []


def test_only_somebody_without_a_part_in_the_result_handles_and_closes(make: Factory, context: Flask) -> None:
    case = released(make, 2)
    both = make.staff(Role.OFFICE)
    db.session.add(WindowGrader(window_id=case.sat.window_id, grader_id=both, is_marker=True, is_adjudicator=False))
    taught = make.staff(Role.OFFICE)
    noted = {"noted_by_id": case.sat.office, "noted_at": clock.now()}
    db.session.add(CohortTeacher(cohort_id=case.sat.cohort_id, user_id=taught, **noted))
    db.session.commit()
    parts = result_parts(case.attempt_id)
    assert parts[case.sat.releaser] is ResultPart.PROPOSED
    assert parts[case.sat.office] is ResultPart.FINALIZED
    assert parts[both] is ResultPart.GRADED
    assert parts[taught] is ResultPart.CONFLICT
    assert {case.sat.seats[1].user_id, case.staff[0]} <= parts.keys()
    appeal_id = case.file()
    assert [user_id for user_id, _ in find_candidates(get_appeal(appeal_id)).free] == [case.handler, case.closer]
    for somebody in (case.sat.releaser, case.sat.office, both, taught, case.staff[0], case.person, case.fresh[0]):
        with pytest.raises(Refused) as fault:
            name_handler(appeal_id, somebody, by=case.sat.office, now=clock.now())
        assert refusal(fault) is Refusal.NOT_INDEPENDENT
    name_handler(appeal_id, case.handler, by=case.sat.office, now=clock.now())
    with pytest.raises(Refused) as stranger:
        decide_appeal(appeal_id, AppealRemedy.DISMISSED, "確認した。", "確認しました。", by=case.closer, now=clock.now())
    assert refusal(stranger) is Refusal.NOT_HANDLER
    decide_appeal(appeal_id, AppealRemedy.CORRECTED, "確認した。", "確認しました。", by=case.handler, now=clock.now())
    for somebody, wanted in ((case.handler, Refusal.OWN_DECISION), (case.sat.office, Refusal.NOT_INDEPENDENT)):
        with pytest.raises(Refused) as own:
            case.close(appeal_id, by=somebody)
        assert refusal(own) is wanted
    assert case.close(appeal_id) is None
    assert get_appeal(appeal_id).state is AppealState.ANSWERED


@pytest.mark.database("sqlite")
def test_a_dismissed_appeal_ends_with_its_answer(make: Factory, context: Flask) -> None:
    case = released(make)
    appeal_id = case.decided(AppealRemedy.DISMISSED)
    assert get_appeal(appeal_id).state is AppealState.ANSWERED
    (mail,) = mails("appeal_answered")
    assert "認めません" not in mail.body
    assert "合格" not in mail.body
    with pytest.raises(Refused) as over:
        case.close(appeal_id)
    assert refusal(over) is Refusal.NOTHING_TO_CLOSE
    assert [row.revision for row in case.results()] == [1]


def test_a_new_grading_is_blind_and_the_old_result_stands_until_it_is_closed(make: Factory, context: Flask) -> None:
    case = released(make, level=4)
    before = case.total()
    first = set(db.session.scalars(select(Assignment.grader_id)))
    appeal_id = case.decided(AppealRemedy.REGRADE)
    again = open_assignments(case.sat.window_id)
    assert len(again) == 4
    assert not {each.grader_id for each in again} & first
    for task in list_queue(again[0].grader_id):
        assert task.candidate_number == case.sat.numbers[0]
    with pytest.raises(Refused) as early:
        case.close(appeal_id)
    assert (refusal(early), early.value.number) == (Refusal.REGRADE_UNSETTLED, 2)
    assert (case.total(), list_recompute_differences(None)) == (before, [])
    mark_all(case.sat.window_id, level=2)
    told = find_regrading(case.attempt_id)
    assert told is not None
    assert told.changes
    assert told.new_total is not None
    assert (case.total(), len(case.results())) == (before, 1)
    assert list_recompute_differences(None) == []
    with pytest.raises(Refused) as moved:
        case.close(appeal_id, seen="another")
    assert refusal(moved) is Refusal.MOVED_ON
    result_id = case.close(appeal_id, seen=told.fingerprint)
    old, new = case.results()
    assert (new.id, new.revision, new.appeal_id, old.appeal_id) == (result_id, 2, appeal_id, None)
    assert case.total() == new.total == told.new_total < old.total == before
    assert list_recompute_differences(None) == []
    assert [mail.to_address for mail in mails("result_corrected")] == [case.sat.seats[0].email]
    released_now = find_released_result(case.sat.seats[0].participant_id)
    assert released_now is not None
    assert [len(essay.feedbacks) for essay in released_now.essays] == [2, 2]
    assert db.session.get_one(AppealClosure, appeal_id).result_id == result_id
    letters = db.session.scalars(select(OutgoingMail)).all()
    told = {mail.template for mail in letters if mail.to_address == case.sat.seats[0].email}
    assert told == {"result_released", "appeal_received", "appeal_answered", "result_corrected"}
    for mail in letters:
        for secret in ("合格", f"{old.total:f}".rstrip("0").rstrip("."), case.sat.numbers[0], "確認しました", TEXT):
            assert secret not in mail.subject + mail.body


def test_the_same_marks_again_leave_the_result_as_it_was(make: Factory, context: Flask) -> None:
    case = released(make)
    appeal_id = case.decided(AppealRemedy.REGRADE)
    mark_all(case.sat.window_id)
    assert case.close(appeal_id) is None
    assert [row.revision for row in case.results()] == [1]
    assert (mails("result_corrected"), list_recompute_differences(None)) == ([], [])
    assert len(mails("appeal_answered")) == 2


def test_who_adjudicates_the_new_round_has_read_nothing_of_the_attempt_either(make: Factory, context: Flask) -> None:
    case = released(make)
    earlier = set(db.session.scalars(select(Assignment.grader_id)))
    case.decided(AppealRemedy.REGRADE)
    for number, each in enumerate(open_assignments(case.sat.window_id)):
        confirm_mark(each.public_id, sheet(each.essay_id, 1 + 3 * (number % 2)), by=each.grader_id, now=clock.now())
    thirds = open_assignments(case.sat.window_id, GraderPart.ADJUDICATOR)
    assert len(thirds) == 2
    assert not {each.grader_id for each in thirds} & earlier
    for essay_id in {each.essay_id for each in thirds}:
        people = db.session.scalars(select(Assignment.grader_id).where(Assignment.essay_id == essay_id)).all()
        assert len(people) == len(set(people)) == 3


@pytest.mark.database("sqlite")
def test_too_few_fresh_graders_are_told_in_numbers_and_nothing_is_decided(make: Factory, context: Flask) -> None:
    case = released(make, fresh=1)
    appeal_id = case.file()
    name_handler(appeal_id, case.handler, by=case.sat.office, now=clock.now())
    with pytest.raises(Refused) as few:
        decide_appeal(appeal_id, AppealRemedy.REGRADE, "確認した。", "確認しました。", by=case.handler, now=clock.now())
    assert (refusal(few), few.value.number) == (Refusal.TOO_FEW_FRESH, 2)
    db.session.rollback()
    assert get_appeal(appeal_id).state is AppealState.WITH_HANDLER
    assert db.session.scalars(select(Essay.round).distinct()).all() == [1]


@pytest.mark.database("sqlite")
def test_the_masking_goes_with_the_essay(make: Factory, context: Flask) -> None:
    case = released(make)
    essay = db.session.scalars(select(Essay).order_by(Essay.id)).all()[0]
    db.session.add(
        EssayMasking(
            essay_id=essay.id,
            revision=1,
            spans=[[0, 2, "〔会社名〕"]],
            text="〔会社名〕" + essay.text[2:],
            reason="会社名",
            masked_by_id=case.sat.office,
            masked_at=clock.now(),
        )
    )
    db.session.commit()
    case.decided(AppealRemedy.REGRADE)
    again = db.session.scalars(select(Essay).where(Essay.round == 2, Essay.question_id == essay.question_id)).one()
    masked = db.session.scalars(select(EssayMasking).where(EssayMasking.essay_id == again.id)).one()
    assert (again.text, masked.text[:5]) == (essay.text, "〔会社名〕")


@pytest.mark.database("sqlite")
def test_a_second_appeal_is_graded_by_a_third_set_of_people(make: Factory, context: Flask) -> None:
    case = released(make, fresh=7)
    for handler, closer in ((case.handler, case.closer), (make.staff(Role.OFFICE), make.staff(Role.OFFICE))):
        appeal_id = case.decided(AppealRemedy.REGRADE, handler=handler)
        mark_all(case.sat.window_id, level=3)
        case.close(appeal_id, by=closer)
    parts = result_parts(case.attempt_id)
    assert parts[case.handler] is ResultPart.HANDLED
    rounds: dict[int, set[int]] = {}
    read = select(Essay.round, Assignment.grader_id).join(Assignment, Assignment.essay_id == Essay.id)
    for number, grader_id in db.session.execute(read.where(Essay.attempt_id == case.attempt_id)):
        rounds.setdefault(number, set()).add(grader_id)
    assert sorted(rounds) == [1, 2, 3]
    assert not rounds[1] & rounds[2]
    assert not (rounds[1] | rounds[2]) & rounds[3]
    (facts,) = list_attempt_facts(attempt_ids=[case.attempt_id])
    last = db.session.scalars(select(Essay.id).where(Essay.round == 3).order_by(Essay.id)).all()
    assert facts.essay_ids == tuple(last)
    marks = select(GraderMarkRow.id).join(Assignment, Assignment.id == GraderMarkRow.assignment_id)
    assert (
        len(db.session.scalars(marks.where(Assignment.essay_id.in_(select(Essay.id).where(Essay.round.in_((2, 3)))))).all()) == 8
    )
    assert list_recompute_differences(None) == []


@pytest.mark.database("sqlite")
def test_a_rescoring_meanwhile_rests_on_the_first_grading_and_the_closing_on_both(make: Factory, context: Flask) -> None:
    case = released(make, right=39)
    appeal_id = case.decided(AppealRemedy.REGRADE)
    mark_all(case.sat.window_id, level=2)
    decide(make, case.sat, ruling(faulty(), RulingKind.FULL_CREDIT))
    assert [row.total for row in case.results()] == [Decimal("137.5"), Decimal(140)]
    assert list_recompute_differences(None) == []
    case.close(appeal_id)
    assert [row.total for row in case.results()] == [Decimal("137.5"), Decimal(140), Decimal(120)]
    assert [row.appeal_id for row in case.results()] == [None, None, appeal_id]
    assert list_recompute_differences(None) == []
