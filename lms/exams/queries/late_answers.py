"""遅延受信: answers that arrived after their section was closed, beside what was handed in, and what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from lms.cohorts.source import course_facts
from lms.db.session import db
from lms.exam_engine.answers import EssayAnswer, answer_from_json
from lms.exam_engine.papers import Paper, PaperQuestion
from lms.exams.models import AnswerVersion, Attempt
from lms.exams.queries.proposals import Proposal, list_proposals
from lms.exams.queries.results import finalized_attempts
from lms.exams.queries.sittings import Sitting, list_sittings
from lms.exams.queries.submissions import find_submission
from lms.exams.rules.comparing import Comparison, compare_texts
from lms.exams.rules.incidents import ProposalKind
from lms.exams.rules.kinds.registry import PAGE_KINDS
from lms.exams.rules.late_answers import UNDECIDED, LateState, judge_late, list_closings
from lms.exams.rules.sitting import SaveOutcome

MOST_COMPARED = 50
"""Answers of one attempt that a page compares at once; the others follow when these are decided."""


_STAMPS = select(
    AnswerVersion.id,
    AnswerVersion.attempt_id,
    AnswerVersion.question_id,
    AnswerVersion.version,
    AnswerVersion.typed_at,
    AnswerVersion.received_at,
).where(AnswerVersion.outcome == SaveOutcome.LATE)


@dataclass(frozen=True, slots=True)
class LateStamp:
    """A late version without its text."""

    id: int
    attempt_id: int
    question_id: str
    version: int
    typed_at: datetime | None
    received_at: datetime
    state: LateState
    proposal_id: int | None
    """The latest proposal about it."""


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """One late version: `left` of the comparison is what was handed in, `right` what arrived late."""

    id: int
    question_id: str
    section_title: str
    number: int
    title: str
    version: int
    typed_at: datetime | None
    received_at: datetime
    comparison: Comparison
    state: LateState
    proposal_id: int | None
    """The latest proposal about it."""


def list_late_stamps(sitting: Sitting) -> tuple[LateStamp, ...]:
    """The late versions of an attempt in the order of their arrival; a fixed number of SELECTs."""
    return late_stamps_of([sitting]).get(sitting.attempt_id, ())


def late_stamps_of(sittings: Sequence[Sitting]) -> dict[int, tuple[LateStamp, ...]]:
    """Attempt id → its late versions, for attempts of one window; who has none is absent. A fixed number of SELECTs."""
    by_id = {sitting.attempt_id: sitting for sitting in sittings}
    rows = db.session.execute(_STAMPS.where(AnswerVersion.attempt_id.in_(by_id)).order_by(AnswerVersion.id)).all()
    if not rows:
        return {}
    window_id = sittings[0].window_id
    proposals = _proposals_by_version(list_proposals(window_id=window_id))
    finalized = finalized_attempts(window_id)
    found: dict[int, list[LateStamp]] = {}
    for attempt_id, group in groupby(sorted(rows, key=_by_attempt), key=_by_attempt):
        desk = _Judge(by_id[attempt_id], is_finalized=attempt_id in finalized)
        found[attempt_id] = [desk.stamp(row, proposals.get(row.id)) for row in group]
    return {attempt_id: tuple(stamps) for attempt_id, stamps in found.items()}


def compare_late(sitting: Sitting, stamps: Sequence[LateStamp]) -> tuple[LateAnswer, ...]:
    """These late versions beside what was handed in, for the page that shows them. Two SELECTs."""
    if not stamps:
        return ()
    bodies = _bodies([stamp.id for stamp in stamps])
    submission = find_submission(sitting.attempt_id)
    stored = submission.stored if submission else {}
    return tuple(_late_answer(stamp, sitting.paper, stored.get(stamp.question_id), bodies[stamp.id]) for stamp in stamps)


def choose_compared(stamps: Iterable[LateStamp]) -> tuple[LateStamp, ...]:
    """What a page compares: those to propose about first, then those that wait for a second person, then the rest."""
    order = {LateState.OPEN: 0, LateState.PROPOSED: 1}
    return tuple(sorted(stamps, key=lambda stamp: (order.get(stamp.state, 2), stamp.id))[:MOST_COMPARED])


def count_undecided_late(window_id: int) -> dict[int, int]:
    """Attempt id → number of late versions that nobody has decided about yet; a fixed number of SELECTs."""
    late = select(AnswerVersion.id).join(Attempt, Attempt.id == AnswerVersion.attempt_id)
    late = late.where(Attempt.window_id == window_id, AnswerVersion.outcome == SaveOutcome.LATE)
    return {} if db.session.scalar(late.limit(1)) is None else undecided_of(list_sittings(window_id))


def undecided_of(sittings: Sequence[Sitting]) -> dict[int, int]:
    """Attempt id → number of its late versions that nobody has decided about yet; a fixed number of SELECTs."""
    counts = {
        attempt_id: sum(stamp.state in UNDECIDED for stamp in stamps) for attempt_id, stamps in late_stamps_of(sittings).items()
    }
    return {attempt_id: count for attempt_id, count in counts.items() if count}


def question_title(question: PaperQuestion) -> str:
    """The title of an essay; other questions have only their number."""
    return str(getattr(question, "title", ""))


def _proposals_by_version(proposals: Iterable[Proposal]) -> dict[int, Proposal]:
    """Version id → the latest proposal about it; of several, the later replaced one that was not approved."""
    found: dict[int, Proposal] = {}
    for proposal in proposals:
        for version_id in proposal.version_ids:
            found.setdefault(version_id, proposal)
    return found


class _Judge:
    """What is known about one attempt's late answers."""

    def __init__(self, sitting: Sitting, *, is_finalized: bool) -> None:
        self.closings = list_closings(sitting.events, sitting.paper, sitting.window, sitting.extra)
        self.section_of = {q.id: section.id for section in sitting.paper.sections for q in section.questions}
        self.wait = timedelta(days=course_facts().late_answer_days)
        self.is_finalized = is_finalized

    def stamp(self, row: Row[*tuple[Any, ...]], proposal: Proposal | None) -> LateStamp:
        """The version with its state."""
        return LateStamp(
            id=row.id,
            attempt_id=row.attempt_id,
            question_id=row.question_id,
            version=row.version,
            typed_at=row.typed_at,
            received_at=row.received_at,
            state=self._state(row, proposal),
            proposal_id=proposal.id if proposal else None,
        )

    def _state(self, row: Row[*tuple[Any, ...]], proposal: Proposal | None) -> LateState:
        if proposal is None or (proposal.decision is not None and not proposal.decision.is_approved):
            section_id = self.section_of.get(row.question_id)
            own = [closing for closing in self.closings if closing.section_id == section_id]
            return judge_late(
                typed_at=row.typed_at,
                received_at=row.received_at,
                closings=own,
                wait=self.wait,
                is_finalized=self.is_finalized,
            )
        if proposal.decision is None:
            return LateState.PROPOSED
        return LateState.ADMITTED if proposal.kind is ProposalKind.ADMIT_LATE else LateState.REFUSED


def _by_attempt(row: Row[*tuple[Any, ...]]) -> int:
    return int(row.attempt_id)


def _bodies(version_ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(select(AnswerVersion.id, AnswerVersion.body).where(AnswerVersion.id.in_(version_ids)))
    return {row.id: row.body for row in rows}


def _late_answer(stamp: LateStamp, paper: Paper, handed_in: Mapping[str, str] | None, body: str) -> LateAnswer:
    question = paper.question(stamp.question_id)
    section = next(section for section in paper.sections if question in section.questions)
    before = "" if handed_in is None else _words(question, handed_in["body"])
    return LateAnswer(
        id=stamp.id,
        question_id=stamp.question_id,
        section_title=section.title,
        number=question.number,
        title=question_title(question),
        version=stamp.version,
        typed_at=stamp.typed_at,
        received_at=stamp.received_at,
        comparison=compare_texts(before, _words(question, body)),
        state=stamp.state,
        proposal_id=stamp.proposal_id,
    )


def _words(question: PaperQuestion, body: str) -> str:
    answer = answer_from_json(question, body)
    return answer.text if isinstance(answer, EssayAnswer) else PAGE_KINDS[question.kind].words(question, answer)
