"""発送: parcels with frozen addresses, entries in the chain, mails, returns, and the table of tracking numbers."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta

import pikepdf
import pytest
from openpyxl import Workbook
from sqlalchemy import event, select, update

from lms import clock
from lms.audit.models import AuditEvent
from lms.certification.models import EntryDetail, RegisterEntry, Shipment
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.posting import (
    count_to_post,
    get_parcel,
    list_parcels,
    list_printable,
    list_waiting,
    posting,
    shipment_of,
    stream_documents,
)
from lms.certification.queries.tracking import MatchedTracking, preview_tracking
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.rules.shipping import ShipmentState, ShippingProblem, ShippingRefused
from lms.certification.rules.tracking import TrackingProblem, TrackingRow
from lms.certification.services import shipping
from lms.certification.services.noting import note
from lms.certification.services.ordering import order_reissue
from lms.certification.services.reissuing import accept_order, decline_order
from lms.certification.services.shipping import (
    Consignment,
    TrackingRefused,
    cancel_parcel,
    import_tracking,
    note_arrival,
    note_return,
    prepare_again,
    prepare_parcels,
    ship_parcel,
)
from lms.cohorts.models import Participant
from lms.db.session import command, db
from lms.documents.batch import print_batch
from lms.mail.models import OutgoingMail
from tests.conftest import FrozenClock
from tests.factories import Seat
from tests.lms.certification.builders import Builder
from tests.page import PageClient

LETTER_PACK = "レターパックプラス"
CARRIER = "日本郵便(レターパックプラス)"


def addressed(build: Builder, name: str = "", *, address: str = "東京都見本区見本1-2-3") -> tuple[Seat, str]:
    """A participant with a certificate and an address."""
    seat, number = build.issued_seat(name)
    with build.app.app_context():
        move(seat, address)
    return seat, number


def move(seat: Seat, address: str) -> None:
    values = {"postal_code": "100-0001" if address else "", "address": address}
    db.session.execute(update(Participant).where(Participant.id == seat.participant_id).values(values))
    db.session.commit()


def prepared(build: Builder) -> int:
    ids = [paper.entry_id for paper in list_waiting() if paper.has_address]
    (parcel_id,) = prepare_parcels(ids, by=build.proposer, now=clock.now())
    return parcel_id


def consigned(tracking_number: str = "1234-5678-9012") -> Consignment:
    return Consignment(clock.today_jst(), LETTER_PACK, tracking_number)


@command
def end(number: str, kind: EntryKind, *, by: int) -> None:
    paper = db.session.scalars(select(RegisterEntry).where(RegisterEntry.certificate_number == number)).first()
    assert paper
    note(kind, paper, detail={}, by=by, now=clock.now())


def test_a_parcel_goes_out_comes_back_goes_to_another_address_and_arrives(build: Builder, frozen_clock: FrozenClock) -> None:
    seat, number = addressed(build)
    with build.app.app_context():
        parcel_id = prepared(build)
        move(seat, "大阪府見本市4-5-6")
        assert get_parcel(parcel_id).address == "東京都見本区見本1-2-3"
        ship_parcel(parcel_id, consigned(), by=build.proposer, now=clock.now())
        frozen_clock.advance(days=3)
        note_return(parcel_id, "転居先不明", on=clock.today_jst(), by=build.proposer, now=clock.now())
        assert count_to_post() == (0, 1)
        again = prepare_again(parcel_id, by=build.approver, now=clock.now())
        assert get_parcel(again).address == "大阪府見本市4-5-6"
        ship_parcel(again, consigned("ＡＢ１２３４５６"), by=build.approver, now=clock.now())
        frozen_clock.advance(days=1)
        note_arrival(again, on=clock.today_jst(), by=build.proposer, now=clock.now())

        assert [event.state.value for event in get_parcel(parcel_id).events] == [
            *("prepared", "shipped", "undelivered", "canceled")
        ]
        holder = shipment_of(seat.participant_id)
        assert holder
        assert (holder.id, holder.state, holder.sent and holder.sent.tracking_number) == (
            *(again, ShipmentState.DELIVERED),
            "AB123456",
        )
        entries = db.session.scalars(select(RegisterEntry.kind).order_by(RegisterEntry.position)).all()
        assert list(entries) == [EntryKind.ISSUE, EntryKind.SHIP, EntryKind.SHIP]
        details = [
            json.loads(text) for text in db.session.scalars(select(EntryDetail.detail).order_by(EntryDetail.register_entry_id))
        ]
        assert [detail["tracking_number"] for detail in details] == ["123456789012", "AB123456"]
        mails = db.session.scalars(
            select(OutgoingMail).where(OutgoingMail.template == "certificate_shipped").order_by(OutgoingMail.id)
        ).all()
        assert ["123456789012" in mails[0].body, "AB123456" in mails[1].body, len(mails)] == [True, True, 2]
        assert number in mails[0].body
        assert list_register_problems() == []
        assert count_to_post() == (0, 0)


def test_what_may_not_happen_changes_nothing(build: Builder) -> None:
    seat, number = addressed(build)
    with build.app.app_context():
        (paper,) = list_waiting()
        move(seat, "")
        for problem, act in (
            ("address_missing", lambda: prepare_parcels([paper.entry_id], by=build.proposer, now=clock.now())),
            ("nothing_chosen", lambda: prepare_parcels([], by=build.proposer, now=clock.now())),
            ("already_prepared", lambda: prepare_parcels([99], by=build.proposer, now=clock.now())),
        ):
            assert refused(act) == problem
        move(seat, "東京都見本区1")
        parcel_id = prepared(build)

        def ship(consignment: Consignment) -> None:
            ship_parcel(parcel_id, consignment, by=build.proposer, now=clock.now())

        tomorrow = Consignment(clock.today_jst() + timedelta(days=1), LETTER_PACK, "1234567")
        yesterday = Consignment(clock.today_jst() - timedelta(days=1), LETTER_PACK, "1234567")
        for problem, act in (
            ("already_prepared", lambda: prepare_parcels([paper.entry_id], by=build.proposer, now=clock.now())),
            ("unknown_carrier", lambda: ship(Consignment(clock.today_jst(), "飛脚", "1234567"))),
            ("tracking_missing", lambda: ship(consigned(""))),
            ("not_a_tracking_number", lambda: ship(consigned("あとで"))),
            ("in_future", lambda: ship(tomorrow)),
            ("too_early", lambda: ship(yesterday)),
            ("wrong_order", lambda: note_arrival(parcel_id, on=clock.today_jst(), by=build.proposer, now=clock.now())),
            ("note_missing", lambda: note_return(parcel_id, " ", on=clock.today_jst(), by=build.proposer, now=clock.now())),
        ):
            assert refused(act) == problem
        end(number, EntryKind.SUSPEND, by=build.proposer)
        assert refused(lambda: ship(consigned())) == "not_in_force"
        cancel_parcel(parcel_id, "停止のため", by=build.proposer, now=clock.now())
        assert list_waiting() == []
        assert shipment_of(seat.participant_id) is None
        end(number, EntryKind.RESUME, by=build.proposer)
        assert [waiting.number for waiting in list_waiting()] == [number]


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ShippingRefused) as caught:
        act()
    return caught.value.problem.value


@pytest.mark.database("sqlite")
def test_a_table_of_tracking_numbers_is_noted_whole_or_not_at_all(build: Builder) -> None:
    numbers = [addressed(build, name)[1] for name in ("一番 花子", "二番 花子", "三番 花子")]
    with build.app.app_context():
        prepare_parcels([paper.entry_id for paper in list_waiting()], by=build.proposer, now=clock.now())
        broken = csv(
            f"{numbers[0]},2026/12/1,ヤマト,123456", f"{numbers[1]},2026/12/1,飛脚,123456", "X-1,2026/12/1,ヤマト,123456"
        )
        preview = preview_tracking(broken.encode("cp932"), today=clock.today_jst())
        assert [(fault.row, fault.kind) for fault in preview.faults] == [
            (3, ShippingProblem.UNKNOWN_CARRIER),
            (4, TrackingProblem.NOT_A_NUMBER),
        ]
        preview = preview_tracking(excel(numbers), today=clock.today_jst())
        assert preview.faults == ()
        assert preview.passed_over == 1
        assert import_tracking(preview.rows, by=build.proposer, now=clock.now()) == 2
        with pytest.raises(TrackingRefused) as again:
            import_tracking(preview.rows, by=build.proposer, now=clock.now())
        assert {fault.kind for fault in again.value.faults} == {ShippingProblem.WRONG_ORDER}
        states = {parcel.number: parcel.state for parcel in list_parcels()}
        assert states == dict(zip(numbers, [ShipmentState.SHIPPED, ShipmentState.SHIPPED, ShipmentState.PREPARED], strict=True))
        assert preview_tracking(b"PK\x03\x04broken", today=clock.today_jst()).faults


@pytest.mark.database("sqlite")
def test_two_rows_of_one_parcel_are_refused_and_would_be_even_if_nobody_saw_that_they_are_two(
    build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, number = addressed(build)
    with build.app.app_context():
        parcel = get_parcel(prepared(build))
        table = csv(f"{number},2026/12/1,ヤマト,123456", f"{number.replace('-', ' ')},2026/12/1,ヤマト,654321")
        preview = preview_tracking(table.encode(), today=clock.today_jst())
        assert [(fault.kind, fault.row, fault.detail) for fault in preview.faults] == [(TrackingProblem.DOUBLED_NUMBER, 3, "2")]
        rows = [
            TrackingRow(2, number, clock.today_jst(), LETTER_PACK, "123456"),
            TrackingRow(3, number.replace("-", " "), clock.today_jst(), LETTER_PACK, "654321"),
        ]
        for problem in (TrackingProblem.DOUBLED_NUMBER, ShippingProblem.WRONG_ORDER):
            with pytest.raises(TrackingRefused) as caught:
                import_tracking(rows, by=build.proposer, now=clock.now())
            assert [(fault.kind, fault.row) for fault in caught.value.faults] == [(problem, 3)]
            unseen = MatchedTracking(tuple((row, parcel) for row in rows), ())
            monkeypatch.setattr(shipping, "match_tracking", lambda *_rows, unseen=unseen, **_day: unseen)
        assert list(db.session.scalars(select(RegisterEntry.kind))) == [EntryKind.ISSUE]
        assert shipped_mails() == []


def shipped_mails() -> list[OutgoingMail]:
    found = select(OutgoingMail).where(OutgoingMail.template == "certificate_shipped").order_by(OutgoingMail.id)
    return list(db.session.scalars(found))


@pytest.mark.database("sqlite")
def test_parcel_and_mails_bear_the_name_on_the_paper_and_not_the_seat_s(build: Builder) -> None:
    seat, _ = addressed(build, "旧姓 花子")
    with build.app.app_context():
        order = order_reissue(seat.participant_id, Reason.NAME_CHANGE, "新姓 花子", "", by=seat.user_id, now=clock.now())
        accept_order(order, by=build.proposer, now=clock.now())
        assert [paper.name for paper in list_waiting()] == ["新姓 花子"]
        parcel_id = prepared(build)
        assert get_parcel(parcel_id).recipient == "新姓 花子"
        ship_parcel(parcel_id, consigned(), by=build.proposer, now=clock.now())
        again = order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=clock.now())
        decline_order(again, "先に一度お探しください。", by=build.proposer, now=clock.now())
        mails = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
        greeted = {mail.template: "新姓 花子" in mail.body for mail in mails if mail.template != "certificate_issued"}
        assert greeted == {
            "reissue_ordered": True,
            "certificate_reissued": True,
            "certificate_shipped": True,
            "certificate_reissue_declined": True,
        }


@pytest.mark.database("sqlite")
def test_who_takes_the_list_of_addresses_is_written_down(build: Builder) -> None:
    _, number = addressed(build, "郵送 花子")
    with build.app.app_context():
        parcel_id = prepared(build)
        entry_id = get_parcel(parcel_id).entry_id
    office = build.make.login(build.proposer)
    assert office.get("/office/posting/list.csv").status_code == 405
    taken = office.post("/office/posting/list.csv", data={"csrf_token": office.csrf("/office/posting")})
    assert number in taken.data.decode("utf-8-sig")
    with build.app.app_context():
        line = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "certificate:print")).one()
        assert line.detail == {"what": "発送一覧", "entries": [entry_id]}


def csv(*rows: str) -> str:
    return "\r\n".join(["認定番号,発送日,運送会社,追跡番号", *rows])


def excel(numbers: list[str]) -> bytes:
    """As a spreadsheet keeps it: real days, tracking numbers as numbers."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["認定番号", "発送日", "運送会社", "追跡番号"])
    sheet.append([numbers[0], date(2026, 12, 1), "レターパック", 123456789012])
    sheet.append([numbers[1], "2026/12/1", "普通郵便", None])
    sheet.append([numbers[2], None, None, None])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.database("sqlite")
