"""Doors of 事務局: one file per desk, one blueprint."""

from lms.office.views.blueprint import bp

__all__ = ["bp"]
