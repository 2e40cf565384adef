"""The paper edition: a drawn paper as the record its 問題冊子 and 解答用紙 are printed from."""

from collections.abc import Mapping

from lms.documents.records import Booklet, PrintedQuestion, PrintedSection
from lms.exam_engine.papers import Paper, PaperEssayQuestion, PaperQuestion, PaperSection
from lms.exams.queries.sittings import Sitting
from lms.exams.rules.kinds.registry import PAGE_KINDS


def booklet_of(sitting: Sitting) -> Booklet:
    """The paper of an attempt as it is printed: with the 受験番号, the time given to this person, and without a name."""
    return booklet(sitting.paper, sitting.candidate_number, sitting.paper_sha256, sitting.extra_minutes)


def booklet(paper: Paper, candidate_number: str, paper_sha256: str, extra_minutes: Mapping[str, int]) -> Booklet:
    """Any drawn paper as it is printed; `extra_minutes` by section id."""
    return Booklet(
        title=paper.title,
        version=paper.exam_version,
        candidate_number=candidate_number,
        paper_sha256=paper_sha256,
        pledge=paper.pledge,
        sections=tuple(_section(section, extra_minutes.get(section.id, 0)) for section in paper.sections),
    )


def _section(section: PaperSection, extra_minutes: int) -> PrintedSection:
    shown: set[str] = set()
    return PrintedSection(
        title=section.title,
        minutes=section.time_limit_seconds // 60,
        extra_minutes=extra_minutes,
        points=f"{section.max_points.normalize():f}",
        materials_note=section.materials_note,
        questions=tuple(_question(section, question, shown) for question in section.questions),
    )


def _question(section: PaperSection, question: PaperQuestion, shown: set[str]) -> PrintedQuestion:
    case = next((case for case in section.cases if case.id == question.case and case.id not in shown), None)
    shown.update([case.id] if case else [])
    return PrintedQuestion(
        number=question.number,
        title=question.title if isinstance(question, PaperEssayQuestion) else "",
        text=question.prompt if isinstance(question, PaperEssayQuestion) else question.stem,
        points=f"{question.max_points.normalize():f}",
        answer=PAGE_KINDS[question.kind].printed(question),
        case_title=case.title if case else "",
        case_text=case.text if case else "",
    )
