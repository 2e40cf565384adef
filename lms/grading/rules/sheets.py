"""Pure: what a grader chose and wrote, from a form or a stored draft to a complete mark."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exam_engine.definitions import Rubric
from lms.exam_engine.rubrics import GraderMark
from lms.grading.rules.highlights import HIGHLIGHT_LIMIT, Highlight, in_order, read_highlights
from lms.grading.rules.parts import GraderPart, Refusal, Refused
from lms.grading.rules.results import grader_mark

TEXT_LIMIT = 2_000
REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class MarkSheet:
    """採点票: criterion id → points, a cap with its reason, 「判断に迷う」, a note to the board, 講評 to the participant, 印."""

    levels: dict[str, int] = field(default_factory=dict)
    cap_id: str | None = None
    cap_reason: str = ""
    wants_adjudication: bool = False
    note: str = ""
    feedback: str = ""
    highlights: tuple[Highlight, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """The form in which a draft is stored."""
        return {
            "levels": self.levels,
            "cap_id": self.cap_id,
            "cap_reason": self.cap_reason,
            "wants_adjudication": self.wants_adjudication,
            "note": self.note,
            "feedback": self.feedback,
            "highlights": [highlight.body for highlight in self.highlights],
        }

    def with_highlight(self, highlight: Highlight) -> "MarkSheet":
        """The same sheet with one highlight more; raises Refused when there are as many as there may be."""
        if len(self.highlights) >= HIGHLIGHT_LIMIT:
            raise Refused(Refusal.TOO_MANY_HIGHLIGHTS, HIGHLIGHT_LIMIT)
        return replace(self, highlights=in_order([*self.highlights, highlight]))

    def without_highlight(self, number: int) -> "MarkSheet":
        """The same sheet without the highlight of this number (from 1); an unknown number changes nothing."""
        return replace(self, highlights=tuple(each for place, each in enumerate(self.highlights, 1) if place != number))

    def within(self, length: int) -> "MarkSheet":
        """The same sheet without highlights that reach beyond a text of `length` code points."""
        return replace(self, highlights=tuple(each for each in self.highlights if each.end <= length))

    @property
    def fingerprint(self) -> str:
        """What the confirmation page sends back, so that only what was shown is confirmed."""
        return sha256_hex(canonical_json(self.body))

    @property
    def mark(self) -> GraderMark:
        """The engine's mark."""
        return grader_mark(self.levels, self.cap_id, wants_adjudication=self.wants_adjudication)


def read_sheet(rubric: Rubric, body: Mapping[str, Any]) -> MarkSheet:
    """The sheet in a draft or form; what the rubric does not know is left out, texts are cut to their limits."""
    levels = body.get("levels")
    cap_id = body.get("cap_id")
    return MarkSheet(
        levels=_known_levels(rubric, levels if isinstance(levels, Mapping) else {}),
        cap_id=cap_id if any(cap.id == cap_id for cap in rubric.caps) else None,
        cap_reason=_text(body.get("cap_reason"), REASON_LIMIT),
        wants_adjudication=body.get("wants_adjudication") is True,
        note=_text(body.get("note"), TEXT_LIMIT),
        feedback=_text(body.get("feedback"), TEXT_LIMIT),
        highlights=read_highlights(body.get("highlights")),
    )


def _known_levels(rubric: Rubric, levels: Mapping[str, Any]) -> dict[str, int]:
    known: dict[str, int] = {}
    for criterion in rubric.criteria:
        chosen = str(levels.get(criterion.id, ""))
        for level in criterion.levels:
            if chosen == str(level.points):
                known[criterion.id] = level.points
    return known


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str):
        return ""
    return value.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip()[:limit]


def missing_criteria(rubric: Rubric, sheet: MarkSheet) -> tuple[str, ...]:
    """The titles of the criteria without a level."""
    return tuple(criterion.title for criterion in rubric.criteria if criterion.id not in sheet.levels)


def check_complete(rubric: Rubric, sheet: MarkSheet, part: GraderPart) -> None:
    """Refuse a sheet that cannot be confirmed: levels missing, a cap without reason, an adjudication without one."""
    missing = len(missing_criteria(rubric, sheet))
    if missing:
        raise Refused(Refusal.INCOMPLETE, missing)
    if sheet.cap_id is not None and not sheet.cap_reason:
        raise Refused(Refusal.CAP_REASON_NEEDED)
    if part is GraderPart.ADJUDICATOR and not sheet.note:
        raise Refused(Refusal.NOTE_NEEDED)
