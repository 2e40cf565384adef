"""Acts of grading in depth: what calibrators, the desk, the meeting and whoever handles appeals do."""

from collections.abc import Callable

from sqlalchemy import select

from lms.db.session import db
from lms.grading.models import Essay
from lms.grading.rules.masking import MaskKind, Span
from lms.grading.services.masking import mask_essay
from lms.grading.services.verdicts import propose_verdicts
from tests.factories import Factory
from tests.house.acts import AUDIT, Act, act, now
from tests.lms.grading import builders as grading


def proposing_verdicts(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    grading.mark_all(sat.window_id)
    return act(lambda: propose_verdicts(sat.window_id, {}, by=sat.releaser, now=now()), "verdict_proposals", AUDIT)


def covering_a_passage(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    essay_id = db.session.scalars(select(Essay.id)).all()[0]
    spans = [Span(0, 2, MaskKind.NAME)]
    return act(lambda: mask_essay(essay_id, spans, "氏名", seen=0, by=sat.office, now=now()), "essay_maskings", AUDIT)


ACTS_OF_GRADING: tuple[Callable[[Factory], Act], ...] = (proposing_verdicts, covering_a_passage)
