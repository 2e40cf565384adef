"""再採点: what is to be done about a faulty question, with every consequence before it is proposed and decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts.queries import list_users
from lms.certification.queries.register import list_certificate_numbers
from lms.exam_engine.answers import parse_answer
from lms.exam_engine.errors import InvalidAnswer
from lms.exam_engine.marking import solve
from lms.exam_engine.papers import PaperMachineQuestion
from lms.exam_engine.rulings import Ruling, RulingKind, standing_of
from lms.exams.queries.pages import control_of, words_of
from lms.exams.rules.kinds.registry import PAGE_KINDS
from lms.grading import labels
from lms.grading.queries.rulings import (
    Consequences,
    RescoringCard,
    concerned_attempts,
    consequences,
    find_rescoring,
    find_rescoring_bar,
    find_sat_question,
    list_rescorings,
    list_rulings,
)
from lms.grading.rules.parts import Refused
from lms.grading.rules.rescoring import NEED_ANSWER, find_ruling_fault
from lms.grading.services.rescoring import decide_rescoring, describe, fingerprint, propose_rescoring, settle_rescoring
from lms.lessons.source.rendering import render
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/rescoring")
@open_to(Role.OFFICE)
def rescorings() -> str:
    """Every proposal, those waiting for a decision first."""
    cards = list_rescorings()
    people = _people(cards)
    return render_template("office/rescorings.html", cards=cards, people=people, labels=labels)


@bp.get("/rescoring/<exam_id>/<question_id>")
@open_to(Role.OFFICE)
def new_rescoring(exam_id: str, question_id: str) -> str:
    """The form of a proposal for one question."""
    return _form(exam_id, _question_or_404(exam_id, question_id))


@bp.post("/rescoring/<exam_id>/<question_id>")
@open_to(Role.OFFICE)
def propose_ruling(exam_id: str, question_id: str) -> Response | str | tuple[str, int]:
    """Show what the ruling would change; with 「提案する」 pressed there, propose it."""
    question = _question_or_404(exam_id, question_id)
    ruling, reason = _ruling(question), request.form.get("reason", "").strip()
    fault = _fault(exam_id, question, ruling, reason)
    if ruling is None or fault:
        return _form(exam_id, question, fault=fault), 422
    foreseen, certificates = _foresee(exam_id, ruling)
    if request.form.get("intent") != "propose":
        return _form(exam_id, question, ruling=ruling, foreseen=foreseen, certificates=certificates)
    try:
        number = propose_rescoring(exam_id, ruling, reason, certificates=certificates, by=current_user.id, now=clock.now())
    except Refused as refused:
        return _form(exam_id, question, fault=labels.refusal_words(refused)), 409
    flash("再採点を提案しました。ほかの担当者が決定すると反映されます。", "done")
    return redirect(url_for(".rescoring", rescoring_id=number))


@bp.get("/rescoring/proposals/<int:rescoring_id>")
@open_to(Role.OFFICE)
def rescoring(rescoring_id: int) -> str:
    """One proposal: the question, the ruling, what it changes or has changed, and the decision."""
    card = find_rescoring(rescoring_id) or abort(404)
    question = _question_or_404(card.exam_id, card.ruling.question_id)
    foreseen, certificates = _foresee_of(card)
    now_told = describe(foreseen, certificates)
    return render_template(
        "office/rescoring.html",
        card=card,
        people=_people([card]),
        question=question,
        text=render(question.stem, prefix=question.id).html,
        key=words_of(question, solve(question)),
        answer=_answer_words(question, card.ruling),
        seen=fingerprint(now_told),
        told=now_told if card.is_approved is None else card.consequences,
        has_moved=card.is_approved is None and now_told != card.preview,
        waiting=now_told if card.is_approved and foreseen.changes else None,
        is_own=card.proposed_by_id == current_user.id,
        bar=_bar(card.exam_id, question.id),
        labels=labels,
    )


@bp.post("/rescoring/proposals/<int:rescoring_id>")
@open_to(Role.OFFICE)
def decide_ruling(rescoring_id: int) -> Response:
    """Approve, reject, or write the results that waited for a third grader."""
    card = find_rescoring(rescoring_id) or abort(404)
    try:
        flash(_decide(card, now=clock.now()), "done")
    except Refused as refused:
        flash(labels.refusal_words(refused), "error")
    return redirect(url_for(".rescoring", rescoring_id=rescoring_id))


def _decide(card: RescoringCard, *, now: datetime) -> str:
    intent, seen = request.form.get("intent"), request.form.get("seen", "")
    _, certificates = _foresee_of(card)
    if intent == "settle":
        written = settle_rescoring(card.id, certificates=certificates, by=current_user.id, now=now, seen=seen)
        return f"{written}名の結果を書き加えました。" if written else "書き加える結果はありません。"
    changed = decide_rescoring(
        card.id,
        is_approved=intent == "approve",
        reason=request.form.get("reason", ""),
        certificates=certificates,
        by=current_user.id,
        now=now,
        seen=seen,
    )
    if intent != "approve":
        return "提案を却下しました。採点は変わっていません。"
    return f"再採点を反映しました。結果が変わったのは{changed}名です。"


def _question_or_404(exam_id: str, question_id: str) -> PaperMachineQuestion:
    question = find_sat_question(exam_id, question_id)
    if not isinstance(question, PaperMachineQuestion):
        abort(404)
    return question


def _ruling(question: PaperMachineQuestion) -> Ruling | None:
    wanted = request.form.get("kind", "")
    if wanted not in set(RulingKind):
        return None
    kind = RulingKind(wanted)
    body = PAGE_KINDS[question.kind].read(question, request.form) if kind in NEED_ANSWER else None
    return Ruling(question.id, question.version, kind, body)


def _fault(exam_id: str, question: PaperMachineQuestion, ruling: Ruling | None, reason: str) -> str:
    if ruling is None:
        return "再採点の方法を選んでください。"
    if not reason:
        return "理由を入力してください。入力した内容は残っています。"
    refusal = find_ruling_fault(question, _in_force(exam_id), ruling)
    return labels.refusal_words(Refused(refusal)) if refusal else ""


def _bar(exam_id: str, question_id: str) -> str:
    """Why the person at the screen must have no say in a re-scoring of the question; empty when she may."""
    windows = {each.window_id for each in concerned_attempts(exam_id, question_id)}
    refusal = find_rescoring_bar(windows, current_user.id)
    return labels.refusal_words(Refused(refusal)) if refusal else ""


def _in_force(exam_id: str) -> tuple[Ruling, ...]:
    return tuple(list_rulings(exam_id).values())


def _right_now(exam_id: str, question: PaperMachineQuestion) -> str:
    """What earns the points now, in words."""
    standing = standing_of(question, _in_force(exam_id))
    if standing.is_void:
        return "採点から除いています"
    if standing.is_full:
        return "全員を正解にしています"
    readings = [reading for reading in standing.readings if isinstance(reading, PaperMachineQuestion)]
    return " または ".join(dict.fromkeys(words_of(question, solve(reading)) for reading in readings))


def _form(
    exam_id: str,
    question: PaperMachineQuestion,
    *,
    fault: str = "",
    ruling: Ruling | None = None,
    foreseen: Consequences | None = None,
    certificates: Mapping[int, str] | None = None,
) -> str:
    return render_template(
        "office/rescoring_new.html",
        exam_id=exam_id,
        question=question,
        q=_asked(question),
        text=render(question.stem, prefix=question.id).html,
        key=_right_now(exam_id, question),
        fault=fault,
        bar=_bar(exam_id, question.id),
        ruling=ruling,
        answer=_answer_words(question, ruling) if ruling else "",
        told=describe(foreseen, certificates or {}) if foreseen else None,
        labels=labels,
        given=request.form,
        kinds=RulingKind,
    )


def _asked(question: PaperMachineQuestion) -> dict[str, Any]:
    """What the template of the question's kind needs, with the answer given in the form, if any."""
    return {"id": question.id, "number": question.number, "control": control_of(question, _given(question))}


