"""試験の統計: the statistics of one window, or of all windows that drew from the same version of the exam."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.db.session import db
from lms.exam_engine.papers import Paper, PaperQuestion
from lms.exam_engine.statistics.summary import ExamStatistics, exam_statistics
from lms.exams.models import Attempt, StoredPaper
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.rulings import list_rulings, submitted_bodies
from lms.grading.rules.marked import exam_form, marked_paper


@dataclass(frozen=True, slots=True)
class StatisticsBoard:
    """The statistics with what they are about.

    `windows` is how many 受験期間 they cover; `unsettled` how many people's essays have no points yet; `questions` and
    `sections` (id → title) are as in the newest paper that had them.
    """

    statistics: ExamStatistics
    exam_id: str
    exam_version: str
    windows: int
    unsettled: int
    sections: Mapping[str, str]
    questions: Mapping[str, PaperQuestion]
    ruled: Mapping[int, str]
    """Re-scoring id → the question it is about; the figures heed them."""


def find_statistics(window_id: int, *, is_pooled: bool = False) -> StatisticsBoard | None:
    """The statistics of a window's latest hand-ins, None when nobody handed in; a fixed number of SELECTs.

    Pooled, every window counts whose papers came from the same version of the exam, and of a person who sat more
    than once only the first sitting, so that everybody counts once.
    """
    facts = list_attempt_facts(attempt_ids=_alike(window_id)) if is_pooled else list_attempt_facts(window_id=window_id)
    facts = _first_sittings(facts)
    if not facts:
        return None
    papers = [each.paper for each in sorted(facts, key=lambda each: each.attempt_id)]
    bodies = submitted_bodies([each.submission_id for each in facts])
    rulings = list_rulings(papers[-1].exam_id)
    marked = [
        marked_paper(each.candidate_number, each.paper, bodies[each.submission_id], each.essays, rulings.values())
        for each in facts
    ]
    statistics = exam_statistics(marked, exam_form(papers, rulings.values()))
    return StatisticsBoard(
        statistics=statistics,
        exam_id=papers[-1].exam_id,
        exam_version=papers[-1].exam_version,
        windows=len({each.window_id for each in facts}),
        unsettled=statistics.people - statistics.total.n,
        sections={section.id: section.title for paper in papers for section in paper.sections},
        questions=_questions(papers),
        ruled={number: ruling.question_id for number, ruling in rulings.items()},
    )


def _alike(window_id: int) -> Sequence[int]:
    """Attempts whose papers came from the version of the exam that the window drew from last."""
    newest = db.session.execute(
        select(StoredPaper.exam_id, StoredPaper.exam_version)
        .join(Attempt, Attempt.paper_id == StoredPaper.id)
        .where(Attempt.window_id == window_id)
        .order_by(StoredPaper.id.desc())
        .limit(1)
    ).first()
    if newest is None:
        return []
    alike = select(Attempt.id).join(StoredPaper, StoredPaper.id == Attempt.paper_id)
    return db.session.scalars(
        alike.where(StoredPaper.exam_id == newest.exam_id, StoredPaper.exam_version == newest.exam_version)
    ).all()


def _first_sittings(facts: Sequence[AttemptFacts]) -> list[AttemptFacts]:
    first: dict[int, AttemptFacts] = {}
    for each in sorted(facts, key=lambda each: each.attempt_id):
        first.setdefault(each.participant_id, each)
    return list(first.values())


def _questions(papers: Sequence[Paper]) -> dict[str, PaperQuestion]:
    return {question.id: question for paper in papers for section in paper.sections for question in section.questions}
