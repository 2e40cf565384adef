"""Graders as their browsers see the desk: next essay, lease, drafts, confirmation; every acknowledgment is noted."""

import http.client
import json
import random
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from lms.grading.labels import refusal_words
from lms.grading.models import Assignment, AssignmentChange, GraderMarkRow
from lms.grading.rules.parts import Refusal, Refused

IDLE_SECONDS = 3.0
"""Until somebody with nothing to do looks again."""
BUSY_SECONDS = 2.0
"""Until somebody who was told that the server is busy tries again."""
ADDRESS = re.compile(r"/grading/([0-9a-f]{32})$")
NEXT = re.compile(r'class="button" href="/grading/([0-9a-f]{32})"')
HELP = 'id="help-heading"'
LEVELS = (2, 3, 3, 3, 4)
SEVERE_LEVELS = (0, 1, 1, 2)
SEVERE = 0.12
"""How often somebody judges an essay far more severely, so that a third grader is called."""
NOT_YOURS = refusal_words(Refused(Refusal.NOT_YOURS))

Levels = Mapping[str, int]


class TurnedAway(Exception):
    """The essay went to somebody else meanwhile."""


@dataclass(frozen=True)
class Answer:
    """What came back: where a redirect leads to, else what was written there."""

    status: int
    place: str
    text: str


