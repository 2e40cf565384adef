"""Every route of the site with an address that leads somewhere, on the filled demo, and the people who may knock."""

import hashlib
import json
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from lms import clock
from lms.db.base import Base
from lms.db.session import db
from lms.exams.services.rehearsing import start_rehearsal
from lms.exams.services.starting import start_attempt
from lms.web.access import Audience, Role, audiences_of
from lms.web.assets import assets_version
from tests.factories import Factory
from tests.lms.demo.filled import rows, user_id
from tests.page import PageClient

VISITORS = {
    "a stranger": None,
    "a participant who is learning": "rei.watanabe@example.com",
    "a participant who sits the exam": "kaede.mihon@example.com",
    "a participant who has handed in": "mihon.yoshida@example.com",
    "a participant with a certificate": "mihon.takahashi@example.com",
    "a grader": "saiten1@example.jp",
    "an instructor": "koushi@example.jp",
    "an office person who is an admin": "jimu@example.jp",
    "an office person": "jimu2@example.jp",
}
BOOKKEEPING_TABLES = {"verification_lookups", "failure_counters", "lesson_progress", "attempt_presences", "handout_downloads"}
BOOKKEEPING_COLUMNS = {("login_sessions", "last_seen_at")}


@dataclass(frozen=True)
class Door:
    """One route and method."""

    endpoint: str
    method: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


