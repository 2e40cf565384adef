"""Template filters and globals: Japanese dates, amounts, points, addresses of assets."""

from datetime import date, datetime
from decimal import Decimal

from flask import Flask
from markupsafe import Markup, escape
from wtforms import Field

from lms import clock
from lms.web.assets import static_url

WEEKDAYS = "月火水木金土日"


def japanese_date(value: date | datetime | None) -> str:
    """「2026年12月1日(火)」; a moment is shown on a Japanese wall clock."""
    if value is None:
        return "—"
    day = clock.to_jst(value).date() if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def japanese_moment(value: datetime | None) -> str:
    """「2026年12月1日(火) 14:05」 on a Japanese wall clock."""
    return "—" if value is None else f"{japanese_date(value)} {clock.to_jst(value):%H:%M}"


def japanese_time(value: datetime | None) -> str:
    """「14:05:32」 on a Japanese wall clock."""
    return "—" if value is None else f"{clock.to_jst(value):%H:%M:%S}"


def yen(amount: int) -> str:
    """「198,000円」."""
    return f"{amount:,}円"


def points(value: Decimal | str | None) -> str:
    """Points without needless zeros: 97.5, 100."""
    if value is None:
        return "—"
    number = Decimal(value)
    return f"{number.normalize():f}" if number else "0"


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs: blank lines part them, single line breaks stay."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(
        Markup("<p>") + Markup("<br>").join(escape(line) for line in block.split("\n")) + Markup("</p>") for block in blocks
    )


def described(field: Field, hint: str = "") -> dict[str, str]:
    """Attributes that tie a field to its hint and its error message for screen readers."""
    parts = ([f"{field.id}-hint"] if hint else []) + ([f"{field.id}-wrong"] if field.errors else [])
    attributes = {"aria-describedby": " ".join(parts)} if parts else {}
    return attributes | ({"aria-invalid": "true"} if field.errors else {})


def register(app: Flask) -> None:
    """Make the filters known to the templates."""
    app.jinja_env.filters.update(
        jdate=japanese_date, jmoment=japanese_moment, jtime=japanese_time, yen=yen, points=points, paragraphs=paragraphs
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    settings = app.extensions["settings"]
    app.jinja_env.globals.update(
        static_url=static_url,
        described=described,
        now=clock.now,
        is_demo=settings.is_demo,
        association=settings.certificate.association,
    )
