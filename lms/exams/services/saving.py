"""解答の保存: what arrives is appended, compared and acknowledged; nothing is ever overwritten or dropped."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import cast

from sqlalchemy import Table, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.db.session import command, db
from lms.exam_engine.answers import InvalidAnswer, answer_to_json, is_blank, parse_answer
from lms.exam_engine.canonical import sha256_hex
from lms.exam_engine.errors import AnswerFault
from lms.exam_engine.papers import PaperQuestion
from lms.exams.models import AnswerVersion, Attempt, CurrentAnswer
from lms.exams.queries.answers import Repeat, StoredAnswer, count_versions, list_answers, list_repeats
from lms.exams.queries.sittings import Sitting
from lms.exams.rules.client_times import believable
from lms.exams.rules.conduct import SentFact, is_second_device
from lms.exams.rules.incidents import ConductKind
from lms.exams.rules.sitting import ItemOutcome, NotFound, SaveOutcome, Sender, SentAnswer, has_room, judge_save
from lms.exams.services.conduct import append_facts, server_fact, write_facts
from lms.exams.services.ledger import lock_sitting


@dataclass(frozen=True, slots=True)
class SavedItem:
    """The acknowledgement of one sent answer.

    `sha256` is the hash of what was stored; `stored` is the answer that counts now, when it is another one.
    """

    question_id: str
    sequence: int | None
    outcome: ItemOutcome
    version: int = 0
    sha256: str = ""
    stored: StoredAnswer | None = None
    fault: AnswerFault | None = None


@dataclass(frozen=True, slots=True)
class SaveReceipt:
    """The acknowledgement of one request, and where the attempt stands after it."""

    items: tuple[SavedItem, ...]
    sitting: Sitting


@command
def save_answers(
    attempt_id: int,
    sent: Sequence[SentAnswer],
    *,
    device: str,
    claims: bool = False,
    replaces: str | None = None,
    facts: Sequence[SentFact] = (),
    by: int,
    now: datetime,
) -> SaveReceipt:
    """Store what a page sends, in one transaction.

    The same send arriving again is acknowledged as before. What was typed on an older version is kept beside the newer
    one; what arrives after its section was handed in is kept as 遅延受信. `claims` makes the page the writing one;
    `replaces` is the page that stood in its tab before. `facts` is what the page noticed. Raises NotFound, also for
    somebody else's attempt.
    """
    sitting = lock_sitting(attempt_id, now=now)
    if sitting.user_id != by:
        raise NotFound("attempt")
    items = store_answers(sitting, sent, device=device, now=now)
    append_facts(sitting, facts, device=device, now=now)
    return SaveReceipt(items, _claim(sitting, device, replaces=replaces, now=now) if claims else sitting)


def _claim(sitting: Sitting, device: str, *, replaces: str | None, now: datetime) -> Sitting:
    if sitting.writer_device == device:
        return sitting
    if is_second_device(sitting.writer_device, device, replaces=replaces):
        write_facts(
            db.session(), [server_fact(sitting.attempt_id, ConductKind.SECOND_DEVICE, device=device, sequence=0, now=now)]
        )
    db.session.execute(update(Attempt).where(Attempt.id == sitting.attempt_id).values(writer_device=device))
    return dataclasses.replace(sitting, writer_device=device)


def store_answers(sitting: Sitting, sent: Sequence[SentAnswer], *, device: str, now: datetime) -> tuple[SavedItem, ...]:
    """Append and compare the answers of a locked attempt; a fixed number of statements for any number of answers."""
    if not sent:
        return ()
    desk = _Desk(sitting, device, now, [item.question_id for item in sent], [item.sequence or 0 for item in sent])
    items = tuple(desk.take(item) for item in sorted(sent, key=lambda item: item.sequence or 0))
    desk.write()
    return items


def _upsert(dialect: "type[postgresql.Insert | sqlite.Insert]") -> "postgresql.Insert | sqlite.Insert":
    statement = dialect(cast(Table, CurrentAnswer.__table__))
    changed = {name: statement.excluded[name] for name in ("version", "last_version", "answer_version_id", "is_flagged")}
    return statement.on_conflict_do_update(index_elements=["attempt_id", "question_id"], set_=changed)


# Built once, on the tables themselves: one statement for all rows of a request, and nothing to work out at each save.
_WRITE_CURRENT: Mapping[str, "postgresql.Insert | sqlite.Insert"] = MappingProxyType(
    {"postgresql": _upsert(postgresql.Insert), "sqlite": _upsert(sqlite.Insert)}
)
_VERSIONS = cast(Table, AnswerVersion.__table__)
_WRITE_VERSIONS = insert(_VERSIONS).returning(_VERSIONS.c.question_id, _VERSIONS.c.version, _VERSIONS.c.id)


class _Desk:
    """One request's answers on their way into the tables."""

    def __init__(self, sitting: Sitting, device: str, now: datetime, question_ids: list[str], sequences: list[int]) -> None:
        self.sitting = sitting
        self.device = device
        self.now = now
        state = sitting.stored_state
        self.running = state.current_section
        self.handed_in = state.handed_in
        self.started_at = state.started_at or now
        self.questions = {q.id: (section.id, q) for section in sitting.paper.sections for q in section.questions}
        self.current = list_answers(sitting.attempt_id, question_ids)
        self.repeats = list_repeats(sitting.attempt_id, device, sequences)
        self.rows: list[dict[str, object]] = []
        self.accepted: set[str] = set()
        self.touched: set[str] = set()

    def take(self, item: SentAnswer) -> SavedItem:
        """Judge one answer and remember what is to be written."""
        section_id, question = self.questions.get(item.question_id, ("", None))
        if question is None or (section_id != self.running and section_id not in self.handed_in):
            return self._told(item, ItemOutcome.REFUSED)
        try:
            answer = parse_answer(question, item.body)
        except InvalidAnswer as invalid:
            return self._told(item, ItemOutcome.REFUSED, fault=invalid.reason)
        body = answer_to_json(answer)
        sha256 = sha256_hex(body)
        repeat = self.repeats.get((item.question_id, item.sequence or 0))
        if repeat is not None and repeat.sha256 == sha256:
            return self._repeated(item, repeat)
        stored = self.current.get(item.question_id) or untouched(question)
        if self._says_nothing_new(stored, sha256, is_empty=is_blank(answer)):
            return self._keep_flag(item, stored, is_running=section_id == self.running)
        if not self._has_room(stored):
            return self._told(item, ItemOutcome.FULL)
        return self._append(item, stored, body, sha256, clashes=repeat is not None, is_running=section_id == self.running)

    def write(self) -> None:
        """Write the versions, then which of them count now."""
        ids = self._write_versions()
        rows = [self._current_row(question_id, ids) for question_id in sorted(self.touched)]
        if not rows:
            return
        db.session.execute(_WRITE_CURRENT[db.engine.dialect.name], rows)

    def _write_versions(self) -> dict[tuple[str, int], int]:
        if not self.rows:
            return {}
        ids = db.session.execute(_WRITE_VERSIONS, self.rows)
        return {(question_id, version): identity for question_id, version, identity in ids}

    def _current_row(self, question_id: str, ids: dict[tuple[str, int], int]) -> dict[str, object]:
        answer = self.current[question_id]
        is_new = question_id in self.accepted
        return {
            "attempt_id": self.sitting.attempt_id,
            "question_id": question_id,
            "version": answer.version,
            "last_version": answer.last_version,
            "answer_version_id": ids[question_id, answer.version] if is_new else answer.answer_version_id,
            "is_flagged": answer.is_flagged,
        }

    def _has_room(self, stored: StoredAnswer) -> bool:
        return has_room(
            of_question=stored.last_version,
            of_attempt=lambda: count_versions(self.sitting.attempt_id),
            questions=len(self.questions),
        )

    def _says_nothing_new(self, stored: StoredAnswer, sha256: str, *, is_empty: bool) -> bool:
        return stored.sha256 == sha256 or (stored.version == 0 and is_empty)

    def _keep_flag(self, item: SentAnswer, stored: StoredAnswer, *, is_running: bool) -> SavedItem:
        if is_running and stored.is_flagged != item.is_flagged:
            self.current[item.question_id] = dataclasses.replace(stored, is_flagged=item.is_flagged)
            self.touched.add(item.question_id)
        sha256 = stored.sha256 or sha256_hex(answer_to_json(parse_answer(self.questions[item.question_id][1], item.body)))
        return SavedItem(item.question_id, item.sequence, ItemOutcome.CURRENT, stored.version, sha256)

    def _append(
        self, item: SentAnswer, stored: StoredAnswer, body: str, sha256: str, *, clashes: bool, is_running: bool
    ) -> SavedItem:
        version = stored.last_version + 1
        # Forms have no running number, and a number used twice for two texts must lose neither: the server gives one.
        sequence = -version if item.sequence is None or clashes else item.sequence
        sender = Sender(self.device, sequence)
        outcome = judge_save(
            is_running=is_running,
            base_version=item.base_version,
            current_version=stored.version,
            sender=sender,
            current_sender=stored.sender,
        )
        self.rows.append(self._row(item, sequence, version, body, sha256, outcome))
        self.touched.add(item.question_id)
        if outcome is not SaveOutcome.CURRENT:
            self.current[item.question_id] = dataclasses.replace(stored, last_version=version)
            told = stored if outcome is SaveOutcome.STALE else None
            return SavedItem(item.question_id, item.sequence, ItemOutcome(outcome.value), version, sha256, told)
        self.accepted.add(item.question_id)
        self.current[item.question_id] = StoredAnswer(
            question_id=item.question_id,
            version=version,
            last_version=version,
            answer_version_id=None,
            body=body,
            sha256=sha256,
            is_flagged=item.is_flagged,
            sender=sender,
            received_at=self.now,
        )
        return SavedItem(item.question_id, item.sequence, ItemOutcome.CURRENT, version, sha256)

    def _row(
        self, item: SentAnswer, sequence: int, version: int, body: str, sha256: str, outcome: SaveOutcome
    ) -> dict[str, object]:
        return {
            "attempt_id": self.sitting.attempt_id,
            "question_id": item.question_id,
            "version": version,
            "device": self.device,
            "client_sequence": sequence,
            "base_version": item.base_version,
            "body": body,
            "sha256": sha256,
            "outcome": outcome,
            "typed_at": believable(item.typed_at, started_at=self.started_at, now=self.now),
            "received_at": self.now,
        }

    def _repeated(self, item: SentAnswer, repeat: Repeat) -> SavedItem:
        stored = self.current.get(item.question_id) if repeat.outcome is SaveOutcome.STALE else None
        outcome = ItemOutcome(repeat.outcome.value)
        return SavedItem(item.question_id, item.sequence, outcome, repeat.version, repeat.sha256, stored)

    def _told(self, item: SentAnswer, outcome: ItemOutcome, *, fault: AnswerFault | None = None) -> SavedItem:
        return SavedItem(item.question_id, item.sequence, outcome, fault=fault)


def untouched(question: PaperQuestion) -> StoredAnswer:
    """What stands for a question before anything has been accepted."""
    return StoredAnswer(
        question_id=question.id,
        version=0,
        last_version=0,
        answer_version_id=None,
        body="",
        sha256="",
        is_flagged=False,
        sender=None,
        received_at=None,
    )
