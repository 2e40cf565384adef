"""Doors of 事務局: one file per desk, one blueprint."""

from lms.office.views import (
    attendance,
    audit,
    certification,
    cohorts,
    exam,
    grading,
    home,
    mail,
    participants,
    payments,
    progress,
    register,
    results,
    roster,
    staff,
)
from lms.office.views.blueprint import bp

__all__ = [
    "attendance",
    "audit",
    "bp",
    "certification",
    "cohorts",
    "exam",
    "grading",
    "home",
    "mail",
    "participants",
    "payments",
    "progress",
    "register",
    "results",
    "roster",
    "staff",
]
