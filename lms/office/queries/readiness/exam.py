"""Checks of the exam itself: its content, its papers from drawing to verdict, its window, the certificate that follows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from certificates.fonts.build import is_built
from lms import clock
from lms.certification.queries.issuing import draft_record, find_refusal, verification_address
from lms.certification.queries.printing import press
from lms.cohorts.source import AnnouncedExam, course_facts
from lms.editions.queries import content_folder
from lms.exam_engine.definitions import Exam, Quota
from lms.exam_engine.drawing import can_fill
from lms.exam_engine.errors import CannotDraw
from lms.exam_engine.marking import mark_choice_section, solve
from lms.exam_engine.papers import (
    Paper,
    PaperEssayQuestion,
    PaperSection,
    draw_paper,
    paper_from_json,
    paper_to_json,
)
from lms.exam_engine.supply import Place, can_supply, candidates_of, enemies_among, in_use, places_of
from lms.exam_engine.verdicts import Outcome, decide
from lms.exams.labels import window_sentence
from lms.exams.queries.content import list_content_problems
from lms.exams.queries.reviewing import list_review_lines
from lms.exams.queries.sittings import list_seen_questions, survey_sittings
from lms.exams.queries.windows import window_flaws
from lms.exams.rules.readiness import CheckId, CheckResult
from lms.exams.rules.reviewing import ReviewState
from lms.exams.rules.sitting import WindowWarning
from lms.exams.source import load_anchors
from lms.grading.queries.rubrics import list_rubric_cards
from lms.office.labels import LEVELS
from lms.office.queries.readiness.inspection import Inspection, named, ok, red, warning

SEED = "readiness"
SHOWN = 3
SAMPLE_NUMBER, SAMPLE_CODE = "SAMPLE-CH-2026-0001-0", "AAAA-AAAA-AAAA"
TOGETHER = "1枠ずつなら足りるが、同時に出せない問題があるため足りない"
LEAST_PDF_BYTES = 10_000


def content(inspection: Inspection) -> CheckResult:
    """The exam's files have no error; they are read through again only when they have."""
    if inspection.exam is not None:
        return ok(CheckId.CONTENT, questions=len(inspection.exam.bank))
    errors = [problem for problem in list_content_problems() if problem.is_error]
    places = [f"{problem.file}:{problem.line} {problem.sentence}" for problem in errors[:SHOWN]]
    return red(CheckId.CONTENT, count=len(errors), places=places)


def announced(inspection: Inspection) -> CheckResult:
    """Limits, points and pass rule are as announced, and as on every paper that was drawn in this window already."""
    exam = _exam(inspection)
    differences = [*_against_announcement(exam, course_facts().announced_exam)]
    sittings, unreadable = survey_sittings(inspection.window.id)
    drawn = {sitting.paper_id: sitting.paper for sitting in sittings}
    other_papers = len(unreadable) + sum(_shape_of_paper(paper) != _shape_of_exam(exam) for paper in drawn.values())
    if differences or other_papers:
        return red(CheckId.ANNOUNCED, differences=differences, other_papers=other_papers)
    return ok(CheckId.ANNOUNCED, sections=[_told(exam, section_id, shape) for section_id, *shape in _shape_of_exam(exam)[0]])


def supply(inspection: Inspection) -> CheckResult:
    """Everybody can be given a paper; whoever sits again one without any question of the earlier one."""
    exam = _exam(inspection)
    usable = in_use(exam.bank, exam.cases)
    if not can_supply(exam.sections, usable):
        return red(CheckId.SUPPLY, short=_short_places(exam))
    repeated = []
    for seat in inspection.seats if inspection.window.number > 1 else ():
        seen = list_seen_questions(seat.participant_id)
        if seen and not can_supply(exam.sections, [question for question in usable if question.id not in seen]):
            repeated.append(seat)
    if repeated:
        return red(CheckId.SUPPLY, names=named(repeated))
    return ok(CheckId.SUPPLY, questions=len(usable), people=len(inspection.expected))