def doors(app: Flask, method: str) -> list[Door]:
    """Every route that answers to the method."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [Door(rule.endpoint, method, rule) for rule in rules if method in (rule.methods or set())]


def start_exam(app: Flask) -> None:
    """Let one participant of the running cohort sit in the exam room, after a rehearsal."""
    person = user_id(app, "kaede.mihon@example.com")
    (seat,) = rows(
        app,
        "SELECT p.id, w.id AS window_id FROM participants p JOIN exam_windows w USING (cohort_id) WHERE p.user_id = :person",
        person=person,
    )
    with app.app_context():
        start_rehearsal(seat.id, by=person, now=clock.now())
        start_attempt(seat.id, seat.window_id, pledged=True, by=person, now=clock.now())


class Visitor:
    """A person with a browser, and the ids that person would meet in addresses."""

    def __init__(self, app: Flask, name: str) -> None:
        self.app = app
        self.name = name
        email = VISITORS[name]
        self.user_id = user_id(app, email) if email else 0
        self.client = Factory(app).login(self.user_id) if email else PageClient(app)

    def may_enter(self, door: Door) -> bool:
        """Whether the route names an audience this person belongs to."""
        audiences = audiences_of(self.app, door.endpoint)
        roles = {
            "participant": {Role.PARTICIPANT},
            "grader": {Role.GRADER},
            "instructor": {Role.INSTRUCTOR},
            "office": {Role.OFFICE},
        }
        mine = next((found for word, found in roles.items() if word in self.name), set())
        mine = mine | ({Role.ADMIN} if "admin" in self.name else set())
        logged_in = {Audience.LOGGED_IN} if self.user_id else set()
        return bool(audiences & ({Audience.ANYBODY} | logged_in | mine))

    def address(self, door: Door) -> str:
        """An address behind the route with ids that exist and, where there are any, are the person's own."""
        values = {name: self._value(door, name) for name in door.rule.arguments}
        return self.app.url_map.bind("localhost").build(door.endpoint, values, method=door.method)

    def _value(self, door: Door, name: str) -> object:
        if name == "public_id":
            return self._public_id(door)
        if name == "question_id" and door.endpoint.startswith("exams."):
            return self._question_of(self._public_id(door))
        if name == "question_id" and "/statistics/" in door.rule.rule:
            return self._question_of(self._finished_in_cohort(2))
        if "/meeting/" in door.rule.rule and name in ("attempt_id", "kind"):
            return "xlsx" if name == "kind" else self._attempt_in_cohort(2)
        if name == "token":
            return self._verify_token() if door.endpoint.startswith("certification.") else "unknown-token"
        if name == "number" and "<int:number>" not in door.rule.rule:
            return rows(self.app, "SELECT certificate_number AS n FROM register_entries ORDER BY position")[0].n
        if name == "verdict" or (name == "act" and "suspend" in door.rule.rule):
            return door.rule.rule.partition("<any(")[2].partition(",")[0]
        lesson = "L01" if "key" in door.rule.arguments else "L04"  # which the learning participant has not opened yet
        fixed = {"lesson_id": lesson, "key": "parties", "kind": "csv", "number": 1, "proposal_id": 1, "mail_id": 1}
        fixed |= {"version": assets_version(), "filename": "css/base.css", "cohort_id": 2, "user_id": self.user_id or 1}
        fixed |= {"participant_id": rows(self.app, "SELECT max(id) AS n FROM participants")[0].n}
        fixed |= {"attempt_id": rows(self.app, "SELECT min(id) AS n FROM attempts")[0].n, "act": "time", "part": "booklet"}
        fixed |= {"window_id": 1, "notice_id": 1, "exam_id": "practitioner", "rescoring_id": 1}
        fixed |= {"essay_id": self._essay_in_cohort(2), "rubric_id": "T1"}
        fixed |= {"affiliation_id": 1, "assignment_id": self._unmarked_assignment()}
        fixed |= {"template": "portrait", "appeal_id": 1, "complaint_id": 1, "run_id": 1, "parcel_id": 1}
        fixed |= {"edition_id": 1, "path": "facts.yaml"}
        fixed |= {"handout_id": "survey", "file_format": "docx"}
        fixed |= {"share_id": 1, "act_id": 1, "order_id": 1, "day_number": 1}
        fixed |= {"scenario_id": "S01", "hand_in": 1, "question_id": "D1-001", "key_id": self.app.extensions["signing"].key_id}
        return fixed[name]

    def _public_id(self, door: Door) -> str:
        if door.endpoint == "grading.compare":
            own = (
                "SELECT a.public_id FROM grader_marks m JOIN assignments a ON a.id = m.assignment_id"
                " WHERE a.part = 'calibration' ORDER BY a.grader_id = :me DESC"
            )
        elif door.endpoint.startswith("scenarios."):
            own = (
                "SELECT s.public_id FROM scenario_plays s JOIN participants p ON p.id = s.participant_id"
                " ORDER BY p.user_id = :me DESC"
            )
        elif door.endpoint.startswith("grading."):
            own = "SELECT public_id FROM assignments WHERE grader_id = :me OR 1 ORDER BY grader_id = :me DESC"
        else:
            table = "rehearsals" if "rehearsal" in door.rule.rule else "attempts"
            own = (
                f"SELECT a.public_id FROM {table} a JOIN participants p ON p.id = a.participant_id ORDER BY p.user_id = :me DESC"
            )
        return str(rows(self.app, own, me=self.user_id)[0].public_id)

    def _finished_in_cohort(self, cohort_id: int) -> str:
        finished = (
            "SELECT a.public_id FROM submissions s JOIN attempts a ON a.id = s.attempt_id"
            " JOIN participants p ON p.id = a.participant_id"
            " WHERE p.cohort_id = :cohort_id ORDER BY s.id"
        )
        return str(rows(self.app, finished, cohort_id=cohort_id)[0].public_id)

    def _attempt_in_cohort(self, cohort_id: int) -> int:
        attempts = (
            "SELECT min(s.attempt_id) AS n FROM submissions s JOIN attempts a ON a.id = s.attempt_id"
            " JOIN exam_windows w ON w.id = a.window_id WHERE w.cohort_id = :cohort_id"
        )
        return int(rows(self.app, attempts, cohort_id=cohort_id)[0].n)

    def _essay_in_cohort(self, cohort_id: int) -> int:
        essays = (
            "SELECT min(e.id) AS n FROM essays e JOIN exam_windows w ON w.id = e.window_id"
            " WHERE w.cohort_id = :cohort_id AND e.anchor_id IS NULL"
        )
        return int(rows(self.app, essays, cohort_id=cohort_id)[0].n)

    def _unmarked_assignment(self) -> int:
        unmarked = (
            "SELECT min(a.id) AS n FROM assignments a JOIN essays e ON e.id = a.essay_id"
            " LEFT JOIN grader_marks m ON m.assignment_id = a.id WHERE m.id IS NULL AND e.anchor_id IS NULL"
        )
        return int(rows(self.app, unmarked)[0].n)

    def _question_of(self, public_id: str) -> str:
        paper = "SELECT p.body FROM papers p JOIN attempts a ON a.paper_id = p.id WHERE a.public_id = :public_id"
        (row,) = rows(self.app, paper, public_id=public_id)
        return str(json.loads(row.body)["sections"][0]["questions"][0]["id"])

    def _verify_token(self) -> str:
        record = rows(self.app, "SELECT record FROM printed_records ORDER BY register_entry_id")[0].record
        return str(json.loads(record)["verify_url"]).partition("#")[0].rpartition("/")[2]


def digests(app: Flask) -> dict[str, str]:
    """One hash per table over everything a page that is only looked at must leave alone."""
    with app.app_context(), db.engine.connect() as connection:
        found = {}
        for table in Base.metadata.sorted_tables:
            if table.name in BOOKKEEPING_TABLES:
                continue
            columns = [column for column in table.columns if (table.name, column.name) not in BOOKKEEPING_COLUMNS]
            lines = sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))
            found[table.name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        return found
