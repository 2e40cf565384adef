"""Questions of two editions side by side: stem, options with reasons, key and all else a reviewer reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from lms.editions.rules.differences import PairKind
from lms.exam_engine.definitions import EssayQuestion, Exam, Question
from lms.exam_engine.kinds.numeric import NumericQuestion
from lms.exams.labels import KIND_WORDS
from lms.exams.queries.reviewing import list_review_lines, wording_of
from lms.exams.rules.reviewing import ReviewState
from lms.lessons.source.rendering import render
from lms.office.labels import LEVELS, QUESTION_STATUSES
from lms.office.labels.reviewing import RULES

KEY = "正答"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is read of a question; `is_markdown` says how its text is set."""

    label: str
    text: str
    is_markdown: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One thing beside its counterpart; a side that lacks it is empty."""

    kind: PairKind
    label: str
    old: Markup
    new: Markup


@dataclass(frozen=True, slots=True)
class QuestionComparison:
    """A question that is not the same in two editions."""

    id: str
    kind: PairKind
    rows: tuple[Row, ...]
    state: ReviewState | None
    """How far the review of the new wording is; None for one that is removed or no longer drawn."""
    is_new_wording: bool
    """Whether approvals of the published wording do not hold for the new one."""

    @property
    def needs_review(self) -> bool:
        """Whether two people still have to read it."""
        return self.state is not None and self.state is not ReviewState.APPROVED


def question_parts(exam: Exam, question: Question) -> tuple[Part, ...]:
    """Everything that is read of a question, in the order of its page."""
    return tuple(part for part in _all_parts(exam, question) if part.text)


def compare_questions(before: Exam, after: Exam) -> tuple[QuestionComparison, ...]:
    """Every question that differs, in the order of ids; one SELECT for the approvals."""
    old, new = ({each.id: each for each in exam.bank} for exam in (before, after))
    lines = {each.id: each for each in list_review_lines(after)}
    found = []
    for question_id in sorted({*old, *new}):
        one, other = old.get(question_id), new.get(question_id)
        rows = pair_parts(
            question_parts(before, one) if one else (), question_parts(after, other) if other else (), prefix=question_id
        )
        if all(row.kind is PairKind.SAME for row in rows):
            continue
        line = lines.get(question_id)
        is_new = other is not None and (one is None or wording_of(before, one) != wording_of(after, other))
        state = line.state if line and line.is_in_use else None
        found.append(QuestionComparison(question_id, _kind(one, other), rows, state, is_new))
    return tuple(found)


def pair_parts(old: tuple[Part, ...], new: tuple[Part, ...], *, prefix: str) -> tuple[Row, ...]:
    """Parts side by side by their labels: those of the new side first, then what it no longer has."""
    before, after = {each.label: each for each in old}, {each.label: each for each in new}
    return tuple(_row(label, before.get(label), after.get(label), prefix) for label in dict.fromkeys([*after, *before]))


def name_tables(html: Markup, place: str) -> Markup:
    """The same text with its tables named after their place: a page holds both sides, and each region needs its own name."""
    return Markup(str(html).replace('aria-label="表', f'aria-label="{escape(place)} 表'))


def _row(label: str, old: Part | None, new: Part | None, prefix: str) -> Row:
    kind = PairKind.SAME if old == new else _kind(old, new)
    return Row(kind, label, _set(old, f"{prefix}-old", label), _set(new, f"{prefix}-new", label))


def _kind(old: object | None, new: object | None) -> PairKind:
    if old is None:
        return PairKind.ADDED
    return PairKind.CHANGED if new is not None else PairKind.REMOVED


def _set(part: Part | None, prefix: str, label: str) -> Markup:
    if part is None:
        return Markup("")
    if part.is_markdown:
        return name_tables(render(part.text, prefix=f"{prefix}-{label}").html, f"{prefix} {label}")
    return Markup("<p>{}</p>").format(_lines(part.text))


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _all_parts(exam: Exam, question: Question) -> Iterator[Part]:
    yield Part("種別・分野", _sorts(question))
    case = exam.case(question.case) if question.case else None
    yield Part("事例", case.text if case else "", is_markdown=True)
    yield Part("設問の文", question.prompt if isinstance(question, EssayQuestion) else question.stem, is_markdown=True)
    yield from _answers(question)
    yield Part("解説", getattr(question, "explanation", ""))
    if isinstance(question, EssayQuestion):
        yield Part("字数", f"{question.min_chars}〜{question.max_chars}字")
        yield Part("採点基準", _rubric(exam, question))
    yield Part("根拠・単元", "、".join([*question.facts, *question.lessons]))
    yield Part("時点・作成", f"{question.as_of.isoformat()} {question.author}")
    yield Part("ファイルの状態", QUESTION_STATUSES[question.status][0])


def _sorts(question: Question) -> str:
    if isinstance(question, EssayQuestion):
        return f"{KIND_WORDS[question.kind]} {question.title} {'・'.join(each.value for each in question.domains)}"
    return f"{KIND_WORDS[question.kind]} {question.domain.value} {LEVELS[question.level]}"


def _answers(question: Question) -> Iterator[Part]:
    """What may be answered and what is right, whatever the kind."""
    key = getattr(question, "key", ())
    for option in getattr(question, "options", ()):
        is_right = option.id == key or (not isinstance(key, str) and option.id in key)
        yield Part(f"選択肢 {option.id}", f"{f'【{KEY}】' if is_right else ''}{option.text}\n理由: {option.reason}")
    yield Part("正しい順", "\n".join(f"{place}. {each.text}" for place, each in enumerate(getattr(question, "items", ()), 1)))
    yield Part("正しい組", _matches(question))
    if isinstance(question, NumericQuestion):
        yield Part(KEY, f"{question.value}{question.unit}(誤差 {question.tolerance} まで)")
    yield Part("正答とする語", "、".join(getattr(question, "accepted", ())))
    yield Part("得点のしかた", RULES.get(getattr(question, "rule", ""), ""))


def _matches(question: Question) -> str:
    lefts, rights = ({each.id: each.text for each in getattr(question, name, ())} for name in ("lefts", "rights"))
    pairs = [f"{lefts[left]} → {rights[right]}" for left, right in getattr(question, "key", ())] if lefts else []
    return "\n".join([*pairs, *(["選べる項目: " + "、".join(rights.values())] if rights else [])])


def _rubric(exam: Exam, question: EssayQuestion) -> str:
    rubric = exam.rubric(question.rubric_id)
    if rubric is None:
        return ""
    lines = [f"{rubric.title}(満点{rubric.max_points}点)"]
    for criterion in rubric.criteria:
        lines += [criterion.title, *(f"{level.points}点 {level.text}" for level in criterion.levels)]
    return "\n".join(lines)
