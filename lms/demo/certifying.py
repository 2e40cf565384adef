"""What happens in the demo after the certificates were issued."""

from collections.abc import Callable
from datetime import datetime

from lms import clock
from lms.certification.queries.posting import list_waiting
from lms.certification.rules.reasons import Reason
from lms.certification.services.ordering import order_reissue, withdraw_order
from lms.certification.services.running import start_run, work_run
from lms.certification.services.shipping import Consignment, note_return, prepare_again, prepare_parcels, ship_parcel
from lms.certification.services.using import set_name_consent


def issue_and_post(cohort_id: int, participant_ids: list[int], *, by: int, days_ago: Callable[[int], datetime]) -> None:
    """A cohort gets its certificates in one run; all are sent, the last comes back after its address was wrong before."""
    run_id = start_run(cohort_id, participant_ids, by=by, now=days_ago(22))
    work_run(run_id, for_seconds=600, now=days_ago(22))
    parcels = prepare_parcels([paper.entry_id for paper in list_waiting(cohort_id)], by=by, now=days_ago(21))
    parcels[-1] = prepare_again(parcels[-1], by=by, now=days_ago(20))
    for number, parcel_id in enumerate(parcels):
        sent = Consignment(clock.to_jst(days_ago(20)).date(), "ヤマト運輸", f"0000-0000-{number:04d}")
        ship_parcel(parcel_id, sent, by=by, now=days_ago(20))
    note_return(parcels[-1], "保管期間経過", on=clock.to_jst(days_ago(10)).date(), by=by, now=days_ago(10))


def find_the_lost_paper(participant_id: int, *, by: int, now: datetime) -> None:
    """A holder lets strangers see the name, orders a new paper, finds the old one and takes the order back."""
    set_name_consent(participant_id, is_shown=True, by=by, now=now)
    order_reissue(participant_id, Reason.LOSS, "", "引越しのときに見当たらなくなりました。", by=by, now=now)
    withdraw_order(participant_id, by=by, now=now)
