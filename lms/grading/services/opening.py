"""採点の開始: machine marks, essays without identity, and two graders for each."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lms.audit.services import record
from lms.db.session import command, db
from lms.exams.models import ExamWindow
from lms.exams.queries.sittings import list_reopened
from lms.exams.queries.submissions import SubmissionRecord, list_submissions
from lms.grading.models import Assignment, ChoiceMark, Essay, GradingRound, WindowGrader
from lms.grading.queries.conflicts import list_conflicts
from lms.grading.queries.rulings import list_rulings
from lms.grading.queries.staff import (
    Staff,
    find_loads,
    find_release,
    find_round,
    find_staff,
    list_bars,
    list_grader_ids,
    list_office_graders,
)
from lms.grading.rules.allocation import EssayToShare, check_staff, share_out, shuffled_positions
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.rules.results import choice_detail, heeded_rulings, mark_choices, read_essays
from lms.grading.services.adjudicating import SEED, arrange_adjudications
from lms.grading.services.calibrating import give_anchors

ALWAYS_BARRED = frozenset({Refusal.HOLDS_A_SEAT, Refusal.WORKS_IN_OFFICE})
"""Bars that hold for whoever is on the staff already, too."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opening added."""

    attempts: int
    essays: int
    adjudications: int


def lock_window(window_id: int) -> None:
    """Hold the window's row, so that opening, finalizing and releasing it follow each other."""
    db.session.execute(select(ExamWindow.id).where(ExamWindow.id == window_id).with_for_update()).one()


@command
def open_grading(
    window_id: int,
    grader_ids: Collection[int],
    adjudicator_ids: Collection[int] | None = None,
    *,
    by: int,
    now: datetime,
    due_on: date | None = None,
) -> Opened:
    """Mark the choices of every submitted attempt and share its essays out; run again, it only adds.

    `adjudicator_ids` default to all graders. Raises Refused when nothing is submitted, the staff is too small,
    somebody may not grade here, or conflicts leave an essay without two graders and a third.
    """
    lock_window(window_id)
    if find_release(window_id) is not None:
        raise Refused(Refusal.ALREADY_RELEASED)
    staff = _join_staff(window_id, grader_ids, grader_ids if adjudicator_ids is None else adjudicator_ids)
    reopened = list_reopened(window_id)
    submissions = [each for each in list_submissions(window_id) if each.attempt_id not in reopened]
    if not submissions:
        raise Refused(Refusal.NOTHING_SUBMITTED)
    _keep_round(window_id, due_on, by=by, now=now)
    _keep_staff(window_id, staff)
    _keep_choice_marks(submissions, now=now)
    essays = _keep_essays(submissions, now=now)
    participants: dict[int | None, int] = {each.attempt_id: each.participant_id for each in submissions}
    _assign(window_id, essays, participants, staff, by=by, now=now)
    give_anchors(window_id, now=now)
    given = arrange_adjudications([each.attempt_id for each in submissions], now=now)
    added = Opened(len({essay.attempt_id for essay in essays}), len(essays), given)
    detail = {"essays": added.essays, "markers": sorted(staff.markers), "adjudicators": sorted(staff.adjudicators)}
    record("grading:open", subject=("exam_window", window_id), by=by, now=now, detail=detail)
    return added


def _join_staff(window_id: int, markers: Collection[int], adjudicators: Collection[int]) -> Staff:
    already, graders = find_staff(window_id), list_grader_ids()
    # Who has left the association meanwhile keeps nobody from adding others; new essays just go to the rest.
    staff = Staff((already.markers & graders) | set(markers), (already.adjudicators & graders) | set(adjudicators))
    chosen = staff.markers | staff.adjudicators
    if chosen - graders - list_office_graders():
        raise Refused(Refusal.NOT_A_GRADER)
    bars, before = list_bars(window_id), already.markers | already.adjudicators
    for grader_id in sorted(chosen & bars.keys()):
        # Deciding and covering passages are shut to whoever grades: it can only be newcomers who did so before.
        if grader_id not in before or bars[grader_id] in ALWAYS_BARRED:
            raise Refused(bars[grader_id])
    check_staff(staff.markers, staff.adjudicators)
    return staff


def _keep_round(window_id: int, due_on: date | None, *, by: int, now: datetime) -> None:
    opened = find_round(window_id)
    if opened is None:
        db.session.add(GradingRound(window_id=window_id, due_on=due_on, opened_by_id=by, opened_at=now))
    elif due_on is not None:
        opened.due_on = due_on


