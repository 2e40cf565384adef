"""Which entry may follow which, against a table; and the last good days of papers."""

from collections.abc import Sequence
from datetime import date
from itertools import product

import pytest

from lms.certification.rules.entries import CertificateStatus, EntryKind, Happening, certificate_status
from lms.certification.rules.sequence import Standing, after, may_follow, stand
from lms.certification.rules.validity import ValidityRule

END = date(2028, 11, 30)
ISSUE, REISSUE, RENEW = EntryKind.ISSUE, EntryKind.REISSUE, EntryKind.RENEW
VOID, REVOKE, SUSPEND, RESUME = EntryKind.VOID, EntryKind.REVOKE, EntryKind.SUSPEND, EntryKind.RESUME
EXPIRE, SHIP = EntryKind.EXPIRE, EntryKind.SHIP


def standing(*kinds: EntryKind, ends: bool = False) -> Standing:
    version, found = 0, Standing()
    for kind in kinds:
        version += kind in (ISSUE, REISSUE, RENEW)
        found = after(found, Happening(kind, version, END if ends and kind in (ISSUE, REISSUE, RENEW) else None))
    return found


def allowed(found: Standing) -> set[EntryKind]:
    """The kinds that may follow, each with the version it needs."""
    prints = {ISSUE, REISSUE, RENEW}
    return {kind for kind in EntryKind if may_follow(found, Happening(kind, found.version + (kind in prints)))}


@pytest.mark.parametrize(
    ("kinds", "ends", "expected"),
    [
        ((), False, {ISSUE}),
        ((ISSUE,), False, {REISSUE, VOID, REVOKE, SUSPEND, SHIP}),
        ((ISSUE,), True, {REISSUE, RENEW, VOID, REVOKE, SUSPEND, EXPIRE, SHIP}),
        ((ISSUE, SUSPEND), True, {RESUME, VOID, REVOKE, EXPIRE, SHIP}),
        ((ISSUE, SUSPEND, RESUME), False, {REISSUE, VOID, REVOKE, SUSPEND, SHIP}),
        ((ISSUE, EXPIRE), True, {RENEW, VOID, REVOKE, SUSPEND, SHIP}),
        ((ISSUE, EXPIRE, RENEW), True, {REISSUE, RENEW, VOID, REVOKE, SUSPEND, EXPIRE, SHIP}),
        ((ISSUE, REVOKE), True, {SHIP}),
        ((ISSUE, VOID), False, {SHIP}),
        ((ISSUE, SHIP, REISSUE), False, {REISSUE, VOID, REVOKE, SUSPEND, SHIP}),
    ],
)
def test_what_may_follow(kinds: Sequence[EntryKind], ends: bool, expected: set[EntryKind]) -> None:
    assert allowed(standing(*kinds, ends=ends)) == expected


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_new_paper_counts_on_from_the_newest(version: int) -> None:
    assert not may_follow(standing(ISSUE), Happening(REISSUE, version))
    assert may_follow(standing(ISSUE), Happening(REISSUE, 2))


def test_every_way_of_four_entries_that_the_rule_allows_ends_in_a_status() -> None:
    """No sequence brings a certificate back to 有効 after 失効 or 無効, and 再発行済 never comes back."""
    walked = 0
    for kinds in product(EntryKind, repeat=4):
        happenings = walk((ISSUE, *kinds))
        if happenings is None:
            continue
        walked += 1
        newest = max(each.version for each in happenings)
        status = certificate_status(happenings, version=newest, today=date(2026, 12, 1))
        is_over = any(each.kind in (REVOKE, VOID) for each in happenings)
        assert is_over == (status in (CertificateStatus.REVOKED, CertificateStatus.VOID))
        assert stand(happenings).is_over == is_over
    assert walked > 300


def walk(kinds: Sequence[EntryKind]) -> list[Happening] | None:
    found, happenings = Standing(), []
    for kind in kinds:
        version = found.version + (kind in (ISSUE, REISSUE, RENEW))
        happening = Happening(kind, version, END)
        if not may_follow(found, happening):
            return None
        found = after(found, happening)
        happenings.append(happening)
    return happenings


TWO_YEARS = ValidityRule(2, (60, 30), ("更新研修",), "")


@pytest.mark.parametrize(
    ("issued_on", "last"),
    [
        (date(2026, 12, 1), date(2028, 11, 30)),
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2026, 3, 1), date(2028, 2, 29)),
        (date(2026, 1, 1), date(2027, 12, 31)),
    ],
)
def test_the_last_good_day_is_the_day_before_the_anniversary(issued_on: date, last: date) -> None:
    assert TWO_YEARS.last_day(issued_on) == last


def test_without_years_there_is_no_end_and_no_renewal() -> None:
    never = ValidityRule(None, (60,), (), "")
    assert never.last_day(END) is None
    assert not never.may_be_renewed(END, on=END)


def test_a_renewal_goes_on_from_the_old_end_or_from_the_day_after_it() -> None:
    assert TWO_YEARS.renewed_until(END, on=date(2028, 10, 20)) == date(2030, 11, 30)
    assert TWO_YEARS.renewed_until(END, on=date(2029, 1, 10)) == date(2031, 1, 9)


@pytest.mark.parametrize(("on", "may"), [(date(2028, 9, 30), False), (date(2028, 10, 1), True), (date(2030, 1, 1), True)])
def test_a_renewal_opens_with_the_first_reminder(on: date, may: bool) -> None:
    assert TWO_YEARS.may_be_renewed(END, on=on) is may


@pytest.mark.parametrize(
    ("on", "sent", "due"),
    [
        (date(2028, 9, 30), (), ()),
        (date(2028, 10, 1), (), (60,)),
        (date(2028, 10, 31), (60,), (30,)),
        (date(2028, 11, 5), (), (60, 30)),
        (date(2028, 11, 5), (60, 30), ()),
        (date(2028, 12, 1), (), ()),
    ],
)
def test_each_reminder_is_due_once_and_never_after_the_end(on: date, sent: tuple[int, ...], due: tuple[int, ...]) -> None:
    assert TWO_YEARS.due_reminders(END, on=on, sent=sent) == due