@dataclass(eq=False)
class Hand(threading.Thread):
    """One grader; `leaves_after` so many marks, with one more essay drafted, the work is left where it is."""

    grader: int
    cookie: str
    csrf_token: str
    port: int
    leaves_after: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    drafts: int = 0
    """Savings that were acknowledged."""
    repeated: int = 0
    """Requests that died with the server and were sent again."""
    busy: int = 0
    """Requests that were told to try again later."""
    has_left: bool = False
    faults: list[str] = field(default_factory=list)
    kept: dict[str, list[Levels]] = field(default_factory=dict)
    """Address of an essay → the draft acknowledged last, and what was sent after it and never answered."""
    confirmed: list[str] = field(default_factory=list)
    """Addresses whose confirmation was acknowledged."""
    turned_away: list[str] = field(default_factory=list)
    """Addresses that led nowhere any more while the grader was at work there."""
    leased: set[str] = field(default_factory=set)
    """Addresses the grader was told to hold."""

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.dice = random.Random(self.grader)

    def run(self) -> None:
        public_id = ""
        while not self.stop.is_set():
            public_id = public_id or self._find_work()
            if not public_id:
                self.stop.wait(IDLE_SECONDS)
                continue
            try:
                self._draft(public_id)
                if self.leaves_after is not None and len(self.confirmed) >= self.leaves_after:
                    self.has_left = True
                    return
                public_id = self._confirm(public_id)
            except TurnedAway:
                self.turned_away.append(public_id)
                public_id = ""

    def lost_drafts(
        self,
        addresses: Mapping[str, int],
        marks: Sequence[tuple[Assignment, GraderMarkRow]],
        changes: Sequence[AssignmentChange],
        drafts: Mapping[int, Mapping[str, object]],
    ) -> list[str]:
        """Acknowledged drafts that are neither in the grader's mark, nor with a change of hands, nor still a draft."""
        lost = []
        for public_id, sent in self.kept.items():
            identity = addresses[public_id]
            found = [
                *(mark.levels for assignment, mark in marks if (assignment.id, assignment.grader_id) == (identity, self.grader)),
                *(each.draft.get("levels") for each in changes if self._gave_up(each, identity)),
                drafts.get(identity, {}).get("levels"),
            ]
            if not any(levels in found for levels in sent):
                lost.append(f"{public_id}: {sent} was kept, {found} is there")
        return lost

    def _gave_up(self, change: AssignmentChange, identity: int) -> bool:
        return (change.assignment_id, change.from_grader_id) == (identity, self.grader)

    def _find_work(self) -> str:
        """What waits in the own queue, else an essay of somebody else; '' when there is nothing."""
        page = self._ask("GET", "/grading").text
        if (found := NEXT.search(page)) is not None:
            return found[1]
        if self.leaves_after is not None or HELP not in page:
            return ""
        return _essay_at(self._ask("POST", "/grading/help", {}).place)

    def _draft(self, public_id: str) -> None:
        page = self._ask("GET", f"/grading/{public_id}").text
        criteria = re.findall(r'data-criterion="([^"]+)"', page)
        version = re.search(r'name="version" value="(\d+)"', page)
        token = re.search(r'name="page" value="([^"]+)"', page)
        if not criteria or version is None or token is None:
            return  # confirmed already
        self._ask("POST", f"/grading/{public_id}/lease", {"act": "take"})
        self.leased.add(public_id)
        known = int(version[1])
        usual = SEVERE_LEVELS if self.dice.random() < SEVERE else LEVELS
        for _ in range(self.dice.choice((1, 1, 2))):
            levels = {criterion: self.dice.choice(usual) for criterion in criteria}
            known = self._save(public_id, levels, {"version": known, "page": token[1]})
            if self.stop.is_set():
                return

    def _save(self, public_id: str, levels: Levels, opened: Mapping[str, object]) -> int:
        if public_id in self.kept:
            self.kept[public_id].append(levels)
        body = {"levels": levels, "feedback": "講評", "note": "裁定の理由", **opened}
        answer = json.loads(self._ask("POST", f"/grading/{public_id}/draft", body, is_json=True).text or "{}")
        if "version" in answer:
            self.kept[public_id] = [levels]
            self.drafts += 1
            return int(answer["version"])
        if not self.stop.is_set():
            self.faults.append(f"draft of {public_id}: {answer}")
        return 0

    def _confirm(self, public_id: str) -> str:
        """Confirm, and say the address of the next essay the desk shows; '' when it shows none."""
        page = self._ask("GET", f"/grading/{public_id}/confirm").text
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
        if seen is None:
            return ""
        answer = self._ask("POST", f"/grading/{public_id}/confirm", {"seen": seen[1]})
        if answer.status == 302 and not answer.place.endswith("/confirm"):
            self.confirmed.append(public_id)
        upcoming = _essay_at(answer.place)
        return "" if upcoming == public_id else upcoming

    def _ask(self, method: str, path: str, fields: Mapping[str, object] | None = None, *, is_json: bool = False) -> Answer:
        """One request until it is answered; an empty answer when the work is over. Raises TurnedAway."""
        while not self.stop.is_set():
            try:
                answer = self._send(method, path, fields, is_json=is_json)
            except (OSError, http.client.HTTPException):
                self.repeated += 1
                self.stop.wait(0.1)
                continue
            if answer.status != 503:
                return self._judged(answer, f"{method} {path}")
            self.busy += 1
            self.stop.wait(BUSY_SECONDS)
        return Answer(0, "", "")

    def _judged(self, answer: Answer, asked: str) -> Answer:
        if answer.status == 404 or (answer.status == 409 and _says(answer, NOT_YOURS)):
            raise TurnedAway
        if answer.status not in {200, 302}:
            self.faults.append(f"{asked}: {answer.status} {answer.text[:200]!r}")
        return answer

    def _send(self, method: str, path: str, fields: Mapping[str, object] | None, *, is_json: bool) -> Answer:
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.csrf_token}
        headers["Content-Type"] = "application/json" if is_json else "application/x-www-form-urlencoded"
        headers["Accept"] = "application/json" if is_json else "text/html"
        plain = {} if fields is None else fields
        body = json.dumps(plain) if is_json else urlencode({**plain, "csrf_token": self.csrf_token})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if method == "GET" else body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers.get("Location", ""), response.read().decode())
        finally:
            connection.close()


def _essay_at(place: str) -> str:
    found = ADDRESS.search(place)
    return found[1] if found else ""


def _says(answer: Answer, words: str) -> bool:
    return words in answer.text or (answer.text.startswith("{") and json.loads(answer.text).get("text") == words)
