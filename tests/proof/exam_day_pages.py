"""Addresses of the pages around an exam day, which links from a home page lead to only in the right moment."""

import json
from collections.abc import Iterator

from flask import Flask

from lms import clock
from lms.exams.queries.rehearsals import find_rehearsal
from lms.exams.services.notices import publish_notice
from lms.exams.services.rehearsing import hand_in_rehearsal_section, note_browser, open_rehearsal_paper, start_rehearsal
from tests.lms.demo.filled import rows

RUNNING = """SELECT a.id, a.public_id, w.id AS window_id, w.cohort_id, w.number, a.participant_id FROM attempts a
    JOIN exam_windows w ON w.id = a.window_id LEFT JOIN submissions s ON s.attempt_id = a.id WHERE s.id IS NULL ORDER BY a.id"""
HANDED_IN = """SELECT s.attempt_id, w.cohort_id FROM submissions s JOIN attempts a ON a.id = s.attempt_id
    JOIN exam_windows w ON w.id = a.window_id ORDER BY s.id"""
RECEIPT = """SELECT a.public_id, s.number FROM submissions s JOIN attempts a ON a.id = s.attempt_id
    JOIN participants p ON p.id = a.participant_id WHERE p.user_id = :user_id ORDER BY s.id"""


def office_addresses(app: Flask, *, by: int) -> tuple[str, ...]:
    """The office's pages of a cohort that sits and of what was handed in; a banner stands on the sitting ones' pages."""
    sitting, handed_in = rows(app, RUNNING)[0], rows(app, HANDED_IN)[0]
    with app.app_context():
        notice_id = publish_notice(sitting.window_id, "あと30分です。", by=by, now=clock.now())
    room = f"/office/cohorts/{sitting.cohort_id}/exam/{sitting.number}"
    late = rows(app, "SELECT attempt_id FROM hand_in_proposals ORDER BY id")[0].attempt_id
    asked = rows(app, "SELECT participant_id FROM accommodation_requests ORDER BY id")[0].participant_id
    doubted = rows(app, "SELECT exam_id, question_id FROM rescorings ORDER BY id")[0]
    statistics = f"/office/cohorts/{handed_in.cohort_id}/statistics"
    return (
        *(f"{room}/{page}" for page in ("room", "room/time", "room/pause", "notices", f"notices/{notice_id}/withdraw", "late")),
        *(f"/office/attempts/{sitting.id}", f"/office/attempts/{handed_in.attempt_id}"),
        *(f"/office/attempts/{handed_in.attempt_id}/reopen", f"/office/attempts/{late}/late"),
        *(f"/office/cohorts/{sitting.cohort_id}/accommodation", f"/office/participants/{asked}/accommodation"),
        *(f"/office/readiness/{sitting.window_id}", "/office/hand-in-proposals/1"),
        *("/office/rescoring", f"/office/rescoring/{doubted.exam_id}/{doubted.question_id}", "/office/rescoring/proposals/1"),
        *(statistics, f"{statistics}/questions/{doubted.question_id}"),
        *("/office/questions", "/office/questions/review", f"/office/questions/review/{doubted.question_id}"),
    )


def sitting_addresses(app: Flask, public_id: str) -> tuple[str, ...]:
    """What a participant in the exam room may look at beside the room."""
    drawn = rows(app, "SELECT p.body FROM papers p JOIN attempts a ON a.paper_id = p.id WHERE a.public_id = :id", id=public_id)[0]
    question_id = json.loads(drawn.body)["sections"][0]["questions"][0]["id"]
    return f"/exam/{public_id}/history/{question_id}", "/exam/accommodation"


def receipt_addresses(app: Flask, user_id: int) -> tuple[str, ...]:
    """The 提出控 of each hand-in, and the latest."""
    found = rows(app, RECEIPT, user_id=user_id)
    return f"/exam/{found[0].public_id}/receipt", *(f"/exam/{each.public_id}/receipt/{each.number}" for each in found)


def rehearse(app: Flask, participant_id: int, *, by: int) -> Iterator[tuple[str, ...]]:
    """A rehearsal from its start to its verdict; gives the addresses that are open at each step."""
    with app.app_context():
        public_id = start_rehearsal(participant_id, by=by, now=clock.now())
    base = f"/exam/rehearsal/{public_id}"
    yield "/exam/rehearsal", f"{base}/checks"
    with app.app_context():
        run = find_rehearsal(public_id, user_id=by)
        assert run is not None
        note_browser(run.rehearsal_id, None, now=clock.now())
        open_rehearsal_paper(run.rehearsal_id, now=clock.now())
    yield f"{base}/checks", base, f"{base}/confirm"
    with app.app_context():
        for section in run.paper.sections:
            hand_in_rehearsal_section(run.rehearsal_id, section.id, [], device="walker", now=clock.now())
    yield f"{base}/summary", "/exam/rehearsal"
