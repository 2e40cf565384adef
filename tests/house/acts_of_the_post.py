"""Acts of the day of issue and of the post: a run begins, parcels are made, go out, come back."""

from collections.abc import Callable

from sqlalchemy import update

from lms import clock
from lms.certification.queries.posting import list_waiting
from lms.certification.services.running import start_run
from lms.certification.services.shipping import Consignment, note_return, prepare_parcels, ship_parcel
from lms.cohorts.models import Participant
from lms.db.session import db
from tests.factories import Factory
from tests.house.acts import AUDIT, MAIL, Act, act, now
from tests.lms.certification.builders import Builder


def starting_a_run(make: Factory) -> Act:
    build = Builder(make)
    seat = build.approved_seat()
    return act(
        lambda: start_run(build.cohort_id, [seat.participant_id], by=build.proposer, now=now()),
        *("issue_runs", "issue_run_items", AUDIT),
    )


def making_a_parcel(make: Factory) -> Act:
    build = Builder(make)
    entry_id = _addressed(build)
    return act(lambda: prepare_parcels([entry_id], by=build.proposer, now=now()), "shipments", "shipment_events", AUDIT)


def sending_a_parcel_out(make: Factory) -> Act:
    build = Builder(make)
    (parcel_id,) = prepare_parcels([_addressed(build)], by=build.proposer, now=now())
    return act(
        lambda: ship_parcel(parcel_id, _consignment(), by=build.proposer, now=now()),
        *("shipment_events", "register_entries", "entry_details", AUDIT, MAIL),
    )


def taking_a_parcel_back(make: Factory) -> Act:
    build = Builder(make)
    (parcel_id,) = prepare_parcels([_addressed(build)], by=build.proposer, now=now())
    ship_parcel(parcel_id, _consignment(), by=build.proposer, now=now())
    return act(
        lambda: note_return(parcel_id, "転居先不明", on=clock.today_jst(), by=build.proposer, now=now()),
        *("shipment_events", AUDIT),
    )


def _addressed(build: Builder) -> int:
    """A certificate whose holder has an address; its entry."""
    seat, _ = build.issued_seat()
    values = {"postal_code": "100-0001", "address": "東京都見本区1-2-3"}
    db.session.execute(update(Participant).where(Participant.id == seat.participant_id).values(values))
    db.session.commit()
    return list_waiting()[0].entry_id


def _consignment() -> Consignment:
    return Consignment(clock.today_jst(), "ヤマト運輸", "1234-5678-9012")


ACTS_OF_THE_POST: tuple[Callable[[Factory], Act], ...] = (
    *(starting_a_run, making_a_parcel, sending_a_parcel_out, taking_a_parcel_back),
)
