"""伏せ字, pure: which passages of an essay may tell who wrote it, and the text with the chosen ones covered."""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lms.grading.rules.reading import split_at
from lms.grading.rules.writing import company_key, fold_in_place
from lms.text import count_characters

MASK = "■■"
SHORT = 2
"""Of a mail address's first part, so few characters or fewer are too common to look for."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class MaskKind(StrEnum):
    """What a covered passage was, so that the sentence can still be read."""

    NAME = "name"
    ORGANIZATION = "organization"
    PLACE = "place"
    OTHER = "other"


MASK_WORDS = {MaskKind.NAME: "氏名", MaskKind.ORGANIZATION: "組織名", MaskKind.PLACE: "地名", MaskKind.OTHER: "その他"}
"""These words become part of the text that is graded."""


class Clue(StrEnum):
    """Why a passage is suggested."""

    OWN_NAME = "own_name"
    OWN_COMPANY = "own_company"
    OWN_DEPARTMENT = "own_department"
    OWN_MAIL = "own_mail"
    OTHERS_NAME = "others_name"
    OTHERS_COMPANY = "others_company"
    MAIL = "mail"
    PHONE = "phone"
    COMPANY = "company"
    """It looks like the name of a company."""
    QUOTED = "quoted"
    """The office named it."""
    COVERED = "covered"
    """It is covered already."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a participant and might stand in an essay; `names` in every writing, family and given name apart."""

    names: tuple[str, ...]
    kana: str
    company: str
    department: str
    email: str


@dataclass(frozen=True, slots=True)
class Span:
    """A passage to cover: start and end in code points of the original text."""

    start: int
    end: int
    kind: MaskKind


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A passage with the reason why it is suggested; `is_sure` when it is chosen unless the office says otherwise."""

    span: Span
    quote: str
    clue: Clue
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """A covered passage as it is stored: start and end in the original, and what stands there instead."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class _Needle:
    """Folded text to look for; the last `tail` characters stay readable (さん, 課長)."""

    text: str
    kind: MaskKind
    clue: Clue
    is_sure: bool
    tail: int = 0


