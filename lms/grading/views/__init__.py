"""Doors of 採点: one file per subject, one blueprint."""

from lms.grading.views import calibrating, confirming, desk, queue
from lms.grading.views.blueprint import bp

__all__ = ["bp", "calibrating", "confirming", "desk", "queue"]
