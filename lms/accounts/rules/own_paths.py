"""Which addresses a visitor may be sent on to after logging in: paths of this site, nothing else."""

from urllib.parse import urlsplit


def own_path(address: str | None) -> str | None:
    """The path and query of an address that surely stays on this site, else None.

    Browsers drop tabs and line breaks from addresses and read a backslash as a slash, so the control characters go
    first and a backslash or a doubled slash in the path is refused.
    """
    if not address:
        return None
    cleaned = "".join(letter for letter in address if letter > " " and letter != "\x7f")
    if not cleaned.startswith("/") or cleaned.startswith("//") or "\\" in cleaned:
        return None
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or "//" in parts.path:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