def test_the_batch_for_the_printer_has_the_papers_as_issued_in_the_order_of_the_register(build: Builder) -> None:
    numbers = [addressed(build, name)[1] for name in ("一番 花子", "二番 花子")]
    with build.app.app_context():
        ids = list_printable(cohort_id=build.cohort_id)
        first, second = io.BytesIO(), io.BytesIO()
        assert print_batch(stream_documents(ids), posting().print, first) == 2
        print_batch(stream_documents(ids), posting().print, second)
        assert first.getvalue() == second.getvalue()
        with pikepdf.open(first) as batch:
            assert len(batch.pages) == 2
            width, height = (round(float(edge) * 25.4 / 72) for edge in batch.pages[0].mediabox[2:])
            assert sorted((width, height)) == [210, 297]
        parcel_ids = prepare_parcels(ids, by=build.proposer, now=clock.now())
        ship_parcel(parcel_ids[0], consigned(), by=build.proposer, now=clock.now())
        assert list_printable(unsent_only=True) == [ids[1]]
        end(numbers[1], EntryKind.VOID, by=build.proposer)
        assert list_printable(unsent_only=True) == []
        assert db.session.scalars(select(Shipment.id)).all()


@pytest.mark.database("sqlite")
def test_the_office_sends_certificates_on_its_pages(build: Builder) -> None:
    seat, number = addressed(build, "郵送 花子")
    without, _ = addressed(build, "住所 なし", address="")
    office = build.make.login(build.proposer)
    page, of = f"/office/cohorts/{build.cohort_id}/posting", f"?cohort={build.cohort_id}"
    office.get(page)
    assert "1件は、郵便番号か住所が登録されていないため、用意できません。" in office.text
    office.send(action=f"/prepare{of}")
    assert "1件の発送を用意しました" in office.text
    assert pdf_of(office, page, f"/labels.pdf{of}", {"parcel": ["1"], "sheet": "a4-24", "start": "24"}) == 1
    assert pdf_of(office, page, f"/letters.pdf{of}", {"parcel": ["1"]}) == 1
    assert pdf_of(office, page, f"/certificates.pdf{of}", {}) == 2
    office.get(page)
    office.send({"parcel": ["1"], "sheet": "a4-24", "start": "25"}, action=f"/labels.pdf{of}")
    assert "1から24までで入力してください" in office.text
    office.get("/office/parcels/1")
    office.send({"carrier": CARRIER, "tracking_number": "12"}, action="/ship")
    assert "追跡番号の形ではありません" in office.text
    office.send({"carrier": CARRIER, "tracking_number": "1234-5678-9012"}, action="/ship")
    assert f"{number} を発送済みにしました" in office.text
    office.get("/office/parcels/1")
    office.send({"reason": "保管期間経過"}, action="/return")
    assert "再発送してください" in office.text
    with build.app.app_context():
        assert count_to_post() == (1, 1)
    office.get("/office/parcels/1")
    office.send(action="/again")
    assert "発送を用意し直しました" in office.text
    office.get(page)
    office.send({"file": (io.BytesIO(csv(f"{number},12/1,ヤマト,123456").encode()), "a.csv")}, action=f"/preview{of}")
    assert "2行目 発送日 日付として読めません" in office.text
    office.get(page)
    office.send({"file": (io.BytesIO(csv(f"{number},2026/12/1,ヤマト,123456").encode()), "a.csv")}, action=f"/preview{of}")
    assert "次の1件を発送済みにします" in office.text
    office.send(action=f"/import{of}")
    assert "1件を発送済みにしました" in office.text
    office.get(f"{page}?show=over")
    assert "取りやめ" in office.text
    assert without.participant_id != seat.participant_id


def pdf_of(office: PageClient, page: str, action: str, data: dict[str, object]) -> int:
    """How many pages a print has."""
    data = {**data, "csrf_token": office.csrf(page)}
    with pikepdf.open(io.BytesIO(office.post(f"/office/posting{action}", data=data).data)) as pdf:
        return len(pdf.pages)


@pytest.mark.database("sqlite")
def test_the_page_of_the_post_asks_the_database_as_often_for_many_as_for_few(build: Builder) -> None:
    asked: list[str] = []

    def note_statement(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    def count() -> int:
        asked.clear()
        office.get("/office/posting")
        return len(asked)

    def prepare(how_many: int) -> None:
        with build.app.app_context():
            chosen = [paper.entry_id for paper in list_waiting()][:how_many]
            prepare_parcels(chosen, by=build.proposer, now=clock.now())

    office = build.make.login(build.proposer)
    for _ in range(2):
        addressed(build)
    prepare(1)
    with build.app.app_context():
        event.listen(db.engine, "before_cursor_execute", note_statement)
    office.get("/office/posting")
    few = count()
    for _ in range(4):
        addressed(build)
    prepare(2)
    many = count()
    with build.app.app_context():
        event.remove(db.engine, "before_cursor_execute", note_statement)
    assert many == few
