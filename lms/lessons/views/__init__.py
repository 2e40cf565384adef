"""Doors of 教材: one blueprint, one file a subject."""

from lms.lessons.views import quizzes, reading, studying
from lms.lessons.views.blueprint import bp

__all__ = ["bp", "quizzes", "reading", "studying"]
