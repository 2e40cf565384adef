"""Doors of the start page, the result and the certificate."""

from dataclasses import replace
from typing import cast

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts.queries import CurrentUser
from lms.certification.queries.holding import find_holder_page, find_own_seat, list_own_certificates
from lms.exams.labels import CONDITIONS, REHEARSAL_VERDICTS
from lms.grading.labels import APPEAL_GROUNDS, SCORE_RULES
from lms.lessons.labels import short_moment
from lms.mypage import labels, queries
from lms.mypage.labels import StepWords
from lms.mypage.queries import Home
from lms.mypage.rules import Step
from lms.mypage.views.blueprint import bp
from lms.web.access import Audience, Role, open_to

_PLAIN_TARGETS = {
    Step.CONSENT: "terms.consent",
    Step.SEE_CERTIFICATE: "mypage.certificate",
    Step.SEE_RESULT: "mypage.result",
    Step.ATTEND_DAY: "mypage.days",
    Step.PREPARE_DAY: "lessons.index",
    Step.WAIT_FOR_PAYMENT: "lessons.index",
    Step.WAIT_FOR_WINDOW: "lessons.index",
}


@bp.get("/")
@open_to(Audience.ANYBODY)
def home() -> str | Response:
    """A welcome for strangers, the desks for staff, what is next for participants."""
    if not current_user.is_authenticated:
        return render_template("mypage/welcome.html")
    visitor = cast(CurrentUser, current_user)
    if visitor.needs_second_factor:
        return redirect(url_for("accounts.second_factor"))
    page = queries.find_home(visitor.id, has_consented=not visitor.needs_terms, now=clock.now())
    if page is None:
        return render_template("mypage/desks.html", desks=[*_desks(visitor), *_own_certificate(visitor)])
    return render_template(
        "mypage/home.html",
        here="mypage",
        page=page,
        words=labels,
        step=_step_words(page),
        target=_target(page),
        short_moment=short_moment,
        verdicts=REHEARSAL_VERDICTS,
        doors=labels.DOORS,
        join_words=labels.JOIN,
        desks=_desks(visitor),
    )


@bp.get("/result")
@open_to(Role.PARTICIPANT)
def result() -> str:
    """成績: after the release everything, before it words only."""
    page = queries.find_result_page(current_user.id, now=clock.now())
    if page is None:
        abort(403)
    if page.result is None:
        title, text = labels.RESULT_WAITING.get(page.stage, labels.RESULT_NOT_YET)
        return render_template("mypage/no_result.html", here="exam", title=title, text=text)
    return render_template(
        "mypage/result.html",
        here="exam",
        page=page,
        result=page.result,
        words=labels,
        score_rules=SCORE_RULES,
        grounds=APPEAL_GROUNDS,
        conditions=CONDITIONS,
    )


@bp.get("/certificate")
@open_to(Audience.LOGGED_IN)
def certificate() -> str:
    """認定証: its state in words, and everything about it once it is issued."""
    participant_id = find_own_seat(current_user.id, request.args.get("number")) or abort(404)
    holder = find_holder_page(participant_id, today=clock.today_jst())
    if holder is None:
        return _no_certificate()
    # What stands behind the # is for readers of the paper without a network.
    verify_address = holder.certificate.record.verify_url.partition("#")[0]
    own, shown = list_own_certificates(current_user.id), holder.certificate.number
    return render_template(
        "mypage/certificate.html",
        here="certificate",
        holder=holder,
        verify_address=verify_address,
        number=shown if len(own) > 1 else None,
        others=[each for each in own if each.number != shown],
    )


def _no_certificate() -> str:
    page = queries.find_certificate_state(current_user.id, now=clock.now()) or abort(404)
    title, text = labels.CERTIFICATE_WAITING.get(page.stage, labels.CERTIFICATE_NOT_YET)
    return render_template("mypage/no_certificate.html", here="certificate", title=title, text=text, page=page)


def _desks(visitor: CurrentUser) -> list[tuple[str, str, str]]:
    """(name, what it is for, address) of every desk the visitor may enter."""
    desks = []
    if visitor.has(Role.GRADER):
        desks.append(("採点", "割り当てられた答案を採点します。", url_for("grading.index")))
    if visitor.has(Role.INSTRUCTOR) and not visitor.has(Role.OFFICE):
        desks.append(("問題の査読", "認定試験の問題を読み、承認します。", url_for("office.review")))
        desks.append(("ロールプレイシート", "研修2日目に使うシートを印刷します。", url_for("scenarios.index")))
    if visitor.has(Role.OFFICE):
        desks.append(("事務局", "期・受講者・試験・認定証を取り扱います。", url_for("office.home")))
    elif visitor.has(Role.ADMIN):  # who is both finds these two in the rail of 事務局
        desks.append(("職員", "職員を招き、利用の停止と再開を行います。", url_for("office.staff")))
        desks.append(("操作記録", "だれが、いつ、何をしたかを確かめます。", url_for("office.audit")))
    return desks


def _own_certificate(visitor: CurrentUser) -> list[tuple[str, str, str]]:
    """The way to the certificate of a person whose seat was withdrawn."""
    if not list_own_certificates(visitor.id):
        return []
    return [("認定証", "ご自分の認定証を確かめ、PDFを保存します。", url_for("mypage.certificate"))]


def _step_words(page: Home) -> StepWords:
    """The words of the next step; the button says so when it leads into the meeting."""
    words = labels.STEPS[page.step]
    return replace(words, button=labels.JOIN) if _may_join(page) else words


def _may_join(page: Home) -> bool:
    return page.step is Step.ATTEND_DAY and page.coming_day is not None and page.coming_day.door.is_open


def _target(page: Home) -> str:
    """Where the one button leads."""
    if page.step is Step.READ_LESSON and page.next_lesson:
        return url_for("lessons.show", lesson_id=page.next_lesson.entry.id)
    if page.step is Step.CONTINUE_EXAM:
        return url_for("exams.room", public_id=page.running_id)
    if page.coming_day and _may_join(page):
        return url_for("mypage.join", number=page.coming_day.day.number)
    return url_for(_PLAIN_TARGETS.get(page.step, "exams.lobby"))
