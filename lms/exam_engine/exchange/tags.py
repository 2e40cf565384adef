"""What only our bank knows of a question ↔ tags `name:value`, which Moodle's files carry along unread."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lms.exam_engine.exchange.drafts import LETTERS, Draft
from lms.exam_engine.exchange.entries import EntryTree, one_line, pairs_of, row_list
from lms.exam_engine.exchange.faults import FaultCode, Place

_SINGLE = ("type", "title", "domain", "level", "as_of", "status", "author", "case", "unit", "rubric", "rule")
_NUMBERS = ("version", "min_chars", "max_chars")
_LISTS: Mapping[str, str] = {
    "domains": "domain",
    "lessons": "lesson",
    "facts": "fact",
    "reviewers": "reviewer",
    "enemies": "enemy",
}
_MEMBERS: Mapping[str, str] = {"options": "option", "items": "item", "lefts": "left", "rights": "right"}

_NUMBER = re.compile(r"[0-9]{1,9}")
_MEMBER = re.compile(r"(option|item|left|right)-([0-9]{1,3})")
_MAX_SHOWN = 60


def tags_of(tree: EntryTree) -> tuple[str, ...]:
    """The tags of a question, in a fixed order; ids of options are among them unless they are a, b, c …"""
    return tuple(_tags_of(tree))


def _tags_of(tree: EntryTree) -> Iterator[str]:
    if tree["kind"] == "case":
        yield "kind:case"
    for name in (*_SINGLE, *_NUMBERS):
        if name in tree and not (name == "domain" and "domains" in tree):
            yield f"{name}:{one_line(str(tree[name]))}"
    for name, singular in _LISTS.items():
        value = tree.get(name)
        yield from (f"{singular}:{one_line(str(each))}" for each in value) if isinstance(value, list) else ()
    if tree.get("may_repeat_rights"):
        yield "may_repeat_rights:true"
    yield from _member_tags(tree)


def _member_tags(tree: EntryTree) -> Iterator[str]:
    options = [row["id"] for row in row_list(tree, "options")]
    if options != list(LETTERS[: len(options)]):
        yield from (f"option-{number}:{each}" for number, each in enumerate(options, start=1))
    yield from (f"item-{number}:{row['id']}" for number, row in enumerate(row_list(tree, "items"), start=1))
    yield from (f"left-{number}:{row['id']}" for number, row in enumerate(row_list(tree, "lefts"), start=1))
    yield from (f"right-{number}:{each}" for number, each in enumerate(rights_in_file(tree), start=1))


def rights_in_file(tree: EntryTree) -> list[str]:
    """The ids of the right side in the order in which pairs, then what is left over, name them."""
    key = pairs_of(tree)
    used = dict.fromkeys(key[row["id"]] for row in row_list(tree, "lefts") if row["id"] in key)
    return list(dict.fromkeys([*used, *(row["id"] for row in row_list(tree, "rights"))]))


def read_tags(draft: Draft, tags: Sequence[str], place: Place) -> None:
    """Set the fields that tags name, before anything else is read; members' ids wait for `read_member_tags`."""
    if draft.is_crowded(len(tags)):
        return
    unknown = []
    for tag in tags:
        name, _, value = tag.partition(":")
        if not _read_tag(draft, name.strip(), value.strip(), place) and not _MEMBER.fullmatch(name):
            unknown.append(one_line(tag))
    if unknown:
        draft.warn(FaultCode.TAG_DROPPED, place, tags="、".join(unknown)[:_MAX_SHOWN])


def _read_tag(draft: Draft, name: str, value: str, place: Place) -> bool:
    if not value:
        return False
    if name in _NUMBERS:
        draft.put(name, int(value) if _NUMBER.fullmatch(value) else value, place)
    elif name == "may_repeat_rights":
        draft.put(name, value == "true", place)
    elif name == "kind" and value == "case":
        pass
    elif name in _LISTS.values():
        _append(draft, next(plural for plural, singular in _LISTS.items() if singular == name), value, place)
        if name == "domain":
            draft.put(name, value, place)
    elif name in _SINGLE:
        draft.put(name, value, place)
    else:
        return False
    return True


def _append(draft: Draft, name: str, value: str, place: Place) -> None:
    known = draft.values.get(name)
    draft.put(name, [*known, value] if isinstance(known, list) else [value], place)


def settle_domain(draft: Draft) -> None:
    """Tags do not tell one domain from several: an essay has several, the other kinds one, a case none."""
    if draft.kind != "essay":
        draft.values.pop("domains", None)
    if draft.kind in {"essay", "case"}:
        draft.values.pop("domain", None)


def read_member_tags(draft: Draft, tags: Sequence[str]) -> None:
    """Give options and items the ids their tags name."""
    for tag in tags:
        name, _, value = tag.partition(":")
        found = _MEMBER.fullmatch(name)
        rows = draft.values.get(_plural(found[1])) if found else None
        if found and isinstance(rows, list) and 1 <= int(found[2]) <= len(rows):
            rows[int(found[2]) - 1]["id"] = value.strip()


def _plural(singular: str) -> str:
    return next(plural for plural, each in _MEMBERS.items() if each == singular)
