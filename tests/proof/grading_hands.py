"""Graders as their browsers see the desk: next essay, lease, drafts, confirmation; every acknowledgment is noted."""

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from lms.grading.models import Assignment, AssignmentChange, GraderMarkRow

DRAFTS = 2
"""Savings of each essay before it is confirmed."""
IDLE = 3.0
"""Seconds until somebody with nothing to do looks again."""
ESSAY = re.compile(r"/grading/([0-9a-f]{32})\"")


@dataclass
class Hand(threading.Thread):
    """One grader; `leaves_after` so many marks, with one more essay drafted, the work is left where it is."""

    grader: int
    cookie: str
    csrf_token: str
    port: int
    leaves_after: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    marked: int = 0
    drafts: int = 0
    retries: int = 0
    has_left: bool = False
    faults: list[str] = field(default_factory=list)
    kept: dict[str, Mapping[str, int]] = field(default_factory=dict)
    """Address of an essay → the levels of the draft that was acknowledged last."""
    confirmed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.dice = random.Random(self.grader)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        while not self.stop.is_set():
            public_id = self._find_work()
            if public_id is None:
                time.sleep(IDLE)
                continue
            self._draft(public_id)
            if self.leaves_after is not None and self.marked >= self.leaves_after:
                self.has_left = True
                return
            self._confirm(public_id)

    def lost_drafts(
        self,
        addresses: Mapping[str, int],
        marks: Sequence[tuple[Assignment, GraderMarkRow]],
        changes: Sequence[AssignmentChange],
        drafts: Mapping[int, Mapping[str, object]],
    ) -> list[str]:
        """Acknowledged drafts that are neither in the grader's mark, nor with a change of hands, nor still a draft."""
        given = {assignment.id: mark.levels for assignment, mark in marks if assignment.grader_id == self.grader}
        passed_on = {change.assignment_id: change.draft for change in changes if change.from_grader_id == self.grader}
        lost = []
        for public_id, levels in self.kept.items():
            identity = addresses[public_id]
            found = given.get(identity) or passed_on.get(identity, {}).get("levels") or drafts.get(identity, {}).get("levels")
            if found != levels:
                lost.append(f"{public_id}: {levels} was kept, {found} is there")
        return lost

    def _find_work(self) -> str | None:
        """What waits in the own queue, else an essay of somebody else; None when there is nothing."""
        page = self._ask("GET", "/grading")
        if (found := re.search(r'class="button" href="/grading/([0-9a-f]{32})"', page)) is not None:
            return found[1]
        if self.leaves_after is not None or "手伝" not in page:
            return None
        place = self._ask("POST", "/grading/help", {})
        found = ESSAY.search(f'{place}"')
        return found[1] if found else None

    def _draft(self, public_id: str) -> None:
        page = self._ask("GET", f"/grading/{public_id}")
        criteria = re.findall(r'data-criterion="([^"]+)"', page)
        version = re.search(r'name="version" value="(\d+)"', page)
        token = re.search(r'name="page" value="([^"]+)"', page)
        if not criteria or version is None or token is None:
            return  # confirmed meanwhile: the answer to the confirmation was lost with the server
        self._ask("POST", f"/grading/{public_id}/lease", {"act": "take"})
        known = int(version[1])
        for _ in range(DRAFTS):
            levels = {criterion: self.dice.choice((2, 3, 3, 3, 4)) for criterion in criteria}
            body = {"levels": levels, "feedback": "講評", "note": "裁定の理由", "version": known, "page": token[1]}
            answer = json.loads(self._ask("POST", f"/grading/{public_id}/draft", body, is_json=True) or "{}")
            if "version" not in answer:
                self.faults.append(f"draft of {public_id}: {answer}")
                return
            known = answer["version"]
            self.kept[public_id] = levels
            self.drafts += 1

    def _confirm(self, public_id: str) -> None:
        page = self._ask("GET", f"/grading/{public_id}/confirm")
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
        if seen is not None:
            self._ask("POST", f"/grading/{public_id}/confirm", {"seen": seen[1]})
        self.confirmed.add(public_id)
        self.marked += 1

    def _ask(self, method: str, path: str, fields: Mapping[str, object] | None = None, *, is_json: bool = False) -> str:
        """One request until it is answered: the body, or where it leads to; '' when the work is over."""
        while not self.stop.is_set():
            try:
                return self._send(method, path, fields, is_json=is_json)
            except (OSError, http.client.HTTPException):
                self.retries += 1
                time.sleep(0.1)
        return ""

    def _send(self, method: str, path: str, fields: Mapping[str, object] | None, *, is_json: bool) -> str:
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.csrf_token}
        headers["Content-Type"] = "application/json" if is_json else "application/x-www-form-urlencoded"
        headers["Accept"] = "application/json" if is_json else "text/html"
        plain = {} if fields is None else fields
        body = json.dumps(plain) if is_json else urlencode({**plain, "csrf_token": self.csrf_token})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if method == "GET" else body, headers)
            response = connection.getresponse()
            content = response.read().decode()
            if response.status == 503:  # told to try again in a moment
                raise ConnectionError
            if response.status not in {200, 302, 409}:
                self.faults.append(f"{method} {path}: {response.status} {content[:200]!r}")
            return response.headers.get("Location", "") if response.status == 302 else content
        finally:
            connection.close()