_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width letters, digits and signs → ASCII, one for one, so that places stay the same."""
_FORM = r"(?:株式会社|有限会社|合同会社|\(株\)|㈱|\(有\)|㈲)"
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DASH = "[-\u2010-\u2015\u2212\u30fc]"
_PHONE = re.compile(rf"(?<!\d)0\d{{1,4}}{_DASH}\d{{1,4}}{_DASH}\d{{3,4}}(?!\d)")
_PROPER = r"[ァ-ヶー一-龠々A-Za-z0-9・]{2,20}"
_COMPANY = re.compile(rf"{_FORM}{_PROPER}|{_PROPER}{_FORM}")
_PATTERNS = (
    (_MAIL, MaskKind.OTHER, Clue.MAIL, True),
    (_PHONE, MaskKind.OTHER, Clue.PHONE, True),
    (_COMPANY, MaskKind.ORGANIZATION, Clue.COMPANY, False),
)
_TITLES = ("サン", "様", "氏", "君", "クン", "社長", "部長", "次長", "課長", "係長", "主任", "店長", "先生")


def suggest(text: str, own: Person, others: Iterable[Person] = ()) -> tuple[Suggestion, ...]:
    """Passages of an essay that may tell who wrote it, in the order of the text.

    Of two that overlap the longer one stands, and is sure when either of them is. Writing does not matter: width, letter
    case, kana of either sort, blanks inside a name, 髙 or 高.
    """
    folded, places = fold_in_place(text)
    needles = [*_needles_of(own, is_own=True), *(needle for person in others for needle in _needles_of(person, is_own=False))]
    found = [each for needle in dict.fromkeys(needles) for each in _occurrences(text, folded, places, needle)]
    found += [
        Suggestion(Span(*match.span(), kind), text[match.start() : match.end()], clue, is_sure)
        for pattern, kind, clue, is_sure in _PATTERNS
        for match in pattern.finditer(text.translate(_NARROW))
    ]
    return _longest(found)


def find_quote(text: str, quote: str, kind: MaskKind) -> tuple[Suggestion, ...]:
    """Every place where a quoted passage stands, whatever its writing; none is chosen for the office."""
    folded, places = fold_in_place(text)
    needle = _Needle(fold_in_place(quote)[0], kind, Clue.QUOTED, is_sure=False)
    return tuple(_occurrences(text, folded, places, needle)) if needle.text else ()


def cover(text: str, spans: Iterable[Span]) -> tuple[Cover, ...]:
    """The passages with what will stand there; spans that touch each other become one.

    Where several passages of one kind are not the same, letters keep them apart: 氏名A and 氏名B. Raises ValueError for a
    span that is empty or not inside the text.
    """
    united = _unite(sorted(spans, key=lambda span: (span.start, -span.end)))
    if any(not 0 <= span.start < span.end <= len(text) for span in united):
        raise ValueError("a passage outside the text")
    kinds: dict[MaskKind, dict[str, str]] = {kind: {} for kind in MaskKind}
    for span in united:
        known = kinds[span.kind]
        known.setdefault(fold_in_place(text[span.start : span.end])[0], LETTERS[min(len(known), len(LETTERS) - 1)])
    return tuple(Cover(span.start, span.end, _words(text, span, kinds[span.kind])) for span in united)


def kind_of(words: str) -> MaskKind:
    """The kind of a passage from the words that cover it."""
    return next((kind for kind, word in MASK_WORDS.items() if words.startswith(f"{MASK}({word}")), MaskKind.OTHER)


def mask(text: str, covers: Sequence[Cover]) -> str:
    """The text with its covered passages; `covers` are in order and apart."""
    parts, place = [], 0
    for each in covers:
        parts += [text[place : each.start], each.words]
        place = each.end
    return "".join([*parts, text[place:]])


def graded_limit(text: str, covers: Sequence[Cover], limit: int) -> int:
    """How many 字 of the covered text lie before the place where the original reaches its limit.

    字数 is always that of the original: a covered name makes an essay neither longer nor shorter.
    """
    if count_characters(text) <= limit:
        return count_characters(mask(text, covers))
    cut = len(split_at(text, limit)[0])
    return count_characters(mask(text, covers)[: to_masked(cut, covers, is_end=True)])


def to_masked(place: int, covers: Sequence[Cover], *, is_end: bool) -> int:
    """Where a place of the original is in the covered text; inside a covered passage its beginning, or its end."""
    moved = 0
    for each in covers:
        if place >= each.end:
            moved += len(each.words) - (each.end - each.start)
        elif place > each.start:
            return each.start + moved + (len(each.words) if is_end else 0)
    return place + moved


def to_original(place: int, covers: Sequence[Cover], *, is_end: bool) -> int:
    """Where a place of the covered text is in the original; inside a covered passage its beginning, or its end."""
    moved = 0
    for each in covers:
        start = each.start + moved
        if place >= start + len(each.words):
            moved += len(each.words) - (each.end - each.start)
        elif place > start:
            return each.end if is_end else each.start
    return place - moved


def _words(text: str, span: Span, letters: dict[str, str]) -> str:
    letter = letters[fold_in_place(text[span.start : span.end])[0]] if len(letters) > 1 else ""
    return f"{MASK}({MASK_WORDS[span.kind]}{letter})"


def _unite(spans: Sequence[Span]) -> list[Span]:
    united: list[Span] = []
    for span in spans:
        last = united[-1] if united else None
        if last is None or span.start >= last.end:
            united.append(span)
        elif span.end > last.end:
            longer = max(last, span, key=lambda each: each.end - each.start)
            united[-1] = Span(last.start, span.end, longer.kind)
    return united


@functools.lru_cache(maxsize=1024)
def _needles_of(person: Person, *, is_own: bool) -> tuple[_Needle, ...]:
    """What to look for because of one person: asked again for every essay of a cohort."""
    if not is_own:
        return (*_name_needles(person, Clue.OTHERS_NAME, is_sure=False), *_company_needles(person.company, Clue.OTHERS_COMPANY))
    told = (person.department, person.email, person.email.partition("@")[0])
    department, mail, local = (fold_in_place(word)[0] for word in told)
    further = (
        _Needle(department, MaskKind.ORGANIZATION, Clue.OWN_DEPARTMENT, is_sure=False),
        _Needle(mail, MaskKind.OTHER, Clue.OWN_MAIL, is_sure=True),
        _Needle(local if len(local) > SHORT else "", MaskKind.OTHER, Clue.OWN_MAIL, is_sure=False),
    )
    names = _name_needles(person, Clue.OWN_NAME, is_sure=True)
    return (*names, *_company_needles(person.company, Clue.OWN_COMPANY), *(each for each in further if each.text))


def _name_needles(person: Person, clue: Clue, *, is_sure: bool) -> Iterator[_Needle]:
    """The whole name is sure for everybody; its parts only for the one who wrote, and a part of one character with a title."""
    for name in (*person.names, person.kana):
        parts, whole = [fold_in_place(part)[0] for part in name.split()], fold_in_place(name)[0]
        if len(whole) > 1:
            yield _Needle(whole, MaskKind.NAME, clue, is_sure=True)
        for part in parts:
            if len(part) > 1:
                yield _Needle(part, MaskKind.NAME, clue, is_sure)
            else:
                yield from (_Needle(part + title, MaskKind.NAME, clue, is_sure, len(title)) for title in _TITLES)


def _company_needles(company: str, clue: Clue) -> Iterator[_Needle]:
    for folded in dict.fromkeys((fold_in_place(company)[0], company_key(company))):
        if len(folded) > 1:
            yield _Needle(folded, MaskKind.ORGANIZATION, clue, is_sure=True)


def _occurrences(text: str, folded: str, places: Sequence[int], needle: _Needle) -> Iterator[Suggestion]:
    begin = folded.find(needle.text) if needle.text else -1
    while begin >= 0:
        last = begin + len(needle.text) - needle.tail - 1
        start, end = places[begin], _after(text, places[last])
        yield Suggestion(Span(start, end, needle.kind), text[start:end], needle.clue, needle.is_sure)
        begin = folded.find(needle.text, begin + len(needle.text))


def _after(text: str, place: int) -> int:
    """The place behind a character and the marks that belong to it."""
    end = place + 1
    while end < len(text) and (unicodedata.category(text[end]) in ("Mn", "Me") or text[end] in "\u3099\u309a\uff9e\uff9f\u200d"):
        end += 1
    return end


def _longest(found: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Of suggestions that overlap, the longest, for the reason of the longest sure one among them; of equal length the surest."""
    kept: list[Suggestion] = []
    for each in sorted(found, key=lambda one: (one.span.start - one.span.end, not one.is_sure, one.span.start)):
        met = [place for place, other in enumerate(kept) if _overlap(each.span, other.span)]
        if not met:
            kept.append(each)
        for place in met:
            # What merely looks like a company, around the name of the own company, is the own company.
            if each.is_sure and not kept[place].is_sure:
                kept[place] = replace(kept[place], clue=each.clue, is_sure=True)
    return tuple(sorted(kept, key=lambda one: one.span.start))


def _overlap(one: Span, other: Span) -> bool:
    return one.end > other.start and one.start < other.end
