"""An attempt driven through its doors in any order, held against the reference model at every step."""

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms import clock
from lms.accounts.models import LoginSession
from lms.db.session import db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.models import AnswerVersion, Submission
from lms.exams.rules.incidents import IncidentRefused
from lms.exams.services.hand_ins import decide_hand_in, propose_reopening
from lms.exams.services.handing_in import close_expired_attempts
from lms.exams.services.incidents import add_time, pause_attempts, resume_attempts
from tests.conftest import FrozenClock
from tests.factories import Factory
from tests.lms.exams.builders import Started, begin, eligible_seat, window
from tests.proof.attempt_model import PARTS, Reference, Told
from tests.proof.seeding import browser_of

LIMIT = 3600
GRACE = 30
WINDOW_HOURS = 1.75
"""The window cuts the second section short, so that both ends are met."""
PAGES = ("page-a", "page-b", "page-c")
CHOICES = ("a", "b", "c", "d")
ESSAYS = ("まず話を聴きます。", "次に事実を確かめます。", "組織で決めます。")

Sent = tuple[str, str, str, str, int, int]
"""Page, question, its part, text, base version, running number."""


@dataclass(frozen=True)
class Stage:
    """Where machines play: one application, one window, the office."""

    app: Flask
    make: Factory
    clock: FrozenClock
    cohort_id: int
    window_id: int
    office: tuple[int, int]
    opened_at: datetime

    def begin(self) -> Started:
        """Somebody new starts, always at the same moment after the window's opening."""
        self.clock.travel(self.opened_at)
        return begin(self.make, eligible_seat(self.make, self.cohort_id), self.window_id)


def lay_stage(make: Factory, frozen_clock: FrozenClock) -> Stage:
    """A cohort whose window ends soon after the second section's time would begin to run out."""
    cohort_id = make.cohort()
    window_id = window(make, cohort_id, hours=WINDOW_HOURS)
    office = make.user("架空 事務"), make.user("架空 次長")
    return Stage(make.app, make, frozen_clock, cohort_id, window_id, office, clock.now())


