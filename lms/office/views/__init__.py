"""Doors of 事務局: one file per desk, one blueprint."""

from lms.office.views import (
    accommodation,
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
    statistics,
)
from lms.office.views.blueprint import bp

__all__ = [
    "accommodation",
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
    "statistics",
]
