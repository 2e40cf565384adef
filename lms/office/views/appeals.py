"""異議申立て: the list, one appeal with its facts, naming who looks into it, the decision, the end."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts.queries import list_users
from lms.certification.queries.register import list_certificate_numbers
from lms.cohorts.queries import participant_names
from lms.grading import labels
from lms.grading.queries.appeals import AppealCard, find_candidates, find_regrading, get_appeal, list_appeals
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules.appealing import TEXT_LIMIT, AppealState
from lms.grading.rules.parts import AppealRemedy, Refusal, Refused
from lms.grading.services.appealing import call_adjudicators, close_appeal, decide_appeal, name_handler
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to
from lms.web.numbers import small_int


@bp.get("/appeals")
@open_to(Role.OFFICE)
def appeals() -> str:
    """Every appeal, those that wait for somebody first."""
    cards = list_appeals()
    return render_template("office/appeals.html", cards=cards, people=_people(cards), labels=labels)


@bp.get("/appeals/<int:appeal_id>")
@open_to(Role.OFFICE)
def appeal(appeal_id: int) -> str:
    """One appeal: the words, the facts, what was done and what is to be done now."""
    return _page(get_appeal(appeal_id))


@bp.post("/appeals/<int:appeal_id>/handler")
@open_to(Role.OFFICE)
def choose_handler(appeal_id: int) -> Response | tuple[str, int]:
    """Name who looks into it."""
    chosen = request.form.get("handler", type=small_int)

    def act() -> str:
        if chosen is None:
            raise Refused(Refusal.NOT_INDEPENDENT)
        name_handler(appeal_id, chosen, by=current_user.id, now=clock.now())
        return "担当者を決めました。担当者は、この画面で決定します。"

    return _done(appeal_id, act)


@bp.post("/appeals/<int:appeal_id>/decision")
@open_to(Role.OFFICE)
def decide_about_appeal(appeal_id: int) -> Response | tuple[str, int]:
    """The handler's decision."""

    def act() -> str:
        remedy = request.form.get("remedy", "")
        if remedy not in set(AppealRemedy):
            raise Refused(Refusal.TEXT_NEEDED)
        texts = request.form.get("findings", ""), request.form.get("answer", "")
        decide_appeal(appeal_id, AppealRemedy(remedy), *texts, by=current_user.id, now=clock.now())
        return "決定しました。申立人に、回答があることをメールでお知らせします。"

    return _done(appeal_id, act)


@bp.post("/appeals/<int:appeal_id>/adjudicators")
@open_to(Role.OFFICE)
def look_for_adjudicators(appeal_id: int) -> Response | tuple[str, int]:
    """裁定者をもう一度探す."""

    def act() -> str:
        given = call_adjudicators(appeal_id, by=current_user.id, now=clock.now())
        return f"答案{given}件の裁定者が決まりました。目合わせを終えた裁定者から、裁定を始めます。"

    return _done(appeal_id, act)


@bp.post("/appeals/<int:appeal_id>/closing")
@open_to(Role.OFFICE)
def end_appeal(appeal_id: int) -> Response | tuple[str, int]:
    """The second person ends a granted appeal."""
    card = get_appeal(appeal_id)

    def act() -> str:
        result_id = close_appeal(
            appeal_id,
            request.form.get("outcome", ""),
            certificates=list_certificate_numbers([card.participant_id]),
            by=current_user.id,
            now=clock.now(),
            seen=request.form.get("seen", ""),
        )
        return "終えました。結果は変わりません。" if result_id is None else "終えました。新しい結果を申立人に公開しました。"

    return _done(appeal_id, act)


def _done(appeal_id: int, act: Callable[[], str]) -> Response | tuple[str, int]:
    card = get_appeal(appeal_id)
    try:
        flash(act(), "done")
    except Refused as refused:
        return _page(card, refusal=labels.refusal_words(refused)), 409
    return redirect(url_for(".appeal", appeal_id=appeal_id))


def _page(card: AppealCard, *, refusal: str = "") -> str:
    if has_grading_part(card.window_id, current_user.id):
        return render_template("office/appeal_hidden.html", card=card)
    candidates = find_candidates(card)
    certificates = list_certificate_numbers([card.participant_id])
    return render_template(
        "office/appeal.html",
        card=card,
        name=participant_names([card.participant_id])[card.participant_id],
        people=_people([card]),
        candidates=candidates,
        is_free=current_user.id in dict(candidates.free),
        regrading=find_regrading(card.attempt_id) if _is_regrading(card) else None,
        certificate=certificates.get(card.participant_id, ""),
        refusal=refusal,
        given=request.form,
        longest=TEXT_LIMIT,
        labels=labels,
    )


def _is_regrading(card: AppealCard) -> bool:
    return card.state is AppealState.GRANTED and card.facts.remedy is AppealRemedy.REGRADE


def _people(cards: tuple[AppealCard, ...] | list[AppealCard]) -> dict[int, str]:
    found = {user for card in cards for user in (card.facts.handler_id, card.facts.decided_by_id, card.closed_by_id)}
    return {user_id: user.name for user_id, user in list_users(sorted(user for user in found if user is not None)).items()}
