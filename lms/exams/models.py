"""Tables of 受験: windows, papers, attempts, answers and submissions, and what the office does around them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, enum_type
from lms.exam_engine.attempts import EventKind
from lms.exams.rules.incidents import ConductKind, IncidentKind, ProposalKind
from lms.exams.rules.rehearsing import RehearsalVerdict
from lms.exams.rules.sitting import HandInKind, SaveOutcome


class ExamWindow(Base):
    """受験期間 of a cohort: number 1 is the first sitting, 2 the resit. Half-open."""

    __tablename__ = "exam_windows"
    __table_args__ = (
        UniqueConstraint("cohort_id", "number"),
        CheckConstraint("closes_at > opens_at", name="window_closes_after_opening"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    exam_id: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    grace_seconds: Mapped[int] = mapped_column(default=30)


class StoredPaper(Base):
    """A drawn and frozen paper: every text it showed, hashed. Append-only."""

    __tablename__ = "papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(String(40))
    exam_version: Mapped[str] = mapped_column(String(40))
    seed: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime]


class Attempt(Base):
    """受験: one participant's sitting in one window."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("participant_id", "window_id"), UniqueConstraint("window_id", "candidate_number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("papers.id"))
    candidate_number: Mapped[str] = mapped_column(String(20))
    """What graders see instead of a name; drawn at random, it tells no order."""
    extra_seconds: Mapped[int] = mapped_column(default=0)
    """合理的配慮, frozen at the start, for each section."""
    extra_percent: Mapped[int] = mapped_column(default=0, server_default="0")
    """合理的配慮 as a share of each section's limit: 50 means ×1.5."""
    pledged_at: Mapped[datetime]
    writer_device: Mapped[str | None] = mapped_column(String(40))
    """The page that opened last; older tabs and devices learn from it that they are read-only now."""
    created_at: Mapped[datetime]


