"""Pure: papers, answers and settled essay points become what the statistics of an exam are told from."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from lms.exam_engine.kinds.base import QuestionMark
from lms.exam_engine.kinds.multiple_choice import PaperMultipleQuestion
from lms.exam_engine.kinds.options import PaperOption
from lms.exam_engine.kinds.single_choice import PaperChoiceQuestion
from lms.exam_engine.marking import SectionMark, mark_question
from lms.exam_engine.papers import Paper, PaperEssayQuestion, PaperQuestion
from lms.exam_engine.rulings import Ruling, standing_of
from lms.exam_engine.statistics.marked import ExamForm, MarkedAnswer, MarkedPaper, QuestionForm, SectionForm
from lms.grading.rules.results import mark_choices
from lms.grading.rules.settling import EssayMarks, assess, choice_section, essay_section


def options_of(question: PaperQuestion) -> tuple[PaperOption, ...]:
    """The options of a question by id, whatever order the paper showed; empty for kinds without options."""
    if isinstance(question, PaperChoiceQuestion | PaperMultipleQuestion):
        return tuple(sorted(question.options, key=lambda option: option.id))
    return ()


def keys_of(question: PaperQuestion) -> tuple[str, ...]:
    """The ids of the right options; empty for kinds without options."""
    if isinstance(question, PaperChoiceQuestion):
        return (question.key,)
    return question.key if isinstance(question, PaperMultipleQuestion) else ()


def ruled_keys(question: PaperQuestion, rulings: Collection[Ruling]) -> tuple[str, ...]:
    """The ids of the options that are right under the rulings."""
    readings = standing_of(question, rulings).readings
    return tuple(sorted({key for reading in readings for key in keys_of(reading)}))


def key_words(question: PaperQuestion) -> str:
    """What is right, in the notation of the kind; empty for an essay."""
    return "" if isinstance(question, PaperEssayQuestion) else mark_question(question, None).key


def exam_form(papers: Sequence[Paper], rulings: Collection[Ruling] = ()) -> ExamForm:
    """The sections of the newest paper, and every question of all papers by section and id; the newest wording counts.

    What is right is told under the rulings. Needs at least one paper, in the order they were drawn.
    """
    newest = papers[-1]
    needed = dict(newest.pass_rule.sections)
    sections = tuple(SectionForm(each.id, each.max_points, needed.get(each.id)) for each in newest.sections)
    questions = {each.id: each for paper in papers for section in paper.sections for each in section.questions}
    places = {each.id: section.id for paper in papers for section in paper.sections for each in section.questions}
    order = [section.id for section in newest.sections]
    forms = {
        question_id: _form(questions[question_id], places[question_id], rulings)
        for question_id in sorted(questions, key=lambda each: (_rank(order, places[each]), each))
    }
    return ExamForm(sections=sections, questions=forms, pass_line=newest.pass_rule.total)


def marked_paper(
    person: str, paper: Paper, bodies: Mapping[str, str], essays: Sequence[EssayMarks], rulings: Collection[Ruling] = ()
) -> MarkedPaper:
    """One person's points, question by question, under the rulings; essays count once all of them are settled.

    `bodies` are the handed-in answers (question id → canonical JSON); raises InvalidAnswer for a damaged one.
    A void question is left out.
    """
    mark = mark_choices(paper, bodies, rulings)
    machine = [] if mark is None else _machine_answers(paper, mark)
    choice_points = Decimal(0) if mark is None else mark.points
    return MarkedPaper(person, (*machine, *_essay_answers(paper, choice_points, essays)))


def _rank(order: Sequence[str], section_id: str) -> int:
    return order.index(section_id) if section_id in order else len(order)


def _form(question: PaperQuestion, section_id: str, rulings: Collection[Ruling]) -> QuestionForm:
    return QuestionForm(
        id=question.id,
        section_id=section_id,
        max_points=question.max_points,
        option_ids=tuple(option.id for option in options_of(question)),
        keys=ruled_keys(question, rulings),
    )


def _machine_answers(paper: Paper, mark: SectionMark) -> list[MarkedAnswer]:
    section = choice_section(paper)
    if section is None:
        return []
    return [
        MarkedAnswer(
            question_id=each.question_id,
            section_id=section.id,
            points=each.points,
            max_points=each.max_points,
            chosen=_chosen(question, each),
            is_blank=each.chosen is None,
        )
        for question, each in zip(section.questions, mark.marks, strict=True)
        if each.max_points
    ]


def _chosen(question: PaperQuestion, mark: QuestionMark) -> tuple[str, ...]:
    return tuple(mark.chosen.split(",")) if mark.chosen is not None and options_of(question) else ()


def _essay_answers(paper: Paper, choice_points: Decimal, essays: Sequence[EssayMarks]) -> list[MarkedAnswer]:
    section = essay_section(paper)
    if section is None or len(essays) < len(section.questions):
        return []
    points = {standing.question_id: standing.points for standing in assess(paper, choice_points, essays)}
    if any(value is None for value in points.values()):
        return []
    lengths = {essay.question_id: essay.char_count for essay in essays}
    return [
        MarkedAnswer(
            question_id=question.id,
            section_id=section.id,
            points=points[question.id] or Decimal(0),
            max_points=question.max_points,
            is_blank=not lengths[question.id],
        )
        for question in section.questions
    ]
