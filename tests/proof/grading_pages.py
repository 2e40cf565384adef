"""Addresses of the pages around grading, appeals and complaints, to which links from a home page lead only at times."""

from flask import Flask

from tests.lms.demo.filled import rows

UNMARKED = """SELECT a.id, e.id AS essay_id, w.cohort_id FROM assignments a JOIN essays e ON e.id = a.essay_id
    JOIN exam_windows w ON w.id = e.window_id LEFT JOIN grader_marks m ON m.assignment_id = a.id
    WHERE m.id IS NULL AND e.anchor_id IS NULL AND a.part != 'adjudicator' ORDER BY a.id"""
COMPARED = """SELECT a.public_id FROM grader_marks m JOIN assignments a ON a.id = m.assignment_id
    WHERE a.part = 'calibration' AND a.grader_id = :grader_id ORDER BY m.id"""
APPELLANTS = """SELECT u.email FROM appeals x JOIN attempts a ON a.id = x.attempt_id
    JOIN participants p ON p.id = a.participant_id JOIN users u ON u.id = p.user_id ORDER BY x.id"""


def office_grading_addresses(app: Flask) -> tuple[str, ...]:
    """The office's pages about a cohort that is being graded, every appeal and complaint, and the rubrics."""
    open_one = rows(app, UNMARKED)[0]
    grading = f"/office/cohorts/{open_one.cohort_id}/grading"
    return (
        *(f"{grading}{page}" for page in ("", "/conflicts", "/assignments", "/calibration", "/masking")),
        *(f"{grading}/masking/{open_one.essay_id}", f"/office/grading/assignments/{open_one.id}/reassign"),
        *("/office/appeals", *(f"/office/appeals/{row.id}" for row in rows(app, "SELECT id FROM appeals"))),
        *("/office/complaints", *(f"/office/complaints/{row.id}" for row in rows(app, "SELECT id FROM complaints"))),
        *("/office/rubrics", "/office/rubrics/T1"),
    )


def compared_address(app: Flask, grader_id: int) -> str:
    """A grader's own levels beside the agreed ones."""
    return f"/grading/{rows(app, COMPARED, grader_id=grader_id)[0].public_id}/calibration"


def appellants(app: Flask) -> list[str]:
    """The addresses of everybody who has appealed."""
    return [row.email for row in rows(app, APPELLANTS)]