class Attempt(RuleBasedStateMachine):
    """One participant with three pages, an office that gives and takes time, and a clock."""

    stage: Stage
    sends = Bundle("sends")

    @initialize()
    def start(self) -> None:
        self.started = self.stage.begin()
        self.client: FlaskClient = self.stage.app.test_client(use_cookies=False)
        cookie, self.token = browser_of(self.stage.app, self.started.seat.user_id)
        self.headers = {"Cookie": cookie, "X-CSRFToken": self.token, "Accept": "application/json"}
        self.path = f"/exam/{self.started.public_id}"
        self.model = Reference(dict.fromkeys(PARTS, LIMIT), int(WINDOW_HOURS * 3600), GRACE)
        self.numbers = {page: count(1) for page in PAGES}
        self.questions = {part: self.started.paper.question_ids(part)[:2] for part in PARTS}

    # What she does

    @rule(
        target=sends,
        page=st.sampled_from(PAGES),
        part=st.sampled_from(PARTS),
        place=st.integers(0, 1),
        pick=st.integers(0, 2),
        staleness=st.sampled_from((0, 0, 0, 1, 9)),
    )
    def save(self, page: str, part: str, place: int, pick: int, staleness: int) -> Sent:
        question = self.questions[part][place]
        text = CHOICES[pick] if part == "choice" else ESSAYS[pick]
        stands = self.model.answers.get(question)
        base = max(0, (stands.version if stands else 0) - staleness)
        sent = (page, question, part, text, base, next(self.numbers[page]))
        self._send(sent)
        return sent

    @rule(sent=sends)
    def send_again(self, sent: Sent) -> None:
        self._receive(sent)

    @rule(sent=sends, pick=st.integers(0, 2))
    def use_a_number_twice(self, sent: Sent, pick: int) -> None:
        page, question, part, _text, base, number = sent
        other = CHOICES[pick] if part == "choice" else ESSAYS[pick]
        self._receive((page, question, part, other, base, number))

    @precondition(lambda self: self.model.now > 0)
    @rule(part=st.sampled_from(PARTS), has_text=st.booleans(), is_stale=st.booleans(), pick=st.integers(0, 2))
    def hand_in(self, part: str, has_text: bool, is_stale: bool, pick: int) -> None:
        texts: dict[str, tuple[str, int]] = {}
        if has_text:
            question = self.questions[part][0]
            stands = self.model.answers.get(question)
            base = 999 if is_stale else (stands.version if stands else 0)
            texts[question] = (CHOICES[pick] if part == "choice" else ESSAYS[pick], base)
        expected = self.model.hand_in(part, texts, "form-page")
        form = {"csrf_token": self.token, "section": part, "device": "form-page"}
        for question, (text, base) in texts.items():
            form |= {f"base-{question}": str(base), f"answer-{question}": text}
        answer = self.client.post(f"{self.path}/hand-in", data=form, headers=self.headers)
        assert answer.status_code == 302, answer.text
        is_receipt = answer.headers["Location"].endswith("/receipt")
        assert is_receipt == (expected == "submitted"), (expected, answer.headers["Location"])

    @rule(is_double=st.booleans())
    def press_start_again(self, is_double: bool) -> None:
        form = {"csrf_token": self.token, "window_id": str(self.started.window_id), "pledge": ["1", "2", "3"]}
        for _ in range(1 + is_double):
            answer = self.client.post("/exam/start", data=form, headers=self.headers)
            assert answer.status_code == 302
            assert answer.headers["Location"].endswith(self.path)

    @rule()
    def look(self) -> None:
        page = self.client.get(self.path, headers={"Cookie": self.headers["Cookie"]})
        shown = re.search(r'name="section" value="(\w+)"', page.text)
        if self.model.is_over:
            assert shown is None
            return
        assert page.status_code == 200
        assert shown is not None
        assert shown[1] == self.model.part
        versions = dict(re.findall(r'name="base-([^"]+)" value="(\d+)"', page.text))
        for question in self.questions[self.model.part]:
            stands = self.model.answers.get(question)
            assert int(versions[question]) == (stands.version if stands else 0)

    # What time does

    @rule(seconds=st.sampled_from((1, 7, 60, 600)))
    def wait(self, seconds: int) -> None:
        self._wait(seconds)

    @precondition(lambda self: not self.model.is_over and self.model.stopped is None)
    @rule(beyond=st.sampled_from((-1, 0, 1, GRACE - 1, GRACE, GRACE + 1, 4000)))
    def wait_for_the_deadline(self, beyond: int) -> None:
        self._wait(max(0, self.model.deadline - self.model.now + beyond))

    @rule()
    def the_worker_looks(self) -> None:
        with self.stage.app.app_context():
            close_expired_attempts(now=clock.now())
            assert close_expired_attempts(now=clock.now()) == 0

    # What the office does

    @rule(minutes=st.integers(1, 20))
    def office_gives_time(self, minutes: int) -> None:
        done = self._office(lambda: add_time(self.started.window_id, minutes, "通信の障害", **self._one()))
        assert done == self.model.add_time(minutes * 60)

    @rule()
    def office_pauses(self) -> None:
        assert self._office(lambda: pause_attempts(self.started.window_id, "停電", **self._one())) == self.model.pause()

    @rule()
    def office_resumes(self) -> None:
        assert self._office(lambda: resume_attempts(self.started.window_id, "復旧", **self._one())) == self.model.resume()

    @precondition(lambda self: self.model.is_over or self.model.now % 7 == 0)
    @rule(part=st.sampled_from(PARTS), minutes=st.integers(1, 15))
    def office_reopens(self, part: str, minutes: int) -> None:
        first, second = self.stage.office

        def reopen() -> None:
            proposal = propose_reopening(self.started.attempt_id, part, minutes, "誤操作", by=first, now=clock.now())
            decide_hand_in(proposal, True, "", by=second, now=clock.now())

        assert self._office(reopen) == self.model.reopen(part, minutes * 60)

    # How it is done and compared

    def _send(self, sent: Sent) -> None:
        page, question, part, text, base, number = sent
        self._compare(sent, self.model.save(question, part, text, base, page, number))

    def _receive(self, sent: Sent) -> None:
        """A number that was used for another text meanwhile: neither is lost, and what comes now counts like a form's."""
        page, question, part, text, base, number = sent
        before = self.model.sends.get((page, number, question))
        if before is None or before[0] == text:
            self._send(sent)
            return
        self._compare(sent, self.model.receive_without_number(question, part, text, base, page))

    def _compare(self, sent: Sent, expected: Told) -> None:
        page, question, part, text, base, number = sent
        body = {"kind": "single_choice", "option": text} if part == "choice" else {"kind": "essay", "text": text}
        sha256 = sha256_hex(canonical_json(body))
        item = {"question": question, "sequence": number, "base_version": base, "body": body, "sha256": sha256}
        payload = json.dumps({"device": page, "items": [item]})
        answer = self.client.post(f"{self.path}/answers", data=payload, content_type="application/json", headers=self.headers)
        assert answer.status_code == 200, answer.text
        (told,) = answer.json["items"]
        assert (told["outcome"], told["version"]) == (expected.outcome, expected.version), (told, expected)
        if expected.outcome != "refused":
            assert told["sha256"] == sha256
        self._compare_pulse(answer)

    def _compare_pulse(self, answer: TestResponse) -> None:
        told, model = answer.json, self.model
        assert told["status"] == ("submitted" if model.is_over else "in_section")
        assert told["section"] == (None if model.is_over else model.part)
        if not model.is_over:
            deadline = datetime.fromisoformat(told["deadline"]) - self.stage.opened_at
            assert deadline == timedelta(seconds=model.deadline)
            assert told["paused"] == (model.stopped is not None)

    def _wait(self, seconds: int) -> None:
        self.stage.clock.advance(seconds=seconds)
        self.model.wait(seconds)
        with self.stage.app.app_context():  # her log-in does not end for want of use: that is another story
            own = LoginSession.user_id == self.started.seat.user_id
            db.session.execute(update(LoginSession).where(own).values(last_seen_at=clock.now()))
            db.session.commit()

    def _office(self, act: Callable[[], object]) -> bool:
        with self.stage.app.app_context():
            try:
                act()
            except IncidentRefused:
                return False
            return True

    def _one(self) -> Mapping[str, object]:
        key = secrets.token_hex(8)
        return {"form_key": key, "attempt_id": self.started.attempt_id, "by": self.stage.office[0], "now": clock.now()}

    def teardown(self) -> None:
        """At the end every text that came is kept, and what was handed in is what stood then."""
        if not hasattr(self, "started"):
            return
        with self.stage.app.app_context():
            close_expired_attempts(now=clock.now())
            own = AnswerVersion.attempt_id == self.started.attempt_id
            rows = db.session.execute(select(AnswerVersion.question_id, AnswerVersion.body).where(own)).all()
            kept = {(row.question_id, _text_of(row.body)) for row in rows}
            submissions = select(Submission.answers).where(Submission.attempt_id == self.started.attempt_id)
            frozen = [_texts_of(answers) for answers in db.session.scalars(submissions.order_by(Submission.number))]
        assert self.model.received <= kept
        assert frozen == self.model.hand_ins


def _text_of(body: str) -> str:
    answer = json.loads(body)
    return str(answer.get("option") or answer.get("text"))


def _texts_of(answers: Mapping[str, Mapping[str, object]]) -> dict[str, tuple[int, str]]:
    return {question: (int(str(each["version"])), _text_of(str(each["body"]))) for question, each in answers.items()}


def play(stage: Stage, *, examples: int, steps: int) -> None:
    """Let the machine play so many attempts of so many steps; raises at the first difference."""
    on_stage = type("AttemptOnStage", (Attempt,), {"stage": stage})
    run_state_machine_as_test(
        on_stage,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
