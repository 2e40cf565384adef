"""Tables of 採点: staff of a window, conflicts, essays, assignments, drafts, marks, results, release, re-scoring."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, enum_type
from lms.exam_engine.rulings import RulingKind
from lms.grading.rules.parts import GraderPart


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
    reason: Mapped[str] = mapped_column(String(300))
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]


class Essay(Base):
    """One handed-in essay as graders see it: candidate number, text, frozen rubric; no identity."""

    __tablename__ = "essays"
    __table_args__ = (UniqueConstraint("submission_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    question_id: Mapped[str] = mapped_column(String(40))
    candidate_number: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    char_count: Mapped[int]
    created_at: Mapped[datetime]


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


class MarkDraft(Base):
    """What a grader has chosen and written so far; kept until the mark is confirmed."""

    __tablename__ = "mark_drafts"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), primary_key=True)
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
    confirmed_at: Mapped[datetime]


class ChoiceMark(Base):
    """The machine's mark of a choice section of a submission. Append-only."""

    __tablename__ = "choice_marks"
    __table_args__ = (UniqueConstraint("submission_id", "section_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    section_id: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    """1 is the first marking; a re-scoring appends the next one."""
    points: Mapped[Decimal]
    max_points: Mapped[Decimal]
    detail: Mapped[dict[str, Any]]
    """Per question: points and whether it was right; per domain: counts."""
    marked_at: Mapped[datetime]


class ResultRow(Base):
    """成績, finalized: points, verdict and its arithmetic. Append-only; a later finalization is a further revision."""

    __tablename__ = "results"
    __table_args__ = (UniqueConstraint("attempt_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    """The hand-in this result judges."""
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    revision: Mapped[int]
    is_passed: Mapped[bool]
    total: Mapped[Decimal]
    section_points: Mapped[dict[str, Any]]
    """Section id → points as text."""
    arithmetic: Mapped[list[Any]]
    """Each line of the pass rule: what, points, needed, met."""
    essays: Mapped[dict[str, Any]]
    """Question id → settled points, per-criterion levels and how they were settled."""
    rescoring_id: Mapped[int | None] = mapped_column(ForeignKey("rescorings.id"))
    """The re-scoring this revision comes from; None for a finalization."""
    finalized_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    finalized_at: Mapped[datetime]


class ResultRelease(Base):
    """結果公開 of a whole window at one moment. Append-only."""

    __tablename__ = "result_releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), unique=True)
    released_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    released_at: Mapped[datetime]


class Rescoring(Base):
    """再採点の提案: what is to be done about a faulty question, with every consequence it would have. Append-only."""

    __tablename__ = "rescorings"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(String(40))
    question_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[RulingKind] = mapped_column(enum_type(RulingKind, name="kind"))
    detail: Mapped[dict[str, Any]]
    """The new key, or the further answer to accept."""
    reason: Mapped[str] = mapped_column(Text)
    preview: Mapped[dict[str, Any]]
    """Every changed point, verdict and certificate as the proposer saw them."""
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]


class RescoringDecision(Base):
    """The second person's decision of a re-scoring, with the consequences as they were then. Append-only."""

    __tablename__ = "rescoring_decisions"

    rescoring_id: Mapped[int] = mapped_column(ForeignKey("rescorings.id"), primary_key=True)
    is_approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    consequences: Mapped[dict[str, Any]]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]
