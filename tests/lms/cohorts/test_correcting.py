"""What is registered of a participant is corrected whole or not at all."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import clock
from lms.accounts.queries import get_account
from lms.accounts.rules.refusals import Refusal
from lms.audit.models import AuditEvent
from lms.cohorts.queries import NoSuchParticipant, get_participant
from lms.cohorts.rules.roster import Column, RosterProblem
from lms.cohorts.services.correcting import correct_participant
from lms.cohorts.services.seating import RosterRefused
from lms.db.session import db
from lms.mail.models import OutgoingMail
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.accounts.builders import refused_for, tags
from tests.lms.cohorts.builders import ODD_NAMES


def registered(participant_id: int) -> dict[Column, str]:
    """What stands in the register now, by column."""
    seat = get_participant(participant_id)
    return {column: getattr(seat, column.value) for column in Column}


def test_every_field_is_corrected_in_one_act_and_only_their_names_are_recorded(make: Factory, context: Flask) -> None:
    seat, office = make.seat(email="old@example.jp"), make.staff(Role.OFFICE)
    wanted = dict(
        zip(
            Column,
            ("髙﨑　花子", "タカサキ ハナコ", "new@example.jp", "架空商事", "総務部", "100-0001", "東京都千代田区1-1"),
            strict=True,
        )
    )
    typed = wanted | {Column.EMAIL: " NEW@example.jp", Column.POSTAL_CODE: "〒１００−０００１"}
    changed = correct_participant(seat.participant_id, typed, by=office, now=clock.now(), reason=" 転記の誤り ")
    assert changed == tuple(Column)
    assert registered(seat.participant_id) == wanted
    assert get_account(seat.user_id).name == "髙﨑　花子"
    assert tags() == ["user:rename", "user:change_email", "participant:correct"]
    line = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert line is not None
    assert (line.subject_id, line.reason) == (str(seat.participant_id), "転記の誤り")
    assert line.detail == {"fields": [column.value for column in Column]}
    assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == 2


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_name_stays_exactly_as_typed(make: Factory, context: Flask, name: str) -> None:
    seat, office = make.seat(), make.staff(Role.OFFICE)
    typed = registered(seat.participant_id) | {Column.NAME: name}
    assert correct_participant(seat.participant_id, typed, by=office, now=clock.now()) == (Column.NAME,)
    assert get_participant(seat.participant_id).name == get_account(seat.user_id).name == name


def test_what_stands_already_is_not_corrected(make: Factory, context: Flask) -> None:
    seat, office = make.seat(), make.staff(Role.OFFICE)
    typed = registered(seat.participant_id)
    assert correct_participant(seat.participant_id, typed, by=office, now=clock.now()) == ()
    assert tags() == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({Column.NAME: " "}, RosterProblem.MISSING_VALUE),
        ({Column.NAME: "花子\ue000"}, RosterProblem.PRIVATE_CHARACTER),
        ({Column.KANA: "hanako"}, RosterProblem.NOT_KANA),
        ({Column.EMAIL: "hanako"}, RosterProblem.NOT_AN_ADDRESS),
        ({Column.POSTAL_CODE: "100"}, RosterProblem.NOT_A_POSTAL_CODE),
    ],
)
def test_a_value_the_roster_would_refuse_changes_nothing(
    make: Factory, context: Flask, change: Mapping[Column, str], kind: RosterProblem
) -> None:
    seat, office = make.seat(), make.staff(Role.OFFICE)
    before = registered(seat.participant_id)
    with pytest.raises(RosterRefused) as refused:
        correct_participant(seat.participant_id, before | {Column.COMPANY: "架空"} | change, by=office, now=clock.now())
    assert [(problem.kind, problem.column) for problem in refused.value.problems] == [(kind, next(iter(change)))]
    assert registered(seat.participant_id) == before


def test_an_address_of_another_account_keeps_every_field_as_it_was(make: Factory, context: Flask) -> None:
    make.user(email="taken@example.jp")
    seat, office = make.seat(), make.staff(Role.OFFICE)
    before = registered(seat.participant_id)
    typed = before | {Column.NAME: "別名 花子", Column.EMAIL: "Taken@Example.jp"}
    with refused_for(Refusal.EMAIL_TAKEN):
        correct_participant(seat.participant_id, typed, by=office, now=clock.now())
    assert registered(seat.participant_id) == before
    assert get_account(seat.user_id).name == seat.name
    assert tags() == []


def test_nobody_is_corrected_who_does_not_exist(make: Factory, context: Flask) -> None:
    with pytest.raises(NoSuchParticipant):
        correct_participant(999, {}, by=make.staff(Role.OFFICE), now=clock.now())