def _keep_staff(window_id: int, staff: Staff) -> None:
    for grader_id in staff.markers | staff.adjudicators:
        row = db.session.get(WindowGrader, (window_id, grader_id))
        if row is None:
            row = WindowGrader(window_id=window_id, grader_id=grader_id)
            db.session.add(row)
        row.is_marker = grader_id in staff.markers
        row.is_adjudicator = grader_id in staff.adjudicators


def _bodies(submission: SubmissionRecord) -> dict[str, str]:
    return {question_id: entry["body"] for question_id, entry in submission.stored.items()}


def _keep_choice_marks(submissions: Sequence[SubmissionRecord], *, now: datetime) -> None:
    ids = [submission.id for submission in submissions]
    marked = set(db.session.scalars(select(ChoiceMark.submission_id).where(ChoiceMark.submission_id.in_(ids))))
    rulings = {exam_id: list_rulings(exam_id) for exam_id in {submission.paper.exam_id for submission in submissions}}
    for submission in submissions:
        heeded = heeded_rulings(submission.paper, rulings[submission.paper.exam_id])
        mark = None if submission.id in marked else mark_choices(submission.paper, _bodies(submission), heeded.values())
        if mark is not None:
            db.session.add(
                ChoiceMark(
                    submission_id=submission.id,
                    section_id=mark.section_id,
                    points=mark.points,
                    max_points=mark.max_points,
                    detail=choice_detail(mark, heeded),
                    marked_at=now,
                )
            )


def _keep_essays(submissions: Sequence[SubmissionRecord], *, now: datetime) -> list[Essay]:
    ids = [submission.id for submission in submissions]
    kept = set(db.session.scalars(select(Essay.submission_id).where(Essay.submission_id.in_(ids))))
    earlier = _earlier_texts([submission for submission in submissions if submission.number > 1])
    essays = [
        Essay(
            submission_id=submission.id,
            attempt_id=submission.attempt_id,
            window_id=submission.window_id,
            paper_id=submission.paper_id,
            question_id=essay.question_id,
            candidate_number=submission.candidate_number,
            text=essay.text,
            char_count=essay.char_count,
            created_at=now,
        )
        for submission in submissions
        if submission.id not in kept
        for essay in read_essays(submission.paper, _bodies(submission))
        if earlier.get((submission.attempt_id, essay.question_id)) != essay.text
    ]
    db.session.add_all(essays)
    db.session.flush()
    return essays


def _earlier_texts(submissions: Sequence[SubmissionRecord]) -> dict[tuple[int, str], str]:
    """(attempt id, question id) → the text that was last given to graders; an unchanged one is not graded again.

    Only where the machine's mark tells that grading was opened for the new hand-in: see `counted_essays`.
    """
    attempts = [each.attempt_id for each in submissions if mark_choices(each.paper, _bodies(each)) is not None]
    rows = db.session.execute(
        select(Essay.attempt_id, Essay.question_id, Essay.text)
        .where(Essay.attempt_id.in_(attempts))
        .order_by(Essay.submission_id)
    )
    return {(row.attempt_id, row.question_id): row.text for row in rows}


def _assign(
    window_id: int, essays: Sequence[Essay], participants: Mapping[int | None, int], staff: Staff, *, by: int, now: datetime
) -> None:
    conflicts = list_conflicts(window_id)
    excluded = {_key(essay): conflicts.get(participants[essay.attempt_id], frozenset()) for essay in essays}
    seed, loads = SEED.format(window_id), find_loads(window_id)
    shares = share_out([EssayToShare(key, out) for key, out in excluded.items()], staff.markers, seed=seed, loads=loads.marks)
    alone = sum(not staff.adjudicators - excluded[share.key] - {share.first, share.second} for share in shares)
    if alone:
        raise Refused(Refusal.NO_ADJUDICATOR, alone)
    by_key = {_key(essay): essay.id for essay in essays}
    for grader_id in staff.markers:
        parts = {
            share.key: GraderPart.FIRST if share.first == grader_id else GraderPart.SECOND
            for share in shares
            if grader_id in (share.first, share.second)
        }
        positions = shuffled_positions(list(parts), grader_id=grader_id, seed=seed, after=loads.positions.get(grader_id, 0))
        db.session.add_all(
            Assignment(
                public_id=secrets.token_hex(16),
                essay_id=by_key[key],
                grader_id=grader_id,
                part=part,
                position=positions[key],
                reasons=[],
                assigned_by_id=by,
                assigned_at=now,
            )
            for key, part in parts.items()
        )
    db.session.flush()


def _key(essay: Essay) -> str:
    return f"{essay.candidate_number}/{essay.question_id}/{essay.submission_id}"
