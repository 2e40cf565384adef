"""A lesson of another edition beside the published one: every part that a participant reads or fills in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from lms.editions.queries import content_folder
from lms.editions.rules.differences import Pair, PairKind, pair_texts, pair_up
from lms.lessons.queries.writers import count_writers
from lms.lessons.rules.content import Lesson, Library, QuizQuestion
from lms.lessons.source.rendering import render
from lms.office.queries.edition_questions import Part, Row, name_tables, pair_parts
from lms.office.queries.editions import readable_library, target_folder


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of the 自組織ワーク beside its counterpart; `writers` counts who wrote into one that goes."""

    row: Row
    writers: int = 0


@dataclass(frozen=True, slots=True)
class QuizRow:
    """A question of the 確認テスト beside its counterpart."""

    id: str
    kind: PairKind
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class LessonComparison:
    """Everything of a lesson, published and new."""

    id: str
    title: str
    is_new: bool
    is_withdrawn: bool
    basics: tuple[Row, ...]
    objectives: tuple[Row, ...]
    body: tuple[Row, ...]
    worksheet: tuple[FieldRow, ...]
    quiz: tuple[QuizRow, ...]
    facts: tuple[Row, ...]


def compare_lesson(edition_id: int, lesson_id: str) -> LessonComparison | None:
    """The lesson in both; None when neither has it or one cannot be read. Raises UnknownEdition."""
    before, after = readable_library(content_folder()), readable_library(target_folder(edition_id))
    if before is None or after is None:
        return None
    old, new = before.lessons.get(lesson_id), after.lessons.get(lesson_id)
    shown = new or old
    if shown is None:
        return None
    return LessonComparison(
        id=lesson_id,
        title=shown.title,
        is_new=old is None,
        is_withdrawn=new is None,
        basics=pair_parts(_basics(old, before), _basics(new, after), prefix="basics"),
        objectives=_plain_rows(_objectives(old), _objectives(new)),
        body=tuple(_body(old, new)),
        worksheet=_fields(lesson_id, old, new),
        quiz=_quiz(old, new),
        facts=_plain_rows(_facts(old, before), _facts(new, after)),
    )


def _basics(lesson: Lesson | None, library: Library) -> tuple[Part, ...]:
    if lesson is None:
        return ()
    module = next((each.title for each in library.course.modules if each.id == lesson.module), lesson.module)
    return (
        Part("題名", lesson.title),
        Part("区分", module),
        Part("公開の時期", library.course.group(lesson.release_group).title),
        Part("めやす", f"{lesson.minutes}分"),
        Part("時点・版", f"{lesson.as_of.isoformat()} 第{lesson.version}版"),
    )


def _objectives(lesson: Lesson | None) -> list[str]:
    return [f"({each.level}) {each.text}" for each in lesson.objectives] if lesson else []


def _facts(lesson: Lesson | None, library: Library) -> list[str]:
    known = [(each, library.facts.get(each)) for each in lesson.facts] if lesson else []
    return [f"{identity} {fact.text}({fact.source})" if fact else identity for identity, fact in known]


def _plain_rows(old: Sequence[str], new: Sequence[str]) -> tuple[Row, ...]:
    return tuple(Row(pair.kind, "", escape(pair.old), escape(pair.new)) for pair in pair_up(old, new))


def _body(old: Lesson | None, new: Lesson | None) -> Iterator[Row]:
    """The body paragraph by paragraph; a changed picture changes no paragraph, so it is looked at by itself."""
    pairs = pair_texts(old.body if old else "", new.body if new else "")
    for number, pair in enumerate(pairs, start=1):
        before, after = _rendered(pair.old, old, f"old-{number}"), _rendered(pair.new, new, f"new-{number}")
        yield Row(_kind(pair, old, new), "", before, after)


def _kind(pair: Pair, old: Lesson | None, new: Lesson | None) -> PairKind:
    is_same = pair.kind is PairKind.SAME and _pictures(pair.old, old) == _pictures(pair.new, new)
    return PairKind.CHANGED if pair.kind is PairKind.SAME and not is_same else pair.kind


def _pictures(text: str, lesson: Lesson | None) -> list[object]:
    return [each for each in lesson.pictures if each.address in text] if lesson else []


def _rendered(text: str, lesson: Lesson | None, prefix: str) -> Markup:
    if lesson is None or not text:
        return Markup("")
    return name_tables(render(text, prefix=prefix, pictures=lesson.pictures).html, prefix)


def _fields(lesson_id: str, old: Lesson | None, new: Lesson | None) -> tuple[FieldRow, ...]:
    before, after = ({field.key: field for field in lesson.worksheet} if lesson else {} for lesson in (old, new))
    going = [key for key in before if key not in after]
    writers = count_writers(lesson_id, going) if going else {}
    rows = []
    for key in dict.fromkeys([*after, *before]):
        texts = [f"{each.label}\n{each.hint}" if each else "" for each in (before.get(key), after.get(key))]
        kind = pair_up(*([each] if each else [] for each in texts))[0].kind
        rows.append(FieldRow(Row(kind, key, *(_lines(each) for each in texts)), writers.get(key, 0)))
    return tuple(rows)


def _quiz(old: Lesson | None, new: Lesson | None) -> tuple[QuizRow, ...]:
    before, after = ({each.id: each for each in lesson.quiz.questions} if lesson else {} for lesson in (old, new))
    found = []
    for identity in dict.fromkeys([*after, *before]):
        one, other = before.get(identity), after.get(identity)
        rows = pair_parts(_quiz_parts(one), _quiz_parts(other), prefix=identity)
        found.append(QuizRow(identity, _quiz_kind(one, other), rows))
    return tuple(found)


def _quiz_kind(old: QuizQuestion | None, new: QuizQuestion | None) -> PairKind:
    if old is None or new is None:
        return PairKind.ADDED if old is None else PairKind.REMOVED
    return PairKind.SAME if old == new else PairKind.CHANGED


def _quiz_parts(question: QuizQuestion | None) -> tuple[Part, ...]:
    if question is None:
        return ()
    options = (
        Part(f"選択肢 {each.id}", f"{'【正答】' if each.id == question.key else ''}{each.text}\n理由: {each.reason}")
        for each in question.options
    )
    return (Part("問い", question.stem, is_markdown=True), *options, Part("解説", question.explanation))


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n") if line)
