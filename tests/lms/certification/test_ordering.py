"""Orders of a new paper: one at a time, on a valid certificate, with row, audit line and mail together."""

import inspect
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from certificates.record import record_from_json, record_to_json
from lms import clock
from lms.audit.models import AuditEvent
from lms.certification.models import NameConsent, PrintedRecord, ReissueOrder
from lms.certification.queries.holding import find_holder_page
from lms.certification.queries.ordering import draft_order, find_order, list_open_orders
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.rules.entries import CertificateStatus, EntryKind, Happening, certificate_status
from lms.certification.rules.ordering import refuse_order
from lms.certification.rules.reasons import Reason
from lms.certification.rules.since import DatedHappening, status_since
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.ordering import order_reissue, withdraw_order
from lms.certification.services.reissuing import accept_order, decline_order
from lms.certification.services.using import set_name_consent
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


def test_an_order_shows_what_will_be_printed_today_though_the_old_design_is_gone(
    build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = Issued(build)
    here = build.app.extensions["settings"]
    today = replace(here, certificate=replace(here.certificate, signatory_name="新任 代表"))
    monkeypatch.setitem(build.app.extensions, "settings", today)
    with build.app.app_context():
        printed = db.session.scalars(select(PrintedRecord)).one()
        printed.record = record_to_json(replace(record_from_json(printed.record), template="no longer there"))
        db.session.commit()
        draft = draft_order(issued.seat.participant_id, Reason.NAME_CHANGE, "渡邉 𠮷子")
        assert (draft.refusal, draft.record.signatory_name, draft.record.version) == (None, "新任 代表", 2)
        order = order_reissue(
            issued.seat.participant_id, Reason.NAME_CHANGE, "渡邉 𠮷子", "", by=issued.seat.user_id, now=clock.now()
        )
        accept_order(order, by=build.approver, now=clock.now())
        issued.read_newest()
    without_codes = replace(issued.record, verify_url=draft.record.verify_url, verify_code=draft.record.verify_code)
    assert without_codes == draft.record


@pytest.mark.parametrize("is_office", [True, False])
def test_an_order_the_holder_takes_back_was_declined_by_nobody(build: Builder, is_office: bool) -> None:
    seat, _ = build.issued_seat()
    with build.app.app_context():
        by = build.proposer if is_office else seat.user_id
        order = order_reissue(seat.participant_id, Reason.LOSS, "", "", by=by, now=clock.now())
        withdraw_order(seat.participant_id, by=seat.user_id, now=clock.now())
        page, settled = find_holder_page(seat.participant_id, today=clock.today_jst()), find_order(order)
        assert page is not None
        assert settled is not None
        assert (page.last_answer, page.may_order, settled.is_withdrawn) == (None, True, True)
        order = order_reissue(seat.participant_id, Reason.LOSS, "", "", by=by, now=clock.now())
        decline_order(order, "先に一度お探しください。", by=build.approver, now=clock.now())
        page = find_holder_page(seat.participant_id, today=clock.today_jst())
        assert page is not None
        assert page.last_answer is not None
        assert page.last_answer.answer == "先に一度お探しください。"


@pytest.mark.database("postgresql")
def test_of_two_first_clicks_on_the_consent_the_second_waits_and_is_kept_too(build: Builder) -> None:
    seat = build.make.seat(build.cohort_id)

    def click(is_shown: bool) -> None:
        with build.app.app_context():
            set_name_consent(seat.participant_id, is_shown=is_shown, by=seat.user_id, now=clock.now())

    with build.app.app_context(), ThreadPoolExecutor(1) as pool:
        first = inspect.unwrap(set_name_consent)
        first(seat.participant_id, is_shown=False, by=seat.user_id, now=clock.now())
        db.session.flush()
        second = pool.submit(click, True)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
            while not second.done() and not watcher.scalar(text(WAITING)):
                pass
        db.session.commit()
        second.result()
        db.session.expire_all()
        assert db.session.scalars(select(NameConsent)).one().is_shown


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
"""How many connections wait for what another one holds."""


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
