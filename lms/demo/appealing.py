"""What the demo shows of 異議申立て and ご意見・苦情: one of each that is over, one of each that waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.cohorts.queries import get_participant
from lms.grading.queries.released import list_released_verdicts
from lms.grading.rules.parts import AppealGround, AppealRemedy
from lms.grading.services.appealing import close_appeal, decide_appeal, file_appeal, name_handler
from lms.grading.services.complaints import enter_complaint, take_step

PASSED_TEXT = (
    "選択問題の途中で画面が開かなくなり、再び開いたときに残り時間が3分ほど減っていました。"
    "試験の案内には、通信の障害があったときは時間を確認するとありました。記録をご確認ください。"
)
FINDINGS = (
    "受験の記録では、その時刻に通信の途切れが1回あった。解答は端末に残り、すべて届いている。時間の延長は行われていなかった。"
)
ANSWER = "ご指摘のとおり、通信の途切れがありました。確認の手続が漏れていたことをおわびし、受験の記録に書き加えます。"
OUTCOME = "受験の記録に、通信の途切れと時間の扱いを書き加えました。解答はすべて届いており、得点と合否は変わりません。"
FAILED_TEXT = "論述の大問を提出する前に確認画面が出ず、見直しができないまま提出になりました。手順が案内と違うと思います。"


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who of the office names, handles and closes; the last two had nothing to do with the result."""

    office: int
    handler: int
    closer: int


def hear_appeals(participants: Sequence[int], who: Hearing, *, now: datetime) -> None:
    """Somebody who passed appeals, is heard and gets the record put right; who failed waits for the handler."""
    verdicts = sorted(list_released_verdicts(participants).values(), key=lambda verdict: not verdict.is_passed)
    passed, failed = verdicts[0], verdicts[-1]
    first = file_appeal(passed.attempt_id, AppealGround.PROCEDURE, PASSED_TEXT, by=_user(passed.participant_id), now=now)
    name_handler(first, who.handler, by=who.office, now=now + timedelta(days=1))
    decide_appeal(first, AppealRemedy.CORRECTED, FINDINGS, ANSWER, by=who.handler, now=now + timedelta(days=4))
    close_appeal(first, OUTCOME, certificates={}, by=who.closer, now=now + timedelta(days=5), seen="")
    second = file_appeal(
        failed.attempt_id, AppealGround.PROCEDURE, FAILED_TEXT, by=_user(failed.participant_id), now=now + timedelta(days=9)
    )
    name_handler(second, who.handler, by=who.office, now=now + timedelta(days=10))


def take_complaints(participant_id: int, *, by: int, now: datetime) -> None:
    """A participant's complaint is answered and closed; one that came by telephone waits."""
    text = "1日目の午後、講師の声が何度か途切れました。後から聞き直せる方法があれば知りたいです。"
    number = enter_complaint("研修の音声", text, participant_id=participant_id, by=_user(participant_id), now=now)
    take_step(number, "会場の回線の記録を確かめた。15時台に3回の途切れ。", is_closing=False, by=by, now=now + timedelta(hours=3))
    take_step(number, "該当部分の資料と要点をメールで送り、おわびした。", is_closing=True, by=by, now=now + timedelta(days=1))
    call = "受講を検討中の方から電話。申込みページの開催日の表示が分かりにくいとのこと。"
    enter_complaint("申込みページの表示", call, participant_id=None, by=by, now=now + timedelta(days=2))


def _user(participant_id: int) -> int:
    return get_participant(participant_id).user_id