def _given(question: PaperMachineQuestion) -> Any:
    if request.method != "POST":
        return None
    try:
        return parse_answer(question, PAGE_KINDS[question.kind].read(question, request.form))
    except InvalidAnswer:
        return None


def _answer_words(question: PaperMachineQuestion, ruling: Ruling) -> str:
    return words_of(question, parse_answer(question, ruling.body)) if ruling.body else ""


def _foresee(exam_id: str, *more: Ruling, question: str = "") -> tuple[Consequences, dict[int, str]]:
    foreseen = consequences(exam_id, (*list_rulings(exam_id).values(), *more), question_id=question or more[0].question_id)
    return foreseen, list_certificate_numbers([change.participant_id for change in foreseen.changes])


def _foresee_of(card: RescoringCard) -> tuple[Consequences, dict[int, str]]:
    """What an undecided proposal would change, or what is still to be written because of a decided one."""
    return _foresee(card.exam_id, *([card.ruling] if card.is_approved is None else []), question=card.ruling.question_id)


def _people(cards: tuple[RescoringCard, ...] | list[RescoringCard]) -> dict[int, str]:
    ids = {card.proposed_by_id for card in cards} | {card.decided_by_id for card in cards if card.decided_by_id is not None}
    return {user_id: user.name for user_id, user in list_users(sorted(ids)).items()}
