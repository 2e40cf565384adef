"""Tables of what comes of the marks: machine marks, proposed verdicts, results, release, re-scoring, appeals, complaints."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, enum_type
from lms.exam_engine.rulings import RulingKind
from lms.grading.rules.parts import AppealGround, AppealRemedy


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


class VerdictProposal(Base):
    """合否判定の案 for one candidate, or 保留; the last one of an attempt counts, a second person finalizes it. Append-only."""

    __tablename__ = "verdict_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of the points and the verdict it rests on: what changes afterwards is proposed anew."""
    is_passed: Mapped[bool]
    total: Mapped[Decimal]
    is_on_hold: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    """Needed for 保留; otherwise what the meeting wants to keep."""
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]


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
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeals.id"))
    """The appeal this revision comes from."""
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("verdict_proposals.id"))
    """What the other person had proposed; None for a re-scoring, an appeal and results before this was kept."""
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


class Appeal(Base):
    """異議申立て of a participant against a released result. Append-only."""

    __tablename__ = "appeals"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    ground: Mapped[AppealGround] = mapped_column(enum_type(AppealGround, name="ground"))
    text: Mapped[str] = mapped_column(Text)
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    filed_at: Mapped[datetime]


class AppealHandler(Base):
    """Who looks into an appeal: somebody without any part in the result; the last one counts. Append-only."""

    __tablename__ = "appeal_handlers"

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), index=True)
    handler_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    named_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[datetime]


class AppealDecision(Base):
    """The handler's decision of an appeal. Append-only."""

    __tablename__ = "appeal_decisions"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    remedy: Mapped[AppealRemedy] = mapped_column(enum_type(AppealRemedy, name="remedy"))
    findings: Mapped[str] = mapped_column(Text)
    """What was looked into and found; for the office."""
    answer: Mapped[str] = mapped_column(Text)
    """What the participant reads."""
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]


class AppealClosure(Base):
    """The end of an appeal that was granted: what came of the new grading. Append-only."""

    __tablename__ = "appeal_closures"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"), primary_key=True)
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id"))
    """The new revision; None when the result stayed as it was."""
    outcome: Mapped[str] = mapped_column(Text)
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime]


class Complaint(Base):
    """苦情: dissatisfaction with anything but a result; tracked apart from appeals. Append-only."""

    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    received_at: Mapped[datetime]


class ComplaintStep(Base):
    """What was done about a complaint; the last one says whether it is closed. Append-only."""

    __tablename__ = "complaint_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    is_closing: Mapped[bool]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime]
