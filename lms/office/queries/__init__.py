"""Every page of 事務局 put together from the queries of the rooms below, and what the readiness check looks at."""

from lms.office.queries.desks import (
    AttendanceCell,
    AttendanceLine,
    CohortOverview,
    ExamDesk,
    PaymentLine,
    ProgressLine,
    attendance_lines,
    cohort_overview,
    exam_desks,
    list_overviews,
    list_staffing_gaps,
    payment_lines,
    progress_lines,
    subject_names,
)

__all__ = [
    "AttendanceCell",
    "AttendanceLine",
    "CohortOverview",
    "ExamDesk",
    "PaymentLine",
    "ProgressLine",
    "attendance_lines",
    "cohort_overview",
    "exam_desks",
    "list_overviews",
    "list_staffing_gaps",
    "payment_lines",
    "progress_lines",
    "subject_names",
]
