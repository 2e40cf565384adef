"""担当替え: the assignments without a mark, and everything that decides whom they may go to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from lms.accounts.models import User
from lms.db.session import db
from lms.exam_engine.papers import Paper
from lms.exams.models import Attempt, StoredPaper
from lms.exams.queries.papers import papers_of
from lms.grading.models import Assignment, AssignmentLease, Essay, GraderMarkRow, MarkDraft, WindowGrader
from lms.grading.queries.appeals import list_barred_from_regrading
from lms.grading.queries.conflicts import window_conflicts
from lms.grading.queries.desk import NoSuchAssignment
from lms.grading.queries.facts import counted_essays
from lms.grading.queries.staff import (
    find_loads,
    find_staff,
    list_decided_ids,
    list_ended_ids,
    list_essay_graders,
    list_grader_ids,
    list_maskers,
)
from lms.grading.rules.reassigning import OpenTask, PartStaff, without_third
from lms.grading.rules.settling import essay_question


@dataclass(frozen=True, slots=True)
class TaskCard:
    """An assignment without a mark as the office sees it, by 受験番号."""

    task: OpenTask
    window_id: int
    candidate_number: str
    question_title: str
    grader_name: str
    has_draft: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A grader the rules allow, with what she has in the window."""

    user_id: int
    name: str
    load: int
    leaves_no_third: bool
    """Nobody would be left who could adjudicate the essay."""


def find_part_staff(window_id: int) -> PartStaff:
    """Who may be given work in a window: chosen for it, still a grader, and without a part in its decisions.

    What is graded again after an appeal may go to any grader but those whose part here was ended, or who read uncovered
    essays of the window.
    """
    staff, graders = find_staff(window_id), list_grader_ids()
    fresh = graders - list_ended_ids(window_id) - list_maskers(window_id)
    return PartStaff(staff.markers & graders, staff.adjudicators & graders, list_decided_ids(window_id), fresh)


def count_loads(window_id: int) -> dict[int, int]:
    """User id → marks and adjudications given in a window, done or not."""
    loads = find_loads(window_id)
    return {each: loads.marks.get(each, 0) + loads.adjudications.get(each, 0) for each in {*loads.marks, *loads.adjudications}}


def get_task(assignment_id: int, *, now: datetime) -> TaskCard:
    """One assignment; raises NoSuchAssignment for one that is marked, replaced, or a 見本答案."""
    cards = _cards(Assignment.id == assignment_id, now=now)
    if not cards:
        raise NoSuchAssignment
    return cards[0]


def list_tasks(window_id: int, *, grader_id: int | None = None, now: datetime) -> tuple[TaskCard, ...]:
    """What is not marked yet in a window, by 受験番号: everybody's, or one grader's."""
    chosen = Essay.window_id == window_id
    return _cards(chosen if grader_id is None else chosen & (Assignment.grader_id == grader_id), now=now)


def list_candidates(card: TaskCard) -> tuple[Candidate, ...]:
    """Whom the rules allow to take an assignment, the least loaded first."""
    loads = count_loads(card.window_id)
    staff = find_part_staff(card.window_id)
    found = card.task.candidates(staff, loads)
    names = {row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(found)))}
    return tuple(Candidate(each, names[each], loads.get(each, 0), without_third(card.task, each, staff)) for each in found)


def _cards(chosen: ColumnElement[bool], *, now: datetime) -> tuple[TaskCard, ...]:
    rows = db.session.execute(
        select(
            Assignment.id,
            Assignment.part,
            Assignment.grader_id,
            Essay.id.label("essay_id"),
            Essay.window_id,
            Essay.attempt_id,
            Essay.candidate_number,
            Essay.question_id,
            Essay.submission_id,
            Essay.round,
            Essay.paper_id,
            StoredPaper.sha256,
            Attempt.participant_id,
            User.name,
            MarkDraft.assignment_id.label("draft_id"),
            AssignmentLease.expires_at,
        )
        .join(Essay, Essay.id == Assignment.essay_id)
        .join(Attempt, Attempt.id == Essay.attempt_id)
        .join(StoredPaper, StoredPaper.id == Essay.paper_id)
        .join(User, User.id == Assignment.grader_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .outerjoin(MarkDraft, MarkDraft.assignment_id == Assignment.id)
        .outerjoin(AssignmentLease, AssignmentLease.assignment_id == Assignment.id)
        .where(chosen, Essay.anchor_id.is_(None), GraderMarkRow.id.is_(None), counted_essays())
        .order_by(Essay.candidate_number, Essay.question_id, Assignment.part, Assignment.id)
    ).all()
    papers = papers_of({row.paper_id: row.sha256 for row in rows})
    involved = _involved(rows)
    barred = _barred({row.window_id for row in rows})
    return tuple(
        TaskCard(
            task=OpenTask(
                assignment_id=row.id,
                key=f"{row.candidate_number}/{row.question_id}/{row.submission_id}/{row.round}/{row.part.value}",
                part=row.part,
                grader_id=row.grader_id,
                is_leased=row.expires_at is not None and now < row.expires_at,
                involved=involved[row.essay_id] - {row.grader_id},
                is_regrading=row.round > 1,
                barred=barred[row.window_id].get(row.participant_id, frozenset()),
            ),
            window_id=row.window_id,
            candidate_number=row.candidate_number,
            question_title=_title(papers[row.paper_id], row.question_id),
            grader_name=row.name,
            has_draft=row.draft_id is not None,
        )
        for row in rows
    )


def _title(paper: Paper, question_id: str) -> str:
    return essay_question(paper, question_id).title


def _barred(window_ids: set[int]) -> Mapping[int, Mapping[int, frozenset[int]]]:
    found = {window_id: window_conflicts(window_id) for window_id in window_ids}
    return {
        window_id: {each: conflicts.barred_graders(each) for each in conflicts.participant_ids}
        for window_id, conflicts in found.items()
    }


def _involved(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, frozenset[int]]:
    """Essay id → who holds a part of it, and, when it is graded again after an appeal, who must not read it."""
    holders = list_essay_graders([row.essay_id for row in rows])
    again = {row.essay_id for row in rows if row.round > 1}
    return {each: held | (list_barred_from_regrading(each) if each in again else frozenset()) for each, held in holders.items()}


@dataclass(frozen=True, slots=True)
class Member:
    """A grader of a window with what is not marked yet; `has_ended` when nothing further is to be given."""

    user_id: int
    name: str
    has_ended: bool
    tasks: tuple[TaskCard, ...]


def list_members(window_id: int, tasks: Sequence[TaskCard]) -> tuple[Member, ...]:
    """Everybody who grades in a window, by kana, each with her own of these tasks."""
    staff = find_staff(window_id)
    chosen = select(WindowGrader.grader_id).where(WindowGrader.window_id == window_id)
    holders = {card.task.grader_id for card in tasks}
    people = select(User.id, User.name).where(User.id.in_(chosen) | User.id.in_(holders))
    return tuple(
        Member(
            row.id,
            row.name,
            has_ended=row.id not in staff.markers | staff.adjudicators,
            tasks=tuple(card for card in tasks if card.task.grader_id == row.id),
        )
        for row in db.session.execute(people.order_by(User.kana, User.name, User.id))
    )
