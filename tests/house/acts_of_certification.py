"""Acts of certification in depth: what the register, the day of issue, the post and the holder do."""

from collections.abc import Callable

from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import Reason
from lms.certification.services.acting import decide_act, propose_act, withdraw_act
from lms.certification.services.deciding import hold_certification, propose_certification
from lms.certification.services.ordering import order_reissue, withdraw_order
from lms.certification.services.recording import erase_record, erase_words, note_register_export
from lms.certification.services.reissuing import accept_order, decline_order
from lms.web.access import Role
from tests.factories import Factory
from tests.house.acts import AUDIT, MAIL, Act, act, now
from tests.house.acts_of_the_post import ACTS_OF_THE_POST
from tests.lms.certification.builders import Builder


def ordering_a_new_paper(make: Factory) -> Act:
    seat, _ = Builder(make).issued_seat()
    return act(
        lambda: order_reissue(seat.participant_id, Reason.NAME_CHANGE, "新しい 氏名", "", by=seat.user_id, now=now()),
        *("reissue_orders", AUDIT, MAIL),
    )


def taking_an_order_back(make: Factory) -> Act:
    seat, _ = Builder(make).issued_seat()
    order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=now())
    return act(lambda: withdraw_order(seat.participant_id, by=seat.user_id, now=now()), "reissue_outcomes", AUDIT)


def holding_a_proposal(make: Factory) -> Act:
    build = Builder(make)
    (proposal,) = propose_certification([build.complete_seat().participant_id], by=build.proposer, now=now())
    return act(lambda: hold_certification(proposal, True, "確認中", by=build.approver, now=now()), "completion_holds", AUDIT)


def deciding_a_suspension(make: Factory) -> Act:
    build = Builder(make)
    _, number = build.issued_seat()
    proposal = _propose(build, number)
    return act(
        lambda: decide_act(proposal, True, "", by=build.approver, now=now()),
        *("register_decisions", "register_entries", "entry_details", AUDIT, MAIL),
    )


def withdrawing_an_act(make: Factory) -> Act:
    build = Builder(make)
    proposal = _propose(build, build.issued_seat()[1])
    return act(lambda: withdraw_act(proposal, by=build.proposer, now=now()), "register_decisions", AUDIT)


def reissuing(make: Factory) -> Act:
    build = Builder(make)
    order = _order(build)
    return act(
        lambda: accept_order(order, by=build.approver, now=now()),
        *("reissue_outcomes", "register_entries", "printed_records", "issued_documents", "verification_secrets", AUDIT, MAIL),
    )


def declining_an_order(make: Factory) -> Act:
    build = Builder(make)
    order = _order(build)
    return act(lambda: decline_order(order, "できません", by=build.approver, now=now()), "reissue_outcomes", AUDIT, MAIL)


def taking_the_register_out(make: Factory) -> Act:
    by = make.staff(Role.OFFICE)
    return act(lambda: note_register_export("csv", 3, by=by, now=now()), AUDIT)


def erasing_words(make: Factory) -> Act:
    build = Builder(make)
    _, number = build.issued_seat()
    build.enact(number, EntryKind.SUSPEND)
    return act(lambda: erase_words(number, 2, "お申し出", by=None, now=now()), "entry_details", "register_proposals", MAIL, AUDIT)


def erasing_a_printed_name(make: Factory) -> Act:
    build = Builder(make)
    _, number = build.issued_seat()
    return act(
        lambda: erase_record(number, 1, "お申し出", by=None, now=now()),
        *("printed_records", "issued_documents", "completion_proposals", MAIL, AUDIT),
    )


def _propose(build: Builder, number: str) -> int:
    words = {"explanation": "経緯", "words": "説明"}
    return propose_act(number, EntryKind.SUSPEND, Reason.UNDER_INQUIRY, **words, by=build.proposer, now=now())


def _order(build: Builder) -> int:
    seat, _ = build.issued_seat()
    return order_reissue(seat.participant_id, Reason.LOSS, "", "", by=seat.user_id, now=now())


ACTS_OF_CERTIFICATION: tuple[Callable[[Factory], Act], ...] = (
    *(ordering_a_new_paper, taking_an_order_back),
    *(holding_a_proposal, deciding_a_suspension, withdrawing_an_act, reissuing, declining_an_order),
    *(taking_the_register_out, erasing_words, erasing_a_printed_name),
    *ACTS_OF_THE_POST,
)
