"""What counts as an e-mail address and as a name."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from lms.accounts.rules.refusals import Refusal, Refused

MAX_NAME = 200


def normalize_email(email: str) -> str:
    """The address in the one form it is stored and compared in: trimmed, half-width, lower case.

    Raises Refused(BAD_EMAIL) when it is not one plain ASCII address.
    """
    try:
        valid = validate_email(
            unicodedata.normalize("NFKC", email).strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            globally_deliverable=False,
        )
    except EmailNotValidError as problem:
        raise Refused(Refusal.BAD_EMAIL) from problem
    address = valid.normalized.lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", address):
        raise Refused(Refusal.BAD_EMAIL)
    return address


def require_name(name: str) -> str:
    """The name exactly as typed, if it is one line of text.

    Raises Refused(BAD_NAME) when it is empty, too long, or holds control characters that could forge a line of mail.
    """
    if not name.strip() or len(name) > MAX_NAME or any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in name):
        raise Refused(Refusal.BAD_NAME)
    return name
