"""Orders of a new paper: one at a time, on a valid certificate, with row, audit line and mail together."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms import clock
from lms.audit.models import AuditEvent
from lms.certification.models import ReissueOrder
from lms.certification.queries.holding import find_holder_page
from lms.certification.queries.ordering import find_order, list_open_orders
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.entries import CertificateStatus, EntryKind, Happening, certificate_status
from lms.certification.rules.ordering import refuse_order
from lms.certification.rules.reasons import Reason
from lms.certification.rules.since import DatedHappening, status_since
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.ordering import order_reissue, withdraw_order
from lms.db.session import db
from lms.mail.models import OutgoingMail
from tests.lms.certification.builders import Builder
from tests.lms.certification.issued import Issued


def test_an_order_leaves_row_line_and_mail_and_of_many_clicks_one_counts(build: Builder) -> None:
    issued = Issued(build)

    def click(_: int) -> Refusal | None:
        with build.app.app_context():
            try:
                order_reissue(
                    issued.seat.participant_id, Reason.LOSS, "無視される", "紛失", by=issued.seat.user_id, now=clock.now()
                )
            except CertificationRefused as refused:
                return refused.reason
            return None

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))
    assert sorted(answers, key=str) == [None, *[Refusal.ORDER_WAITS] * 3]
    with build.app.app_context():
        order = db.session.scalars(select(ReissueOrder)).one()
        assert (order.certificate_number, order.new_name, order.explanation) == (issued.number, "", "紛失")
        line = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "certificate:order_reissue")).one()
        assert line.detail == {"order_id": order.id, "reason": "loss"}
        mail = db.session.scalars(select(OutgoingMail).where(OutgoingMail.template == "reissue_ordered")).one()
        assert (mail.to_address, issued.number in mail.body) == (issued.seat.email, True)
        withdraw_order(issued.seat.participant_id, by=issued.seat.user_id, now=clock.now())
        with pytest.raises(CertificationRefused):
            withdraw_order(issued.seat.participant_id, by=issued.seat.user_id, now=clock.now())
        order_reissue(issued.seat.participant_id, Reason.DAMAGE, "", "", by=build.proposer, now=clock.now())
        assert db.session.scalar(select(func.count()).select_from(ReissueOrder)) == 2


@pytest.mark.database("sqlite")
def test_an_order_of_a_voided_number_keeps_nobody_from_ordering_the_new_one(build: Builder) -> None:
    seat, voided = build.issued_seat("架空 一子")
    with build.app.app_context():
        order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=clock.now())
    build.enact(voided, EntryKind.VOID)
    build.approve(seat)
    with build.app.app_context():
        number = issue_certificate(seat.participant_id, by=build.proposer, now=clock.now())
        page = find_holder_page(seat.participant_id, today=clock.today_jst())
        assert page is not None
        assert page.may_order
        order = order_reissue(seat.participant_id, Reason.DAMAGE, "", "", by=seat.user_id, now=clock.now())
        assert number != voided
        withdraw_order(seat.participant_id, by=seat.user_id, now=clock.now())
        assert [each.number for each in list_open_orders()] == [voided]
        settled = find_order(order)
        assert settled is not None
        assert settled.is_withdrawn


@given(
    reason=st.sampled_from(Reason),
    name=st.sampled_from(["", "甲", "乙"]),
    status=st.sampled_from(CertificateStatus),
    waits=st.booleans(),
)
def test_only_a_valid_certificate_without_an_order_is_ordered_again(
    reason: Reason, name: str, status: CertificateStatus, waits: bool
) -> None:
    refusal = refuse_order(reason, name, printed_name="甲", status=status, is_waiting=waits)
    is_print = reason in {Reason.NAME_CHANGE, Reason.LOSS, Reason.DAMAGE, Reason.PRINTING_FAULT}
    is_fit = name == "乙" or reason is not Reason.NAME_CHANGE
    assert (refusal is None) is (status is CertificateStatus.VALID and not waits and is_print and is_fit)


DAYS = [date(2026, 1, day) for day in range(1, 32)]


@given(
    st.lists(
        st.sampled_from([EntryKind.SUSPEND, EntryKind.RESUME, EntryKind.REISSUE, EntryKind.SHIP, EntryKind.REVOKE]), max_size=8
    )
)
def test_a_status_holds_since_the_entry_that_made_it(kinds: list[EntryKind]) -> None:
    """Against an oracle that asks after every entry what the status is."""
    version, history = 1, [DatedHappening(Happening(EntryKind.ISSUE, 1), DAYS[0])]
    for kind, day in zip(kinds, DAYS[1:], strict=False):
        version += kind is EntryKind.REISSUE
        history.append(DatedHappening(Happening(kind, version), day))
    statuses = [
        certificate_status([each.happening for each in history[: end + 1]], version=1, today=DAYS[-1])
        for end in range(len(history))
    ]
    status = statuses[-1]
    since = status_since(history, version=1, status=status)
    if status is CertificateStatus.VALID:
        assert since is None
    elif status is CertificateStatus.SUSPENDED:
        assert since == max(each.on for each in history if each.happening.kind is EntryKind.SUSPEND)
    else:
        assert since == history[statuses.index(status)].on
