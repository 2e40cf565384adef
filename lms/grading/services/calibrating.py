"""目合わせ: giving 見本答案 to graders, further tries, blind returns, and the office's waiver."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, union
from sqlalchemy.orm import aliased

from lms.audit.services import record
from lms.db.session import command, db
from lms.exam_engine.anchors import Anchor, AnchorPurpose
from lms.exam_engine.canonical import sha256_hex
from lms.exam_engine.rubrics import InvalidMark
from lms.exams.models import ExamWindow
from lms.exams.queries.papers import get_paper
from lms.exams.queries.windows import candidate_numbers, get_window
from lms.exams.rules.sitting import draw_candidate_number
from lms.grading.models import Assignment, AssignmentLease, CalibrationWaiver, Essay, GraderMarkRow, MarkDraft
from lms.grading.queries.calibration import find_gate, list_drawn_essays, list_gates, list_tries
from lms.grading.queries.facts import counted_essays
from lms.grading.queries.staff import find_staff, has_grading_part
from lms.grading.rules.calibration import (
    GateState,
    Number,
    count_blind_returns,
    count_idle_returns,
    may_try_again,
    number_blind,
    pick_blind,
)
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.rules.settling import EssayMarks, essay_section, score
from lms.grading.source import find_anchors, grading_rules

REASON_LIMIT = 300
CALIBRATION_POSITION = 0
"""見本答案 for 目合わせ come before every essay of their question."""


def give_anchors(window_id: int, *, now: datetime) -> None:
    """What opening and topping up a grading add: 目合わせ for whoever has none yet, and blind returns for the markers.

    Within a command.
    """
    drawn = list_drawn_essays(window_id)
    usable = _usable_anchors(window_id, drawn)
    staff = find_staff(window_id)
    asked = {(grader_id, question_id) for _, grader_id, question_id in list_gates(window_id=window_id)}
    copies = [
        _Copy(anchor, paper_id, grader_id, GraderPart.CALIBRATION, CALIBRATION_POSITION)
        for question_id, (paper_id, anchors) in usable.items()
        for grader_id in sorted(staff.markers | staff.adjudicators)
        if (grader_id, question_id) not in asked
        for anchor in anchors
        if anchor.purpose is AnchorPurpose.CALIBRATION
    ]
    _give(window_id, [*copies, *_blind_copies(window_id, usable, _places(drawn))], now=now)


def withdraw_idle_returns(essay_id: int, grader_id: int) -> None:
    """Blind returns that no longer fit a queue out of which this essay went to another; within a command that holds the window.

    What she has opened stays, as does what she has marked: it must not vanish before her eyes.
    """
    moved = aliased(Essay)
    found = db.session.execute(
        select(moved.window_id, moved.question_id)
        .join(Essay, (Essay.window_id == moved.window_id) & (Essay.question_id == moved.question_id))
        .join(Assignment, Assignment.essay_id == Essay.id)
        .where(moved.id == essay_id, Essay.anchor_id.is_not(None), Assignment.grader_id == grader_id)
        .where(Assignment.part != GraderPart.CALIBRATION)
        .limit(1)
    ).first()
    if found is None:
        return
    window_id, question_id = found
    own = (Assignment.grader_id == grader_id, Essay.question_id == question_id)
    queue = _queues(window_id, *own).get((grader_id, question_id))
    if queue is None:
        return
    rule = grading_rules(get_window(window_id).exam_id).calibration
    idle = count_idle_returns(len(queue.waiting), len(queue.waiting) + len(queue.done), len(queue.blind), rule)
    for assignment, essay in _unread_returns(window_id, *own)[:idle]:
        db.session.delete(assignment)
        db.session.flush()
        db.session.delete(essay)
    db.session.flush()


def _unread_returns(window_id: int, *conditions: ColumnElement[bool]) -> list[tuple[Assignment, Essay]]:
    """Blind returns that their grader has never opened, the last of the queue first; their rows are held."""
    rows = db.session.execute(
        select(Assignment, Essay)
        .join(Essay, Essay.id == Assignment.essay_id)
        .where(Essay.window_id == window_id, Essay.anchor_id.is_not(None), *conditions)
        .where(Assignment.part != GraderPart.CALIBRATION)
        .order_by(Assignment.id)
        .with_for_update(of=Assignment)
    ).all()
    ids = [assignment.id for assignment, _ in rows]
    # Asked only once the rows are held: their grader may have opened or confirmed one while this waited.
    traces = (each.assignment_id for each in (GraderMarkRow, AssignmentLease, MarkDraft))
    opened = union(*(select(trace).where(trace.in_(ids)) for trace in traces))
    busy = set(db.session.scalars(opened))
    free = [(assignment, essay) for assignment, essay in rows if assignment.id not in busy]
    return sorted(free, key=lambda each: -each[0].position)


def give_next_try(assignment: Assignment, *, now: datetime) -> None:
    """After a 目合わせ that did not agree, a further copy of the same 見本答案, while the rule allows one; within a command."""
    essay = db.session.get_one(Essay, assignment.essay_id)
    exam_id = get_window(essay.window_id).exam_id
    rule, anchor = grading_rules(exam_id).calibration, find_anchors(exam_id).get(essay.anchor_id or "")
    gaps = dict(find_gate(essay.window_id, assignment.grader_id, essay.question_id).gaps)
    if anchor is None or gaps[anchor.id].is_within(rule):
        return
    if may_try_again(list_tries(essay.window_id, assignment.grader_id, essay.question_id), anchor.id, rule):
        again = _Copy(anchor, essay.paper_id, assignment.grader_id, GraderPart.CALIBRATION, CALIBRATION_POSITION)
        _give(essay.window_id, [again], now=now)


@command
def waive_calibration(window_id: int, grader_id: int, question_id: str, reason: str, *, by: int, now: datetime) -> None:
    """Let a grader begin a question without agreement, for a reason.

    Raises Refused without a reason, for whoever grades in the window, while the grader may still try, and when the queue
    is open already.
    """
    if not reason.strip():
        raise Refused(Refusal.REASON_NEEDED)
    if has_grading_part(window_id, by):
        raise Refused(Refusal.GRADED_HERE)
    # Of two people who waive at once, the second one reads that the queue is open.
    hold_window(window_id)
    state = find_gate(window_id, grader_id, question_id).state
    if state is not GateState.EXHAUSTED:
        raise Refused(Refusal.TRIES_LEFT if state is GateState.WAITING else Refusal.ALREADY_CALIBRATED)
    text = reason.strip()[:REASON_LIMIT]
    db.session.add(
        CalibrationWaiver(
            window_id=window_id, grader_id=grader_id, question_id=question_id, reason=text, waived_by_id=by, waived_at=now
        )
    )
    detail = {"grader": grader_id, "question": question_id}
    record("grading:waive_calibration", subject=("exam_window", window_id), by=by, now=now, reason=text, detail=detail)


def hold_window(window_id: int) -> None:
    """Let nobody else give 見本答案, move work or start the exam in the window until the command ends.

    Whoever needs an assignment's row as well holds the window before it, so that two of them never wait for each other.
    """
    db.session.execute(select(ExamWindow.id).where(ExamWindow.id == window_id).with_for_update(key_share=True))


def check_calibrated(assignment: Assignment) -> None:
    """Refuse work at an essay whose question the grader has not been calibrated for; 目合わせ itself is always open."""
    if assignment.part is GraderPart.CALIBRATION:
        return
    essay = db.session.execute(select(Essay.window_id, Essay.question_id).where(Essay.id == assignment.essay_id)).one()
    if not find_gate(essay.window_id, assignment.grader_id, essay.question_id).is_open:
        raise Refused(Refusal.NOT_CALIBRATED)


@dataclass(frozen=True, slots=True)
class _Copy:
    """A 見本答案 about to be given."""

    anchor: Anchor
    paper_id: int
    grader_id: int
    part: GraderPart
    position: int
    number: Number = None
    """受験番号 it shares with a copy given before, or with copies of this giving that have the same mark."""


@dataclass(slots=True)
class _Queue:
    """A marker's queue of one question: positions of essays without and with a mark, their numbers, what came back blind."""

    waiting: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    blind: dict[str, str] = field(default_factory=dict)
    """Anchor id → the number it bears."""


