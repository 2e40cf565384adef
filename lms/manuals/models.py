"""Tables of 自社カスハラ対策マニュアル: links by which somebody without an account may read it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class ManualShare(Base):
    """A link to a participant's manual, known only to those it was given to; it ends by time or by being taken back."""

    __tablename__ = "manual_shares"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(100), default="")
    """Whom it is for, in the participant's words."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    """When it was last opened."""
    open_count: Mapped[int] = mapped_column(default=0)
