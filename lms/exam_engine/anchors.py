"""見本答案: essays with agreed levels, by which graders find a common measure, from their YAML and checked by the rubric."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lms.exam_engine.definitions import EssayLimits, EssayQuestion, EssaySection, Exam, Rubric
from lms.exam_engine.errors import ExamContentError, Finding, InvalidMark, Problem, ProblemCode, Severity
from lms.exam_engine.reading import Collector, Located
from lms.exam_engine.rubrics import EssayScore, GraderMark, score_essay
from lms.exam_engine.source_models import Id, Points, Sentence, SourceModel, WholeNumber
from lms.exam_engine.yaml_tree import SourceText
from lms.text import count_characters, fold

__all__ = ["Anchor", "AnchorPurpose", "check_anchors", "check_coverage", "parse_anchors", "score_anchor"]


class AnchorPurpose(StrEnum):
    """What an anchor is kept for."""

    CALIBRATION = "calibration"
    """目合わせ: marked by every grader before her queue opens; afterwards she reads what was agreed on it."""
    RECHECK = "recheck"
    """Comes back unnamed among the essays, to see whether the measure held; nobody is told what was agreed on it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """見本答案: an essay for one question; levels and reasons are pairs of a criterion's id and what was agreed on it."""

    id: str
    question_id: str
    purpose: AnchorPurpose
    text: str
    levels: tuple[tuple[str, int], ...]
    cap_id: str | None
    cap_reason: str | None
    points: Decimal
    reasons: tuple[tuple[str, str], ...]

    @property
    def char_count(self) -> int:
        """字数: graphemes without white space and line breaks."""
        return count_characters(self.text)

    @property
    def mark(self) -> GraderMark:
        """The agreed levels as a grader's mark."""
        return GraderMark(levels=self.levels, cap_id=self.cap_id, wants_adjudication=False)


class AnchorSource(SourceModel):
    """One anchor as written in YAML."""

    id: Id
    question: Id
    purpose: AnchorPurpose
    text: Sentence
    levels: dict[str, WholeNumber]
    cap: Id | None
    cap_reason: Sentence | None = None
    points: Points
    reasons: dict[str, Sentence]

    def define(self) -> Anchor:
        """The anchor as a definition."""
        return Anchor(
            id=self.id,
            question_id=self.question,
            purpose=self.purpose,
            text=self.text,
            levels=tuple(self.levels.items()),
            cap_id=self.cap,
            cap_reason=self.cap_reason,
            points=self.points,
            reasons=tuple(self.reasons.items()),
        )


class AnchorsFile(SourceModel):
    """anchors.yaml; its anchors are shaped one by one."""

    anchors: list[Any]


def parse_anchors(source: SourceText, exam: Exam) -> tuple[Anchor, ...]:
    """The anchors of a file, each fitting an essay question of the exam; raises ExamContentError with all problems."""
    anchors, problems = _read(source, exam)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ExamContentError(problems)
    return anchors


def check_anchors(source: SourceText, exam: Exam) -> tuple[Problem, ...]:
    """Every problem of an anchors file, in the order of its lines; empty when all is well."""
    return _read(source, exam)[1]


def check_coverage(source: SourceText, exam: Exam) -> tuple[Problem, ...]:
    """A warning for every essay that a paper may draw and that has no anchor of a purpose; empty for a file with errors.

    Without one for calibration the gate of that essay stands open, without one for rechecks graders are shown again what
    they know.
    """
    anchors, problems = _read(source, exam)
    if problems:
        return ()
    collector = Collector()
    tree = collector.read(source)
    if tree is not None:
        collector.report(Located(None, tree, ("anchors",)), _gaps(anchors, exam))
    return tuple(collector.problems)


def _gaps(anchors: Collection[Anchor], exam: Exam) -> Iterator[Finding]:
    slots = [slot for section in exam.sections if isinstance(section, EssaySection) for slot in section.slots]
    drawn = {name for slot in slots for name in slot.types}
    held = {(anchor.question_id, anchor.purpose) for anchor in anchors}
    for essay in exam.essays:
        for purpose, code in _CODES_OF_GAPS.items():
            if essay.type in drawn and (essay.id, purpose) not in held:
                yield Finding((), code, {"question": essay.id}, Severity.WARNING)


_CODES_OF_GAPS = {
    AnchorPurpose.CALIBRATION: ProblemCode.ESSAY_WITHOUT_ANCHOR,
    AnchorPurpose.RECHECK: ProblemCode.ESSAY_WITHOUT_RECHECK,
}


def score_anchor(anchor: Anchor, exam: Exam) -> EssayScore:
    """The points its agreed levels are worth by the rubric and limits of its question.

    Raises KeyError when the exam has no such essay, InvalidMark when the levels do not fit the rubric.
    """
    essay = _essay(exam, anchor.question_id)
    if essay is None:
        raise KeyError(anchor.question_id)
    rubric, limits = exam.rubric(essay.rubric_id), _limits(exam, essay)
    return score_essay(rubric, anchor.mark, char_count=anchor.char_count, limits=limits)


def _read(source: SourceText, exam: Exam) -> tuple[tuple[Anchor, ...], tuple[Problem, ...]]:
    collector = Collector()
    places = [_locate(collector, place) for place in _entries(collector, source)]
    found = [place for place in places if place is not None]
    for index, place in enumerate(found):
        earlier = [each.value for each in found[:index]]
        collector.report(place, _repetitions(place.value, earlier))
        collector.report(place, _faults(place.value, exam))
    problems = tuple(sorted(collector.problems, key=lambda each: (each.line, each.path, each.code)))
    return tuple(place.value for place in found), problems


