"""How the demo's graders grade: by the levels written beside each fictional essay."""

from datetime import datetime

from lms.demo.calibrating import PACE, agree_on_anchors, confirm_agreed, disagree_and_be_let_in, find_anchor
from lms.demo.people import DemoCast, DemoEssay
from lms.grading.queries.desk import DeskPage, get_desk_page, list_queue
from lms.grading.rules.parts import GraderPart, TaskState
from lms.grading.rules.sheets import MarkSheet
from lms.grading.services.marking import confirm_mark
from lms.grading.services.opening import open_grading

MAX_ROUNDS = 4


def grade_everything(cast: DemoCast, window_id: int, grader_ids: list[int], *, by: int, now: datetime) -> None:
    """Open the grading, let every grader do the 目合わせ and then mark what waits, adjudications included.

    The last of them does not come near enough to one 見本答案, and is let in by the office.
    """
    open_grading(window_id, grader_ids, by=by, now=now)
    moment = disagree_and_be_let_in(window_id, grader_ids[-1], by=by, now=now)
    moment = agree_on_anchors(window_id, grader_ids, now=moment)
    for _ in range(MAX_ROUNDS):
        for grader_id in grader_ids:
            for task in list_queue(grader_id):
                if task.state is TaskState.DONE or task.window_id != window_id:
                    continue
                moment += PACE
                _mark(cast, task.public_id, grader_id, now=moment)


def mark_one(cast: DemoCast, window_id: int, grader_id: int, *, now: datetime) -> str:
    """Let a grader give the first mark that waits for her in a window; says which assignment it was."""
    open_to_her = [task for task in list_queue(grader_id) if task.state is not TaskState.DONE and not task.is_locked]
    public_id = next(task.public_id for task in open_to_her if task.window_id == window_id and not find_anchor(task.public_id))
    _mark(cast, public_id, grader_id, now=now)
    return public_id


def _mark(cast: DemoCast, public_id: str, grader_id: int, *, now: datetime) -> None:
    page = get_desk_page(public_id, grader_id=grader_id)
    anchor = find_anchor(public_id)
    if anchor is not None:
        confirm_agreed(public_id, anchor, by=grader_id, now=now)
        return
    essay = _written(cast, page)
    levels = essay.second_levels if page.part is GraderPart.SECOND else essay.levels
    note = essay.note if page.part is not GraderPart.ADJUDICATOR else "二つの採点を見比べ、採点基準の記述に照らして決めました。"
    feedback = "" if page.part is GraderPart.SECOND else essay.feedback  # the participant reads each 講評; one says it
    confirm_mark(public_id, MarkSheet(levels=dict(levels), note=note, feedback=feedback), by=grader_id, now=now)


def _written(cast: DemoCast, page: DeskPage) -> DemoEssay:
    """The essay of the cast that stands on the desk."""
    opening = page.paragraphs[0].text
    fitting = (essay for essay in cast.essays if essay.question == page.frame.question.id)
    return next(essay for essay in fitting if essay.text.startswith(opening))
