"""Doors of マイページ: one blueprint, one file a subject."""

from lms.mypage.views import appeals, calendar, complaints, days, home
from lms.mypage.views.blueprint import bp

__all__ = ["appeals", "bp", "calendar", "complaints", "days", "home"]
