"""What happens in the demo after the certificates were issued."""

from collections.abc import Callable
from datetime import datetime

from lms import clock
from lms.certification.queries.completion import numbers_of
from lms.certification.queries.posting import list_waiting
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.services.acting import decide_act, propose_act
from lms.certification.services.deciding import hold_certification
from lms.certification.services.ordering import order_reissue, withdraw_order
from lms.certification.services.reissuing import accept_order, decline_order
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


def hold_and_let_go(proposal_id: int, *, by: int, held: datetime, let_go: datetime) -> None:
    """A proposal waits until a payment in another name is cleared up."""
    hold_certification(proposal_id, True, "振込の名義が会社名のため、経理に確認します。", by=by, now=held)
    hold_certification(proposal_id, False, "会社からの振込と確認できました。", by=by, now=let_go)


def suspend_and_resume(participant_id: int, *, first: int, second: int, days_ago: Callable[[int], datetime]) -> None:
    """A certificate is suspended while a report is looked into, and resumed."""
    number = numbers_of([participant_id])[participant_id]
    told = (
        (
            EntryKind.SUSPEND,
            Reason.UNDER_INQUIRY,
            "名刺の肩書について、取引先からお問い合わせがありました。ご本人に事実を確認しています。",
            "肩書の表記について確認したいことがあり、確認が終わるまで効力を停止します。",
        ),
        (
            EntryKind.RESUME,
            Reason.INQUIRY_CLOSED,
            "名刺の印刷会社の誤りと分かり、刷り直した名刺を確認しました。",
            "確認が終わりました。ご協力をありがとうございました。",
        ),
    )
    for ago, (kind, reason, explanation, words) in zip((18, 15), told, strict=True):
        act = propose_act(number, kind, reason, explanation=explanation, words=words, by=first, now=days_ago(ago))
        decide_act(act, True, "", by=second, now=days_ago(ago - 1))


def reissue_a_damaged_paper(participant_id: int, *, first: int, second: int, days_ago: Callable[[int], datetime]) -> None:
    """A paper came damaged and is printed again; a second order of the same holder is declined."""
    words = "届いた封筒が水に濡れていたとのお電話がありました。"
    order = order_reissue(participant_id, Reason.DAMAGE, "", words, by=first, now=days_ago(9))
    accept_order(order, "ご不便をおかけしました。", by=second, now=days_ago(8))
    words = "額に入れる分として、もう1枚ほしいとのご希望です。"
    order = order_reissue(participant_id, Reason.LOSS, "", words, by=first, now=days_ago(6))
    decline_order(
        order,
        "再発行すると、お手元の認定証は無効になります。額には、PDFを印刷したものをお使いください。",
        by=second,
        now=days_ago(5),
    )
