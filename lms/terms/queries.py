"""Every SELECT of 規約."""


def owes_consent(user_id: int) -> bool:
    """Whether the user has not yet consented to the current revision."""
    return False
