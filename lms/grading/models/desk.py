"""Tables of the desk: staff, conflicts, essays, assignments, leases, drafts, marks, calibration."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, enum_type
from lms.grading.rules.parts import ChangeKind, ConflictKind, GraderPart


class GradingRound(Base):
    """採点 of one window: opened once, topped up when further attempts come in."""

    __tablename__ = "grading_rounds"

    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), primary_key=True)
    due_on: Mapped[date | None]
    """採点の期限 (Japanese date)."""
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]


class WindowGrader(Base):
    """A grader the office chose for a window."""

    __tablename__ = "window_graders"

    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), primary_key=True)
    grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    is_marker: Mapped[bool]
    """Takes first and second marks."""
    is_adjudicator: Mapped[bool]
    """Takes adjudications."""


class GraderConflict(Base):
    """利益相反: a grader who must not read a participant's essays, as declared to the office."""

    __tablename__ = "grader_conflicts"

    grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True)
    kind: Mapped[ConflictKind] = mapped_column(
        enum_type(ConflictKind, name="kind"), default=ConflictKind.DECLARED, server_default=ConflictKind.DECLARED.value
    )
    reason: Mapped[str] = mapped_column(String(300))
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]


class GraderAffiliation(Base):
    """所属: a company or organization a grader belongs to; its participants' essays are not given to them."""

    __tablename__ = "grader_affiliations"

    id: Mapped[int] = mapped_column(primary_key=True)
    grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    company: Mapped[str] = mapped_column(String(200))
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    noted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CohortTeacher(Base):
    """Somebody who taught a cohort; whether they may grade or decide in it is a setting."""

    __tablename__ = "cohort_teachers"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    noted_at: Mapped[datetime]


class Essay(Base):
    """One text as graders see it: candidate number, text, rubric of its paper; no identity.

    Handed in by a participant, or a 見本答案 given to one grader; then there is no submission and no attempt.
    """

    __tablename__ = "essays"
    __table_args__ = (UniqueConstraint("submission_id", "question_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"), index=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"))
    """The paper whose question, rubric and limits it is graded by."""
    question_id: Mapped[str] = mapped_column(String(40))
    anchor_id: Mapped[str | None] = mapped_column(String(40))
    """The 見本答案 it is a copy of; None for what a participant wrote."""
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    """1 is the first grading; an appeal that was granted brings the next one."""
    candidate_number: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    char_count: Mapped[int]
    created_at: Mapped[datetime]


class EssayMasking(Base):
    """伏せ字: the text of an essay with identifying passages covered; the last revision is what is graded. Append-only."""

    __tablename__ = "essay_maskings"
    __table_args__ = (UniqueConstraint("essay_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    essay_id: Mapped[int] = mapped_column(ForeignKey("essays.id"))
    revision: Mapped[int]
    spans: Mapped[list[Any]]
    """[start, end, what stands there instead], in code points of the original text."""
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(300))
    masked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    masked_at: Mapped[datetime]


class Assignment(Base):
    """An essay given to a grader."""

    __tablename__ = "assignments"
    __table_args__ = (UniqueConstraint("essay_id", "grader_id"), UniqueConstraint("essay_id", "part"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    essay_id: Mapped[int] = mapped_column(ForeignKey("essays.id"))
    grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    part: Mapped[GraderPart] = mapped_column(enum_type(GraderPart, name="part"))
    position: Mapped[int]
    """Place in the grader's own shuffled queue."""
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    """For an adjudication: why it was needed."""
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    assigned_at: Mapped[datetime]


class AssignmentChange(Base):
    """An assignment went to another grader, with what the one before had drafted. Append-only."""

    __tablename__ = "assignment_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_type(ChangeKind, name="kind"))
    from_grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    to_grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(300))
    draft: Mapped[dict[str, Any]]
    """Empty when nothing was drafted."""
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]


class AssignmentLease(Base):
    """Who works at an assignment right now, on which device; renewed by activity, void after some minutes."""

    __tablename__ = "assignment_leases"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), primary_key=True)
    grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    device: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    """When this grader first opened it."""
    expires_at: Mapped[datetime]


class MarkDraft(Base):
    """What a grader has chosen and written so far; kept until the mark is confirmed."""

    __tablename__ = "mark_drafts"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts the savings, so that a stale page never overwrites a newer draft."""
    body: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class GraderMarkRow(Base):
    """A confirmed mark. Append-only."""

    __tablename__ = "grader_marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), unique=True)
    levels: Mapped[dict[str, Any]]
    """Criterion id → points."""
    cap_id: Mapped[str | None] = mapped_column(String(40))
    cap_reason: Mapped[str] = mapped_column(Text, default="")
    wants_adjudication: Mapped[bool] = mapped_column(default=False)
    points: Mapped[Decimal]
    note: Mapped[str] = mapped_column(Text, default="")
    """For the board only."""
    feedback: Mapped[str] = mapped_column(Text, default="")
    """講評 for the participant, shown after release."""
    highlights: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Passages with a comment for the other graders: start and end in code points of the graded text, and words."""
    started_at: Mapped[datetime | None]
    """When the grader first opened the essay; None for marks made before this was kept."""
    confirmed_at: Mapped[datetime]


class MarkDoubt(Base):
    """A grader's own doubt about a mark already confirmed: the mark stays, a third grader decides. Append-only."""

    __tablename__ = "mark_doubts"

    mark_id: Mapped[int] = mapped_column(ForeignKey("grader_marks.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]


class CalibrationWaiver(Base):
    """The office lets a grader begin a question without agreement on its 見本答案, for a reason. Append-only."""

    __tablename__ = "calibration_waivers"
    __table_args__ = (UniqueConstraint("window_id", "grader_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"))
    grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    question_id: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(300))
    waived_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    waived_at: Mapped[datetime]


class GraderPhrase(Base):
    """A grader's own phrase for 講評, kept for the next essay."""

    __tablename__ = "grader_phrases"

    id: Mapped[int] = mapped_column(primary_key=True)
    grader_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
