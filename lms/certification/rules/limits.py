"""How often strangers may be wrong at the verification page (proposed figures)."""

from datetime import timedelta

from lms.accounts.rules.throttling import Limit

LOOKUP = Limit("verify", 10, timedelta(minutes=1))
"""Failed look-ups from one network address."""
NUMBER = Limit("verify_number", 60, timedelta(hours=1))
"""Failed look-ups of one number as it was typed, whether or not there is such a certificate, from all networks together.

Whoever spends them keeps a right code out as well; QR codes and PDFs, which name no number, keep working.
"""
NAME = Limit("verify_name", 5, timedelta(hours=1))
"""Names that did not agree, for one certificate."""
HOUSE = Limit("verify_house", 300, timedelta(hours=1))
"""Failed look-ups of all strangers together after which the office is told, once an hour; nobody is kept out by it."""
ALARM_SHOWN = timedelta(days=1)
"""How long the office's start page tells of it."""
