"""Putting a participant's answers into the chapters of the manual: each exactly once, and nothing is lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lms.documents.manual import Chapter, Entry, Manual, Source, paragraphs_of
from lms.lessons.rules.content import Library
from lms.manuals.rules.plan import FieldRef, ManualPlan

EARLIER_ID = "earlier"
EARLIER_TITLE = "以前の設問への記入"
EARLIER_INTRO = "レッスンの改訂で設問が変わる前に記入した内容です。使えるものは、新しい項目に写してください。"
EARLIER_LABEL = "以前の設問"


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on the manual besides the answers."""

    company: str
    association: str
    made_on: date


@dataclass(slots=True)
class _Composer:
    plan: ManualPlan
    library: Library
    answers: Mapping[FieldRef, str]
    placed: set[FieldRef]

    def chapters(self) -> tuple[Chapter, ...]:
        return tuple(
            Chapter(each.id, number, each.title, each.intro, tuple(self._entries(number, each.fields)))
            for number, each in enumerate(self.plan.chapters, start=1)
        )

    def _entries(self, number: int, refs: tuple[FieldRef, ...]) -> Iterator[Entry]:
        place = 0
        for ref in refs:
            label = self._label(ref)
            if label is not None and ref not in self.placed:
                place += 1
                self.placed.add(ref)
                yield self._entry(ref, f"{number}-{place}", label)

    def earlier(self) -> Chapter | None:
        known = self.placed | set(self.plan.left_out)
        left = [ref for ref, text in self.answers.items() if ref not in known and paragraphs_of(text)]
        if not left:
            return None
        entries = (self._entry(ref, "", self._label(ref) or f"{EARLIER_LABEL}({ref})") for ref in sorted(left))
        return Chapter(EARLIER_ID, 0, EARLIER_TITLE, EARLIER_INTRO, tuple(entries))

    def sources(self) -> tuple[Source, ...]:
        used = {ref.lesson_id for ref in self.placed if paragraphs_of(self.answers.get(ref, ""))}
        return tuple(
            Source(each.id, each.title, self.library.lessons[each.id].as_of)
            for each in self.library.course.entries
            if each.id in used
        )

    def _label(self, ref: FieldRef) -> str | None:
        """The label of a field that can be written; None when there is no such field now."""
        lesson = self.library.lessons.get(ref.lesson_id)
        return next((field.label for field in lesson.worksheet if field.key == ref.key), None) if lesson else None

    def _entry(self, ref: FieldRef, number: str, label: str) -> Entry:
        lesson = self.library.course.find_entry(ref.lesson_id)
        return Entry(number, label, self.answers.get(ref, ""), ref.lesson_id, lesson.title if lesson else "", ref.key)


def compose(plan: ManualPlan, library: Library, answers: Mapping[FieldRef, str], cover: Cover) -> Manual:
    """The manual: every published field of the plan once, with its answer or a gap; other answers in a chapter of their own."""
    composer = _Composer(plan, library, answers, set())
    chapters = composer.chapters()
    return Manual(
        title=plan.title,
        intro=plan.intro,
        company=cover.company,
        association=cover.association,
        course=library.course.title,
        made_on=cover.made_on,
        chapters=chapters,
        earlier=composer.earlier(),
        sources=composer.sources(),
    )
