"""Computing every machine mark, grader's points and result again from stored answers and frozen papers, to find what differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from lms.db.session import db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.errors import InvalidAnswer, InvalidPaper
from lms.exam_engine.papers import Paper, paper_from_json, paper_sha256
from lms.exam_engine.rubrics import InvalidMark
from lms.exams.models import Attempt, StoredPaper, Submission
from lms.grading.models import Assignment, ChoiceMark, Essay, GraderMarkRow, ResultRow
from lms.grading.queries.facts import AttemptFacts, list_attempt_facts
from lms.grading.queries.released import latest_revisions
from lms.grading.queries.rulings import list_rulings
from lms.grading.rules.results import EssayText, choice_detail, grader_mark, judge, mark_choices, plain, read_essays
from lms.grading.rules.settling import EssayMarks, score


class Checked(StrEnum):
    """What was computed again."""

    PAPER = "paper"
    SUBMISSION = "submission"
    CHOICE_MARK = "choice_mark"
    ESSAY = "essay"
    GRADER_MARK = "grader_mark"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored row that is not what its sources give: which row, which column, what is there and what should be."""

    what: Checked
    row_id: int
    column: str
    stored: str
    expected: str


@dataclass(frozen=True, slots=True)
class _Source:
    """A hand-in whose paper and answers are what they were when stored."""

    submission_id: int
    attempt_id: int
    paper: Paper
    bodies: dict[str, str]


def list_recompute_differences(window_id: int | None = None) -> list[Difference]:
    """Every difference between stored rows and what stored answers and frozen papers give, of a window or of all.

    Empty when everything is as it was computed. What rests on a damaged paper or hand-in is not computed again:
    the damage itself is the difference.
    """
    differences: list[Difference] = []
    papers = dict(_sound_papers(window_id, differences))
    sources = list(_sound_sources(window_id, papers, differences))
    for source in sources:
        differences += _compare_choice_marks(source)
        differences += _compare_essays(source)
    differences += _compare_grader_marks(sources)
    if not differences:
        # Results rest on all of the above; comparing them on damaged grounds would only repeat the damage.
        differences += _compare_results(window_id)
    return differences


def _sound_papers(window_id: int | None, differences: list[Difference]) -> Iterator[tuple[int, Paper]]:
    statement = select(StoredPaper).order_by(StoredPaper.id)
    if window_id is not None:
        statement = statement.join(Attempt, Attempt.paper_id == StoredPaper.id).where(Attempt.window_id == window_id)
    for row in db.session.scalars(statement):
        digest = paper_sha256(row.body)
        if digest != row.sha256:
            differences.append(Difference(Checked.PAPER, row.id, "sha256", row.sha256, digest))
            continue
        try:
            yield row.id, paper_from_json(row.body)
        except InvalidPaper as problem:
            differences.append(Difference(Checked.PAPER, row.id, "body", str(problem), "a readable paper"))


def _sound_sources(window_id: int | None, papers: dict[int, Paper], differences: list[Difference]) -> Iterator[_Source]:
    statement = select(Submission, Attempt.paper_id).join(Attempt, Attempt.id == Submission.attempt_id).order_by(Submission.id)
    if window_id is not None:
        statement = statement.where(Attempt.window_id == window_id)
    for row, paper_id in db.session.execute(statement):
        damage = list(_damage(row))
        differences += damage
        if not damage and paper_id in papers:
            bodies = {question_id: entry["body"] for question_id, entry in row.answers.items()}
            yield _Source(row.id, row.attempt_id, papers[paper_id], bodies)


def _damage(row: Submission) -> Iterator[Difference]:
    digest = sha256_hex(canonical_json(row.answers))
    if digest != row.sha256:
        yield Difference(Checked.SUBMISSION, row.id, "sha256", row.sha256, digest)
    for question_id, entry in row.answers.items():
        digest = sha256_hex(entry["body"])
        if digest != entry["sha256"]:
            yield Difference(Checked.SUBMISSION, row.id, f"answers.{question_id}", entry["sha256"], digest)


