"""The manual holds every field once and in order, whoever wrote what, and loses nothing."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.documents.manual import paragraphs_of
from lms.lessons.rules.content import Library
from lms.manuals.rules.composing import EARLIER_TITLE, compose
from lms.manuals.rules.plan import FieldRef
from tests.lms.manuals.builders import COVER, manual_of, planned, shipped_library, shipped_plan

REFS = planned()
ANSWERS = st.dictionaries(st.sampled_from(REFS), st.text(max_size=40))


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_every_field_stands_once_and_in_order_with_its_answer_or_as_a_gap(answers: dict[FieldRef, str]) -> None:
    manual = manual_of(answers)
    entries = [entry for chapter in manual.chapters for entry in chapter.entries]
    assert [FieldRef(entry.lesson_id, entry.key) for entry in entries] == REFS
    assert [entry.text for entry in entries] == [answers.get(ref, "") for ref in REFS]
    written = [ref for ref in REFS if paragraphs_of(answers.get(ref, ""))]
    assert (manual.total, manual.written, len(manual.gaps)) == (len(REFS), len(written), len(REFS) - len(written))
    assert manual.earlier is None


def test_the_plan_leaves_no_field_of_the_course_out() -> None:
    fields = {FieldRef(lesson.id, field.key) for lesson in shipped_library().lessons.values() for field in lesson.worksheet}
    assert fields == {*REFS, *shipped_plan().left_out}


def test_answers_to_questions_of_an_earlier_text_come_last() -> None:
    manual = manual_of({FieldRef("L03", "gone"): "前の答え", FieldRef("L01", "definition"): "今の答え", REFS[0]: " "})
    assert manual.earlier is not None
    assert (manual.parts[-1].title, manual.written) == (EARLIER_TITLE, 1)
    assert [(entry.label, entry.text) for entry in manual.earlier.entries] == [("以前の設問(L03.gone)", "前の答え")]


def test_answers_of_a_lesson_that_was_taken_back_are_kept() -> None:
    library = _without(shipped_library(), "L01")
    manual = compose(shipped_plan(), library, {FieldRef("L01", "definition"): "答え"}, COVER)
    assert manual.total == len([ref for ref in REFS if ref.lesson_id != "L01"])
    assert manual.earlier is not None
    assert [entry.text for entry in manual.earlier.entries] == ["答え"]


def test_what_is_left_out_does_not_come_back_as_an_earlier_answer() -> None:
    assert manual_of({shipped_plan().left_out[0]: "論述の練習"}).earlier is None


def test_a_field_that_the_plan_names_twice_stands_once() -> None:
    plan = shipped_plan()
    doubled = replace(plan, chapters=(*plan.chapters, replace(plan.chapters[0], id="again")))
    manual = compose(doubled, shipped_library(), {REFS[0]: "一度だけ"}, COVER)
    assert [entry.text for part in manual.parts for entry in part.entries].count("一度だけ") == 1


def test_lessons_that_were_written_in_are_named_with_their_day() -> None:
    manual = manual_of({FieldRef("L09", "inside"): "方針", FieldRef("L01", "definition"): "定義"})
    assert [source.lesson_id for source in manual.sources] == ["L01", "L09"]


def _without(library: Library, lesson_id: str) -> Library:
    return replace(library, lessons={key: lesson for key, lesson in library.lessons.items() if key != lesson_id})
