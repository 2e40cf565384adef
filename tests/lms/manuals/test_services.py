"""Links to a manual: five may live, each ends by time or by being taken back, and opening one is noted."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from lms import clock
from lms.accounts.models import User
from lms.audit.models import AuditEvent
from lms.cohorts.models import Participant
from lms.db.session import db, release
from lms.lessons.models import WorksheetEntry
from lms.lessons.rules.worksheets import MEMO_KEY, SheetEdit
from lms.lessons.services import save_worksheet
from lms.manuals import services
from lms.manuals.models import ManualShare
from lms.manuals.queries import find_manual, find_open_share, list_shares
from lms.manuals.rules.sharing import MAX_LIVE_SHARES, WRONG_LINKS, ShareState
from lms.manuals.services import ManualRefused, Refusal, TooManyLinks, open_share, revoke_share, share_manual
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.lessons.builders import reader, reading_seat

HERE = "192.0.2.7"


def share(seat: Seat, label: str = "法務の担当者") -> str:
    return share_manual(seat.participant_id, label, by=seat.user_id, now=clock.now())


def opened(token: str) -> int | None:
    found = open_share(token, visitor=HERE, now=clock.now())
    return found.participant_id if found else None


def shares(seat: Seat) -> list[tuple[str, ShareState, int]]:
    release()
    return [(each.label, each.state, each.open_count) for each in list_shares(seat.participant_id, now=clock.now())]


def test_a_link_opens_the_manual_until_it_ends(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    seat = make.seat()
    token = share(seat, "  法務の\n担当者 ")
    assert len(token) >= 43
    assert opened(token) == seat.participant_id
    frozen_clock.advance(days=14, seconds=-1)
    assert opened(token) == seat.participant_id
    assert shares(seat) == [("法務の 担当者", ShareState.LIVE, 2)]
    frozen_clock.advance(seconds=1)
    assert opened(token) is None
    assert shares(seat) == [("法務の 担当者", ShareState.EXPIRED, 2)]


def test_only_a_hash_of_the_token_is_kept(context: Flask, make: Factory) -> None:
    token = share(make.seat())
    row = db.session.scalars(select(ManualShare)).one()
    assert token not in repr({column.name: getattr(row, column.name) for column in ManualShare.__table__.columns})
    assert opened(row.token_hash) is None


def test_a_link_that_was_taken_back_opens_nothing(context: Flask, make: Factory) -> None:
    seat = make.seat()
    token, other = share(seat, "一人目"), share(seat, "二人目")
    (_, first) = list_shares(seat.participant_id, now=clock.now())
    for _ in range(2):
        revoke_share(seat.participant_id, first.id, by=seat.user_id, now=clock.now())
    assert (opened(token), opened(other)) == (None, seat.participant_id)
    tags = db.session.scalars(select(AuditEvent.tag).order_by(AuditEvent.id)).all()
    assert tags == ["manual:share", "manual:share", "manual:revoke"]


def test_nobody_takes_back_the_link_of_somebody_else(context: Flask, make: Factory) -> None:
    seat, other = make.seat(), make.seat()
    token = share(seat)
    (line,) = list_shares(seat.participant_id, now=clock.now())
    with pytest.raises(ManualRefused) as refused:
        revoke_share(other.participant_id, line.id, by=other.user_id, now=clock.now())
    assert refused.value.reason is Refusal.UNKNOWN_SHARE
    assert opened(token) == seat.participant_id


def test_five_links_may_live(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    seat = make.seat()
    for _ in range(MAX_LIVE_SHARES):
        share(seat)
    with pytest.raises(ManualRefused) as refused:
        share(seat)
    assert refused.value.reason is Refusal.TOO_MANY
    share(make.seat())
    revoke_share(seat.participant_id, list_shares(seat.participant_id, now=clock.now())[0].id, by=seat.user_id, now=clock.now())
    share(seat)
    frozen_clock.advance(days=15)
    assert len({share(seat) for _ in range(MAX_LIVE_SHARES)}) == MAX_LIVE_SHARES


@pytest.mark.parametrize("label", ["", " \n　", "あ" * 101])
def test_a_link_says_for_whom_it_is(context: Flask, make: Factory, label: str) -> None:
    with pytest.raises(ManualRefused) as refused:
        share(make.seat(), label)
    assert refused.value.reason is Refusal.BAD_LABEL


def test_links_end_with_the_seat_and_with_the_account(context: Flask, make: Factory) -> None:
    seat, other = make.seat(), make.seat()
    tokens = share(seat), share(other)
    db.session.execute(update(Participant).where(Participant.id == seat.participant_id).values(withdrawn_at=clock.now()))
    db.session.execute(update(User).where(User.id == other.user_id).values(disabled_at=clock.now()))
    db.session.commit()
    assert [opened(token) for token in tokens] == [None, None]


def test_guessing_ends_for_the_network_and_goes_on_later(context: Flask, make: Factory, frozen_clock: FrozenClock) -> None:
    token = share(make.seat())
    for number in range(WRONG_LINKS.failures):
        assert opened(f"guess-{number}") is None
    with pytest.raises(TooManyLinks):
        opened(token)
    assert open_share(token, visitor="192.0.2.8", now=clock.now())
    frozen_clock.advance(minutes=2)
    assert opened(token)


def test_a_busy_database_keeps_nobody_from_reading(context: Flask, make: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    token = share(make.seat())

    def busy(**_options: object) -> None:
        raise OperationalError("UPDATE", None, Exception("database is locked"))

    monkeypatch.setattr(services, "bookkeeping", busy)
    assert opened(token)


def test_the_manual_holds_the_latest_answers_and_no_memo(context: Flask, make: Factory) -> None:
    seat = reader(make)
    memo = WorksheetEntry(
        participant_id=seat.participant_id, lesson_id="L01", key=MEMO_KEY, version=1, text="自分のメモ", saved_at=clock.now()
    )
    db.session.add(memo)
    db.session.commit()
    for version, text in enumerate(("初めの案", "直した案")):
        edits = {"definition": SheetEdit(text, version)}
        save_worksheet(reading_seat(seat), "L01", edits, by=seat.user_id, now=clock.now())
    manual = find_manual(seat.participant_id, now=clock.now())
    assert [entry.text for part in manual.parts for entry in part.entries if entry.text] == ["直した案"]


def test_a_live_link_is_found_by_its_token_alone(context: Flask, make: Factory) -> None:
    seat = make.seat()
    found = find_open_share(share(seat), now=clock.now())
    assert found is not None
    assert found.expires_at - clock.now() == timedelta(days=14)
