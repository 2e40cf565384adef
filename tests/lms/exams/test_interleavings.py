"""Pages that save in any order: nothing newer is ever replaced by something older, and every text is kept."""

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from lms import clock
from lms.db.session import db, release
from lms.exams.models import AnswerVersion
from lms.exams.queries.answers import list_answers
from lms.exams.rules.sitting import HandInOutcome, ItemOutcome, SentAnswer
from lms.exams.services.handing_in import hand_in_section
from lms.exams.services.saving import save_answers
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin, eligible_seat, sent, window

PAGES = ("page-a", "page-b", "page-c")
TEXTS = ("a", "b", "c", "d")


class Pages(RuleBasedStateMachine):
    """Three open pages of one attempt; each knows the last version it was told, and may send again what it sent before."""

    sends = Bundle("sends")
    begin_attempt: Callable[[], Started]

    @initialize()
    def start(self) -> None:
        self.started = type(self).begin_attempt()
        self.question = self.started.question()
        self.sequences = {page: count(1) for page in PAGES}
        self.known = dict.fromkeys(PAGES, 0)
        self.texts_sent: set[str] = set()
        self.sends_made = 0
        self.is_handed_in = False
        self.version, self.author, self.text = 0, "", ""

    @rule(target=sends, page=st.sampled_from(PAGES), text=st.sampled_from(TEXTS), is_answered=st.booleans())
    def type_and_send(self, page: str, text: str, is_answered: bool) -> tuple[str, SentAnswer]:
        answer = sent(self.started.paper, self.question, text, base=self.known[page], sequence=next(self.sequences[page]))
        allowed = self._allowed(page, answer)
        assert self._send(page, answer, is_answered=is_answered) in allowed
        return page, answer

    @rule(send=sends)
    def send_again(self, send: tuple[str, SentAnswer]) -> None:
        before = self.version
        self._send(*send, is_answered=False)
        assert self.version == before, "a repeated send changes nothing"

    @rule(page=st.sampled_from(PAGES))
    def reload(self, page: str) -> None:
        self.known[page] = self.version

    @precondition(lambda self: self.sends_made > 8)
    @rule()
    def hand_in(self) -> None:
        by = self.started.seat.user_id
        outcome = hand_in_section(self.started.attempt_id, "choice", [], device="page-a", by=by, now=clock.now())
        assert outcome is (HandInOutcome.ALREADY if self.is_handed_in else HandInOutcome.NEXT_SECTION)
        self.is_handed_in = True

    def _allowed(self, page: str, answer: SentAnswer) -> set[ItemOutcome]:
        """What may become of a new send, thought out apart from the service: who wrote the answer that counts, and on what."""
        if answer.body["option"] == self.text:
            return {ItemOutcome.CURRENT}
        if self.is_handed_in:
            return {ItemOutcome.LATE}
        built_on_it = answer.base_version == self.version or self.author == page
        return {ItemOutcome.CURRENT} if built_on_it else {ItemOutcome.STALE}

    def _send(self, page: str, answer: SentAnswer, *, is_answered: bool) -> ItemOutcome:
        receipt = save_answers(self.started.attempt_id, [answer], device=page, by=self.started.seat.user_id, now=clock.now())
        item = receipt.items[0]
        if is_answered and item.outcome is ItemOutcome.CURRENT:
            self.known[page] = item.version
        self.sends_made += 1
        self.texts_sent.add(str(answer.body["option"]))
        self._look(page, str(answer.body["option"]))
        return item.outcome

    def _look(self, page: str, text: str) -> None:
        """Read which answer counts after a send."""
        stored = list_answers(self.started.attempt_id)[self.question]
        release()
        assert stored.version >= self.version
        if stored.version != self.version:
            assert not self.is_handed_in, "a handed-in answer never changes"
            assert f'"option":"{text}"' in stored.body
            self.version, self.author, self.text = stored.version, page, text

    def teardown(self) -> None:
        if not hasattr(self, "started"):
            return
        own = select(AnswerVersion.body).where(AnswerVersion.attempt_id == self.started.attempt_id)
        kept = set(db.session.scalars(own))
        release()
        for text in self.texts_sent:
            assert f'{{"kind":"single_choice","option":"{text}"}}' in kept, "every text that was sent is kept"


def interleave(make: Factory, *, runs: int, steps: int) -> None:
    """So many attempts, each with three pages that act in an order of the machine's choosing."""
    cohort_id = make.cohort()
    window_id = window(make, cohort_id)

    class Interleaved(Pages):
        begin_attempt = staticmethod(lambda: begin(make, eligible_seat(make, cohort_id), window_id))

    run_state_machine_as_test(
        Interleaved,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.usefixtures("context")
def test_no_order_of_saves_from_three_pages_loses_or_overwrites(make: Factory) -> None:
    interleave(make, runs=8, steps=25)
