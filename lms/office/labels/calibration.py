"""Words of 目合わせ: how a grader stands with a question."""

from lms.grading.rules.calibration import GateState

STATES = {
    GateState.NOT_ASKED: ("見本答案なし", "plain"),
    GateState.WAITING: ("目合わせ中", "doing"),
    GateState.AGREED: ("一致", "done"),
    GateState.WAIVED: ("事務局が承認", "done"),
    GateState.EXHAUSTED: ("事務局の判断待ち", "todo"),
}
"""Words and the kind of the state macro."""
