"""What the exam room's pages show: never a key, a reason or a rubric, because these values do not hold them."""

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from lms.exam_engine.answers import Answer, EssayAnswer, answer_from_json, is_blank
from lms.exam_engine.attempts import AttemptStatus
from lms.exam_engine.papers import Paper, PaperEssayQuestion, PaperQuestion, PaperSection
from lms.exam_engine.windows import SectionAccess
from lms.exams.queries.answers import StoredAnswer, list_answers
from lms.exams.queries.sittings import PaperRun, Sitting
from lms.exams.queries.submissions import SubmissionRecord, SubmittedAnswer
from lms.exams.rules.kinds.registry import PAGE_KINDS
from lms.lessons.source.rendering import render


@dataclass(frozen=True, slots=True)
class QuestionOnPage:
    """A 設問 with the participant's own answer; `version` is the base of what she types next.

    `control` is what the template of its kind shows (`lms.exams.rules.kinds`).
    """

    id: str
    number: int
    kind: str
    title: str
    points: str
    prompt: Markup
    case_id: str
    control: Hashable
    version: int
    is_flagged: bool
    is_answered: bool


@dataclass(frozen=True, slots=True)
class CaseOnPage:
    """事例: the text that some questions of the section share."""

    id: str
    title: str
    text: Markup


@dataclass(frozen=True, slots=True)
class RoomPage:
    """The running section of an attempt as its page shows it."""

    public_id: str
    title: str
    candidate_number: str
    section_id: str
    section_title: str
    position: int
    section_count: int
    is_last: bool
    materials_note: str
    over_limit: int
    """字数 beyond which the text is not graded; 0 in a section without essays."""
    questions: tuple[QuestionOnPage, ...]
    cases: tuple[CaseOnPage, ...]
    access: SectionAccess
    server_time: datetime

    @property
    def unanswered(self) -> tuple[QuestionOnPage, ...]:
        """Questions without an answer."""
        return tuple(question for question in self.questions if not question.is_answered)

    @property
    def flagged(self) -> tuple[QuestionOnPage, ...]:
        """Questions she wants to look at again."""
        return tuple(question for question in self.questions if question.is_flagged)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of question on the page, each once."""
        return tuple(dict.fromkeys(question.kind for question in self.questions))

    def case_before(self, question: QuestionOnPage) -> CaseOnPage | None:
        """The case that is shown above this question: the first of the page that belongs to it."""
        first = next(each for each in self.questions if each.case_id == question.case_id)
        return next((case for case in self.cases if first is question and case.id == question.case_id), None)


@dataclass(frozen=True, slots=True)
class Pulse:
    """Where an attempt stands, in the few words a page asks for every few seconds."""

    status: AttemptStatus
    section_id: str | None
    deadline: datetime | None
    is_paused: bool
    remaining_seconds: int
    server_time: datetime
    writer_device: str | None


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One question on the 提出控."""

    id: str
    number: int
    kind: str
    title: str
    is_answered: bool
    words: str
    """The answer in one line."""
    text: str
    """The whole text of an essay."""
    char_count: int
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ReceiptSection:
    """A 大問 on the 提出控."""

    title: str
    lines: tuple[ReceiptLine, ...]

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(line.is_answered for line in self.lines)


def room_page(sitting: Sitting, *, now: datetime) -> RoomPage | None:
    """The page of the section that runs now; None when the attempt is submitted or its time is over."""
    return page_of_run(sitting, functools.partial(list_answers, sitting.attempt_id), now=now)


def page_of_run(
    run: PaperRun, find_answers: Callable[[Sequence[str]], Mapping[str, StoredAnswer]], *, now: datetime
) -> RoomPage | None:
    """The page of the section that runs now, with the answers `find_answers` gives for question ids; None while none runs."""
    state, access = run.state_at(now), run.section_access(now)
    if state.current_section is None or access is None:
        return None
    section = run.paper.section(state.current_section)
    answers = find_answers([question.id for question in section.questions])
    position = run.paper.sections.index(section) + 1
    return RoomPage(
        public_id=run.public_id,
        title=run.paper.title,
        candidate_number=run.candidate_number,
        section_id=section.id,
        section_title=section.title,
        position=position,
        section_count=len(run.paper.sections),
        is_last=len(state.handed_in) == len(run.paper.sections) - 1,
        materials_note=section.materials_note,
        over_limit=section.limits.over_not_graded if section.limits else 0,
        questions=questions_on_page(section, answers),
        cases=cases_on_page(section),
        access=access,
        server_time=now,
    )