def essays(inspection: Inspection) -> CheckResult:
    """Every essay that may be drawn has its rubric with the points of its place, and two anchors to calibrate by."""
    exam = _exam(inspection)
    rubrics = {rubric.id for rubric in exam.rubrics}
    drawable = [each for each in in_use(exam.bank, exam.cases) if each.kind == "essay"]
    without = [essay.id for essay in exam.essays if essay.rubric_id not in rubrics]
    if without or not drawable:
        return red(CheckId.ESSAYS, without=without, count=len(drawable))
    anchors = [anchor.question_id for anchor in load_anchors(content_folder(), exam.id)]
    thin = sorted(essay.id for essay in drawable if anchors.count(essay.id) < 2)
    return warning(CheckId.ESSAYS, thin=thin) if thin else ok(CheckId.ESSAYS, count=len(drawable), anchors=len(anchors))


def rubrics(inspection: Inspection) -> CheckResult:
    """No rubric that papers were drawn with has been rewritten under the same revision."""
    cards = list_rubric_cards(inspection.window.exam_id, _exam(inspection).rubrics)
    rewritten = [card.title for card in cards if card.is_rewritten]
    if rewritten:
        return red(CheckId.RUBRICS, rewritten=rewritten)
    return ok(CheckId.RUBRICS, count=len(cards))


def review(inspection: Inspection) -> CheckResult:
    """Every question that may be drawn was read and approved by two people at the desk; what its file claims does not count."""
    exam = _exam(inspection)
    usable = {question.id for question in in_use(exam.bank, exam.cases)}
    unread = [each.id for each in list_review_lines(exam) if each.id in usable and each.state is not ReviewState.APPROVED]
    if unread:
        return warning(CheckId.REVIEW, count=len(unread), of=len(usable))
    return ok(CheckId.REVIEW, of=len(usable))


def sample_paper(inspection: Inspection) -> CheckResult:
    """A paper drawn in memory is the same twice, survives its canonical text, and its answers come to the right verdicts."""
    exam = _exam(inspection)
    try:
        paper = draw_paper(exam, seed=SEED)
    except CannotDraw as problem:
        return red(CheckId.SAMPLE_PAPER, fault=str(problem))
    if draw_paper(exam, seed=SEED) != paper or paper_from_json(paper_to_json(paper)) != paper:
        return red(CheckId.SAMPLE_PAPER, fault="the same seed gave another paper")
    best, blank = _points(paper, is_best=True), _points(paper, is_best=False)
    verdicts = (decide(paper.pass_rule, best).outcome, decide(paper.pass_rule, blank).outcome)
    full = sum((section.max_points for section in paper.sections), Decimal(0))
    if verdicts != (Outcome.PASSED, Outcome.FAILED) or sum(best.values()) != full:
        return red(CheckId.SAMPLE_PAPER, best=str(sum(best.values())), full=str(full))
    questions = sum(len(section.questions) for section in paper.sections)
    return ok(CheckId.SAMPLE_PAPER, questions=questions, full=str(full))


def save_and_receipt(inspection: Inspection) -> CheckResult:
    """A sample attempt went through the real tables and came back with the same hashes and a valid signature."""
    trial = inspection.trial
    if trial.fault:
        return red(CheckId.SAVE_AND_RECEIPT, fault=trial.fault)
    return ok(CheckId.SAVE_AND_RECEIPT, has_run=trial.has_run)


def certificate(inspection: Inspection) -> CheckResult:
    """A sample certificate comes out of the press, and everybody's name can be printed."""
    today = clock.to_jst(inspection.now).date()
    unprintable = [seat for seat in inspection.seats if find_refusal(draft_record(seat, issued_on=today))[1]]
    printable = next((seat for seat in inspection.seats if seat not in unprintable), None)
    if printable is not None:
        draft = draft_record(printable, issued_on=today, number=SAMPLE_NUMBER)
        record = replace(draft, verify_code=SAMPLE_CODE, verify_url=verification_address(SEED))
        pdf = press(record)
        if not pdf.startswith(b"%PDF-") or len(pdf) < LEAST_PDF_BYTES:
            return red(CheckId.CERTIFICATE, bytes=len(pdf))
    return warning(CheckId.CERTIFICATE, names=named(unprintable)) if unprintable else ok(CheckId.CERTIFICATE)


def fonts(inspection: Inspection) -> CheckResult:
    """The typeface of the certificate is prepared."""
    return ok(CheckId.FONTS) if is_built(inspection.settings.fonts) else red(CheckId.FONTS)


