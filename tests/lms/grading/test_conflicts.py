"""利益相反 and 担当替え as pure rules, on random rosters, against an oracle that knows nothing of them."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.grading.rules.allocation import EssayToShare, pick_adjudicator, share_out
from lms.grading.rules.conflicts import (
    Conflicts,
    Remedy,
    Shortage,
    Tie,
    TieKind,
    declared_tie,
    find_remedies,
    find_shortages,
    keeps_from_deciding,
    keeps_from_grading,
)
from lms.grading.rules.operating import ConflictRules
from lms.grading.rules.parts import ConflictKind, GraderPart, Refusal, Refused
from lms.grading.rules.reassigning import OpenTask, PartStaff, plan_moves, without_third
from lms.grading.rules.writing import company_key
from lms.office.labels import conflicts as words
from tests.lms.grading.roster_oracle import Roster, plain

STAFF = tuple(range(1, 8))
PEOPLE = tuple(range(101, 107))
Item = TypeVar("Item")
SEEDS = st.integers(0, 2**32)
COMPANIES = (
    "",
    "ｶｸｳ商事",
    "カクウ 商事㈱",
    "株式会社　かくう商事",
    "架空物産",
    "(有)架空 物産",
    "Mihon  KK",
    "ｍｉｈｏｎｋｋ",
    "髙見会",
)
KINDS = ("consulted", "same_company", "declared")
ALLOW_ALL = {
    "same_company": "allow",
    "consulted": "allow",
    "declared": "allow",
    "taught": {"grading": "allow", "deciding": "allow"},
}
AS_SHIPPED = {
    **dict.fromkeys(KINDS, "refuse"),
    "taught": {"grading": "allow", "deciding": "refuse"},
}


def rules(shape: dict[str, object]) -> ConflictRules:
    return ConflictRules.model_validate(shape)


def some(chance: Random, choices: Sequence[Item], most: int) -> set[Item]:
    return set(chance.sample(choices, chance.randint(0, min(most, len(choices)))))


def random_roster(chance: Random) -> tuple[Roster, Conflicts]:
    """Drawn from one number, because hundreds of single draws would take most of the time."""
    refused = some(chance, KINDS, 3)
    no_teacher = {what: chance.random() < 0.5 for what in ("grading", "deciding")}
    roster = Roster(
        companies={each: chance.choice(COMPANIES) for each in PEOPLE},
        belongs=some(chance, [(who, company) for who in STAFF for company in COMPANIES[1:]], 4),
        declared=some(chance, [(who, whom, kind) for who in STAFF for whom in PEOPLE for kind in KINDS], 6),
        teachers=some(chance, STAFF, 2),
        seated=some(chance, STAFF, 1),
        no_grading=refused | ({"taught"} if no_teacher["grading"] else set()),
        no_deciding=refused | ({"taught"} if no_teacher["deciding"] else set()),
    )
    stance = {True: "refuse", False: "allow"}
    shape = {kind: stance[kind in refused] for kind in KINDS} | {"taught": {key: stance[no] for key, no in no_teacher.items()}}
    return roster, conflicts_of(roster, rules(shape))


def conflicts_of(roster: Roster, chosen: ConflictRules) -> Conflicts:
    personal: dict[tuple[int, int], list[Tie]] = {}
    for who, whom, kind in sorted(roster.declared):
        personal.setdefault((who, whom), []).append(declared_tie(ConflictKind(kind), "理由"))
    for who, company in sorted(roster.belongs):
        for whom, theirs in roster.companies.items():
            if theirs and company_key(company) == company_key(theirs):
                personal.setdefault((who, whom), []).append(Tie(TieKind.SAME_COMPANY, company))
    of_cohort: dict[int, tuple[Tie, ...]] = {}
    for who in STAFF:
        kinds = [kind for kind, held in ((TieKind.SEATED, roster.seated), (TieKind.TAUGHT, roster.teachers)) if who in held]
        if kinds:
            of_cohort[who] = tuple(Tie(kind) for kind in kinds)
    return Conflicts(chosen, PEOPLE, of_cohort, {key: tuple(ties) for key, ties in personal.items()})


def barred_by_key(conflicts: Conflicts) -> dict[str, frozenset[int]]:
    return {f"{person}/{number}": conflicts.barred_graders(person) for person in PEOPLE for number in (1, 2)}


def person_of(key: str) -> int:
    return int(key.split("/")[0])


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_the_rules_refuse_exactly_what_the_oracle_refuses(seed: int) -> None:
    roster, conflicts = random_roster(Random(seed))
    for person in PEOPLE:
        for staff in STAFF:
            assert (not conflicts.against_grading(staff, person)) is roster.may_grade(staff, person)
            assert (not conflicts.against_deciding(staff, person)) is roster.may_decide(staff, person)
            assert (staff in conflicts.barred_graders(person)) is not roster.may_grade(staff, person)
    for staff in STAFF:
        assert (not conflicts.why_not_decide(staff)) is all(roster.may_decide(staff, person) for person in PEOPLE)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_shortage_is_told_exactly_where_nobody_can_be_found(seed: int) -> None:
    chance = Random(seed)
    roster, conflicts = random_roster(chance)
    graders, deciders = some(chance, STAFF, 7), some(chance, STAFF, 7)
    found = find_shortages(conflicts, graders, deciders)
    lacking = {person for person in PEOPLE if not roster.is_staffed(person, graders, deciders)}
    assert {each.participant_id for each in found} == lacking
    assert bool(find_remedies(conflicts, found, graders, deciders)) is bool(lacking)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_no_share_and_no_adjudicator_breaks_a_rule_whatever_the_order(seed: int) -> None:
    chance = Random(seed)
    roster, conflicts = random_roster(chance)
    essays = [EssayToShare(key, out) for key, out in barred_by_key(conflicts).items()]
    if any(sum(roster.may_grade(staff, person) for staff in STAFF) < 2 for person in PEOPLE):
        with pytest.raises(Refused) as caught:
            share_out(essays, STAFF, seed="s")
        assert caught.value.reason is Refusal.CONFLICT_LEAVES_TOO_FEW
        return
    shares = share_out(essays, STAFF, seed="s")
    turned, people = chance.sample(essays, len(essays)), chance.sample(STAFF, len(STAFF))
    assert {share.key: share for share in share_out(turned, people, seed="s")} == {share.key: share for share in shares}
    for share in shares:
        pair = {share.first, share.second}
        assert len(pair) == 2
        assert all(roster.may_grade(each, person_of(share.key)) for each in pair)
        out = pair | conflicts.barred_graders(person_of(share.key))
        third = pick_adjudicator(share.key, STAFF, excluded=out, loads={}, seed="s")
        able = {staff for staff in STAFF if roster.may_grade(staff, person_of(share.key))} - pair
        assert third in able if able else third is None


@given(st.integers(3, 8), st.integers(1, 20), st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_without_conflicts_everybody_has_the_same_give_or_take_one(graders: int, essays: int, seed: int) -> None:
    shares = share_out([EssayToShare(f"{number}") for number in range(essays)], range(graders), seed=str(seed))
    loads = Counter(who for share in shares for who in (share.first, share.second))
    counts = [loads[grader] for grader in range(graders)]
    assert max(counts) - min(counts) <= 1
    firsts = Counter(share.first for share in shares)
    assert sum(firsts.values()) == essays


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_whatever_a_dropout_leaves_goes_only_where_the_rules_allow(seed: int) -> None:
    chance = Random(seed)
    roster, conflicts = random_roster(chance)
    leaver = chance.choice(STAFF)
    staff = PartStaff(*(frozenset(some(chance, STAFF, most)) for most in (7, 7, 1)))
    parts = [GraderPart.FIRST, GraderPart.SECOND, GraderPart.ADJUDICATOR]
    tasks = [
        OpenTask(
            assignment_id=number,
            key=key,
            part=chance.choice(parts),
            grader_id=leaver,
            is_leased=chance.random() < 0.2,
            involved=frozenset(some(chance, STAFF, 2)) - {leaver},
            barred=out,
        )
        for number, (key, out) in enumerate(barred_by_key(conflicts).items())
    ]
    moves = plan_moves(tasks, staff, {}, seed="s")
    assert plan_moves(tasks[::-1], staff, {}, seed="s") == moves
    assert {*moves.given, *(task.assignment_id for task in moves.stuck)} == {task.assignment_id for task in tasks}

    def may_take(task: OpenTask, to: int) -> bool:
        chosen = staff.adjudicators if task.part is GraderPart.ADJUDICATOR else staff.markers
        is_fresh = to not in {*task.involved, leaver, *staff.deciders}
        return not task.is_leased and to in chosen and is_fresh and roster.may_grade(to, person_of(task.key))

    for task in tasks:
        able = {to for to in STAFF if may_take(task, to)}
        assert set(task.candidates(staff, {})) == able
        assert moves.given[task.assignment_id] in able if able else task in moves.stuck


@given(st.integers(2, 6), st.integers(0, 30))
@settings(max_examples=30, deadline=None)
def test_a_dropouts_work_is_spread_evenly(others: int, count: int) -> None:
    everybody = frozenset(range(others + 1))
    tasks = [
        OpenTask(n, f"{n}", GraderPart.FIRST, 0, is_leased=False, involved=frozenset(), barred=frozenset()) for n in range(count)
    ]
    moves = plan_moves(tasks, PartStaff(everybody, everybody), {}, seed="s")
    loads = Counter(moves.given.values())
    counts = [loads[each] for each in range(1, others + 1)]
    assert sum(counts) == count
    assert max(counts) - min(counts) <= 1


SAME = (
    "株式会社青葉",
    "株式会社 青葉",
    "株式会社\u3000青 葉",
    "株式\u200b会社青葉",
    "(株)青葉",
    "（株）青葉",
    "㈱青葉",
    "青葉株式会社",
    "青葉 ㈱",
    "有限会社青葉",
    "㈲青葉",
    "青葉(同)",
    "一般社団法人青葉",
    "医療法人 青葉",
    "青葉",
)


@pytest.mark.parametrize("written", SAME)
def test_neither_a_blank_nor_the_form_of_a_company_makes_it_another(written: str) -> None:
    assert company_key(written) == company_key("株式会社青葉") == plain(written.replace("\u200b", "")) == "青葉"


def test_companies_with_other_names_stay_apart_and_a_mere_form_is_a_name() -> None:
    names = ("株式会社青葉", "株式会社青葉商店", "青葉大学", "株式会社", "有限会社", "双葉")
    assert len({company_key(each) for each in names}) == len(names)
    assert company_key(" ") == company_key("") == ""


def test_everything_is_allowed_when_the_association_allows_it_but_a_seat() -> None:
    chosen = rules(ALLOW_ALL)
    assert [kind for kind in TieKind if keeps_from_grading(kind, chosen)] == [TieKind.SEATED]
    assert [kind for kind in TieKind if keeps_from_deciding(kind, chosen)] == [TieKind.SEATED]


def test_as_shipped_a_teacher_may_grade_but_not_decide() -> None:
    chosen = rules(AS_SHIPPED)
    assert not keeps_from_grading(TieKind.TAUGHT, chosen)
    assert all(keeps_from_deciding(kind, chosen) for kind in TieKind)


def test_a_shortage_names_what_would_help() -> None:
    tie = Tie(TieKind.SAME_COMPANY, "架空物産")
    conflicts = Conflicts(rules(AS_SHIPPED), (101, 102), {9: (Tie(TieKind.TAUGHT),)}, {(1, 101): (tie,)})
    found = find_shortages(conflicts, {1, 2, 3}, {8, 9})
    assert found == (Shortage(101, 1, 1), Shortage(102, 0, 1))
    assert find_remedies(conflicts, found, {1, 2, 3}, {8, 9}) == tuple(Remedy)
    assert words.shortage_words(found[0]) == "採点者があと1名、合否を決める人があと1名"
    assert words.tie_words(tie) == "同じ会社・組織(架空物産)"
    assert find_shortages(conflicts, {2, 3, 4}, {7, 8}) == ()
    seated = Conflicts(rules(ALLOW_ALL), (101,), {1: (Tie(TieKind.SEATED),)})
    short = find_shortages(seated, {1, 2, 3}, {7, 8})
    assert find_remedies(seated, short, {1, 2, 3}, {7, 8}) == (Remedy.ANOTHER_GRADER,)


def test_every_tie_kind_and_remedy_has_its_words() -> None:
    assert set(words.TIES) == set(TieKind)
    assert set(words.KINDS) == set(ConflictKind)
    assert set(words.REMEDIES) == set(Remedy)


def test_a_regraded_essay_may_go_to_any_grader_and_calibration_to_nobody() -> None:
    everybody = frozenset({1, 2, 3, 4})
    staff = PartStaff(frozenset({1, 2}), frozenset({1, 2}), graders=everybody)

    def task(part: GraderPart, *, again: bool) -> OpenTask:
        return OpenTask(1, "a", part, 1, is_leased=False, involved=frozenset({2}), barred=frozenset(), is_regrading=again)

    assert task(GraderPart.FIRST, again=False).candidates(staff, {}) == ()
    assert task(GraderPart.FIRST, again=True).candidates(staff, {3: 2}) == (4, 3)
    assert task(GraderPart.CALIBRATION, again=False).candidates(staff, {}) == ()
    assert without_third(task(GraderPart.FIRST, again=False), 3, staff)
    assert not without_third(task(GraderPart.FIRST, again=True), 3, staff)
    assert not without_third(task(GraderPart.ADJUDICATOR, again=False), 3, staff)
