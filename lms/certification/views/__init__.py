"""Doors of 認定: 照会 for anybody, and the holder's own certificate."""

from lms.certification.views import holder, keys, ordering, verification
from lms.certification.views.blueprint import bp

__all__ = ["bp", "holder", "keys", "ordering", "verification"]
