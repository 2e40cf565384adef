"""Pure decisions of 認定: the checklist, the four eyes, the status of a certificate, names, the chain."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from certificates.names import fold_name, names_agree
from lms.certification.rules.chain import GENESIS_HASH, ChainedEntry, Damage, commit_to, hash_entry
from lms.certification.rules.completion import (
    CompletionFacts,
    CompletionRule,
    DayAttended,
    ExamOutcome,
    Requirement,
    check_completion,
    checklist_from_plain,
    checklist_to_plain,
    is_complete,
)
from lms.certification.rules.deciding import (
    Involvement,
    Refusal,
    Stage,
    find_stage,
    is_another_name,
    refuse_decider,
    refuse_proposer,
)
from lms.certification.rules.entries import CertificateStatus, EntryKind, Happening, certificate_status
from lms.certification.rules.walking import Link, place_links, walk_chain

RULE = CompletionRule(tuple(Requirement), attendance_percent=80)
DONE = CompletionFacts(
    days=(DayAttended(1, 300, 300), DayAttended(2, 240, 300)),
    lessons_done=5,
    lessons_published=5,
    quizzes_passed=5,
    quizzes_published=5,
    outcome=ExamOutcome(True, Decimal("105")),
    paid_on=date(2026, 11, 1),
    terms_revision="2026-11-22",
)


def unmet(facts: CompletionFacts, rule: CompletionRule = RULE) -> list[Requirement]:
    return [line.requirement for line in check_completion(rule, facts) if not line.is_met]


def test_who_did_everything_has_completed() -> None:
    lines = check_completion(RULE, DONE)
    assert is_complete(lines)
    assert [line.requirement for line in lines] == [Requirement.ATTENDANCE, *Requirement]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        pytest.param(
            {"days": (DayAttended(1, 239, 300), DayAttended(2, 300, 300))}, "attendance", id="one minute short on day 1"
        ),
        pytest.param({"days": (DayAttended(1, 300, 300), DayAttended(2, None, 300))}, "attendance", id="day 2 was never entered"),
        pytest.param({"days": ()}, "attendance", id="a cohort without days"),
        pytest.param({"lessons_done": 4}, "lessons", id="one lesson unread"),
        pytest.param({"quizzes_passed": 4}, "quizzes", id="one quiz not passed"),
        pytest.param({"outcome": None}, "exam", id="no released result"),
        pytest.param({"outcome": ExamOutcome(False, Decimal("104.5"))}, "exam", id="failed"),
        pytest.param({"paid_on": None}, "payment", id="not paid"),
        pytest.param({"terms_revision": None}, "terms", id="no consent"),
    ],
)
def test_one_thing_missing_is_one_line_unmet(change: dict[str, Any], missing: str) -> None:
    assert unmet(replace(DONE, **change)) == [Requirement(missing)]


@pytest.mark.parametrize(("counted", "minutes", "is_met"), [(300, 240, True), (299, 239, False), (299, 240, True), (1, 1, True)])
def test_the_needed_minutes_are_rounded_up(counted: int, minutes: int, is_met: bool) -> None:
    facts = replace(DONE, days=(DayAttended(1, minutes, counted),))
    assert (unmet(facts) == []) is is_met


def test_a_course_without_published_lessons_is_not_completed_by_reading_none() -> None:
    assert unmet(replace(DONE, lessons_done=0, lessons_published=0)) == [Requirement.LESSONS]


def test_the_rule_is_data_and_asks_only_for_what_it_names() -> None:
    rule = CompletionRule((Requirement.EXAM,), attendance_percent=80)
    assert unmet(replace(DONE, paid_on=None, days=()), rule) == []
    assert not is_complete(())


def test_a_kept_checklist_comes_back_as_it_was() -> None:
    lines = check_completion(RULE, replace(DONE, outcome=None))
    assert checklist_from_plain(checklist_to_plain(lines)) == lines


@pytest.mark.parametrize(
    ("proposer", "involvement", "expected"),
    [
        (1, None, None),
        (1, Involvement.GRADED, Refusal.PROPOSER_GRADED),
        (1, Involvement.TIED, Refusal.PROPOSER_TIED),
        (9, None, Refusal.OWN_CERTIFICATE),
    ],
)
def test_nobody_proposes_whom_they_graded_or_are_tied_to(
    proposer: int, involvement: Involvement | None, expected: Refusal | None
) -> None:
    assert refuse_proposer(proposer_id=proposer, holder_id=9, involvement=involvement) is expected


@pytest.mark.parametrize(
    ("decider", "proposer", "involvement", "expected"),
    [
        (2, 1, None, None),
        (1, 1, None, Refusal.DECIDER_PROPOSED),
        (2, 1, Involvement.GRADED, Refusal.DECIDER_GRADED),
        (2, 1, Involvement.TIED, Refusal.DECIDER_TIED),
        (9, 1, None, Refusal.OWN_CERTIFICATE),
    ],
)
def test_nobody_decides_what_they_proposed_or_graded(
    decider: int, proposer: int, involvement: Involvement | None, expected: Refusal | None
) -> None:
    assert refuse_decider(decider_id=decider, proposer_id=proposer, holder_id=9, involvement=involvement) is expected


@pytest.mark.parametrize(
    ("is_complete_", "is_proposed", "is_approved", "is_issued", "stage"),
    [
        (False, False, None, False, Stage.NOT_COMPLETE),
        (True, False, None, False, Stage.COMPLETE),
        (True, True, None, False, Stage.PROPOSED),
        (False, True, None, False, Stage.PROPOSED),
        (True, True, False, False, Stage.REFUSED),
        (True, True, True, False, Stage.APPROVED),
        (True, True, True, True, Stage.ISSUED),
    ],
)
def test_the_stage(is_complete_: bool, is_proposed: bool, is_approved: bool | None, is_issued: bool, stage: Stage) -> None:
    found = find_stage(is_complete=is_complete_, is_proposed=is_proposed, is_approved=is_approved, is_issued=is_issued)
    assert found is stage


@pytest.mark.parametrize(("is_approved", "stage"), [(None, Stage.HELD), (True, Stage.HELD), (False, Stage.REFUSED)])
def test_a_hold_keeps_an_approval_from_being_used(is_approved: bool | None, stage: Stage) -> None:
    found = find_stage(is_complete=True, is_proposed=True, is_approved=is_approved, is_issued=False, is_held=True)
    assert found is stage


@pytest.mark.parametrize(
    ("proposed", "printed", "is_another"),
    [("架空 一子", "架空 一子", False), ("架空 一子", "架空 二子", True), ("", "架空 一子", False)],
)
def test_a_proposal_is_for_one_name(proposed: str, printed: str, is_another: bool) -> None:
    assert is_another_name(proposed, printed) is is_another


K = EntryKind


TODAY = date(2028, 12, 1)
YESTERDAY = date(2028, 11, 30)


@pytest.mark.parametrize(
    ("entries", "version", "status"),
    [
        ([(K.ISSUE, 1, None)], 1, "valid"),
        ([(K.ISSUE, 1, TODAY)], 1, "valid"),
        ([(K.ISSUE, 1, YESTERDAY)], 1, "expired"),
        ([(K.ISSUE, 1, YESTERDAY), (K.EXPIRE, 1, None)], 1, "expired"),
        ([(K.ISSUE, 1, YESTERDAY), (K.EXPIRE, 1, None), (K.RENEW, 2, TODAY)], 2, "valid"),
        ([(K.ISSUE, 1, YESTERDAY), (K.EXPIRE, 1, None), (K.RENEW, 2, TODAY)], 1, "renewed"),
        ([(K.ISSUE, 1, YESTERDAY), (K.REISSUE, 2, YESTERDAY), (K.RENEW, 3, TODAY)], 1, "reissued"),
        ([(K.ISSUE, 1, YESTERDAY), (K.REISSUE, 2, YESTERDAY), (K.RENEW, 3, TODAY)], 2, "renewed"),
        ([(K.ISSUE, 1, YESTERDAY), (K.RENEW, 2, TODAY), (K.REISSUE, 3, TODAY)], 1, "renewed"),
        ([(K.ISSUE, 1, YESTERDAY), (K.SUSPEND, 1, None)], 1, "suspended"),
        ([(K.ISSUE, 1, None), (K.REISSUE, 2, None)], 1, "reissued"),
        ([(K.ISSUE, 1, None), (K.REISSUE, 2, None)], 2, "valid"),
        ([(K.ISSUE, 1, None), (K.SHIP, 1, None), (K.SHIP, 1, None)], 1, "valid"),
        ([(K.ISSUE, 1, None), (K.SUSPEND, 1, None)], 1, "suspended"),
        ([(K.ISSUE, 1, None), (K.REISSUE, 2, None), (K.SUSPEND, 2, None)], 1, "reissued"),
        ([(K.ISSUE, 1, None), (K.SUSPEND, 1, None), (K.RESUME, 1, None)], 1, "valid"),
        ([(K.ISSUE, 1, None), (K.SUSPEND, 1, None), (K.SHIP, 1, None)], 1, "suspended"),
        ([(K.ISSUE, 1, None), (K.REVOKE, 1, None)], 1, "revoked"),
        ([(K.ISSUE, 1, None), (K.REVOKE, 1, None), (K.REISSUE, 2, None)], 2, "revoked"),
        ([(K.ISSUE, 1, None), (K.REISSUE, 2, None), (K.REVOKE, 2, None)], 1, "revoked"),
        ([(K.ISSUE, 1, YESTERDAY), (K.VOID, 1, None)], 1, "void"),
    ],
)
def test_the_status_is_a_fold_over_the_entries(
    entries: list[tuple[EntryKind, int, date | None]], version: int, status: str
) -> None:
    happenings = [Happening(*entry) for entry in entries]
    assert certificate_status(happenings, version=version, today=TODAY) is CertificateStatus(status)


def test_a_certificate_without_entries_has_no_status() -> None:
    with pytest.raises(ValueError, match="without entries"):
        certificate_status([], version=1, today=TODAY)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("髙橋　花子", "高橋 花子"),
        ("山崎太郎", "山﨑 太郎"),
        ("吉田 一郎", "𠮷田一郎"),
        ("渡辺 さくら", "渡邉 さくら"),
        ("渡邊さくら", "渡邉 さくら"),
        ("辻 健", "辻\U000e0100 健"),
        ("辻\U000e0101健", "辻 健"),
        ("神谷", "神谷"),
        ("ｏ'brien ann", "O'Brien Ann"),
        ("ｶﾅｲ", "カナイ"),
    ],
)
def test_names_that_agree(typed: str, printed: str) -> None:
    assert names_agree(typed, printed)
    assert names_agree(printed, typed)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("山田 花子", "山田 花代"),
        ("", "山田"),
        ("　", "　"),
        ("山田", "山田 花子"),
        ("土田", "士田"),
        ("斎藤", "斉藤"),
        ("かない", "カナイ"),
    ],
)
def test_names_that_do_not_agree(typed: str, printed: str) -> None:
    assert not names_agree(typed, printed)


def test_folding_twice_changes_nothing() -> None:
    for name in ("髙﨑 𠮷邉", "辻\U000e0100　濱"):
        assert fold_name(fold_name(name)) == fold_name(name)


NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


def entry(position: int, previous: str, **changes: Any) -> ChainedEntry:
    plain = ChainedEntry(
        position=position,
        certificate_number=f"JHRMA-CH-2026-{position:04d}-0",
        version=1,
        kind=EntryKind.ISSUE,
        participant_id=position,
        issued_on=date(2026, 12, 1),
        expires_on=None,
        commitment="a" * 64,
        pdf_sha256="b" * 64,
        reason="",
        entered_by_id=1,
        entered_at=NOW,
        previous_hash=previous,
    )
    return replace(plain, **changes)


def chain(length: int) -> list[tuple[ChainedEntry, str]]:
    rows: list[tuple[ChainedEntry, str]] = []
    previous = GENESIS_HASH
    for position in range(1, length + 1):
        row = entry(position, previous)
        previous = hash_entry(row)
        rows.append((row, previous))
    return rows


CHANGES: list[tuple[str, Any]] = [
    ("position", 7),
    ("certificate_number", "JHRMA-CH-2026-0009-0"),
    ("version", 2),
    ("kind", EntryKind.REISSUE),
    ("participant_id", 99),
    ("issued_on", date(2026, 12, 2)),
    ("expires_on", date(2028, 11, 30)),
    ("commitment", "c" * 64),
    ("pdf_sha256", "c" * 64),
    ("reason", "x"),
    ("entered_by_id", 2),
    ("entered_at", NOW + timedelta(microseconds=1)),
    ("previous_hash", "0" * 64),
]


def walked(rows: list[tuple[ChainedEntry, str]]) -> list[tuple[int, Damage]]:
    links = [Link(row, stored, row.position, row.certificate_number, row.previous_hash) for row, stored in rows]
    return [(problem.position, problem.damage) for problem in walk_chain(place_links(links))]


def test_a_whole_chain_holds() -> None:
    assert walked(chain(5)) == []
    assert walked([]) == []
    assert walked(chain(5)[::-1]) == []


@pytest.mark.parametrize(("field", "value"), CHANGES, ids=[field for field, _ in CHANGES])
def test_any_changed_field_names_its_row_and_no_other(field: str, value: Any) -> None:
    rows = chain(5)
    rows[2] = (replace(rows[2][0], **{field: value}), rows[2][1])
    assert walked(rows) == [(3, Damage.ENTRY)]


def test_an_altered_hash_names_its_row_first() -> None:
    rows = chain(5)
    rows[2] = (rows[2][0], "0" * 64)
    assert walked(rows) == [(3, Damage.ENTRY), (4, Damage.CHAIN)]


def test_an_entry_that_cannot_be_read_stands_behind_the_one_it_holds_on_to() -> None:
    rows = chain(5)
    links = [Link(row, stored, row.position, "", row.previous_hash) for row, stored in rows]
    links[2] = replace(links[2], entry=None, position=0)
    found = list(walk_chain(place_links(links)))
    assert [(problem.position, problem.damage) for problem in found] == [(3, Damage.UNREADABLE)]


def test_an_entry_taken_out_or_rehashed_breaks_the_chain_at_the_next() -> None:
    rows = chain(5)
    assert walked(rows[:2] + rows[3:])[0] == (4, Damage.POSITION)
    forged = replace(rows[2][0], reason="forged")
    assert walked([*rows[:2], (forged, hash_entry(forged)), *rows[3:]]) == [(4, Damage.CHAIN)]


def test_the_moment_of_an_entry_hashes_alike_in_every_zone() -> None:
    other = NOW.astimezone(datetime.fromisoformat("2026-12-01T12:00:00+09:00").tzinfo)
    assert hash_entry(entry(1, GENESIS_HASH)) == hash_entry(entry(1, GENESIS_HASH, entered_at=other))


def test_a_commitment_depends_on_record_and_salt() -> None:
    assert commit_to("{}", "00") != commit_to("{}", "01") != commit_to("{ }", "01")
    assert len(commit_to("記録", "ff" * 32)) == 64
