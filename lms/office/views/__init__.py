"""Doors of 事務局: one file per desk, one blueprint."""

from lms.office.views import (
    attendance,
    audit,
    cohorts,
    exam,
    grading,
    home,
    mail,
    payments,
    progress,
    results,
    roster,
    staff,
)
from lms.office.views.blueprint import bp

__all__ = [
    "attendance",
    "audit",
    "bp",
    "cohorts",
    "exam",
    "grading",
    "home",
    "mail",
    "payments",
    "progress",
    "results",
    "roster",
    "staff",
]
