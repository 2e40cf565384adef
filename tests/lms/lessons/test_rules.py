"""Rules of 教材: when lessons open, how a quiz is marked, what a save of a worksheet does."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from lms.lessons.labels import group_words
from lms.lessons.rules.citations import cite
from lms.lessons.rules.content import Anchor, Fact, Level, Quiz, QuizOption, QuizQuestion, ReleaseGroup
from lms.lessons.rules.progress import LessonMark, LessonsDone, ReadingState, count_done, reading_state
from lms.lessons.rules.quizzes import mark_quiz, needed_answers, unanswered
from lms.lessons.rules.release import ReleaseReason, is_released
from lms.lessons.rules.worksheets import SheetEdit, SheetOutcome, decide_save, grew_into, tidy

DAYS = {1: date(2026, 12, 4), 2: date(2026, 12, 5)}
ON_PAYMENT = ReleaseGroup("P0", "事前", Anchor.PAID, 0, time(0, 0))
AFTER_DAY1 = ReleaseGroup("P1", "1日目後", Anchor.DAY1, 0, time(18, 0))
AFTER_DAY2 = ReleaseGroup("P2", "2日目後", Anchor.DAY2, 0, time(18, 0))
EXAM_TIME = ReleaseGroup("P3", "試験準備", Anchor.DAY2, 1, time(0, 0))
PAID_AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


def jst(day: int, hour: int, minute: int = 0, second: int = 0, *, month: int = 12) -> datetime:
    return (datetime(2026, month, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=9)).astimezone(UTC)


@pytest.mark.parametrize(
    ("group", "now", "is_open"),
    [
        pytest.param(AFTER_DAY1, jst(4, 17, 59, 59), False, id="one second before the end of day 1"),
        pytest.param(AFTER_DAY1, jst(4, 18), True, id="the opening second of day 1"),
        pytest.param(AFTER_DAY2, jst(4, 18), False, id="day 2 lessons at the end of day 1"),
        pytest.param(AFTER_DAY2, jst(5, 18), True, id="the opening second of day 2"),
        pytest.param(EXAM_TIME, jst(5, 23, 59, 59), False, id="one second before midnight in Japan"),
        pytest.param(EXAM_TIME, jst(6, 0), True, id="midnight in Japan, still the day before in UTC"),
        pytest.param(ON_PAYMENT, PAID_AT - timedelta(seconds=1), False, id="one second before the payment"),
        pytest.param(ON_PAYMENT, PAID_AT, True, id="the second of the payment"),
    ],
)
def test_a_group_opens_at_its_very_second(group: ReleaseGroup, now: datetime, is_open: bool) -> None:
    release = is_released(group, now=now, paid_at=PAID_AT, days=DAYS)
    assert release.is_open is is_open
    assert release.reason is (ReleaseReason.OPEN if is_open else ReleaseReason.NOT_YET)
    assert release.opens_at is not None
    assert (now >= release.opens_at) is is_open


def test_nothing_bound_to_the_payment_opens_before_it_is_confirmed() -> None:
    release = is_released(ON_PAYMENT, now=jst(31, 0), paid_at=None, days=DAYS)
    assert (release.opens_at, release.is_open, release.reason) == (None, False, ReleaseReason.AWAITING_PAYMENT)


def test_a_group_bound_to_a_day_waits_for_the_date_and_for_the_payment() -> None:
    assert is_released(AFTER_DAY1, now=jst(31, 0), paid_at=PAID_AT, days={}).reason is ReleaseReason.DATE_UNKNOWN
    assert is_released(AFTER_DAY1, now=jst(31, 0), paid_at=PAID_AT, days=DAYS).is_open
    assert is_released(AFTER_DAY1, now=jst(31, 0), paid_at=None, days=DAYS).reason is ReleaseReason.AWAITING_PAYMENT


def test_a_payment_with_an_offset_counts_days_in_japan() -> None:
    group = ReleaseGroup("P0", "事前", Anchor.PAID, 2, time(9, 0))
    late_evening = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # 00:30 of the 21st in Japan
    release = is_released(group, now=late_evening, paid_at=late_evening, days={})
    assert release.opens_at == jst(23, 9, month=11)


def test_a_payment_in_the_morning_opens_its_group_at_the_hour_that_is_set() -> None:
    group = ReleaseGroup("P0", "事前", Anchor.PAID, 0, time(18, 0))
    assert is_released(group, now=PAID_AT, paid_at=PAID_AT, days={}).opens_at == jst(20, 18, month=11)


def test_days_that_lie_apart_follow_the_same_rule() -> None:
    days = {1: date(2026, 12, 4), 2: date(2026, 12, 18)}
    assert is_released(AFTER_DAY1, now=jst(10, 0), paid_at=PAID_AT, days=days).is_open
    assert not is_released(AFTER_DAY2, now=jst(10, 0), paid_at=PAID_AT, days=days).is_open


@pytest.mark.parametrize(
    ("mark", "is_open", "state"),
    [
        pytest.param(LessonMark(), False, ReadingState.LOCKED, id="not open"),
        pytest.param(LessonMark(), True, ReadingState.NOT_STARTED, id="open and never opened"),
        pytest.param(LessonMark(opened_at=PAID_AT), True, ReadingState.IN_PROGRESS, id="opened"),
        pytest.param(LessonMark(PAID_AT, PAID_AT), True, ReadingState.COMPLETED, id="read to the end"),
        pytest.param(LessonMark(PAID_AT, PAID_AT), False, ReadingState.COMPLETED, id="read, then its release was moved"),
        pytest.param(LessonMark(PAID_AT, None, PAID_AT), True, ReadingState.IN_PROGRESS, id="quiz passed without reading on"),
    ],
)
def test_the_state_beside_a_lesson(mark: LessonMark, is_open: bool, state: ReadingState) -> None:
    assert reading_state(mark, is_open=is_open) is state


def test_counts_tell_reading_from_passing() -> None:
    marks = [LessonMark(PAID_AT, PAID_AT, PAID_AT), LessonMark(PAID_AT, PAID_AT), LessonMark(PAID_AT, None, PAID_AT)]
    assert count_done(marks, published=5) == LessonsDone(completed=2, quizzes_passed=2, published=5)
    assert not LessonsDone(4, 5, 5).is_everything_read
    assert LessonsDone(4, 5, 5).is_every_quiz_passed


def quiz(questions: int = 5) -> Quiz:
    options = tuple(QuizOption(each, f"選択肢{each}", f"理由{each}") for each in "abcd")
    return Quiz(
        "L01",
        tuple(QuizQuestion(f"q{n}", Level.REMEMBER, "問い", options, "b", "解説", ()) for n in range(1, questions + 1)),
        "0" * 64,
    )


@pytest.mark.parametrize(("right", "is_passed"), [(5, True), (4, True), (3, False), (0, False)])
def test_four_of_five_pass_at_eighty_percent(right: int, is_passed: bool) -> None:
    answers = {f"q{n}": "b" if n <= right else "a" for n in range(1, 6)}
    outcome = mark_quiz(quiz(), answers, pass_percent=80)
    assert (outcome.correct, outcome.total, outcome.is_passed) == (right, 5, is_passed)
    assert outcome.items[4].is_right is (right == 5)


@pytest.mark.parametrize(("questions", "percent", "needed"), [(5, 80, 4), (5, 100, 5), (5, 81, 5), (7, 50, 4), (5, 1, 1)])
def test_the_number_that_passes_is_the_smallest_that_reaches_the_percentage(questions: int, percent: int, needed: int) -> None:
    assert needed_answers(quiz(questions), pass_percent=percent) == needed
    right = {f"q{n}": "b" if n <= needed else "a" for n in range(1, questions + 1)}
    one_less = {f"q{n}": "b" if n < needed else "a" for n in range(1, questions + 1)}
    assert mark_quiz(quiz(questions), right, pass_percent=percent).is_passed
    assert not mark_quiz(quiz(questions), one_less, pass_percent=percent).is_passed


def test_missing_and_invented_answers_are_named_and_never_marked() -> None:
    answers = {"q1": "a", "q2": "z", "q3": "", "q9": "a"}
    assert unanswered(quiz(), answers) == ("q2", "q3", "q4", "q5")
    with pytest.raises(ValueError, match="q2"):
        mark_quiz(quiz(), answers, pass_percent=80)


@pytest.mark.parametrize(
    ("text", "base", "outcome"),
    [
        pytest.param("同じ", 2, SheetOutcome.UNCHANGED, id="nothing changed"),
        pytest.param("同じ", 0, SheetOutcome.UNCHANGED, id="an old screen with the same text"),
        pytest.param("新しい", 2, SheetOutcome.SAVED, id="typed upon the shown version"),
        pytest.param("新しい", 1, SheetOutcome.SAVED_BESIDE, id="typed upon an older version"),
    ],
)
def test_what_a_save_does(text: str, base: int, outcome: SheetOutcome) -> None:
    assert decide_save(SheetEdit(text, base), base_text="もと", current_text="同じ", current_version=2) is outcome


@pytest.mark.parametrize("base_text", ["もと", ""], ids=["a version before", "nothing written then"])
def test_a_text_that_nobody_touched_is_no_change(base_text: str) -> None:
    def outcome(base: int, text: str | None) -> SheetOutcome:
        return decide_save(SheetEdit(base_text, base), base_text=text, current_text="新しい", current_version=2)

    assert outcome(1, base_text) is SheetOutcome.UNCHANGED
    assert outcome(2, base_text) is SheetOutcome.SAVED
    assert outcome(1, None) is SheetOutcome.SAVED_BESIDE


@pytest.mark.parametrize(
    ("older", "newer", "is_within"),
    [
        pytest.param("", "何か", True, id="from nothing"),
        pytest.param("一文。", "一文。二文。", True, id="written on"),
        pytest.param("一文。三文。", "一文。二文。三文。", True, id="put in between"),
        pytest.param("ああ", "ああ", True, id="the same"),
        pytest.param("ああああ", "あああ", False, id="a letter less, though start and end look alike"),
        pytest.param("当社の案", "別の画面の案", False, id="another text"),
        pytest.param("一文。二文。", "", False, id="emptied"),
    ],
)
def test_what_somebody_only_wrote_on_at_says_nothing_of_its_own(older: str, newer: str, is_within: bool) -> None:
    assert grew_into(older, newer) is is_within


def test_text_is_kept_as_typed_but_for_line_ends_and_nul() -> None:
    assert tidy("髙﨑𠮷\r\n二行目\rおわり\x00 ") == "髙﨑𠮷\n二行目\nおわり "


def test_a_source_is_printed_once_with_its_addresses_apart() -> None:
    as_of, review = date(2026, 11, 22), date(2027, 5, 31)
    source = "厚生労働省「手引き」https://www.mhlw.go.jp/a.pdf ※抜粋で確認"
    facts = [Fact("F-001", "一", source, as_of, review, "A"), Fact("F-003", "三", source, as_of, review, "B")]
    (citation,) = cite(facts)
    assert citation.fact_ids == ("F-001", "F-003")
    assert [part.text for part in citation.parts if part.is_address] == ["https://www.mhlw.go.jp/a.pdf"]
    assert "".join(part.text for part in citation.parts) == source


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (-2, "研修1日目の2日前の9:00から"),
        (-1, "研修1日目の前日の9:00から"),
        (0, "研修1日目の9:00から"),
        (2, "研修1日目の2日後の9:00から"),
    ],
)
def test_a_group_says_how_far_from_its_day_it_opens(offset: int, words: str) -> None:
    assert group_words(ReleaseGroup("P1", "1日目", Anchor.DAY1, offset, time(9, 0))) == words
