"""The exam's quick tests notice faults: each of these lines, planted one at a time, is caught by the test named beside it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.live import ROOT
from tests.proof.planting import VARIABLE

ENGINE = "tests/exam_engine"
ROOMS = "tests/lms/exams"

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Fault:
    """A line of a module, what stands there instead, and the test that notices."""

    name: str
    module: str
    sound: str
    faulty: str
    caught_by: str


FAULTS = (
    Fault(
        "a section outlives its window",
        "lms.exam_engine.windows",
        "return min(by_limit, by_window) + clock.added",
        "return by_limit + clock.added",
        f"{ENGINE}/test_windows.py::test_a_section_ends_with_its_limit_but_never_after_the_window",
    ),
    Fault(
        "the grace has no end",
        "lms.exam_engine.windows",
        "    may_answer = now < deadline + window.grace\n",
        "    may_answer = now <= deadline + window.grace\n",
        f"{ENGINE}/test_windows.py::test_a_section_accepts_answers_until_its_deadline_and_grace",
    ),
    Fault(
        "given time is cut off by the window of the next section",
        "lms.exam_engine.windows",
        "window_closes_at + clock.extra + clock.added_before",
        "window_closes_at + clock.extra",
        f"{ENGINE}/test_windows.py::test_time_given_by_the_office_moves_the_deadline",
    ),
    Fault(
        "extra time is rounded down",
        "lms.exam_engine.windows",
        "-(-int(time_limit.total_seconds()) * self.percent // 100)",
        "int(time_limit.total_seconds()) * self.percent // 100",
        f"{ENGINE}/test_windows.py::test_extra_time_is_a_share_of_the_limit_and_minutes",
    ),
    Fault(
        "nothing ever expires",
        "lms.exam_engine.attempts",
        "        if now < deadline + window.grace:\n",
        "        if True:\n",
        f"{ENGINE}/test_attempts.py::test_time_alone_hands_in_what_is_over",
    ),
    Fault(
        "a section is closed at its deadline, without grace",
        "lms.exam_engine.attempts",
        "        if now < deadline + window.grace:\n",
        "        if now < deadline:\n",
        f"{ENGINE}/test_attempts.py::test_time_alone_hands_in_what_is_over",
    ),
    Fault(
        "a paused section expires",
        "lms.exam_engine.attempts",
        "is not None and clock.paused_at is None:",
        "is not None:",
        f"{ENGINE}/test_incidents.py::test_nothing_expires_while_the_clock_stands",
    ),
    Fault(
        "a pause is not given back",
        "lms.exam_engine.attempts",
        "paused_at=None, added=state.added + stood, carried",
        "paused_at=None, carried",
        f"{ENGINE}/test_incidents.py::test_a_pause_is_given_back_to_the_second",
    ),
    Fault(
        "a form sent twice hands in the next section too",
        "lms.exam_engine.attempts",
        "    if section_id is not None and section_id != running:\n",
        "    if False:\n",
        f"{ENGINE}/test_attempts.py::test_handing_in_twice_or_out_of_turn_is_refused",
    ),
    Fault(
        "a reopened section ends with the window",
        "lms.exam_engine.windows",
        "    if clock.granted is not None:\n",
        "    if False:\n",
        f"{ENGINE}/test_incidents.py::test_a_reopened_section_has_its_own_time_even_after_the_window",
    ),
    Fault(
        "a stale text replaces a newer one",
        "lms.exams.rules.sitting",
        "SaveOutcome.CURRENT if base_version == current_version or follows_own else SaveOutcome.STALE",
        "SaveOutcome.CURRENT",
        f"{ROOMS}/test_rules.py::test_a_save_is_judged_by_its_base",
    ),
    Fault(
        "a page's older text replaces its newer one",
        "lms.exams.rules.sitting",
        "0 <= current_sender.sequence < sender.sequence",
        "0 <= current_sender.sequence",
        f"{ROOMS}/test_rules.py::test_a_save_is_judged_by_its_base",
    ),
    Fault(
        "a late text counts",
        "lms.exams.rules.sitting",
        "    if not is_running:\n        return SaveOutcome.LATE\n",
        "",
        f"{ROOMS}/test_rules.py::test_a_save_is_judged_by_its_base",
    ),
    Fault(
        "a send that arrives twice is stored twice",
        "lms.exams.services.saving",
        "        if repeat is not None and repeat.sha256 == sha256:\n",
        "        if False:\n",
        f"{ROOMS}/test_attempt_machine.py::test_a_few_attempts_do_not_differ_from_the_reference_model[sqlite]",
    ),
    Fault(
        "a number used twice for two texts keeps one of them",
        "lms.exams.services.saving",
        "sequence = -version if item.sequence is None or clashes else item.sequence",
        "sequence = -version if item.sequence is None else item.sequence",
        f"{ROOMS}/test_services.py::test_a_number_used_twice_for_two_texts_loses_neither[sqlite]",
    ),
    Fault(
        "a hand-in with older answers goes through",
        "lms.exams.services.handing_in",
        "    if any(item.outcome is ItemOutcome.STALE for item in saved):\n",
        "    if False:\n",
        f"{ROOMS}/test_services.py::test_a_hand_in_with_answers_older_than_the_stored_ones_waits[sqlite]",
    ),
    Fault(
        "just enough points are not enough",
        "lms.exam_engine.verdicts",
        "points >= needed",
        "points > needed",
        f"{ENGINE}/test_verdicts.py::test_a_verdict_needs_the_total_and_every_section",
    ),
    Fault(
        "an essay on which the verdict hangs is passed over",
        "lms.exam_engine.verdicts",
        "for single in (pair.first, pair.second))",
        "for single in (pair.first,))",
        f"{ENGINE}/test_verdicts.py::test_the_flip_rule_agrees_with_brute_force",
    ),
    Fault(
        "a verdict that two graders split is left to the mean",
        "lms.exam_engine.verdicts",
        "return max(self.first, self.second) if self.settled is None",
        "return self.points if self.settled is None",
        f"{ENGINE}/test_verdicts.py::test_a_verdict_that_the_marks_split_names_the_essays_that_differ",
    ),
    Fault(
        "a wrong choice earns points",
        "lms.exam_engine.kinds.single_choice",
        "earned=int(chosen == question.key)",
        "earned=int(chosen is not None)",
        f"{ENGINE}/test_marking.py::test_points_are_the_right_answers_times_the_points_of_one",
    ),
    Fault(
        "a number at the edge of its tolerance is wrong",
        "lms.exam_engine.kinds.numeric",
        "return abs(number - question.value) <= question.tolerance",
        "return abs(number - question.value) < question.tolerance",
        f"{ENGINE}/test_kind_numeric.py::test_the_tolerance_is_exact_at_its_edges",
    ),
    Fault(
        "line ends of another system change an answer",
        "lms.exam_engine.kinds.essay",
        "return EssayAnswer(text=normalize_text(text))",
        "return EssayAnswer(text=text)",
        f"{ENGINE}/test_answers.py::test_line_ends_become_lf_and_everything_else_stays",
    ),
)


def test_without_a_fault_the_named_tests_pass() -> None:
    done = _run(sorted({fault.caught_by for fault in FAULTS}), "")
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_planted_fault_is_caught(fault: Fault) -> None:
    done = _run([fault.caught_by], json.dumps([fault.module, fault.sound, fault.faulty]))
    assert done.returncode == 1, f"nobody noticed that {fault.name}: {done.stdout[-3000:]}{done.stderr[-2000:]}"
    assert "failed" in done.stdout.splitlines()[-1]


def _run(tests: list[str], planted: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-p", "tests.proof.planting", "-p", "no:randomly", "-p", "no:cacheprovider", "-q"]
    environment = {**os.environ, VARIABLE: planted, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run([*command, "-x", *tests], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
