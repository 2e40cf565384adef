"""定型文: the common phrases of the exam beside the grader's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.db.session import db
from lms.exam_engine.definitions import Rubric
from lms.grading.models import GraderPhrase
from lms.grading.source import load_phrases


@dataclass(frozen=True, slots=True)
class OwnPhrase:
    """A phrase a grader kept."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class PhraseGroup:
    """Common phrases for one criterion; without a title those for every essay."""

    title: str
    texts: tuple[str, ...]


def list_own_phrases(grader_id: int) -> tuple[OwnPhrase, ...]:
    """The grader's own phrases, the oldest first."""
    rows = db.session.execute(
        select(GraderPhrase.id, GraderPhrase.text)
        .where(GraderPhrase.grader_id == grader_id, GraderPhrase.removed_at.is_(None))
        .order_by(GraderPhrase.id)
    )
    return tuple(OwnPhrase(row.id, row.text) for row in rows)


def list_common_phrases(exam_id: str, rubric: Rubric) -> tuple[PhraseGroup, ...]:
    """The phrases that fit a rubric: the general ones first, then by criterion."""
    phrases = load_phrases(exam_id)
    groups: Sequence[PhraseGroup] = (
        PhraseGroup("", tuple(phrases.general)),
        *(PhraseGroup(criterion.title, tuple(phrases.criteria.get(criterion.id, ()))) for criterion in rubric.criteria),
    )
    return tuple(group for group in groups if group.texts)
