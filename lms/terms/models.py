"""Tables of 規約: consents, each with the revision and the text's hash."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base


class TermsConsent(Base):
    """A user's consent to one revision of the terms. Append-only."""

    __tablename__ = "terms_consents"
    __table_args__ = (UniqueConstraint("user_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    revision: Mapped[str] = mapped_column(String(40))
    text_sha256: Mapped[str] = mapped_column(String(64))
    consented_at: Mapped[datetime]
    network_address: Mapped[str] = mapped_column(String(64), default="")
