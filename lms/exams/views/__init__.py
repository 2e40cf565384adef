"""Doors of 受験: one file per subject, one blueprint."""

from lms.exams.views import accommodation, answers, history, lobby, receipt, receipt_check, rehearsal, room
from lms.exams.views.blueprint import bp

__all__ = ["accommodation", "answers", "bp", "history", "lobby", "receipt", "receipt_check", "rehearsal", "room"]
