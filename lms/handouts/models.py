"""Tables of 配布資料: who took which version of what."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class HandoutDownload(Base):
    """That a participant took a handout. Append-only."""

    __tablename__ = "handout_downloads"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    handout_id: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    file_format: Mapped[str] = mapped_column(String(10))
    downloaded_at: Mapped[datetime]
