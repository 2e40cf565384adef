"""合否判定会議: the essays of one candidate beside every mark on them, by 受験番号."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from werkzeug.exceptions import NotFound

from lms.db.session import db
from lms.exam_engine.papers import PaperEssayQuestion
from lms.grading.labels import SHORT_PARTS
from lms.grading.models import Essay
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.marks import MarkCard, list_marks
from lms.grading.queries.masking import get_graded_text
from lms.grading.rules.highlights import Highlight, Labeled, Piece, cut, label_highlights
from lms.grading.rules.parts import GraderPart
from lms.grading.rules.reading import Paragraph, number_paragraphs
from lms.grading.rules.settling import EssayStanding, assess, essay_question, essay_section


class NoSuchCandidate(NotFound):
    """Nothing was handed in under this attempt in this window; a page answers 404."""


@dataclass(frozen=True, slots=True)
class ReadEssay:
    """One essay as its graders read it, where it stands, and their marks in the order first, second, adjudication."""

    question: PaperEssayQuestion
    standing: EssayStanding
    char_count: int
    text: str
    paragraphs: tuple[Paragraph, ...]
    marks: tuple[MarkCard, ...]

    def labeled(self, mark: MarkCard) -> tuple[Labeled, ...]:
        """The highlights of a mark, each with a sign that says whose it is."""
        return label_highlights(mark.highlights, SHORT_PARTS.get(mark.part, "裁定"))

    def cut(self, paragraph: Paragraph) -> tuple[Piece, ...]:
        """A paragraph in pieces with everybody's highlights."""
        return cut(paragraph, [each for mark in self.marks for each in self.labeled(mark)])

    def quoted(self, highlight: Highlight) -> str:
        """The passage a highlight stands on."""
        return self.text[highlight.start : highlight.end]

    def cap_words(self, mark: MarkCard) -> str:
        """What the cap a mark chose says; empty without one."""
        return next((cap.text for cap in self.question.rubric.caps if cap.id == mark.cap_id), "")


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the board reads of one candidate."""

    attempt_id: int
    candidate_number: str
    choice_points: Decimal | None
    essays: tuple[ReadEssay, ...]


def get_reading(window_id: int, attempt_id: int) -> Reading:
    """The essays of an attempt of this window; raises NoSuchCandidate."""
    facts = next((each for each in list_attempt_facts(attempt_ids=[attempt_id]) if each.window_id == window_id), None)
    if facts is None:
        raise NoSuchCandidate
    return Reading(facts.attempt_id, facts.candidate_number, facts.choice_points, _essays(facts))


def _essays(facts: AttemptFacts) -> tuple[ReadEssay, ...]:
    marks = list_marks(attempt_id=facts.attempt_id)
    standings = assess(facts.paper, facts.choice_points or Decimal(0), facts.essays)
    rows = {essay.id: essay for essay in db.session.scalars(select(Essay).where(Essay.id.in_(facts.essay_ids)))}
    return tuple(
        _read(facts, rows[essay_id], standing, tuple(mark for mark in marks if mark.essay_id == essay_id))
        for essay_id, standing in zip(facts.essay_ids, standings, strict=True)
    )


def _read(facts: AttemptFacts, essay: Essay, standing: EssayStanding, marks: tuple[MarkCard, ...]) -> ReadEssay:
    section = essay_section(facts.paper)
    limits = section.limits if section else None
    graded = get_graded_text(essay, limits.over_not_graded if limits else essay.char_count)
    return ReadEssay(
        question=essay_question(facts.paper, essay.question_id),
        standing=standing,
        char_count=essay.char_count,
        text=graded.text,
        paragraphs=number_paragraphs(graded.text, graded.limit),
        marks=tuple(sorted(marks, key=lambda mark: list(GraderPart).index(mark.part))),
    )