def _compare_choice_marks(source: _Source) -> Iterator[Difference]:
    for row in db.session.scalars(select(ChoiceMark).where(ChoiceMark.submission_id == source.submission_id)):
        try:
            decided = list_rulings(source.paper.exam_id)
            heeded = {number: decided[number] for number in row.detail.get("rulings", ()) if number in decided}
            mark = mark_choices(source.paper, source.bodies, heeded.values())
        except InvalidAnswer as problem:
            yield Difference(Checked.SUBMISSION, source.submission_id, "answers", str(problem), "an answer to the paper")
            return
        if mark is None:
            yield Difference(Checked.CHOICE_MARK, row.id, "section_id", row.section_id, "no choice section")
            return
        expected = {
            "section_id": mark.section_id,
            "points": mark.points,
            "max_points": mark.max_points,
            "detail": choice_detail(mark, heeded),
        }
        yield from _columns(Checked.CHOICE_MARK, row, expected)


def _compare_essays(source: _Source) -> Iterator[Difference]:
    rows = db.session.scalars(select(Essay).where(Essay.submission_id == source.submission_id)).all()
    if not rows:
        return
    expected = {essay.question_id: essay for essay in read_essays(source.paper, source.bodies)}
    for row in rows:
        essay = expected.get(row.question_id, EssayText(row.question_id, "", 0))
        yield from _columns(Checked.ESSAY, row, {"text": essay.text, "char_count": essay.char_count})


def _compare_grader_marks(sources: list[_Source]) -> Iterator[Difference]:
    papers = {source.submission_id: source.paper for source in sources}
    rows = db.session.execute(
        select(GraderMarkRow, Essay.question_id, Essay.char_count, Essay.submission_id)
        .join(Assignment, Assignment.id == GraderMarkRow.assignment_id)
        .join(Essay, Essay.id == Assignment.essay_id)
        .order_by(GraderMarkRow.id)
    )
    for row, question_id, char_count, submission_id in rows:
        if submission_id in papers:
            mark = grader_mark(row.levels, row.cap_id, wants_adjudication=row.wants_adjudication)
            try:
                points = score(papers[submission_id], EssayMarks(question_id, char_count), mark).points
            except (InvalidMark, KeyError) as problem:
                yield Difference(Checked.GRADER_MARK, row.id, "levels", str(problem), "levels of the rubric")
            else:
                yield from _columns(Checked.GRADER_MARK, row, {"points": points})


def _compare_results(window_id: int | None) -> Iterator[Difference]:
    facts = {each.attempt_id: each for each in list_attempt_facts(window_id=window_id)}
    latest = latest_revisions()
    rows = db.session.scalars(
        select(ResultRow)
        .join(latest, (latest.c.attempt_id == ResultRow.attempt_id) & (latest.c.revision == ResultRow.revision))
        .where(ResultRow.attempt_id.in_(facts))
        .order_by(ResultRow.id)
    )
    for row in rows:
        yield from _compare_result(row, facts[row.attempt_id])


def _compare_result(row: ResultRow, facts: AttemptFacts) -> Iterator[Difference]:
    judged = judge(facts.paper, facts.choice_points, facts.essays) if facts.is_taken_up else None
    if judged is None:
        yield Difference(Checked.RESULT, row.id, "total", str(plain(row.total)), "not settled")
        return
    expected = {
        "submission_id": facts.submission_id,
        "is_passed": judged.is_passed,
        "total": judged.total,
        "section_points": judged.section_points,
        "arithmetic": judged.arithmetic,
        "essays": judged.essays,
    }
    yield from _columns(Checked.RESULT, row, expected)


def _columns(what: Checked, row: Any, expected: dict[str, Any]) -> Iterator[Difference]:
    for column, value in expected.items():
        stored = getattr(row, column)
        if canonical_json(_comparable(stored)) != canonical_json(_comparable(value)):
            yield Difference(what, row.id, column, canonical_json(_comparable(stored)), canonical_json(_comparable(value)))


def _comparable(value: Any) -> Any:
    """Points that are equal must not differ by their zeros only."""
    return plain(value) if hasattr(value, "normalize") else value
