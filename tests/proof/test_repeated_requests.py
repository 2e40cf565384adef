"""Every request that changes an attempt may come twice, five times at once, or again an hour later: the result is the same."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from lms import clock
from lms.audit.models import AuditEvent
from lms.db.session import db
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.models import AnswerVersion, Attempt, CurrentAnswer, StoredEvent, Submission
from lms.exams.services.handing_in import close_expired_attempts
from lms.mail.models import OutgoingMail
from tests.conftest import FrozenClock
from tests.factories import Factory, Seat
from tests.lms.exams.builders import begin, eligible_seat, form_values, window
from tests.proof.seeding import browser_of

TIMES = (1, 2, 5)
STARTS = ("start",)
CHANGES = ("autosave", "several answers at once", "save by form", "hand in the first section", "hand in the last section")
FORM = "application/x-www-form-urlencoded"

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]

State = tuple[object, ...]


@dataclass
class Scene:
    """Somebody at the point where the request makes sense."""

    seat: Seat
    path: str
    body: bytes
    content_type: str


@pytest.mark.parametrize("name", [*STARTS, *CHANGES])
def test_a_request_that_comes_again_changes_nothing_more(
    name: str, make: Factory, frozen_clock: FrozenClock, database_kind: str
) -> None:
    began = clock.now()
    states: list[State] = []
    for times in TIMES:
        frozen_clock.travel(began)
        scene = _scene(name, make)
        statuses = _send_at_once(make, scene, times)
        assert set(statuses) <= {200, 302}, statuses
        after = _state(make, scene.seat)
        _send_an_hour_later(make, frozen_clock, scene)
        states += [after, _state(make, scene.seat)]
    assert len(set(states[0::2])) == 1, "sent once, twice and five times at once"
    assert len(set(states[1::2])) == 1, "and again an hour later"
    print(f"\nrepeated requests on {database_kind}: {name}: sent 1, 2 and 5 times at once and again after an hour: one result")


def test_an_answer_that_comes_again_after_an_hour_adds_no_row(make: Factory, frozen_clock: FrozenClock) -> None:
    scene = _scene("autosave", make)
    _send_at_once(make, scene, 1)
    rows = _state(make, scene.seat)[0]
    _send_an_hour_later(make, frozen_clock, scene)
    assert _state(make, scene.seat)[0] == rows


def _send_at_once(make: Factory, scene: Scene, times: int) -> list[int]:
    browsers = [browser_of(make.app, scene.seat.user_id) for _ in range(times)]
    barrier = Barrier(times)

    def send(browser: tuple[str, str]) -> int:
        cookie, token = browser
        headers = {"Cookie": cookie, "X-CSRFToken": token, "Accept": "application/json"}
        client = make.app.test_client(use_cookies=False)
        barrier.wait(20)
        return client.post(scene.path, data=scene.body, content_type=scene.content_type, headers=headers).status_code

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(send, browsers))


def _send_an_hour_later(make: Factory, frozen_clock: FrozenClock, scene: Scene) -> None:
    frozen_clock.advance(hours=1)
    _send_at_once(make, scene, 1)
    with make.app.app_context():
        close_expired_attempts(now=clock.now())


def _state(make: Factory, seat: Seat) -> State:
    """Everything there is about the person's attempts, without ids and random names."""
    with make.app.app_context():
        attempts = list(db.session.scalars(select(Attempt.id).where(Attempt.participant_id == seat.participant_id)))
        own = AnswerVersion.attempt_id.in_(attempts)
        versions = select(AnswerVersion.version, AnswerVersion.outcome, AnswerVersion.client_sequence).where(own)
        current = select(CurrentAnswer.version, CurrentAnswer.last_version).where(CurrentAnswer.attempt_id.in_(attempts))
        events = select(StoredEvent.sequence, StoredEvent.kind, StoredEvent.by_clock, StoredEvent.at).where(
            StoredEvent.attempt_id.in_(attempts)
        )
        hand_ins = select(Submission.number, Submission.kind).where(Submission.attempt_id.in_(attempts))
        mails = select(OutgoingMail.template).where(OutgoingMail.user_id == seat.user_id)
        lines = select(AuditEvent.tag).where(
            AuditEvent.subject_kind == "attempt", AuditEvent.subject_id.in_([str(each) for each in attempts])
        )
        found = [
            sorted(map(tuple, db.session.execute(each)), key=repr) for each in (versions, current, events, hand_ins, mails, lines)
        ]
        return (tuple(found[0]), len(attempts), *map(tuple, found[1:]))


def _scene(name: str, make: Factory) -> Scene:
    seat = eligible_seat(make)
    window_id = window(make, seat.cohort_id)
    if name == "start":
        form = [("window_id", str(window_id)), *(("pledge", str(number)) for number in (1, 2, 3))]
        return Scene(seat, "/exam/start", urlencode(form).encode(), FORM)
    started = begin(make, seat, window_id)
    path = f"/exam/{started.public_id}"
    questions = started.paper.question_ids("choice")
    if name == "autosave":
        return Scene(seat, f"{path}/answers", _json(questions[:1]), "application/json")
    if name == "several answers at once":
        return Scene(seat, f"{path}/answers", _json(questions[:7]), "application/json")
    section = "essay" if name == "hand in the last section" else "choice"
    if section == "essay":
        first = Scene(seat, f"{path}/hand-in", urlencode({"section": "choice", "device": "form"}).encode(), FORM)
        assert _send_at_once(make, first, 1) == [302]
    form_body = {"section": section, "device": "form", **form_values(started.paper, section)}
    form_body |= {f"base-{question}": "0" for question in started.paper.question_ids(section)}
    return Scene(seat, f"{path}/save" if name == "save by form" else f"{path}/hand-in", urlencode(form_body).encode(), FORM)


def _json(questions: tuple[str, ...]) -> bytes:
    body = {"kind": "single_choice", "option": "b"}
    items = [
        {"question": question, "sequence": number, "base_version": 0, "body": body, "sha256": sha256_hex(canonical_json(body))}
        for number, question in enumerate(questions, 1)
    ]
    return json.dumps({"device": "page-a", "items": items}).encode()
