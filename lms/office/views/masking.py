"""伏せ字: the essays of a window, and covering passages of one of them before it is graded."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from lms import clock
from lms.accounts.queries import list_users
from lms.cohorts.queries import get_cohort
from lms.exams.queries.windows import list_windows
from lms.grading import labels as grading_labels
from lms.grading.queries.masking import MaskingPage, MaskingState, get_masking_page, list_masking_lines
from lms.grading.queries.staff import has_grading_part
from lms.grading.rules.masking import Clue, MaskKind, Span, Suggestion, cover, find_quote, kind_of, mask
from lms.grading.rules.parts import Refusal, Refused
from lms.grading.rules.reading import number_paragraphs
from lms.grading.services.masking import REASON_LIMIT, mask_essay, note_nothing_to_mask
from lms.grading.source import exams_masked_first
from lms.office.labels import masking as words
from lms.office.views.blindness import close_to_graders
from lms.office.views.blueprint import bp
from lms.office.views.grading import get_window_or_404
from lms.web.access import Role, open_to

QUOTE_LIMIT = 100
AROUND = 14
"""How many characters before and after a passage are shown with it."""
_SPAN = re.compile(r"(\d{1,6})-(\d{1,6})-([a-z]{1,20})")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage the office may choose, with the words around it; `value` is what the form sends."""

    suggestion: Suggestion
    value: str
    before: str
    after: str
    is_chosen: bool


@bp.get("/cohorts/<int:cohort_id>/grading/masking")
@open_to(Role.OFFICE)
def masking(cohort_id: int) -> str:
    """The essays of a window with what may have to be covered."""
    window = get_window_or_404(cohort_id)
    reads_blind = window is not None and has_grading_part(window.id, current_user.id)
    lines = list_masking_lines(window.id) if window and not reads_blind else ()
    return render_template(
        "office/masking.html",
        cohort=get_cohort(cohort_id),
        windows=list_windows(cohort_id),
        window=window,
        lines=lines,
        free=sum(each.state is MaskingState.UNCHECKED and not each.suggestions and not each.is_marked for each in lines),
        counts={state: sum(each.state is state for each in lines) for state in MaskingState},
        is_awaited=window is not None and window.exam_id in exams_masked_first(),
        refusal=grading_labels.refusal_words(Refused(Refusal.READS_BLIND)) if reads_blind else "",
        words=words,
    )


@bp.post("/cohorts/<int:cohort_id>/grading/masking")
@open_to(Role.OFFICE)
def nothing_to_mask(cohort_id: int) -> Response:
    """候補のない答案を、伏せる箇所なしとする."""
    window = get_window_or_404(cohort_id) or abort(404)
    try:
        count = note_nothing_to_mask(window.id, by=current_user.id, now=clock.now())
        flash(f"候補のない答案{count}件を「伏せる箇所なし」としました。", "done")
    except Refused as refused:
        flash(grading_labels.refusal_words(refused), "error")
    return redirect(url_for(".masking", cohort_id=cohort_id, window=window.number))


@bp.get("/cohorts/<int:cohort_id>/grading/masking/<int:essay_id>")
@open_to(Role.OFFICE)
def essay_masking(cohort_id: int, essay_id: int) -> str:
    """One essay with its original text and the passages that may have to be covered."""
    page = _page_or_404(cohort_id, essay_id)
    chosen = [each.span for each in _covered(page)] if page.masking else [each.span for each in page.suggestions if each.is_sure]
    return _show(page, page.suggestions, chosen)


@bp.post("/cohorts/<int:cohort_id>/grading/masking/<int:essay_id>")
@open_to(Role.OFFICE)
def mask_passages(cohort_id: int, essay_id: int) -> Response | str | tuple[str, int]:
    """Look for a quoted passage, show the covered text, or keep it."""
    page = _page_or_404(cohort_id, essay_id)
    chosen, offered = _spans("span"), _spans("offer")
    quoted = [Suggestion(each, _quote(page, each), Clue.QUOTED, is_sure=False) for each in (*offered, *chosen)]
    shown = [*quoted, *page.suggestions]  # of the same passage the suggestion stays, which says why
    intent = request.form.get("intent")
    if intent == "find":
        return _find(page, shown, chosen)
    if intent == "choose":
        return _show(page, shown, chosen)
    if intent == "save":
        return _save(page, shown, chosen)
    return _preview(page, shown, chosen)