def window_times(inspection: Inspection) -> CheckResult:
    """The window is not over yet, and a resit keeps its days after the release."""
    window = inspection.window
    times = {"opens_at": window.opens_at.isoformat(), "closes_at": window.closes_at.isoformat()}
    early = any(flaw.warning is WindowWarning.BEFORE_RESIT_DAY for flaw in window_flaws(window.id))
    is_wrong = window.closes_at <= window.opens_at or window.closes_at <= inspection.now or early
    make = red if is_wrong else ok
    return make(CheckId.WINDOW_TIMES, **times, is_over=window.closes_at <= inspection.now, is_early=early)


def window_length(inspection: Inspection) -> CheckResult:
    """The window is long enough for everybody, 合理的配慮 included."""
    short = [flaw for flaw in window_flaws(inspection.window.id) if flaw.warning is not WindowWarning.BEFORE_RESIT_DAY]
    hours = Decimal((inspection.window.closes_at - inspection.window.opens_at) // timedelta(minutes=1)) / 60
    if short:
        return red(CheckId.WINDOW_LENGTH, sentences=[window_sentence(flaw) for flaw in short], hours=f"{hours:.1f}")
    return ok(CheckId.WINDOW_LENGTH, hours=f"{hours:.1f}")


def _exam(inspection: Inspection) -> Exam:
    if inspection.exam is None:
        raise LookupError("the exam's content has errors")
    return inspection.exam


Shape = tuple[tuple[tuple[str, int, int, Decimal], ...], Decimal, tuple[tuple[str, Decimal], ...]]
"""Sections (id, questions, seconds, points), then the total and the points of single sections that are needed."""


def _shape_of_exam(exam: Exam) -> Shape:
    sections = ((each.id, each.question_count, int(each.time_limit.total_seconds()), each.max_points) for each in exam.sections)
    return tuple(sections), exam.pass_rule.total, tuple(sorted(exam.pass_rule.sections))


def _shape_of_paper(paper: Paper) -> Shape:
    sections = ((each.id, len(each.questions), each.time_limit_seconds, each.max_points) for each in paper.sections)
    return tuple(sections), paper.pass_rule.total, tuple(sorted(paper.pass_rule.sections))


def _against_announcement(exam: Exam, told: AnnouncedExam) -> Iterator[str]:
    needed = dict(exam.pass_rule.sections)
    found = {
        each.id: (each.question_count, int(each.time_limit.total_seconds()), each.max_points, needed.get(each.id, Decimal(0)))
        for each in exam.sections
    }
    promised = {
        each.id: (each.questions, 60 * each.minutes, Decimal(each.points), Decimal(each.points_to_pass)) for each in told.sections
    }
    for section_id in sorted({*found, *promised}):
        if found.get(section_id) != promised.get(section_id):
            yield f"{_told(exam, section_id, found.get(section_id))} / {_told(exam, section_id, promised.get(section_id))}"
    if exam.pass_rule.total != told.points_to_pass:
        yield f"合格点 {exam.pass_rule.total} / {told.points_to_pass}"


def _told(exam: Exam, section_id: str, shape: Sequence[object] | None) -> str:
    name = next((f"「{section.title}」" for section in exam.sections if section.id == section_id), section_id)
    if shape is None:
        return f"{name}なし"
    questions, seconds, points, *needed = shape
    words = f"{name}{questions}問・{Decimal(str(seconds)) / 60:f}分・{points}点"
    return words + (f"・基準{needed[0]}点" if needed else "")


def _short_places(exam: Exam) -> list[str]:
    usable = in_use(exam.bank, exam.cases)
    enemies = enemies_among(usable)
    places = [place for section in exam.sections for place in places_of(section)]
    found = zip(places, candidates_of(places, usable), strict=True)
    short = [_place_name(place, exam) for place, candidates in found if not can_fill([place.demand(candidates)], enemies)]
    return short or [TOGETHER]


def _place_name(place: Place, exam: Exam) -> str:
    what = place.what
    lot = f"{what.domain} {LEVELS[what.level]}" if isinstance(what, Quota) else "・".join(what.types)
    return f"「{exam.section(place.section_id).title}」{lot}"


def _points(paper: Paper, *, is_best: bool) -> dict[str, Decimal]:
    return {section.id: _section_points(section, is_best=is_best) for section in paper.sections}


def _section_points(section: PaperSection, *, is_best: bool) -> Decimal:
    machine = [question for question in section.questions if not isinstance(question, PaperEssayQuestion)]
    if not machine:
        return sum((question.max_points for question in section.questions), Decimal(0)) if is_best else Decimal(0)
    return mark_choice_section(section, {each.id: solve(each) for each in machine} if is_best else {}).points
