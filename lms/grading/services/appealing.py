"""異議申立て: filed by the participant, looked into by somebody independent, closed by a second one; the old result is kept."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from lms.accounts.models import User
from lms.audit.services import record
from lms.cohorts.models import Participant
from lms.db.session import command, db
from lms.exams.models import Attempt
from lms.grading.models import (
    Appeal,
    AppealClosure,
    AppealDecision,
    AppealHandler,
    Assignment,
    Essay,
    EssayMasking,
)
from lms.grading.queries.appeals import (
    AppealCard,
    find_offer,
    find_regrading,
    fingerprint,
    get_appeal,
    list_fresh_graders,
    list_handlers,
    result_parts,
)
from lms.grading.queries.facts import counted_essays, list_attempt_facts
from lms.grading.queries.rulings import is_outdated, latest_results
from lms.grading.queries.staff import find_loads, has_grading_part
from lms.grading.rules.allocation import SMALLEST_STAFF, EssayToShare, Share, share_out, shuffled_positions
from lms.grading.rules.appealing import (
    AppealState,
    find_closing_fault,
    find_decision_fault,
    find_filing_fault,
    find_handler_fault,
)
from lms.grading.rules.parts import AppealGround, AppealRemedy, EssayState, GraderPart, Refusal, Refused
from lms.grading.rules.results import judge
from lms.grading.rules.settling import assess
from lms.grading.services.adjudicating import SEED, arrange_adjudications
from lms.grading.services.opening import lock_window
from lms.grading.services.results import result_row
from lms.grading.services.staffing import call_in
from lms.mail.services.queueing import queue_mail

Certificates = Mapping[int, str]
"""Participant id → number of the certificate in force; what rests on a verdict, told by the floor above."""


@command
def file_appeal(attempt_id: int, ground: AppealGround, text: str, *, by: int, now: datetime) -> int:
    """異議を申し立てる against the released result of one's own attempt; returns the appeal's number.

    A receipt goes out by mail without the content. Raises Refused for somebody else's attempt, before the release, after
    the term, while an earlier appeal waits, for a ground that is not heard, and without words.
    """
    window_id = _own_window(attempt_id, by=by)
    lock_window(window_id)
    offer = find_offer(attempt_id, now=now)
    if offer is None:
        raise Refused(Refusal.NO_APPEAL)
    if fault := find_filing_fault(offer.term, offer.grounds, ground, text, has_open=offer.has_waiting, now=now):
        raise Refused(fault)
    appeal = Appeal(attempt_id=attempt_id, ground=ground, text=text.strip(), filed_by_id=by, filed_at=now)
    db.session.add(appeal)
    db.session.flush()
    record("appeal:file", subject=("appeal", appeal.id), by=by, now=now, detail={"attempt": attempt_id, "ground": ground.value})
    _tell(attempt_id, "appeal_received", f"appeal_received:{appeal.id}", now=now, number=appeal.id)
    return appeal.id


@command
def name_handler(appeal_id: int, handler_id: int, *, by: int, now: datetime) -> None:
    """担当者を決める: somebody of the office without any part in the result; another one may be named until the decision.

    Raises Refused for an appeal that is decided and for somebody who is not independent.
    """
    card = _locked(appeal_id)
    may_handle = handler_id in list_handlers()
    if fault := find_handler_fault(card.facts, handler_id, may_handle=may_handle, parts=result_parts(card.attempt_id)):
        raise Refused(fault)
    if card.facts.handler_id == handler_id:
        return
    db.session.add(AppealHandler(appeal_id=appeal_id, handler_id=handler_id, named_by_id=by, named_at=now))
    record("appeal:name_handler", subject=("appeal", appeal_id), by=by, now=now, detail={"handler": handler_id})


@command
def decide_appeal(appeal_id: int, remedy: AppealRemedy, findings: str, answer: str, *, by: int, now: datetime) -> None:
    """The handler's decision; REGRADE shares the essays out at once to graders who have had nothing to do with them.

    The participant gets a mail that there is an answer. Raises Refused for anybody but the handler, without words, a
    second time, and when too few graders are left who never read the attempt.
    """
    card = _locked(appeal_id)
    parts = result_parts(card.attempt_id)
    if fault := find_decision_fault(card.facts, by, findings=findings, answer=answer, parts=parts):
        raise Refused(fault)
    decision = AppealDecision(
        appeal_id=appeal_id,
        remedy=remedy,
        findings=findings.strip(),
        answer=answer.strip(),
        decided_by_id=by,
        decided_at=now,
    )
    if remedy is AppealRemedy.REGRADE:
        _regrade(card, by=by, now=now)
    db.session.add(decision)
    record("appeal:decide", subject=("appeal", appeal_id), by=by, now=now, detail={"remedy": remedy.value})
    _tell(card.attempt_id, "appeal_answered", f"appeal_answered:{appeal_id}", now=now, number=appeal_id)


@command
def close_appeal(appeal_id: int, outcome: str, *, certificates: Certificates, by: int, now: datetime, seen: str) -> int | None:
    """End a granted appeal; returns the id of the new result, None when the result stays as it was.

    Until now the released result stood; what the new grading changes becomes its next revision, both are kept. `seen` is
    the fingerprint of the new result the closer had before her eyes; without new grading it is of no account. Raises
    Refused for the handler and anybody with a part in the result, without words, while an essay is not settled, and when
    the new result is not the one that was seen.
    """
    card = _locked(appeal_id)
    may_handle = by in list_handlers()
    parts = result_parts(card.attempt_id)
    if fault := find_closing_fault(card.facts, by, outcome=outcome, may_handle=may_handle, parts=parts):
        raise Refused(fault)
    result_id = _new_result(card, by=by, now=now, seen=seen) if card.facts.remedy is AppealRemedy.REGRADE else None
    db.session.add(
        AppealClosure(appeal_id=appeal_id, result_id=result_id, outcome=outcome.strip(), closed_by_id=by, closed_at=now)
    )
    detail = {"result": result_id, "certificate": certificates.get(card.participant_id)}
    record("appeal:close", subject=("appeal", appeal_id), by=by, now=now, detail=detail)
    template = "appeal_answered" if result_id is None else "result_corrected"
    values = {"number": appeal_id} if result_id is None else {}
    _tell(card.attempt_id, template, f"appeal_closed:{appeal_id}", now=now, **values)
    return result_id


@command
def call_adjudicators(appeal_id: int, *, by: int, now: datetime) -> int:
    """裁定者をもう一度探す: for essays graded again whose two marks disagreed while nobody was free; says how many were given.

    Raises Refused for an appeal without new grading under way, for somebody who grades in the window, when no essay waits
    for an adjudicator, and when still nobody may be asked.
    """
    card = _locked(appeal_id)
    if card.state is not AppealState.GRANTED or card.facts.remedy is not AppealRemedy.REGRADE:
        raise Refused(Refusal.NOTHING_TO_ADJUDICATE)
    if has_grading_part(card.window_id, by):
        raise Refused(Refusal.GRADED_HERE)
    given = arrange_adjudications([card.attempt_id], now=now)
    regrading = find_regrading(card.attempt_id)
    if not given:
        lacking = regrading.lacking if regrading else 0
        raise Refused(Refusal.NO_THIRD_FREE, lacking) if lacking else Refused(Refusal.NOTHING_TO_ADJUDICATE)
    record("appeal:call_adjudicators", subject=("appeal", appeal_id), by=by, now=now, detail={"essays": given})
    return given


def _own_window(attempt_id: int, *, by: int) -> int:
    own = select(Attempt.window_id).join(Participant, Participant.id == Attempt.participant_id)
    window_id = db.session.scalar(own.where(Attempt.id == attempt_id, Participant.user_id == by))
    if window_id is None:
        raise Refused(Refusal.NO_APPEAL)
    return window_id


def _locked(appeal_id: int) -> AppealCard:
    window_id = db.session.scalar(
        select(Attempt.window_id).join(Appeal, Appeal.attempt_id == Attempt.id).where(Appeal.id == appeal_id)
    )
    if window_id is None:
        raise Refused(Refusal.NO_APPEAL)
    lock_window(window_id)
    return get_appeal(appeal_id)


def _regrade(card: AppealCard, *, by: int, now: datetime) -> None:
    """The counted essays once more, a round later, each to two people who never read anything of the attempt."""
    fresh = list_fresh_graders(card.attempt_id)
    missing = SMALLEST_STAFF - len(fresh)
    if missing > 0:
        raise Refused(Refusal.TOO_FEW_FRESH, missing)
    essays = [_copy(essay, now=now) for essay in _counted(card.attempt_id)]
    if not essays:
        raise Refused(Refusal.NOTHING_TO_REGRADE)
    seed, loads = f"{SEED.format(card.window_id)}:appeal:{card.id}", find_loads(card.window_id)
    shares = share_out([EssayToShare(essay.question_id) for essay in essays], fresh, seed=seed, loads=loads.marks)
    _assign(essays, shares, positions=loads.positions, seed=seed, by=by, now=now)
    readers = [grader for share in shares for grader in (share.first, share.second)]
    # Of a single essay, too, somebody must be left who can adjudicate.
    asked = list(dict.fromkeys([*readers, *sorted(fresh)]))[: max(len(set(readers)), SMALLEST_STAFF)]
    call_in(card.window_id, asked, as_markers=True, now=now)


def _counted(attempt_id: int) -> Sequence[Essay]:
    return db.session.scalars(select(Essay).where(Essay.attempt_id == attempt_id, counted_essays()).order_by(Essay.id)).all()


def _copy(essay: Essay, *, now: datetime) -> Essay:
    """The essay for another round, with the masking under which it was read."""
    again = Essay(
        submission_id=essay.submission_id,
        attempt_id=essay.attempt_id,
        window_id=essay.window_id,
        paper_id=essay.paper_id,
        question_id=essay.question_id,
        round=essay.round + 1,
        candidate_number=essay.candidate_number,
        text=essay.text,
        char_count=essay.char_count,
        created_at=now,
    )
    db.session.add(again)
    db.session.flush()
    masking = db.session.scalars(
        select(EssayMasking).where(EssayMasking.essay_id == essay.id).order_by(EssayMasking.revision.desc()).limit(1)
    ).first()
    if masking is not None:
        db.session.add(
            EssayMasking(
                essay_id=again.id,
                revision=1,
                spans=masking.spans,
                text=masking.text,
                reason=masking.reason,
                masked_by_id=masking.masked_by_id,
                masked_at=masking.masked_at,
            )
        )
    return again


def _assign(
    essays: Sequence[Essay], shares: Sequence[Share], *, positions: Mapping[int, int], seed: str, by: int, now: datetime
) -> None:
    ids = {essay.question_id: essay.id for essay in essays}
    for grader_id in sorted({grader for share in shares for grader in (share.first, share.second)}):
        own = {share.key: share for share in shares if grader_id in (share.first, share.second)}
        places = shuffled_positions(list(own), grader_id=grader_id, seed=seed, after=positions.get(grader_id, 0))
        db.session.add_all(
            Assignment(
                public_id=secrets.token_hex(16),
                essay_id=ids[key],
                grader_id=grader_id,
                part=GraderPart.FIRST if share.first == grader_id else GraderPart.SECOND,
                position=places[key],
                reasons=[],
                assigned_by_id=by,
                assigned_at=now,
            )
            for key, share in own.items()
        )
    db.session.flush()


def _new_result(card: AppealCard, *, by: int, now: datetime, seen: str) -> int | None:
    (facts,) = list_attempt_facts(attempt_ids=[card.attempt_id], with_regrading=True)
    judged = judge(facts.paper, facts.choice_points, facts.essays)
    if judged is None or facts.choice_points is None:
        standings = assess(facts.paper, facts.choice_points or Decimal(0), facts.essays)
        raise Refused(Refusal.REGRADE_UNSETTLED, sum(each.state is not EssayState.SETTLED for each in standings))
    if seen != fingerprint(judged):
        raise Refused(Refusal.MOVED_ON)
    result = latest_results([card.attempt_id])[card.attempt_id]
    if not is_outdated(result, judged):
        return None
    row = result_row(facts, judged, by=by, now=now, revision=result.revision + 1)
    row.appeal_id = card.id
    db.session.add(row)
    db.session.flush()
    return row.id


def _tell(attempt_id: int, template: str, key: str, *, now: datetime, **values: object) -> None:
    person = db.session.execute(
        select(Participant.certificate_name, User.id, User.email)
        .join(User, User.id == Participant.user_id)
        .join(Attempt, Attempt.participant_id == Participant.id)
        .where(Attempt.id == attempt_id)
    ).one()
    queue_mail(
        template,
        to=person.email,
        key=key,
        values={"name": person.certificate_name, **values},
        now=now,
        user_id=person.id,
    )
