"""How often strangers may be wrong at the verification page (proposed figures)."""

from datetime import timedelta

from lms.accounts.rules.throttling import Limit

LOOKUP = Limit("verify", 10, timedelta(minutes=1))
"""Failed look-ups from one network address."""
NAME = Limit("verify_name", 5, timedelta(hours=1))
"""Names that did not agree, for one certificate."""
