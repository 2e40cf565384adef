"""自分の定型文: phrases a grader keeps for the next 講評."""

from datetime import datetime

from sqlalchemy import select

from lms.db.session import command, db
from lms.grading.models import GraderPhrase
from lms.grading.queries.phrases import list_own_phrases
from lms.grading.rules.parts import Refusal, Refused

PHRASE_LIMIT = 400
PHRASES_LIMIT = 50


@command
def add_phrase(text: str, *, by: int, now: datetime) -> None:
    """Keep a phrase; one that is kept already, or empty, changes nothing. Raises Refused when there are too many."""
    words = text.strip()[:PHRASE_LIMIT]
    own = list_own_phrases(by)
    if not words or any(phrase.text == words for phrase in own):
        return
    if len(own) >= PHRASES_LIMIT:
        raise Refused(Refusal.TOO_MANY_PHRASES, PHRASES_LIMIT)
    db.session.add(GraderPhrase(grader_id=by, text=words, created_at=now))


@command
def remove_phrase(phrase_id: int, *, by: int, now: datetime) -> None:
    """Show an own phrase no longer; somebody else's, or one that is gone, changes nothing."""
    phrase = db.session.scalar(select(GraderPhrase).where(GraderPhrase.id == phrase_id, GraderPhrase.grader_id == by))
    if phrase is not None and phrase.removed_at is None:
        phrase.removed_at = now