def _find(page: MaskingPage, shown: Sequence[Suggestion], chosen: Sequence[Span]) -> str | tuple[str, int]:
    quote, kind = request.form.get("quote", "").strip(), request.form.get("kind", "")
    found = find_quote(page.text, quote, MaskKind(kind)) if kind in set(MaskKind) and len(quote) <= QUOTE_LIMIT else ()
    if not found:
        return _show(
            page, shown, chosen, problem=f"「{quote}」は答案の中に見つかりません。" if quote else "探す文字列を入力してください。"
        ), 422
    return _show(page, [*shown, *found], chosen, found=len(found))


def _preview(page: MaskingPage, shown: Sequence[Suggestion], chosen: Sequence[Span], problem: str = "") -> str | tuple[str, int]:
    try:
        covers = cover(page.text, chosen)
    except ValueError:
        return _show(page, shown, chosen, problem=grading_labels.refusal_words(Refused(Refusal.PASSAGE_OUTSIDE))), 422
    masked = mask(page.text, covers)
    pairs = [(page.text[each.start : each.end], each.words) for each in covers]
    return _render(
        page, shown, chosen, problem=problem, pairs=pairs, masked=number_paragraphs(masked, len(masked)), is_preview=True
    )


def _save(page: MaskingPage, shown: Sequence[Suggestion], chosen: Sequence[Span]) -> Response | str | tuple[str, int]:
    reason, seen = request.form.get("reason", ""), request.form.get("seen", type=int)
    try:
        mask_essay(page.essay_id, chosen, reason, seen=-1 if seen is None else seen, by=current_user.id, now=clock.now())
    except Refused as refused:
        problem = grading_labels.refusal_words(refused)
        if refused.reason is Refusal.REASON_NEEDED:
            return _preview(page, shown, chosen, problem)
        return _show(page, shown, chosen, problem=problem), 409
    flash(f"受験番号{page.candidate_number}の問{page.question_number}を保存しました(伏せ字{len(chosen)}箇所)。", "done")
    return redirect(url_for(".masking", cohort_id=page.cohort_id, window=page.window_number))


def _page_or_404(cohort_id: int, essay_id: int) -> MaskingPage:
    page = get_masking_page(essay_id)
    if page.cohort_id != cohort_id:
        abort(404)
    close_to_graders(page.window_id)
    return page


def _spans(name: str) -> list[Span]:
    """The passages a form names; what has another shape is left out."""
    found = (_SPAN.fullmatch(value) for value in request.form.getlist(name))
    return [Span(int(each[1]), int(each[2]), MaskKind(each[3])) for each in found if each and each[3] in set(MaskKind)]


def _quote(page: MaskingPage, span: Span) -> str:
    return page.text[span.start : span.end]


def _covered(page: MaskingPage) -> list[Suggestion]:
    covers = page.masking.covers if page.masking else ()
    spans = [Span(each.start, each.end, kind_of(each.words)) for each in covers]
    return [Suggestion(span, _quote(page, span), Clue.COVERED, is_sure=True) for span in spans]


def _show(page: MaskingPage, shown: Iterable[Suggestion], chosen: Sequence[Span], *, problem: str = "", found: int = 0) -> str:
    return _render(page, shown, chosen, problem=problem, found=found)


def _render(page: MaskingPage, shown: Iterable[Suggestion], chosen: Sequence[Span], **more: object) -> str:
    candidates = _candidates(page, shown, chosen)
    author = page.masking.masked_by_id if page.masking else None
    return render_template(
        "office/masking_essay.html",
        page=page,
        cohort=get_cohort(page.cohort_id),
        candidates=candidates,
        chosen=[each.value for each in candidates if each.is_chosen],
        offered=[each.value for each in candidates if each.suggestion.clue is Clue.QUOTED],
        paragraphs=number_paragraphs(page.text, len(page.text)),
        author=list_users([author])[author].name if author else "",
        reason=request.form.get("reason", page.masking.reason if page.masking else ""),
        reason_limit=REASON_LIMIT,
        quote_limit=QUOTE_LIMIT,
        words=words,
        **more,
    )


def _candidates(page: MaskingPage, shown: Iterable[Suggestion], chosen: Sequence[Span]) -> list[Candidate]:
    """What is covered, what is suggested and what was looked for, each passage once, in the order of the text."""
    by_span = {each.span: each for each in (*shown, *_covered(page))}
    return [
        Candidate(
            suggestion=by_span[span],
            value=f"{span.start}-{span.end}-{span.kind.value}",
            before=page.text[max(0, span.start - AROUND) : span.start],
            after=page.text[span.end : span.end + AROUND],
            is_chosen=span in chosen,
        )
        for span in sorted(by_span, key=lambda each: (each.start, each.end, each.kind))
    ]
