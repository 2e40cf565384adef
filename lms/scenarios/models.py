"""Tables of 場面練習: plays, kept as the list of choices that gives them again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class ScenarioPlay(Base):
    """One play of a scenario by a participant."""

    __tablename__ = "scenario_plays"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    scenario_id: Mapped[str] = mapped_column(String(20))
    content_sha256: Mapped[str] = mapped_column(String(64))
    """Of the scenario's file: choices mean something only together with the text they were made in."""
    choices: Mapped[list[Any]]
    """The places of the chosen replies, from 0, in order."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(String(20))