def _places(drawn: Mapping[str, int]) -> dict[str, int]:
    """Question id → its place among the essays of a paper."""
    found = {}
    for question_id, paper_id in drawn.items():
        section = essay_section(get_paper(paper_id))
        found[question_id] = [each.id for each in section.questions].index(question_id) if section else 0
    return found


def _usable_anchors(window_id: int, drawn: Mapping[str, int]) -> dict[str, tuple[int, list[Anchor]]]:
    """Question id → a paper that has it, and the 見本答案 whose levels fit the rubric frozen into that paper."""
    anchors = find_anchors(get_window(window_id).exam_id).values()
    found: dict[str, tuple[int, list[Anchor]]] = {}
    for anchor in anchors:
        paper_id = drawn.get(anchor.question_id)
        if paper_id is not None and _fits(anchor, paper_id):
            found.setdefault(anchor.question_id, (paper_id, []))[1].append(anchor)
    return found


def _fits(anchor: Anchor, paper_id: int) -> bool:
    try:
        points = score(get_paper(paper_id), EssayMarks(anchor.question_id, anchor.char_count), anchor.mark).points
    except InvalidMark:
        return False
    return points == anchor.points


def _blind_copies(window_id: int, usable: Mapping[str, tuple[int, list[Anchor]]], places: Mapping[str, int]) -> Iterator[_Copy]:
    """What comes back blind now, with numbers by which nobody can tell it: see `number_blind`."""
    queues: defaultdict[int, dict[str, _Queue]] = defaultdict(dict)
    for (grader_id, question_id), queue in sorted(_queues(window_id).items()):
        queues[grader_id][question_id] = queue
    for grader_id, own in queues.items():
        copies = list(_blind_copies_of(window_id, grader_id, own, usable))
        real = _places_by_number(own, places, lambda queue: queue.numbers)
        blind = _places_by_number(own, places, lambda queue: queue.blind.values())
        numbers = number_blind([places[each.anchor.question_id] for each in copies], real.values(), blind)
        yield from (replace(each, number=number) for each, number in zip(copies, numbers, strict=True) if number is not None)


