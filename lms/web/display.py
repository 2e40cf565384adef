"""How somebody wants to read: text size, line spacing and colors, kept in a cookie and set on every page."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from flask import Flask, current_app, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.web.access import Audience, open_to

COOKIE = "display"
YEAR_SECONDS = 31_536_000


class TextSize(StrEnum):
    """文字の大きさ."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


class LineSpacing(StrEnum):
    """行間."""

    NORMAL = "normal"
    WIDE = "wide"


class Scheme(StrEnum):
    """配色."""

    DEVICE = "device"
    LIGHT = "light"
    DARK = "dark"


TEXT_SIZES = {TextSize.NORMAL: "標準", TextSize.LARGE: "大", TextSize.LARGEST: "特大"}
LINE_SPACINGS = {LineSpacing.NORMAL: "標準", LineSpacing.WIDE: "広い"}
SCHEMES = {Scheme.DEVICE: "端末に合わせる", Scheme.LIGHT: "明るい", Scheme.DARK: "暗い"}


@dataclass(frozen=True, slots=True)
class Display:
    """One person's choice."""

    text: TextSize = TextSize.NORMAL
    spacing: LineSpacing = LineSpacing.NORMAL
    scheme: Scheme = Scheme.DEVICE

    @property
    def dark_media(self) -> str:
        """When the dark colors hold: never on paper; empty when they never do."""
        return {Scheme.DEVICE: "screen and (prefers-color-scheme: dark)", Scheme.LIGHT: "", Scheme.DARK: "screen"}[self.scheme]

    @property
    def color_scheme(self) -> str:
        """What the browser's own controls shall look like."""
        return "light dark" if self.scheme is Scheme.DEVICE else self.scheme.value


def read_display(text: str) -> Display:
    """A choice from its cookie; whatever it does not know is as usual."""
    parts = [*text.split("."), "", "", ""]
    return Display(
        next((each for each in TextSize if each == parts[0]), TextSize.NORMAL),
        next((each for each in LineSpacing if each == parts[1]), LineSpacing.NORMAL),
        next((each for each in Scheme if each == parts[2]), Scheme.DEVICE),
    )


def current_display() -> Display:
    """The choice of the browser behind this request."""
    return read_display(request.cookies.get(COOKIE, ""))


def way_back(address: str) -> str:
    """The path of an own page to return to, else the start page."""
    if not address.isprintable() or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return "/"
    parts = urlsplit(address)
    return "/" if parts.netloc or parts.scheme else address


def register(app: Flask) -> None:
    """Make the choice known to the templates, and let everybody change it."""
    app.jinja_env.globals.update(
        display=current_display,
        display_attributes=_attributes,
        display_choices=(
            ("text", "文字の大きさ", TEXT_SIZES),
            ("spacing", "行間", LINE_SPACINGS),
            ("scheme", "配色", SCHEMES),
        ),
        page_address=_page_address,
    )

    @app.post("/display", endpoint="set_display")
    @open_to(Audience.ANYBODY)
    def set_display() -> Response:
        chosen = read_display(".".join(request.form.get(name, "") for name in ("text", "spacing", "scheme")))
        response = redirect(way_back(request.form.get("back", "")))
        response.set_cookie(
            COOKIE,
            f"{chosen.text}.{chosen.spacing}.{chosen.scheme}",
            max_age=YEAR_SECONDS,
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            httponly=True,
            samesite="Lax",
        )
        return response


def _attributes() -> Markup:
    """Attributes of <html> that the style sheets read."""
    chosen = current_display()
    return Markup(' data-text="{}" data-spacing="{}" data-scheme="{}"').format(chosen.text, chosen.spacing, chosen.scheme)


def _page_address() -> str:
    """Where to come back to: this page, unless it is the answer to a form."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