def _entries(collector: Collector, source: SourceText) -> Iterator[Located[object]]:
    tree = collector.read(source)
    shaped = collector.shape(AnchorsFile, Located(tree.data, tree, ())) if tree else None
    if tree is not None and shaped is not None:
        for index, value in enumerate(shaped.anchors):
            yield Located(value, tree, ("anchors", index))


def _locate(collector: Collector, place: Located[object]) -> Located[Anchor] | None:
    shaped = collector.shape(AnchorSource, place)
    return Located(shaped.define(), place.tree, place.path) if shaped else None


def _repetitions(anchor: Anchor, earlier: Collection[Anchor]) -> Iterator[Finding]:
    if any(each.id == anchor.id for each in earlier):
        yield Finding(("id",), ProblemCode.DUPLICATE_ID, {"id": anchor.id})
    same = next((each for each in earlier if _bare(each.text) == _bare(anchor.text)), None)
    if same is not None:
        yield Finding(("text",), ProblemCode.REPEATED_TEXT, {"id": same.id})


def _bare(text: str) -> str:
    return fold(text).replace(" ", "")


def _faults(anchor: Anchor, exam: Exam) -> Iterator[Finding]:
    essay = _essay(exam, anchor.question_id)
    if essay is None:
        yield Finding(("question",), ProblemCode.UNKNOWN_ESSAY, {"question": anchor.question_id})
        return
    rubric = exam.rubric(essay.rubric_id)
    yield from _check_criteria(anchor, rubric)
    yield from _check_cap(anchor, rubric)
    yield from _check_length(anchor, essay, rubric, _limits(exam, essay))
    yield from _check_points(anchor, exam)


def _check_criteria(anchor: Anchor, rubric: Rubric) -> Iterator[Finding]:
    allowed = {criterion.id: {level.points for level in criterion.levels} for criterion in rubric.criteria}
    levels, reasons = dict(anchor.levels), dict(anchor.reasons)
    yield from _strangers("levels", levels, allowed, rubric)
    yield from _strangers("reasons", reasons, allowed, rubric)
    for criterion_id, points in allowed.items():
        if criterion_id not in levels:
            yield Finding(("levels",), ProblemCode.MISSING_LEVEL, {"criterion": criterion_id})
        elif levels[criterion_id] not in points:
            values: dict[str, str | int] = {"criterion": criterion_id, "points": levels[criterion_id]}
            yield Finding(("levels", criterion_id), ProblemCode.UNKNOWN_LEVEL, values)
        if criterion_id not in reasons:
            yield Finding(("reasons",), ProblemCode.MISSING_REASON, {"criterion": criterion_id})


def _strangers(name: str, given: Mapping[str, object], allowed: Collection[str], rubric: Rubric) -> Iterator[Finding]:
    for criterion_id in given:
        if criterion_id not in allowed:
            values = {"criterion": criterion_id, "rubric": rubric.id}
            yield Finding((name, criterion_id), ProblemCode.UNKNOWN_MARK_CRITERION, values)


def _check_cap(anchor: Anchor, rubric: Rubric) -> Iterator[Finding]:
    if anchor.cap_id is not None and all(cap.id != anchor.cap_id for cap in rubric.caps):
        yield Finding(("cap",), ProblemCode.UNKNOWN_CAP, {"cap": anchor.cap_id, "rubric": rubric.id})
    # A grader who caps an essay must say why; without a cap there is nothing to explain.
    if (anchor.cap_id is None) != (anchor.cap_reason is None):
        yield Finding(("cap",), ProblemCode.CAP_REASON)


def _check_length(anchor: Anchor, essay: EssayQuestion, rubric: Rubric, limits: EssayLimits) -> Iterator[Finding]:
    """The best level of expression asks for a length within the question's bounds; too short a text is worth 0 there."""
    best = next(criterion.max_points for criterion in rubric.criteria if criterion.id == rubric.expression_criterion)
    claimed, count = dict(anchor.levels).get(rubric.expression_criterion, 0), anchor.char_count
    is_within = essay.min_chars <= count <= essay.max_chars
    if (claimed == best and not is_within) or (claimed > 0 and count < limits.under_expression_zero):
        values: dict[str, str | int] = {"chars": count, "points": claimed, "criterion": rubric.expression_criterion}
        yield Finding(("text",), ProblemCode.LENGTH_CLAIM, values)


def _check_points(anchor: Anchor, exam: Exam) -> Iterator[Finding]:
    try:
        computed = score_anchor(anchor, exam).points
    except InvalidMark:
        # The fault in the levels or the cap is reported in its own place.
        return
    if computed != anchor.points:
        values = {"points": str(anchor.points), "computed": str(computed)}
        yield Finding(("points",), ProblemCode.ANCHOR_POINTS, values)


def _essay(exam: Exam, question_id: str) -> EssayQuestion | None:
    has_essays = any(isinstance(section, EssaySection) for section in exam.sections)
    return next((essay for essay in exam.essays if has_essays and essay.id == question_id), None)


def _limits(exam: Exam, essay: EssayQuestion) -> EssayLimits:
    """The limits of the section that draws this type, or of the first essay section for a type kept in reserve."""
    sections = [section for section in exam.sections if isinstance(section, EssaySection)]
    drawing = [section for section in sections if any(essay.type in slot.types for slot in section.slots)]
    return next(iter([*drawing, *sections])).limits
