"""問題の査読: every question of the bank with its state, and one question to be read and approved."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.cohorts.source import course_facts
from lms.exam_engine.definitions import Domain, EssayQuestion, Exam
from lms.exams.labels import KIND_WORDS
from lms.exams.queries.content import find_exam
from lms.exams.queries.reviewing import ReviewLine, find_question_review, list_review_lines
from lms.exams.rules.reviewing import ReviewRefused, ReviewState
from lms.exams.rules.sitting import NotFound
from lms.exams.services.reviewing import NOTE_LIMIT, approve_question
from lms.lessons.queries import library
from lms.lessons.source.rendering import render
from lms.office import labels
from lms.office.labels import reviewing as words
from lms.office.views.blueprint import bp
from lms.web.access import Role, open_to


@bp.get("/questions/review")
@open_to(Role.OFFICE, Role.INSTRUCTOR)
def review() -> str:
    """The questions with their states, those of a domain and a state when asked for."""
    exam = find_exam(course_facts().exam_id)
    lines = list_review_lines(exam) if exam else ()
    domain = Domain(request.args["domain"]) if request.args.get("domain") in set(Domain) else None
    state = ReviewState(request.args["state"]) if request.args.get("state") in set(ReviewState) else None
    return render_template(
        "office/review.html",
        exam=exam,
        lines=[each for each in lines if _is_wanted(each, domain, state)],
        total=sum(each.is_in_use for each in lines),
        counts={each: sum(line.is_in_use and line.state is each for line in lines) for each in ReviewState},
        domain=domain,
        domains=list(Domain),
        state=state,
        kinds=KIND_WORDS,
        labels=labels,
        words=words,
    )


@bp.get("/questions/review/<question_id>")
@open_to(Role.OFFICE, Role.INSTRUCTOR)
def review_question(question_id: str) -> str:
    """One question with everything a reviewer reads."""
    return _page(_exam_or_404(), question_id)


@bp.post("/questions/review/<question_id>")
@open_to(Role.OFFICE, Role.INSTRUCTOR)
def approve_wording(question_id: str) -> Response | tuple[str, int]:
    """この文で承認する."""
    exam, note = _exam_or_404(), request.form.get("note", "")
    if len(note.strip()) > NOTE_LIMIT:
        flash(f"メモは{NOTE_LIMIT:,}字以内で入力してください。", "error")
        return _page(exam, question_id, note=note), 422
    try:
        approve_question(exam.id, question_id, request.form.get("sha256", ""), note, by=current_user.id, now=clock.now())
    except NotFound:
        abort(404)
    except ReviewRefused as refused:
        flash(words.REFUSALS[refused.reason], "error")
        return _page(exam, question_id, note=note), 409
    flash(f"{question_id}を承認しました。", "done")
    return redirect(url_for(".review_question", question_id=question_id))


def _exam_or_404() -> Exam:
    return find_exam(course_facts().exam_id) or abort(404)


def _is_wanted(line: ReviewLine, domain: Domain | None, state: ReviewState | None) -> bool:
    return (domain is None or domain in line.domains) and (state is None or (line.is_in_use and line.state is state))


def _page(exam: Exam, question_id: str, *, note: str = "") -> str:
    found = find_question_review(exam, question_id) or abort(404)
    question = found.question
    text = question.prompt if isinstance(question, EssayQuestion) else question.stem
    return render_template(
        "office/review_question.html",
        review=found,
        question=question,
        text=render(text, prefix=question.id).html,
        case_text=render(found.case.text, prefix=found.case.id).html if found.case else None,
        is_essay=isinstance(question, EssayQuestion),
        rights={each.id: each.text for each in getattr(question, "rights", ())},
        next_id=_next_to_read(exam, question_id),
        note=note,
        note_limit=NOTE_LIMIT,
        library=library(),
        kinds=KIND_WORDS,
        labels=labels,
        words=words,
    )


def _next_to_read(exam: Exam, question_id: str) -> str | None:
    """The next question after this one that waits for this person, from the beginning again after the last."""
    lines = list_review_lines(exam)
    here = next((index for index, each in enumerate(lines) if each.id == question_id), 0)
    waiting = (each for each in (*lines[here + 1 :], *lines[:here]) if _waits_for(each, current_user.id))
    return next((each.id for each in waiting), None)


def _waits_for(line: ReviewLine, user_id: int) -> bool:
    return line.is_in_use and line.state is not ReviewState.APPROVED and user_id not in line.people
