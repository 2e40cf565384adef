"""一括発行 as the office sees it: who is in a run, how far it is, what was refused and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from werkzeug.exceptions import NotFound

from lms.accounts.models import User
from lms.certification.models import IssueRun, IssueRunItem
from lms.cohorts.models import Participant
from lms.db.session import db


class NoSuchRun(NotFound):
    """There is no run with this id; a page answers 404."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is; `finished_at` is None while anything waits."""

    run_id: int
    cohort_id: int
    started_by_id: int
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    total: int
    issued: int
    refused: int

    @property
    def done(self) -> int:
        """How many have their number or the reason why there is none."""
        return self.issued + self.refused


@dataclass(frozen=True, slots=True)
class RunItem:
    """One participant of a run, in the order in which numbers are taken; waiting while `done_at` is None."""

    place: int
    participant_id: int
    name: str
    certificate_number: str
    refusal: str
    done_at: datetime | None


def get_run(run_id: int) -> RunProgress:
    """A run with its progress.

    Raises NoSuchRun.
    """
    found = _progress(IssueRun.id == run_id)
    if not found:
        raise NoSuchRun
    return found[0]


def list_runs(cohort_id: int) -> list[RunProgress]:
    """Every run of a cohort, the latest first."""
    return _progress(IssueRun.cohort_id == cohort_id)


def list_open_runs() -> list[int]:
    """The ids of the runs that are not finished, the oldest first."""
    return list(db.session.scalars(select(IssueRun.id).where(IssueRun.finished_at.is_(None)).order_by(IssueRun.id)))


def list_run_items(run_id: int) -> list[RunItem]:
    """Everybody in a run, in the order in which numbers are taken."""
    rows = db.session.execute(
        select(IssueRunItem, Participant.certificate_name)
        .join(Participant, Participant.id == IssueRunItem.participant_id)
        .where(IssueRunItem.run_id == run_id)
        .order_by(IssueRunItem.place)
    )
    return [
        RunItem(item.place, item.participant_id, name, item.certificate_number, item.refusal, item.done_at) for item, name in rows
    ]


def next_waiting(run_id: int, *, after: int) -> tuple[int, int] | None:
    """(place, participant id) of the first who waits beyond a place of a run; None when nobody does."""
    row = db.session.execute(
        select(IssueRunItem.place, IssueRunItem.participant_id)
        .where(IssueRunItem.run_id == run_id, IssueRunItem.done_at.is_(None), IssueRunItem.place > after)
        .order_by(IssueRunItem.place)
        .limit(1)
    ).first()
    return None if row is None else (row.place, row.participant_id)


def _progress(condition: ColumnElement[bool]) -> list[RunProgress]:
    done = IssueRunItem.done_at.is_not(None)
    rows = db.session.execute(
        select(
            IssueRun,
            User.name,
            func.count(IssueRunItem.id),
            func.count(IssueRunItem.id).filter(done, IssueRunItem.certificate_number != ""),
            func.count(IssueRunItem.id).filter(done, IssueRunItem.certificate_number == ""),
        )
        .join(User, User.id == IssueRun.started_by_id)
        .outerjoin(IssueRunItem, IssueRunItem.run_id == IssueRun.id)
        .where(condition)
        .group_by(IssueRun.id, User.name)
        .order_by(IssueRun.id.desc())
    ).all()
    return [_run(*row) for row in rows]


def _run(run: IssueRun, name: str, total: int, issued: int, refused: int) -> RunProgress:
    return RunProgress(
        run_id=run.id,
        cohort_id=run.cohort_id,
        started_by_id=run.started_by_id,
        started_by=name,
        started_at=run.started_at,
        finished_at=run.finished_at,
        total=total,
        issued=issued,
        refused=refused,
    )
