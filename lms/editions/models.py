"""Tables of 教材の版: whole editions of the content as bytes, and which one is published."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class ContentEdition(Base):
    """A whole edition of lessons, facts, questions, scenarios and handouts, as a ZIP file that never changes. Append-only."""

    __tablename__ = "content_editions"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the names and bytes of its files, whatever the ZIP file around them."""
    archive: Mapped[bytes] = mapped_column(LargeBinary)
    origin: Mapped[str] = mapped_column(String(20))
    """Where it came from: the files of the installation, or an upload."""
    note: Mapped[str] = mapped_column(String(300), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]


class EditionRelease(Base):
    """That an edition was published; the last row counts. No edition: back to the files of the installation. Append-only."""

    __tablename__ = "edition_releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("content_editions.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    released_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    released_at: Mapped[datetime]
