"""The exam room as the office watches it: everybody's section, answers, network and time, in a fixed number of SELECTs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from lms.cohorts.queries import Seat, list_participants
from lms.db.session import db
from lms.exam_engine.answers import answer_from_json, is_blank
from lms.exams.models import AnswerVersion, Attempt, AttemptPresence, ConductFact, CurrentAnswer
from lms.exams.queries.late_answers import undecided_of
from lms.exams.queries.pages import count_questions
from lms.exams.queries.sittings import Sitting, UnreadableAttempt, survey_sittings
from lms.exams.rules.live_room import RoomRow, silence

_WHITE = (*" \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B)), "\\", '"')
"""What may stand first in a written answer that says nothing: white space, as it is or escaped, or the end of the text."""
_TEXTS = tuple(f'{{"kind":"{kind}","text":"' for kind in ("essay", "numeric", "short_text"))
_BODY = AnswerVersion.body
_MAY_BE_BLANK = or_(
    _BODY.like("%:null}"),
    _BODY.like("%:[]}"),
    *(
        and_(_BODY.startswith(opening, autoescape=True), func.substr(_BODY, len(opening) + 1, 1).in_(_WHITE))
        for opening in _TEXTS
    ),
)
"""Of the thousands of answers in a room, the few that have to be looked at to know whether they say anything."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What the open page of an attempt has let us know; `heard_at` is None when none ever was heard of."""

    heard_at: datetime | None
    unsent: int
    facts: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the tables hold beside the events of the attempts of a window, by attempt id."""

    saved: Mapping[int, tuple[int, datetime | None]]
    blank: Mapping[int, int]
    pages: Mapping[int, _Page]
    late: Mapping[int, int]


def list_room(window_id: int, cohort_id: int, *, now: datetime) -> tuple[RoomRow, ...]:
    """Every seat of the cohort and how far it is with the exam; a fixed number of SELECTs while no paper is damaged."""
    readable, unreadable = survey_sittings(window_id)
    attempts: dict[int, Sitting | UnreadableAttempt] = {each.participant_id: each for each in readable}
    attempts |= {each.participant_id: each for each in unreadable}
    seen = _Seen(_saved(window_id), _blank(window_id, readable), _pages(window_id), undecided_of(readable))
    return tuple(_row(seat, attempts.get(seat.participant_id), seen, now) for seat in list_participants(cohort_id))


def _row(seat: Seat, attempt: Sitting | UnreadableAttempt | None, seen: _Seen, now: datetime) -> RoomRow:
    if attempt is None:
        return RoomRow(seat.participant_id, seat.name, seat.kana)
    if isinstance(attempt, UnreadableAttempt):
        return RoomRow(
            participant_id=seat.participant_id,
            name=seat.name,
            kana=seat.kana,
            candidate_number=attempt.candidate_number,
            attempt_id=attempt.attempt_id,
            is_unreadable=True,
        )
    return _sitting_row(seat, attempt, seen, now)


def _sitting_row(seat: Seat, sitting: Sitting, seen: _Seen, now: datetime) -> RoomRow:
    state, access = sitting.state_at(now), sitting.section_access(now)
    is_running = access is not None
    answered, last_saved_at = seen.saved.get(sitting.attempt_id, (0, None))
    page = seen.pages[sitting.attempt_id]
    # A save is a word from the page too, whichever of the two was written down later.
    heard_at = max(page.heard_at, last_saved_at or page.heard_at) if page.heard_at else None
    return RoomRow(
        participant_id=seat.participant_id,
        name=seat.name,
        kana=seat.kana,
        candidate_number=sitting.candidate_number,
        attempt_id=sitting.attempt_id,
        status=state.status,
        section_title=sitting.paper.section(state.current_section).title if state.current_section else "",
        answered=answered - seen.blank.get(sitting.attempt_id, 0),
        questions=count_questions(sitting.paper),
        last_saved_at=last_saved_at,
        heard_at=heard_at,
        unsent=page.unsent if is_running else 0,
        silent_for=silence(heard_at, is_running=is_running, now=now),
        deadline=access.deadline if access else None,
        time_left=access.remaining if access else None,
        is_paused=access is not None and access.is_paused,
        is_reopened=state.granted is not None,
        submitted_at=state.submitted_at,
        facts=page.facts,
        late=seen.late.get(sitting.attempt_id, 0),
    )


def _saved(window_id: int) -> dict[int, tuple[int, datetime | None]]:
    rows = db.session.execute(
        select(CurrentAnswer.attempt_id, func.count(), func.max(AnswerVersion.received_at))
        .join(Attempt, Attempt.id == CurrentAnswer.attempt_id)
        .join(AnswerVersion, AnswerVersion.id == CurrentAnswer.answer_version_id)
        .where(Attempt.window_id == window_id)
        .group_by(CurrentAnswer.attempt_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _blank(window_id: int, sittings: Collection[Sitting]) -> dict[int, int]:
    """Attempt id → number of saved answers that say nothing, because she took back what she had chosen or written."""
    rows = db.session.execute(
        select(CurrentAnswer.attempt_id, CurrentAnswer.question_id, _BODY)
        .join(Attempt, Attempt.id == CurrentAnswer.attempt_id)
        .join(AnswerVersion, AnswerVersion.id == CurrentAnswer.answer_version_id)
        .where(Attempt.window_id == window_id, _MAY_BE_BLANK)
    )
    papers = {sitting.attempt_id: sitting.paper for sitting in sittings}
    found: dict[int, int] = {}
    for row in rows:
        if row.attempt_id in papers:
            answer = answer_from_json(papers[row.attempt_id].question(row.question_id), row.body)
            found[row.attempt_id] = found.get(row.attempt_id, 0) + is_blank(answer)
    return found


def _pages(window_id: int) -> dict[int, _Page]:
    facts = select(func.count(ConductFact.id)).where(ConductFact.attempt_id == Attempt.id).scalar_subquery()
    rows = db.session.execute(
        select(Attempt.id, AttemptPresence.heard_at, AttemptPresence.unsent, facts.label("facts"))
        .outerjoin(AttemptPresence, AttemptPresence.attempt_id == Attempt.id)
        .where(Attempt.window_id == window_id)
    )
    return {row.id: _Page(row.heard_at, row.unsent or 0, row.facts) for row in rows}
