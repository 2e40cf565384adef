"""How the demo's participants study and sit the exam."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from lms import clock
from lms.demo.people import DemoCast
from lms.exam_engine.answers import answer_body
from lms.exam_engine.marking import solve
from lms.exam_engine.papers import Paper, PaperChoiceQuestion, PaperMachineQuestion, PaperSection
from lms.exams.queries.sittings import find_sitting
from lms.exams.rules.sitting import SentAnswer
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.saving import save_answers
from lms.exams.services.starting import start_attempt
from lms.lessons.queries import ReadingSeat, find_reading_seat, library, release_of
from lms.lessons.rules.content import LessonEntry
from lms.lessons.services import complete_lesson, try_quiz

DEVICE = "demo"
MORNING = time(7, 0)
PER_LESSON = timedelta(minutes=15)


def study_everything(user_id: int, *, now: datetime, pace: timedelta = PER_LESSON) -> None:
    """Read every published lesson and pass its 確認テスト: what is open now, the rest on the day it opens.

    From one lesson to the next goes the time of `pace`.
    """
    seat = find_reading_seat(user_id)
    if seat is None:
        raise LookupError(user_id)
    moment = now
    for entry in library().course.entries:
        if entry.is_published:
            moment = max(moment, _first_hour(seat, entry, now=now))
            _study(seat, entry.id, by=user_id, now=moment)
            moment += pace


def _first_hour(seat: ReadingSeat, entry: LessonEntry, *, now: datetime) -> datetime:
    """When she takes up a lesson: now, or as soon as it opens, yet nobody gets up at midnight for it."""
    opens_at = release_of(seat, entry, now=now).opens_at
    if opens_at is None or opens_at <= now:
        return now
    return max(opens_at, clock.jst_moment(clock.to_jst(opens_at).date(), MORNING))


def _study(seat: ReadingSeat, lesson_id: str, *, by: int, now: datetime) -> None:
    complete_lesson(seat, lesson_id, by=by, now=now)
    questions = library().lessons[lesson_id].quiz.questions
    try_quiz(seat, lesson_id, {question.id: question.key for question in questions}, by=by, now=now)


def sit_exam(
    cast: DemoCast,
    user_id: int,
    participant_id: int,
    window_id: int,
    *,
    quality: str,
    wrong_every: int,
    started_at: datetime,
    trouble: Callable[[int, datetime], None] | None = None,
) -> int:
    """Sit the whole exam and return the attempt's id: every `wrong_every`-th choice question is answered wrongly, the
    essays are of this quality. `trouble` happens with the attempt and the moment while the first section runs.
    """
    public_id = start_attempt(participant_id, window_id, pledged=True, by=user_id, now=started_at)
    sitting = find_sitting(public_id, user_id=user_id)
    if sitting is None:
        raise LookupError(public_id)
    moment = started_at
    for section in sitting.paper.sections:
        answers = _answers(cast, sitting.paper, section, quality=quality, wrong_every=wrong_every)
        save_answers(sitting.attempt_id, answers, device=DEVICE, by=user_id, now=moment + timedelta(minutes=20))
        if trouble and section is sitting.paper.sections[0]:
            trouble(sitting.attempt_id, moment + timedelta(minutes=25))
        moment += timedelta(minutes=45)
        hand_in_section(sitting.attempt_id, section.id, [], device=DEVICE, by=user_id, now=moment)
    return sitting.attempt_id


def _answers(cast: DemoCast, paper: Paper, section: PaperSection, *, quality: str, wrong_every: int) -> list[SentAnswer]:
    answers = []
    for number, question in enumerate(section.questions, start=1):
        if isinstance(question, PaperMachineQuestion):
            body = _answer(question, is_right=number % wrong_every != 0)
        else:
            body = {"kind": "essay", "text": cast.essay_for(question.id, quality).text}
        if body is not None:
            answers.append(SentAnswer(question.id, body, base_version=0, sequence=number + 1000 * len(section.id)))
    return answers


def _answer(question: PaperMachineQuestion, *, is_right: bool) -> dict[str, object] | None:
    """The right answer, or a wrong choice; a question of another kind is left open instead."""
    if is_right:
        return answer_body(solve(question))
    if not isinstance(question, PaperChoiceQuestion):
        return None
    return {"kind": question.kind, "option": next(option.id for option in question.options if option.id != question.key)}
