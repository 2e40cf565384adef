"""Which passwords are good enough.

NIST SP 800-63B-4: at least 15 characters where the password is the only factor, 8 beside a second one; no rules about
kinds of characters; a blocklist of what guessers try first. What the blocklist knows is worth one character each, and
what is left must still be worth guessing.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from lms.accounts.rules.refusals import PasswordProblem

MIN_WITH_SECOND_FACTOR = 8
MIN_ALONE = 15
MAX_LENGTH = 128
MIN_WORTH = 6
"""Characters that must remain when everything guessable is counted as one character."""
MIN_RUN = 4
MIN_PERSONAL = 3
MARK = "\0"
"""Stands where something guessable was cut out."""

LINES = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "1234567890-^",
    "qwertyuiop@[",
    "asdfghjkl;:]",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "!qaz@wsx#edc$rfv",
    "!\"#$%&'()",
    "!@#$%^&*()",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
    "いろはにほへとちりぬるをわかよたれそつねならむ",
)
"""Neighbors on a Japanese or English keyboard, in the alphabet, in the syllabary."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON = _words(
    """
    password passwort passw0rd passwd pass admin administrator root user guest login welcome letmein master secret test
    testtest default changeme iloveyou monkey dragon football baseball soccer superman batman shadow sunshine princess
    michael jordan charlie access starwars hello freedom whatever trustno computer internet google amazon samsung apple
    flower cookie summer winter spring autumn killer pepper ginger hunter ranger tigger buster cheese banana orange
    asdf qwer zxcv qwerty azerty abc123 aaa111 1q2w3e4r q1w2e3r4 zaq12wsx 1qaz2wsx
    sakura himawari doraemon pikachu pokemon totoro naruto onepiece gundam nintendo sony toyota honda tokyo osaka kyoto
    nagoya yokohama fukuoka sapporo nippon nihon japan kanji hiragana arigato konnichiwa ohayou aishiteru daisuki
    taro hanako yamada suzuki tanaka sato takahashi watanabe yamamoto nakamura kobayashi
    company office kaisha jimu jimukyoku soumu jinji eigyo shain keiri password123 pasuwado himitsu rogin
    パスワード ぱすわーど ひみつ あいしてる さくら 秘密 会社 事務局
    """
)

HOUSE_WORDS = _words(
    """
    kasuhara customer harassment harassmentrisk kyokai jhrma nintei koza kouza jitsumusha jitumusya taisaku shiken lms
    カスハラ カスタマーハラスメント ハラスメント 協会 認定 講座 実務者 養成 対策 日本ハラスメントリスク管理協会
    """
)

_YEAR = re.compile(r"(?:19|20)\d\d(?:[01]\d)?(?:[0-3]\d)?")
_LEET = str.maketrans("@4301!5$7", "aaeoiisst")


def normalize_password(password: str) -> str:
    """The form that is measured and hashed: NFC, so that 「が」 typed on any device is the same letter."""
    return unicodedata.normalize("NFC", password)


def find_problems(password: str, *, has_second_factor: bool, personal: Iterable[str]) -> list[PasswordProblem]:
    """Everything wrong with a new password; an empty list means it is fit.

    `personal` holds what others know of the person: name, kana, e-mail address.
    """
    text = normalize_password(password)
    shortest = MIN_WITH_SECOND_FACTOR if has_second_factor else MIN_ALONE
    if len(text) < shortest:
        return [PasswordProblem.TOO_SHORT_FOR_STAFF if has_second_factor else PasswordProblem.TOO_SHORT]
    if len(text) > MAX_LENGTH:
        return [PasswordProblem.TOO_LONG]
    return _find_guessable(text, personal)


def _find_guessable(text: str, personal: Iterable[str]) -> list[PasswordProblem]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    if _is_repeated(plain):
        return [PasswordProblem.REPEATED]
    cuts: tuple[tuple[PasswordProblem, Callable[[str], str]], ...] = (
        (PasswordProblem.WALK, lambda rest: _cut_runs(_YEAR.sub(MARK, rest))),
        (PasswordProblem.PERSONAL, lambda rest: _cut_words(rest, _personal_words(personal) | HOUSE_WORDS)),
        (PasswordProblem.COMMON, lambda rest: _cut_words(rest, COMMON)),
    )
    rest, lost = plain, {}
    for problem, cut in cuts:
        shorter = cut(rest)
        lost[problem] = len(rest) - len(shorter)
        rest = shorter
    worst = max(lost, key=lambda problem: lost[problem])
    return [worst] if lost[worst] and _worth(rest) < MIN_WORTH else []


def _worth(rest: str) -> int:
    """How much is left to guess: letters and digits, no separators; neighboring cuts count as one."""
    return sum(1 for letter in re.sub(f"{MARK}+", MARK, rest) if letter == MARK or letter.isalnum())


def _is_repeated(text: str) -> bool:
    """Few different characters, or a unit of at most half the length over and over."""
    if len(set(text)) <= 3:
        return True
    units = (text[:size] for size in range(1, len(text) // 2 + 1))
    return any((unit * (len(text) // len(unit) + 1)).startswith(text) for unit in units)


def _personal_words(personal: Iterable[str]) -> frozenset[str]:
    parts: set[str] = set()
    for value in personal:
        whole = unicodedata.normalize("NFKC", value).casefold()
        parts |= {part for part in re.split(r"[\s@._+\-]+", whole) if len(part) >= MIN_PERSONAL or _is_kanji(part)}
    return frozenset(parts - {"com", "www", "mail", "info"})


def _is_kanji(part: str) -> bool:
    return len(part) >= 2 and all(ord(letter) > 0x2FF for letter in part)


def _cut_words(text: str, words: Iterable[str]) -> str:
    """Each known word, also in its 「p@ssw0rd」 spelling, becomes one mark."""
    rest = text
    for word in sorted(words, key=len, reverse=True):
        leet = rest.translate(_LEET)
        target = word.translate(_LEET)
        while (at := leet.find(target)) >= 0:
            rest = f"{rest[:at]}{MARK}{rest[at + len(word) :]}"
            leet = rest.translate(_LEET)
    return rest


def _cut_runs(text: str) -> str:
    """Each run along a line of neighbors, forward or backward, and each row of the same letter becomes one mark."""
    rest, at = "", 0
    while at < len(text):
        length = _run_at(text, at)
        rest += MARK if length >= MIN_RUN else text[at]
        at += length if length >= MIN_RUN else 1
    return rest


def _run_at(text: str, at: int) -> int:
    """The length of the longest run that begins here."""
    longest = 1
    for line in (*LINES, *(line[::-1] for line in LINES), text[at] * len(text)):
        length = longest + 1
        while at + length <= len(text) and text[at : at + length] in line:
            longest, length = length, length + 1
    return longest
