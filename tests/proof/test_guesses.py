"""Proof: 100,000 guesses at the verification page reveal no certificate and no name, and all get the same answer."""

import multiprocessing
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from lms.app import create_app
from lms.certification.rules.limits import LOOKUP
from lms.config import Settings
from tests.conftest import NOON
from tests.lms.certification.builders import Builder
from tests.lms.certification.issued import Issued
from tests.proof.guessing import Found, Target, guess, note, same_network, visit
from tests.proof.pace import sized

GUESSES = sized(100_000, 16_000)
PROCESSES = 2
HOLDERS = 24

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1500), pytest.mark.database("sqlite")]


@pytest.fixture
def build(make, fonts: None) -> Builder:  # type: ignore[no-untyped-def] # the house's own fixture
    return Builder(make)


def target_of(build: Builder) -> Target:
    """Certificates of which every third shows its name to whoever finds it."""
    issued = [Issued(build, f"認定 見本{place}子") for place in range(HOLDERS)]
    for each in issued[::3]:
        each.consent()
    return Target(
        numbers=tuple(each.number for each in issued),
        codes=tuple(each.record.verify_code for each in issued),
        tokens=tuple(each.token for each in issued),
        hashes=tuple(each.sha256 for each in issued),
        names=tuple(each.seat.name for each in issued),
    )


def together(found: list[Found]) -> Found:
    """What all processes found."""
    whole = Found()
    for each in found:
        whole.answers += each.answers
        whole.statuses += each.statuses
        whole.names += each.names
        whole.certificates += each.certificates
    return whole


def test_a_hundred_thousand_guesses_reveal_nobody(build: Builder) -> None:
    target, settings = target_of(build), build.app.extensions["settings"]
    began = time.monotonic()
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        share = GUESSES // PROCESSES
        runs = [pool.submit(guess, settings, target, seed=seed, count=share, moment=NOON) for seed in range(PROCESSES)]
        found = together([run.result() for run in runs])
    seconds = time.monotonic() - began
    print(
        f"\nguesses: {found.statuses.total()} from {GUESSES // 8} networks in {seconds:.0f} s at {HOLDERS} certificates; "
        f"{found.certificates} certificates and {found.names} names revealed; {dict(found.statuses)}; "
        f"{len(found.answers)} different answer"
    )
    assert found.statuses == Counter({"404 NOT FOUND": GUESSES})
    assert len(found.answers) == 1
    assert (found.certificates, found.names) == (0, 0)


def test_a_right_guess_would_have_been_seen(build: Builder) -> None:
    """The control: one right token among wrong ones is a certificate with a name, and another answer."""
    target, found = target_of(build), Found()
    visitor = visit(build.app)
    for path in (f"/verify/{target.tokens[0]}x", f"/verify/{target.tokens[0]}"):
        note(found, build.app, path, {}, visitor, address="10.0.0.1", names=target.names)
    assert (found.certificates, found.names, len(found.answers)) == (1, 1, 2)


def statuses_in_a_process(settings: Settings, count: int) -> list[int]:
    """What one network is answered by a process of its own."""
    return same_network(create_app(settings), count)


def test_one_network_is_stopped_by_two_processes_together(build: Builder) -> None:
    settings = build.app.extensions["settings"]
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        runs = [pool.submit(statuses_in_a_process, settings, 200) for _ in range(PROCESSES)]
        statuses = Counter(status for run in runs for status in run.result())
    print(f"\none network, {PROCESSES} processes, {statuses.total()} guesses: {dict(statuses)}")
    assert set(statuses) == {404, 429}
    # A minute may end meanwhile, and then as many are borne again.
    assert statuses[404] <= 3 * LOOKUP.failures
