"""リハーサル as it stands: a sample paper with its events and answers, and who has rehearsed."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select

from lms.cohorts.models import Participant
from lms.db.session import db
from lms.exam_engine.answers import answer_from_json
from lms.exam_engine.attempts import AttemptStarted, AttemptSubmitted, Event, EventKind, SectionHandedIn, SectionStarted
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.papers import Paper, paper_from_json
from lms.exam_engine.windows import ExamWindow as EngineWindow
from lms.exam_engine.windows import ExtraTime
from lms.exams.models import Rehearsal
from lms.exams.queries.answers import StoredAnswer
from lms.exams.queries.pages import ReceiptSection, RoomPage, page_of_run, receipt_sections_of
from lms.exams.queries.sittings import PaperRun
from lms.exams.queries.submissions import SubmittedAnswer
from lms.exams.rules.rehearsing import BrowserFacts, RehearsalVerdict
from lms.exams.rules.sitting import Sender

SAMPLE_NUMBER = "R0-0000"
"""受験番号 of every rehearsal; no attempt can have it, because its second place is never 0."""
GRACE = timedelta(seconds=30)
"""As in an attempt, for what was typed in time and travelled slowly."""
LONG = timedelta(days=365)
"""A rehearsal has no window; only the sections' own time ends it."""


@dataclass(frozen=True, slots=True)
class RehearsalRun(PaperRun):
    """A rehearsal: its paper has no events before it is opened, and nothing of it is in the tables of attempts."""

    rehearsal_id: int
    participant_id: int
    answers: Mapping[str, StoredAnswer]
    is_checked: bool
    """Whether the checks are done, be it without scripts."""
    facts: BrowserFacts | None
    verdict: RehearsalVerdict | None
    started_at: datetime
    finished_at: datetime | None

    @property
    def is_begun(self) -> bool:
        """Whether the paper was opened, so that its time runs."""
        return bool(self.events)


@dataclass(frozen=True, slots=True)
class RehearsalCard:
    """A rehearsal in a list; `verdict` is None until the checks are done, `finished_at` until the paper is handed in."""

    public_id: str
    participant_id: int
    started_at: datetime
    finished_at: datetime | None
    verdict: RehearsalVerdict | None


@dataclass(frozen=True, slots=True)
class StoredSample:
    """What a rehearsal left behind, as a 提出控 would show it, but unsigned."""

    sections: tuple[ReceiptSection, ...]
    answers: Mapping[str, Any]
    """Question id → {version, sha256, body}."""
    sha256: str
    """Of the canonical JSON of `answers`."""
    damaged: tuple[str, ...]
    """The questions whose stored text no longer has the hash it was stored with."""

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(section.answered for section in self.sections)

    @property
    def questions(self) -> int:
        """How many questions there were."""
        return sum(len(section.lines) for section in self.sections)


def find_rehearsal(public_id: str, *, user_id: int) -> RehearsalRun | None:
    """The user's own rehearsal of this public id; None for an unknown one and for anybody else's."""
    own = select(Rehearsal).join(Participant, Participant.id == Rehearsal.participant_id)
    row = db.session.scalar(own.where(Rehearsal.public_id == public_id, Participant.user_id == user_id))
    return None if row is None else run_of(row)


def list_rehearsals(participant_id: int, *, limit: int = 5) -> tuple[RehearsalCard, ...]:
    """A participant's latest rehearsals, the newest first."""
    chosen = _cards().where(Rehearsal.participant_id == participant_id).order_by(Rehearsal.id.desc()).limit(limit)
    return _read_cards(chosen)


def find_last_rehearsed(participant_id: int) -> RehearsalCard | None:
    """The latest rehearsal a participant has gone through to its end."""
    done = _cards().where(Rehearsal.participant_id == participant_id, Rehearsal.finished_at.is_not(None))
    found = _read_cards(done.order_by(Rehearsal.id.desc()).limit(1))
    return found[0] if found else None


def list_rehearsed(cohort_id: int) -> dict[int, RehearsalCard]:
    """Participant id → the latest rehearsal gone through to its end, of everybody in a cohort who has one; one SELECT."""
    latest = (
        select(func.max(Rehearsal.id))
        .join(Participant, Participant.id == Rehearsal.participant_id)
        .where(Participant.cohort_id == cohort_id, Rehearsal.finished_at.is_not(None))
        .group_by(Rehearsal.participant_id)
    )
    return {card.participant_id: card for card in _read_cards(_cards().where(Rehearsal.id.in_(latest)))}


