"""The desk: who holds an essay on which device, stale drafts, 印, 定型文, helping others, and doubting an own mark."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms import clock
from lms.db.session import db
from lms.grading.models import Assignment, AssignmentChange, AssignmentLease, GraderMarkRow, MarkDraft
from lms.grading.queries.desk import find_next, get_desk_page, list_queue
from lms.grading.queries.facts import list_attempt_facts
from lms.grading.queries.helping import list_offers
from lms.grading.queries.pace import list_paces
from lms.grading.queries.phrases import list_common_phrases, list_own_phrases
from lms.grading.rules.highlights import Highlight, Labeled, add_quotation, cut, read_highlights
from lms.grading.rules.leasing import Lease, OpenedPage, check_version, renew, take
from lms.grading.rules.pace import Pace, pace
from lms.grading.rules.parts import AdjudicationReason, ChangeKind, GraderPart, Refusal, Refused
from lms.grading.rules.reading import number_paragraphs
from lms.grading.rules.sheets import MarkSheet
from lms.grading.services.doubting import raise_doubt
from lms.grading.services.helping import take_over
from lms.grading.services.leasing import renew_lease, take_lease
from lms.grading.services.marking import confirm_mark, save_draft
from lms.grading.services.phrases import PHRASES_LIMIT, add_phrase, remove_phrase
from tests.conftest import NOON, FrozenClock
from tests.factories import Factory
from tests.lms.grading.builders import Sat, calibrate, finalize, graders, mark_all, open_assignments, opened, sheet, sit

TEN = timedelta(minutes=10)


def refusal(caught: pytest.ExceptionInfo[Refused]) -> Refusal:
    return caught.value.reason


def own(app: Flask, sat: Sat, grader_id: int | None = None) -> Assignment:
    """The first open assignment of the window, or of one grader in it."""
    mine = [each for each in open_assignments(sat.window_id) if grader_id in (None, each.grader_id)]
    db.session.expunge_all()
    return mine[0]


def count_offers(helper: int) -> int:
    return len(list_offers(helper, list_queue(helper), now=clock.now()))


# Leases


def test_the_latest_device_holds_the_essay_and_the_one_before_is_refused() -> None:
    first = take(None, grader_id=1, device="pc", now=NOON, length=TEN)
    second = take(first, grader_id=1, device="laptop", now=NOON + timedelta(minutes=3), length=TEN)
    assert second == Lease(1, "laptop", NOON, NOON + timedelta(minutes=13))
    with pytest.raises(Refused) as caught:
        renew(second, grader_id=1, device="pc", now=NOON + timedelta(minutes=12), length=TEN)
    assert refusal(caught) is Refusal.LEASED_ELSEWHERE
    assert renew(second, grader_id=1, device="pc", now=NOON + timedelta(minutes=13), length=TEN).device == "pc"


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
@settings(max_examples=50)
def test_only_the_time_in_which_the_essay_was_held_counts_as_work(gaps: list[int]) -> None:
    now, lease, worked = NOON, take(None, grader_id=1, device="pc", now=NOON, length=TEN), 0
    for gap in gaps:
        now += timedelta(minutes=gap)
        lease = renew(lease, grader_id=1, device="pc", now=now, length=TEN)
        worked += min(gap, 10)
    assert now - lease.started_at == timedelta(minutes=worked)


@pytest.mark.parametrize(
    ("stored", "opened_page", "is_stale"),
    [
        pytest.param(OpenedPage("", 0), OpenedPage("a", 0), False, id="no draft yet"),
        pytest.param(OpenedPage("b", 3), OpenedPage("a", 3), False, id="knows the newest"),
        pytest.param(OpenedPage("b", 4), OpenedPage("a", 3), True, id="another page saved since"),
        pytest.param(OpenedPage("a", 4), OpenedPage("a", 3), False, id="never heard that its own saving arrived"),
        pytest.param(OpenedPage("", 1), OpenedPage("", 0), True, id="nameless pages are never the same"),
        pytest.param(OpenedPage("b", 9), None, False, id="no page is involved"),
    ],
)
def test_a_page_saves_only_over_what_it_knows(stored: OpenedPage, opened_page: OpenedPage | None, is_stale: bool) -> None:
    if not is_stale:
        check_version(stored, opened_page)
        return
    with pytest.raises(Refused) as caught:
        check_version(stored, opened_page)
    assert refusal(caught) is Refusal.STALE_DRAFT


# 印

MIXED = st.text(st.sampled_from("事実を𠮷👩‍👧e\u0301 \n整理。"), max_size=60)


@given(MIXED, st.integers(0, 60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=5))
@settings(max_examples=50)
def test_cutting_at_highlights_loses_nothing_and_signs_each_once(text: str, limit: int, spans: list[tuple[int, int]]) -> None:
    labeled = [Labeled(str(number), Highlight(start, start + length, "")) for number, (start, length) in enumerate(spans)]
    signed: list[str] = []
    for paragraph in number_paragraphs(text, limit):
        pieces = cut(paragraph, labeled)
        assert "".join(piece.text for piece in pieces) == paragraph.text + paragraph.beyond
        assert all(text[piece.start : piece.start + len(piece.text)] == piece.text for piece in pieces)
        for piece in pieces:
            covering = [each for each in labeled if each.highlight.start <= piece.start < each.highlight.end]
            assert piece.is_marked == bool(covering)
            signed.extend(piece.ending)
    assert len(signed) == len(set(signed))


def test_highlights_are_cleaned_ordered_and_limited() -> None:
    good = {"start": 3, "end": 5, "text": " 根拠が\n正確 "}
    bad = [
        {"start": True, "end": 5, "text": ""},
        {"start": 5, "end": 5, "text": ""},
        {"start": -1, "end": 2, "text": ""},
        "x",
        None,
    ]
    assert read_highlights([*bad, good, {"start": 0, "end": 1, "text": "長" * 400}, good]) == (
        Highlight(0, 1, "長" * 300),
        Highlight(3, 5, "根拠が 正確"),
    )
    assert len(read_highlights([{"start": number, "end": 99, "text": ""} for number in range(40)])) == 30
    full = MarkSheet(highlights=read_highlights([{"start": number, "end": 99, "text": ""} for number in range(30)]))
    with pytest.raises(Refused) as caught:
        full.with_highlight(Highlight(0, 1, ""))
    assert refusal(caught) is Refusal.TOO_MANY_HIGHLIGHTS
    assert [each.start for each in full.without_highlight(1).highlights][:2] == [1, 2]
    assert full.within(98).highlights == ()


def test_a_quotation_is_its_first_occurrence_in_code_points() -> None:
    assert add_quotation("𠮷野は𠮷野", {"quote": " 野 ", "comment": "名前"}) == Highlight(1, 2, "名前")
    for words in ("", "  ", "吉野"):
        with pytest.raises(Refused) as caught:
            add_quotation("𠮷野", {"quote": words})
        assert refusal(caught) is Refusal.QUOTATION_NOT_FOUND


# Pace


@pytest.mark.parametrize(
    ("minutes", "left", "expected"),
    [
        pytest.param([], 4, Pace(0, 4, None, None), id="nothing today"),
        pytest.param([4, 6, 20], 4, Pace(3, 4, 6, 24), id="median, not mean"),
        pytest.param([0.2], 2, Pace(1, 2, 1, 1), id="never no time"),
        pytest.param([5, 61], 1, Pace(2, 1, 5, 5), id="more than an hour was no work at one essay"),
        pytest.param([-1], 1, Pace(1, 1, None, None), id="a clock that went back"),
    ],
)
def test_the_pace_is_the_median_of_today(minutes: list[float], left: int, expected: Pace) -> None:
    spans = [(NOON, NOON + timedelta(minutes=each)) for each in minutes]
    assert pace(spans, done=len(minutes), left=left) == expected


# Stored


def test_two_devices_versions_and_the_time_of_work(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    sat, staff = sit(make, 1), graders(make)
    opened(make, sat, staff)
    mine = own(context, sat)
    public_id, by, text = mine.public_id, mine.grader_id, sheet(mine.essay_id, 4)
    take_lease(public_id, device="pc", by=by, now=clock.now())
    assert save_draft(public_id, text, by=by, now=clock.now(), device="pc", opened=OpenedPage("a", 0)) == 1
    assert take_lease(public_id, device="laptop", by=by, now=clock.now()) == NOON + TEN
    for refused in (
        lambda: save_draft(public_id, text, by=by, now=clock.now(), device="pc", opened=OpenedPage("a", 1)),
        lambda: renew_lease(public_id, device="pc", by=by, now=clock.now()),
    ):
        with pytest.raises(Refused) as caught:
            refused()
        assert refusal(caught) is Refusal.LEASED_ELSEWHERE
    with pytest.raises(Refused) as caught:
        save_draft(public_id, text, by=by, now=clock.now(), device="laptop", opened=OpenedPage("b", 0))
    assert refusal(caught) is Refusal.STALE_DRAFT
    frozen_clock.advance(minutes=7)
    marked = MarkSheet(levels=text.levels, highlights=(Highlight(0, 2, "よい"), Highlight(0, 99_999, "範囲外")))
    assert save_draft(public_id, marked, by=by, now=clock.now(), device="laptop", opened=OpenedPage("b", 1)) == 2
    frozen_clock.advance(minutes=25)
    renew_lease(public_id, device="laptop", by=by, now=clock.now())
    frozen_clock.advance(minutes=1)
    confirm_mark(public_id, marked, by=by, now=clock.now())
    row = db.session.scalars(select(GraderMarkRow).where(GraderMarkRow.assignment_id == mine.id)).one()
    assert row.highlights == [{"start": 0, "end": 2, "text": "よい"}]
    assert row.started_at is not None
    assert row.confirmed_at - row.started_at == timedelta(minutes=7 + 10 + 1)
    assert db.session.scalars(select(AssignmentLease)).all() == []
    [each] = [each for each in list_paces(list_queue(by), by, now=clock.now()) if each.pace.done]
    assert each.pace.per_essay == 18


def test_whoever_is_done_takes_over_what_nobody_works_at(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    sat, staff = sit(make, 3), graders(make, 5)
    opened(make, sat, staff)
    helper = staff[0]
    assert count_offers(helper) == 0
    with pytest.raises(Refused) as caught:
        take_over(by=helper, now=clock.now())
    assert refusal(caught) is Refusal.OWN_QUEUE_OPEN
    for each in [each for each in open_assignments(sat.window_id) if each.grader_id == helper]:
        confirm_mark(each.public_id, sheet(each.essay_id, 4), by=helper, now=clock.now())
    foreign = [(each.public_id, each.essay_id, each.grader_id) for each in open_assignments(sat.window_id)]
    held = {each.essay_id for each in db.session.scalars(select(Assignment).where(Assignment.grader_id == helper))}
    free = [each for each in foreign if each[1] not in held]
    assert count_offers(helper) == len(free) > 1
    for public_id, essay_id, grader_id in free[1:]:
        save_draft(public_id, sheet(essay_id, 3), by=grader_id, now=clock.now())
    assert count_offers(helper) == 1, "somebody works at the others"
    frozen_clock.advance(minutes=11)
    assert count_offers(helper) == len(free)
    taken = take_over(by=helper, now=clock.now())
    page = get_desk_page(taken, grader_id=helper)
    assert page.version == 0
    change = db.session.scalars(select(AssignmentChange)).one()
    assert (change.kind, change.from_grader_id, change.to_grader_id) == (ChangeKind.TAKEN_OVER, free[0][2], helper)
    assert change.draft == {}, "what nobody has begun comes first"
    with pytest.raises(Refused) as caught:
        save_draft(free[0][0], sheet(free[0][1], 3), by=free[0][2], now=clock.now())
    assert refusal(caught) is Refusal.NOT_YOURS
    assert find_next(list_queue(helper), "") is not None
    mark_all(sat.window_id)
    assert count_offers(helper) == 0


def test_of_two_who_help_at_once_each_takes_another_essay(app: Flask, make: Factory) -> None:
    sat, staff = sit(make, 2), graders(make, 5)
    with app.app_context():
        opened(make, sat, staff)
        calibrate(sat.window_id)
        first, second = sorted(staff, key=lambda one: sum(each.grader_id == one for each in open_assignments(sat.window_id)))[:2]
        for each in [each for each in open_assignments(sat.window_id) if each.grader_id in (first, second)]:
            confirm_mark(each.public_id, sheet(each.essay_id, 4), by=each.grader_id, now=clock.now())
    taken: list[str] = []
    barrier = threading.Barrier(2)

    def help_out(helper: int) -> None:
        with app.app_context():
            barrier.wait()
            taken.append(take_over(by=helper, now=clock.now()))

    threads = [threading.Thread(target=help_out, args=(helper,)) for helper in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        changes = db.session.scalars(select(AssignmentChange)).all()
        assert len({change.assignment_id for change in changes}) == len(set(taken)) == 2


def test_a_doubt_calls_the_third_grader_and_the_mark_stays(context: Flask, make: Factory) -> None:
    sat, staff = sit(make, 1), graders(make)
    opened(make, sat, staff)
    pair = [(each.public_id, each.grader_id, each.essay_id) for each in open_assignments(sat.window_id)]
    for public_id, grader_id, essay_id in pair:
        confirm_mark(public_id, sheet(essay_id, 4), by=grader_id, now=clock.now())
    public_id, grader_id, essay_id = pair[0]
    for text, by, reason in ((" ", grader_id, Refusal.REASON_NEEDED), ("誤り", sat.office, Refusal.NOT_YOURS)):
        with pytest.raises(Refused) as caught:
            raise_doubt(public_id, text, by=by, now=clock.now())
        assert refusal(caught) is reason
    raise_doubt(public_id, "段階を一つ誤った", by=grader_id, now=clock.now())
    raise_doubt(public_id, "二度目", by=grader_id, now=clock.now())
    [third] = open_assignments(sat.window_id)
    assert (third.part, third.essay_id, third.reasons) == (GraderPart.ADJUDICATOR, essay_id, [AdjudicationReason.REQUESTED.value])
    page = get_desk_page(third.public_id, grader_id=third.grader_id)
    assert [other.doubt for other in page.others] == ["段階を一つ誤った", ""]
    assert get_desk_page(public_id, grader_id=grader_id).doubt == "段階を一つ誤った"
    [facts] = list_attempt_facts(window_id=sat.window_id)
    first = facts.essays[facts.essay_ids.index(essay_id)].first
    assert first is not None
    assert first.wants_adjudication
    mark_all(sat.window_id)
    finalize(sat)
    with pytest.raises(Refused) as caught:
        raise_doubt(pair[1][0], "遅すぎた", by=pair[1][1], now=clock.now())
    assert refusal(caught) is Refusal.ALREADY_FINALIZED


@pytest.mark.database("sqlite")
def test_own_phrases_are_kept_once_removed_and_limited(context: Flask, make: Factory) -> None:
    sat, staff = sit(make, 1), graders(make)
    opened(make, sat, staff)
    me, other = staff[:2]
    for text in ("よく書けています。", "よく書けています。 ", "  "):
        add_phrase(text, by=me, now=clock.now())
    [phrase] = list_own_phrases(me)
    remove_phrase(phrase.id, by=other, now=clock.now())
    assert list_own_phrases(me) == (phrase,)
    remove_phrase(phrase.id, by=me, now=clock.now())
    assert list_own_phrases(me) == ()
    for number in range(PHRASES_LIMIT):
        add_phrase(f"定型文{number}", by=me, now=clock.now())
    with pytest.raises(Refused) as caught:
        add_phrase("もう一つ", by=me, now=clock.now())
    assert refusal(caught) is Refusal.TOO_MANY_PHRASES
    page = own(context, sat)
    rubric = get_desk_page(page.public_id, grader_id=page.grader_id).frame.rubric
    groups = list_common_phrases("practitioner", rubric)
    assert [group.title for group in groups] == ["", *(criterion.title for criterion in rubric.criteria)]
    assert sum(len(group.texts) for group in groups) >= 20
    assert db.session.scalars(select(MarkDraft)).all() == []