class StoredEvent(Base):
    """An event in the life of an attempt. Append-only."""

    __tablename__ = "attempt_events"
    __table_args__ = (UniqueConstraint("attempt_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    sequence: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind, name="kind"))
    section_id: Mapped[str | None] = mapped_column(String(20))
    seconds: Mapped[int | None]
    """For time given by the office."""
    widened_seconds: Mapped[int | None]
    """By how much the window was widened by the same act."""
    by_clock: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class AnswerVersion(Base):
    """Everything ever received for a question. Append-only; repeated sends are one row."""

    __tablename__ = "answer_versions"
    __table_args__ = (
        UniqueConstraint("attempt_id", "question_id", "version"),
        UniqueConstraint("attempt_id", "device", "client_sequence", "question_id", name="uq_answer_versions_once_per_send"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    question_id: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    device: Mapped[str] = mapped_column(String(40))
    client_sequence: Mapped[int]
    base_version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    """Canonical JSON of the answer."""
    sha256: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[SaveOutcome] = mapped_column(enum_type(SaveOutcome, name="outcome"))
    typed_at: Mapped[datetime | None]
    received_at: Mapped[datetime]


class CurrentAnswer(Base):
    """Which version is the answer now; the row a save compares with."""

    __tablename__ = "current_answers"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    """0 while nothing has been accepted."""
    last_version: Mapped[int]
    """The highest number given out, also to stale and late versions."""
    answer_version_id: Mapped[int | None] = mapped_column(ForeignKey("answer_versions.id"))
    is_flagged: Mapped[bool] = mapped_column(default=False)
    """後で見直す."""


class Submission(Base):
    """提出: the answers as handed in, frozen. Append-only; a later hand-in is a further row."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("attempt_id", "number"), Index("ix_submissions_submitted_at", "submitted_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    number: Mapped[int]
    kind: Mapped[HandInKind] = mapped_column(enum_type(HandInKind, name="kind"))
    answers: Mapped[dict[str, Any]]
    """Question id → {version, sha256, body}."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the canonical JSON of `answers`."""
    statement: Mapped[str | None] = mapped_column(Text)
    """The canonical JSON that was signed: what the 提出控 says."""
    signature: Mapped[str | None] = mapped_column(String(100))
    """Ed25519 over `statement`, base64url; None for hand-ins from before there were signatures."""
    key_id: Mapped[str | None] = mapped_column(String(20))
    """Which public key verifies it."""
    submitted_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class AccommodationRequest(Base):
    """合理的配慮の申請 by a participant. Append-only."""

    __tablename__ = "accommodation_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    wants_extra_time: Mapped[bool]
    wants_paper: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]


class AccommodationDecision(Base):
    """What the office decided for a participant; the latest one counts, and is frozen into the attempt. Append-only."""

    __tablename__ = "accommodation_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("accommodation_requests.id"))
    is_granted: Mapped[bool]
    extra_seconds: Mapped[int]
    extra_percent: Mapped[int]
    has_paper: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    """Shown to the participant."""
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]


class ExamNotice(Base):
    """お知らせ on the open pages of a window."""

    __tablename__ = "exam_notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    text: Mapped[str] = mapped_column(String(400))
    published_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]


class ExamIncident(Base):
    """An act of the office on the day of the exam, for everybody in a window or for one attempt. Append-only."""

    __tablename__ = "exam_incidents"

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    """None for an act that concerned everybody."""
    kind: Mapped[IncidentKind] = mapped_column(enum_type(IncidentKind, name="kind"))
    seconds: Mapped[int | None]
    """Of time added."""
    widened_seconds: Mapped[int] = mapped_column(default=0)
    """By which the window closes later, for those who had not started."""
    people: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(String(40), unique=True)
    """Of the form that was sent; a form sent twice is one act."""
    done_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    done_at: Mapped[datetime]


class ConductFact(Base):
    """受験中の記録: what a page noticed, as a fact. Append-only."""

    __tablename__ = "conduct_facts"
    __table_args__ = (UniqueConstraint("attempt_id", "device", "client_sequence", name="uq_conduct_facts_once_per_send"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    device: Mapped[str] = mapped_column(String(40))
    client_sequence: Mapped[int]
    kind: Mapped[ConductKind] = mapped_column(enum_type(ConductKind, name="kind"))
    detail: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
    """By the page's idea of the server's clock."""
    received_at: Mapped[datetime]


class AttemptPresence(Base):
    """When a page of an attempt was last heard of, and what it had not sent yet."""

    __tablename__ = "attempt_presences"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    heard_at: Mapped[datetime]
    unsent: Mapped[int] = mapped_column(default=0)
    network_address: Mapped[str] = mapped_column(String(64), default="")


class HandInProposal(Base):
    """A proposal about a submitted attempt, for a second person to decide. Append-only."""

    __tablename__ = "hand_in_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    kind: Mapped[ProposalKind] = mapped_column(enum_type(ProposalKind, name="kind"))
    detail: Mapped[dict[str, Any]]
    """Section and seconds of a reopening; ids of the answer versions to admit or refuse."""
    reason: Mapped[str] = mapped_column(Text)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]


class HandInDecision(Base):
    """The second person's decision of a proposal. Append-only."""

    __tablename__ = "hand_in_decisions"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("hand_in_proposals.id"), primary_key=True)
    is_approved: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]


class Rehearsal(Base):
    """リハーサル: a sample paper on the same screens, outside of every count."""

    __tablename__ = "rehearsals"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    paper: Mapped[str] = mapped_column(Text)
    """Canonical JSON, as for a real one."""
    events: Mapped[list[Any]]
    """{kind, section, at} of each event since the paper was opened, as in an attempt; empty before."""
    answers: Mapped[dict[str, Any]]
    """Question id → {version, last_version, sha256, body, flagged, sender, received_at}: the answer as it stands."""
    checks: Mapped[dict[str, Any]]
    """What the browser found out about itself."""
    verdict: Mapped[RehearsalVerdict | None] = mapped_column(enum_type(RehearsalVerdict, name="verdict"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ReadinessRun(Base):
    """開催前点検: every check with its outcome; a window opens when the latest is green or overridden. Append-only."""

    __tablename__ = "readiness_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    window_id: Mapped[int] = mapped_column(ForeignKey("exam_windows.id"), index=True)
    results: Mapped[list[Any]]
    is_green: Mapped[bool]
    override_reason: Mapped[str] = mapped_column(Text, default="")
    run_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """None when the worker ran it."""
    run_at: Mapped[datetime]


class QuestionApproval(Base):
    """査読: a person read a question in exactly this wording and approved it. Append-only."""

    __tablename__ = "question_approvals"
    __table_args__ = (
        UniqueConstraint("exam_id", "question_id", "content_sha256", "approved_by_id", name="uq_question_approvals_once_each"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(String(40))
    question_id: Mapped[str] = mapped_column(String(40))
    content_sha256: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime]