def rehearsal_page(run: RehearsalRun, *, now: datetime) -> RoomPage | None:
    """The page of the section that runs now; None before the paper is opened and after its time."""

    def own(question_ids: Sequence[str]) -> Mapping[str, StoredAnswer]:
        return {question_id: run.answers[question_id] for question_id in question_ids if question_id in run.answers}

    return page_of_run(run, own, now=now)


def stored_sample(run: RehearsalRun) -> StoredSample:
    """What was stored, read back and hashed again."""
    kept = {key: each for key, each in sorted(run.answers.items()) if each.version}
    submitted = {
        key: SubmittedAnswer(each.version, each.sha256, each.body, answer_from_json(run.paper.question(key), each.body))
        for key, each in kept.items()
    }
    answers = {key: {"version": each.version, "sha256": each.sha256, "body": each.body} for key, each in kept.items()}
    return StoredSample(
        sections=receipt_sections_of(run.paper, submitted),
        answers=answers,
        sha256=sha256_hex(canonical_json(answers)),
        damaged=tuple(key for key, each in kept.items() if sha256_hex(each.body) != each.sha256),
    )


def run_of(row: Rehearsal) -> RehearsalRun:
    """The row as the pages and services take it."""
    facts = dict(row.checks)
    return RehearsalRun(
        public_id=row.public_id,
        candidate_number=SAMPLE_NUMBER,
        paper=_paper(row.paper),
        window=EngineWindow(row.started_at, row.started_at + LONG, GRACE),
        extra=ExtraTime(),
        writer_device=None,
        events=tuple(_event(entry) for entry in row.events),
        rehearsal_id=row.id,
        participant_id=row.participant_id,
        answers={key: _answer(key, entry) for key, entry in row.answers.items()},
        is_checked=row.verdict is not None,
        facts=BrowserFacts(**{**facts, "saves": tuple(facts["saves"])}) if facts else None,
        verdict=row.verdict,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def events_to_json(events: Iterable[Event]) -> list[dict[str, object]]:
    """Events as a rehearsal stores them."""
    return [
        {
            "kind": event.kind.value,
            "section": getattr(event, "section_id", None),
            "at": event.at.isoformat(),
            "by_clock": getattr(event, "by_clock", False),
        }
        for event in events
    ]


def answers_to_json(answers: Mapping[str, StoredAnswer]) -> dict[str, dict[str, object]]:
    """Answers as a rehearsal stores them."""
    return {
        key: {
            "version": each.version,
            "last_version": each.last_version,
            "sha256": each.sha256,
            "body": each.body,
            "flagged": each.is_flagged,
            "sender": asdict(each.sender) if each.sender else None,
            "received_at": each.received_at.isoformat() if each.received_at else None,
        }
        for key, each in answers.items()
    }


@functools.lru_cache(maxsize=128)
def _paper(text: str) -> Paper:
    return paper_from_json(text)


def _event(entry: Mapping[str, Any]) -> Event:
    at, section = datetime.fromisoformat(entry["at"]), str(entry["section"])
    match EventKind(entry["kind"]):
        case EventKind.ATTEMPT_STARTED:
            return AttemptStarted(section_id=section, at=at)
        case EventKind.SECTION_HANDED_IN:
            return SectionHandedIn(section_id=section, at=at, by_clock=entry["by_clock"])
        case EventKind.SECTION_STARTED:
            return SectionStarted(section_id=section, at=at)
        case _:
            return AttemptSubmitted(at=at, by_clock=entry["by_clock"])


def _answer(question_id: str, entry: Mapping[str, Any]) -> StoredAnswer:
    sender, received = entry["sender"], entry["received_at"]
    return StoredAnswer(
        question_id=question_id,
        version=entry["version"],
        last_version=entry["last_version"],
        answer_version_id=None,
        body=entry["body"],
        sha256=entry["sha256"],
        is_flagged=entry["flagged"],
        sender=Sender(**sender) if sender else None,
        received_at=datetime.fromisoformat(received) if received else None,
    )


def _cards() -> Select[*tuple[Any, ...]]:
    return select(Rehearsal.public_id, Rehearsal.participant_id, Rehearsal.started_at, Rehearsal.finished_at, Rehearsal.verdict)


def _read_cards(statement: Select[*tuple[Any, ...]]) -> tuple[RehearsalCard, ...]:
    return tuple(_card(row) for row in db.session.execute(statement))


def _card(row: Row[*tuple[Any, ...]]) -> RehearsalCard:
    return RehearsalCard(row.public_id, row.participant_id, row.started_at, row.finished_at, row.verdict)
