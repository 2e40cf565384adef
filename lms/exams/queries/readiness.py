"""開催前点検 as it was recorded, and whether it lets an exam begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from lms.db.session import db
from lms.editions.queries import find_last_release_at
from lms.exams.models import ReadinessRun
from lms.exams.queries.windows import WindowCard, list_windows
from lms.exams.rules.readiness import (
    AHEAD,
    CheckId,
    CheckOutcome,
    CheckResult,
    Run,
    is_cleared,
    is_due,
    is_outdated,
    red_checks,
)


@dataclass(frozen=True, slots=True)
class RunCard:
    """One recorded run with every result, the gravest first."""

    id: int
    window_id: int
    results: tuple[CheckResult, ...]
    is_green: bool
    override_reason: str
    run_by_id: int | None
    run_at: datetime

    @property
    def red(self) -> frozenset[CheckId]:
        """The checks that were red."""
        return red_checks(self.results)

    @property
    def warnings(self) -> int:
        """How many checks warned."""
        return sum(result.outcome is CheckOutcome.WARNING for result in self.results)


@dataclass(frozen=True, slots=True)
class Readiness:
    """How a window stands: its latest run, and whether its exam may begin."""

    latest: RunCard | None
    is_cleared: bool


def find_readiness(window: WindowCard) -> Readiness:
    """How a window stands."""
    return Readiness(find_latest_run(window.id), is_window_cleared(window))


def find_latest_run(window_id: int) -> RunCard | None:
    """The latest run of a window with its results."""
    row = db.session.scalar(
        select(ReadinessRun).where(ReadinessRun.window_id == window_id).order_by(ReadinessRun.id.desc()).limit(1)
    )
    return None if row is None else _card(row)


def list_runs(window_id: int, *, limit: int = 20) -> tuple[RunCard, ...]:
    """The latest runs of a window, the newest first."""
    chosen = select(ReadinessRun).where(ReadinessRun.window_id == window_id).order_by(ReadinessRun.id.desc()).limit(limit)
    return tuple(_card(row) for row in db.session.scalars(chosen))


def is_window_cleared(window: WindowCard) -> bool:
    """Whether the exam of a window may begin; at most two short SELECTs."""
    latest = find_latest(window.id)
    if latest is None or latest.is_cleared:
        return is_cleared(latest, opens_at=window.opens_at, was_cleared_while_open=False)
    return is_cleared(latest, opens_at=window.opens_at, was_cleared_while_open=_was_cleared_while_open(window))


def find_latest(window_id: int) -> Run | None:
    """The latest run as far as it decides about opening."""
    return _first(_runs(window_id))


def list_due_windows(*, now: datetime) -> tuple[int, ...]:
    """The windows whose turn it is to be checked by the worker: by the hour, or since other content was published."""
    outdated = {window.id for window in list_outdated_windows(now=now)}
    return tuple(window.id for window in list_windows() if window.id in outdated or _is_due(window, now))


def list_outdated_windows(*, now: datetime) -> tuple[WindowCard, ...]:
    """The windows that are open or to come and were checked before what is published now."""
    published_at = find_last_release_at()
    ahead = (window for window in list_windows() if now < window.closes_at)
    return tuple(window for window in ahead if is_outdated(find_latest(window.id), published_at=published_at))


def list_shut_windows(*, now: datetime) -> tuple[WindowCard, ...]:
    """The windows that open within a day or are open, and whose exam may not begin."""
    near = (window for window in list_windows() if window.opens_at - AHEAD <= now < window.closes_at)
    return tuple(window for window in near if not is_window_cleared(window))


def _is_due(window: WindowCard, now: datetime) -> bool:
    if not window.opens_at - AHEAD <= now < window.closes_at:
        return False
    return is_due(
        find_latest(window.id),
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        is_cleared=is_window_cleared(window),
        now=now,
    )


def _was_cleared_while_open(window: WindowCard) -> bool:
    clear = ReadinessRun.is_green | (ReadinessRun.override_reason != "")
    return _first(_runs(window.id).where(ReadinessRun.run_at >= window.opens_at, clear)) is not None


def _runs(window_id: int) -> Select[bool, str, datetime]:
    return (
        select(ReadinessRun.is_green, ReadinessRun.override_reason, ReadinessRun.run_at)
        .where(ReadinessRun.window_id == window_id)
        .order_by(ReadinessRun.id.desc())
    )


def _first(chosen: Select[bool, str, datetime]) -> Run | None:
    row = db.session.execute(chosen.limit(1)).first()
    return None if row is None else Run(row.is_green, row.override_reason, row.run_at)


def _card(row: ReadinessRun) -> RunCard:
    known = [_result(each) for each in row.results if each.get("check") in set(CheckId)]
    order = [CheckOutcome.RED, CheckOutcome.WARNING, CheckOutcome.OK]
    return RunCard(
        id=row.id,
        window_id=row.window_id,
        results=tuple(sorted(known, key=lambda result: order.index(result.outcome))),
        is_green=row.is_green,
        override_reason=row.override_reason,
        run_by_id=row.run_by_id,
        run_at=row.run_at,
    )


def _result(stored: Mapping[str, Any]) -> CheckResult:
    return CheckResult(CheckId(stored["check"]), CheckOutcome(stored["outcome"]), stored["facts"])
