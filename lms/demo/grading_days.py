"""What the demo shows of grading in depth: covered passages, one function a subject, by the same verbs people use."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lms.cohorts.queries import list_participants
from lms.demo.grading import mark_one
from lms.demo.people import DemoCast
from lms.grading.queries.masking import get_masking_page, list_masking_lines
from lms.grading.queries.reassigning import list_candidates, list_tasks
from lms.grading.rules.masking import MaskKind, find_quote
from lms.grading.rules.parts import ConflictKind
from lms.grading.services.conflicts import declare_conflict, note_affiliation, note_teacher
from lms.grading.services.doubting import raise_doubt
from lms.grading.services.masking import mask_essay
from lms.grading.services.reassigning import reassign

IDENTIFYING = ("学習塾", "給湯器など住宅設備", "住宅設備")
"""Where the fictional people tell of their trade."""


def cover_a_trade(window_id: int, *, by: int, now: datetime) -> None:
    """Look at the first essay of a window that may tell who wrote it, and cover what does."""
    pages = [get_masking_page(line.essay_id) for line in list_masking_lines(window_id) if line.essay_id is not None]
    spans = {
        page.essay_id: [found.span for word in IDENTIFYING for found in find_quote(page.text, word, MaskKind.OTHER)]
        for page in pages
    }
    essay_id = max(spans, key=lambda each: len(spans[each]))
    mask_essay(essay_id, spans[essay_id], "業種から組織が分かるため" if spans[essay_id] else "", seen=0, by=by, now=now)


def tell_ties(cohort_id: int, graders: Sequence[int], teacher: int, *, by: int, now: datetime) -> None:
    """利益相反 in a cohort that is still to come: one grader advised a participant, another works where two come from.

    With the demo's three graders that is too few: the office sees who lacks whom, and what to do.
    """
    seats = list_participants(cohort_id)
    companies = [seat.company for seat in seats]
    shared = max(companies, key=companies.count)
    advised = next(seat for seat in seats if seat.company != shared)
    note_teacher(cohort_id, teacher, by=by, now=now)
    note_affiliation(graders[-1], shared, by=by, now=now)
    reason = "自社のマニュアルについて、個別相談で助言した"
    declare_conflict(graders[0], advised.participant_id, reason, kind=ConflictKind.CONSULTED, by=by, now=now)


def lend_an_essay(window_id: int, graders: Sequence[int], *, by: int, now: datetime) -> None:
    """An essay of the first grader goes to another one and comes back: with three graders nobody else could adjudicate it."""
    card = next(each for each in list_tasks(window_id, now=now) if each.task.grader_id == graders[0])
    to = next(each.user_id for each in list_candidates(card))
    reassign(card.task.assignment_id, to, "採点者の急用のため", by=by, now=now)
    reassign(card.task.assignment_id, graders[0], "急用がなくなったため", by=by, now=now + timedelta(minutes=20))


def doubt_a_mark(cast: DemoCast, window_id: int, grader: int, *, now: datetime) -> None:
    """A grader gives a mark and, a little later, asks for a correction of it."""
    public_id = mark_one(cast, window_id, grader, now=now)
    reason = "「対応手順」で、記録の手順を読み落としていました。段階を見直していただきたいです。"
    raise_doubt(public_id, reason, by=grader, now=now + timedelta(minutes=5))