def _places_by_number(
    queues: Mapping[str, _Queue], places: Mapping[str, int], numbers_of: Callable[[_Queue], Iterable[str]]
) -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for question_id, queue in queues.items():
        for number in numbers_of(queue):
            found[number].add(places[question_id])
    return {number: frozenset(each) for number, each in found.items()}


def _blind_copies_of(
    window_id: int, grader_id: int, queues: Mapping[str, _Queue], usable: Mapping[str, tuple[int, list[Anchor]]]
) -> Iterator[_Copy]:
    rule = grading_rules(get_window(window_id).exam_id).calibration
    for question_id, queue in queues.items():
        if question_id not in usable:
            continue
        paper_id, anchors = usable[question_id]
        number = count_blind_returns(len(queue.waiting) + len(queue.done), len(queue.blind), rule)
        picked = pick_blind(anchors, list(queue.blind), number)
        places = _draw_places(queue, len(picked), seed=f"{window_id}|{grader_id}|{question_id}")
        for anchor, place in zip(picked, places, strict=False):
            yield _Copy(anchor, paper_id, grader_id, _blind_part(window_id, grader_id, anchor.id), place)


def _blind_part(window_id: int, grader_id: int, anchor_id: str) -> GraderPart:
    """一次 or 二次 by lot, as of real essays: otherwise all of one kind would be known to be real."""
    lot = int(sha256_hex(f"{window_id}|{grader_id}|{anchor_id}")[:8], 16)
    return GraderPart.SECOND if lot % 2 else GraderPart.FIRST


def _queues(window_id: int, *conditions: ColumnElement[bool]) -> dict[tuple[int, str], _Queue]:
    rows = db.session.execute(
        select(
            Assignment.grader_id,
            Assignment.position,
            Essay.question_id,
            Essay.anchor_id,
            Essay.candidate_number,
            GraderMarkRow.id.label("mark_id"),
        )
        .join(Essay, Essay.id == Assignment.essay_id)
        .outerjoin(GraderMarkRow, GraderMarkRow.assignment_id == Assignment.id)
        .where(Essay.window_id == window_id, Assignment.part.in_((GraderPart.FIRST, GraderPart.SECOND)))
        .where(or_(Essay.anchor_id.is_not(None), counted_essays()), *conditions)
    )
    found: defaultdict[tuple[int, str], _Queue] = defaultdict(_Queue)
    for row in rows:
        queue = found[row.grader_id, row.question_id]
        if row.anchor_id is not None:
            queue.blind[row.anchor_id] = row.candidate_number
        else:
            queue.numbers.append(row.candidate_number)
            (queue.waiting if row.mark_id is None else queue.done).append(row.position)
    return found


def _draw_places(queue: _Queue, number: int, *, seed: str) -> list[int]:
    """Places among the essays that wait: a 見本答案 shares the place of one and comes right after it."""
    lots = {place: sha256_hex(f"blind|{seed}|{place}") for place in queue.waiting}
    return sorted(queue.waiting, key=lots.__getitem__)[:number]


def _give(window_id: int, copies: Sequence[_Copy], *, now: datetime) -> None:
    if not copies:
        return
    # Whoever starts the exam at this moment takes a number from the same window.
    hold_window(window_id)
    taken = set(candidate_numbers(window_id))
    essays: list[Essay] = []
    shared: dict[tuple[int, Number], str] = {}
    for copy in copies:
        mark = (copy.grader_id, copy.number)
        number = copy.number if isinstance(copy.number, str) else shared.get(mark)
        if number is None:
            number = draw_candidate_number(secrets.randbelow, taken)
            taken.add(number)
        if isinstance(copy.number, int):
            shared[mark] = number
        essays.append(_essay(window_id, copy, number, now=now))
    db.session.add_all(essays)
    db.session.flush()
    db.session.add_all(_assignment(essay.id, copy, now=now) for essay, copy in zip(essays, copies, strict=True))
    db.session.flush()


def _essay(window_id: int, copy: _Copy, number: str, *, now: datetime) -> Essay:
    return Essay(
        window_id=window_id,
        paper_id=copy.paper_id,
        question_id=copy.anchor.question_id,
        anchor_id=copy.anchor.id,
        candidate_number=number,
        text=copy.anchor.text,
        char_count=copy.anchor.char_count,
        created_at=now,
    )


def _assignment(essay_id: int, copy: _Copy, *, now: datetime) -> Assignment:
    return Assignment(
        public_id=secrets.token_hex(16),
        essay_id=essay_id,
        grader_id=copy.grader_id,
        part=copy.part,
        position=copy.position,
        reasons=[],
        assigned_at=now,
    )
