"""The yearly figures of the register, from all its entries in one SELECT."""

from datetime import date

from sqlalchemy import select

from lms.certification.models import RegisterEntry
from lms.certification.rules.entries import Happening
from lms.certification.rules.figures import YearFigures, yearly_figures
from lms.certification.rules.since import DatedHappening
from lms.db.session import db


def list_yearly_figures(*, today: date) -> list[YearFigures]:
    """Every year since the first entry, the newest first; the running year up to today."""
    histories: dict[str, list[DatedHappening]] = {}
    rows = db.session.execute(
        select(
            RegisterEntry.certificate_number,
            RegisterEntry.kind,
            RegisterEntry.version,
            RegisterEntry.expires_on,
            RegisterEntry.issued_on,
        ).order_by(RegisterEntry.position)
    )
    for number, kind, version, expires_on, on in rows:
        histories.setdefault(number, []).append(DatedHappening(Happening(kind, version, expires_on), on))
    return yearly_figures(histories, today=today)
