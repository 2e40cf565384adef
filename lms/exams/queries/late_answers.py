"""遅延受信: answers that arrived after their section was closed, beside what was handed in, and what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.db.session import db
from lms.exam_engine.answers import EssayAnswer, answer_from_json
from lms.exam_engine.papers import Paper, PaperQuestion
from lms.exams.models import AnswerVersion, Attempt
from lms.exams.queries.proposals import Proposal, list_proposals
from lms.exams.queries.sittings import Sitting
from lms.exams.queries.submissions import list_submissions
from lms.exams.rules.comparing import Comparison, compare_texts
from lms.exams.rules.incidents import ProposalKind
from lms.exams.rules.kinds.registry import PAGE_KINDS
from lms.exams.rules.late_answers import LateState
from lms.exams.rules.sitting import SaveOutcome


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


def list_late_answers(sitting: Sitting) -> tuple[LateAnswer, ...]:
    """The late versions of an attempt in the order of their arrival; a fixed number of SELECTs."""
    return late_answers_of([sitting]).get(sitting.attempt_id, ())


def late_answers_of(sittings: Sequence[Sitting]) -> dict[int, tuple[LateAnswer, ...]]:
    """Attempt id → its late versions, for attempts of one window; who has none is absent. A fixed number of SELECTs."""
    papers = {sitting.attempt_id: sitting.paper for sitting in sittings}
    rows = db.session.scalars(
        select(AnswerVersion)
        .where(AnswerVersion.attempt_id.in_(papers), AnswerVersion.outcome == SaveOutcome.LATE)
        .order_by(AnswerVersion.id)
    ).all()
    if not rows:
        return {}
    window_id = sittings[0].window_id
    stored = {each.attempt_id: each.stored for each in list_submissions(window_id)}
    proposals = _proposals_by_version(list_proposals(window_id=window_id))
    found: dict[int, tuple[LateAnswer, ...]] = {}
    for row in rows:
        handed_in = stored.get(row.attempt_id, {}).get(row.question_id)
        late = _late_answer(row, papers[row.attempt_id], handed_in, proposals.get(row.id))
        found[row.attempt_id] = (*found.get(row.attempt_id, ()), late)
    return found


def count_undecided_late(window_id: int) -> dict[int, int]:
    """Attempt id → number of late versions that nobody has decided about yet; two SELECTs."""
    rows = db.session.execute(
        select(AnswerVersion.id, AnswerVersion.attempt_id)
        .join(Attempt, Attempt.id == AnswerVersion.attempt_id)
        .where(Attempt.window_id == window_id, AnswerVersion.outcome == SaveOutcome.LATE)
    ).all()
    if not rows:
        return {}
    proposals = _proposals_by_version(list_proposals(window_id=window_id))
    counts: dict[int, int] = {}
    for row in rows:
        if _state(proposals.get(row.id)) in (LateState.OPEN, LateState.PROPOSED):
            counts[row.attempt_id] = counts.get(row.attempt_id, 0) + 1
    return counts


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


def _state(proposal: Proposal | None) -> LateState:
    if proposal is None or (proposal.decision is not None and not proposal.decision.is_approved):
        return LateState.OPEN
    if proposal.decision is None:
        return LateState.PROPOSED
    return LateState.ADMITTED if proposal.kind is ProposalKind.ADMIT_LATE else LateState.REFUSED


def _late_answer(row: AnswerVersion, paper: Paper, handed_in: Mapping[str, str] | None, proposal: Proposal | None) -> LateAnswer:
    question = paper.question(row.question_id)
    section = next(section for section in paper.sections if question in section.questions)
    before = "" if handed_in is None else _words(question, handed_in["body"])
    return LateAnswer(
        id=row.id,
        question_id=row.question_id,
        section_title=section.title,
        number=question.number,
        title=question_title(question),
        version=row.version,
        typed_at=row.typed_at,
        received_at=row.received_at,
        comparison=compare_texts(before, _words(question, row.body)),
        state=_state(proposal),
        proposal_id=proposal.id if proposal else None,
    )


def _words(question: PaperQuestion, body: str) -> str:
    answer = answer_from_json(question, body)
    return answer.text if isinstance(answer, EssayAnswer) else PAGE_KINDS[question.kind].words(question, answer)