def questions_on_page(section: PaperSection, answers: Mapping[str, StoredAnswer]) -> tuple[QuestionOnPage, ...]:
    """The questions of a section with the answers of one participant."""
    return tuple(_question(question, answers.get(question.id)) for question in section.questions)


def cases_on_page(section: PaperSection) -> tuple[CaseOnPage, ...]:
    """The cases of a section."""
    return tuple(CaseOnPage(case.id, case.title, render(case.text, prefix=case.id).html) for case in section.cases)


def pulse(run: PaperRun, *, now: datetime) -> Pulse:
    """Where it stands at this moment."""
    state, access = run.state_at(now), run.section_access(now)
    return Pulse(
        status=state.status,
        section_id=state.current_section,
        deadline=access.deadline if access else None,
        is_paused=access is not None and access.is_paused,
        remaining_seconds=int(access.remaining.total_seconds()) if access else 0,
        server_time=now,
        writer_device=run.writer_device,
    )


def find_section(run: PaperRun, section_id: str) -> PaperSection | None:
    """The paper's section of this id, or None for an unknown one."""
    return next((section for section in run.paper.sections if section.id == section_id), None)


def receipt_sections(submission: SubmissionRecord) -> tuple[ReceiptSection, ...]:
    """The lines of the 提出控, section by section."""
    return receipt_sections_of(submission.paper, submission.answers)


def receipt_sections_of(paper: Paper, answers: Mapping[str, SubmittedAnswer]) -> tuple[ReceiptSection, ...]:
    """The lines of every question of a paper with these answers."""
    return tuple(
        ReceiptSection(section.title, tuple(_receipt_line(question, answers.get(question.id)) for question in section.questions))
        for section in paper.sections
    )


def count_questions(paper: Paper) -> int:
    """How many questions the paper has."""
    return sum(len(section.questions) for section in paper.sections)


def control_of(question: PaperQuestion, answer: Answer | None) -> Hashable:
    """What the template of the question's kind shows, with an answer or without."""
    return PAGE_KINDS[question.kind].control(question, answer)


def words_of(question: PaperQuestion, answer: Answer) -> str:
    """An answer in one line, as receipts and lists of versions show it; empty for a blank one."""
    return "" if is_blank(answer) else PAGE_KINDS[question.kind].words(question, answer)


def _question(question: PaperQuestion, stored: StoredAnswer | None) -> QuestionOnPage:
    answer = answer_from_json(question, stored.body) if stored and stored.version else None
    return QuestionOnPage(
        id=question.id,
        number=question.number,
        kind=question.kind,
        title=question.title if isinstance(question, PaperEssayQuestion) else "",
        points=str(question.max_points),
        prompt=render(question.prompt if isinstance(question, PaperEssayQuestion) else question.stem, prefix=question.id).html,
        case_id=question.case or "",
        control=control_of(question, answer),
        version=stored.version if stored else 0,
        is_flagged=stored.is_flagged if stored else False,
        is_answered=answer is not None and not is_blank(answer),
    )


def _receipt_line(question: PaperQuestion, submitted: SubmittedAnswer | None) -> ReceiptLine:
    answer = submitted.answer if submitted else None
    words = words_of(question, answer) if answer is not None else ""
    return ReceiptLine(
        id=question.id,
        number=question.number,
        kind=question.kind,
        title=question.title if isinstance(question, PaperEssayQuestion) else "",
        is_answered=words != "",
        words=words,
        text=answer.text if isinstance(answer, EssayAnswer) else "",
        char_count=answer.char_count if isinstance(answer, EssayAnswer) else 0,
        version=submitted.version if submitted else 0,
        sha256=submitted.sha256 if submitted else "",
    )
