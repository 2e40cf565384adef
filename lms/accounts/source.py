"""Reading the words of generated passphrases from content/accounts."""

import functools
import secrets
from pathlib import Path

WORDS_IN_A_PASSPHRASE = 4


def suggest_passphrase(content: Path) -> str:
    """Four words drawn by chance, for people who would rather not invent a password: 「kaede-tegami-minato-yuzu」."""
    words = _words(content / "accounts" / "passphrase_words.txt")
    return "-".join(secrets.choice(words) for _ in range(WORDS_IN_A_PASSPHRASE))


@functools.lru_cache(maxsize=2)
def _words(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").split())
