"""How the site looks from outside: when the certificate of its own address runs out."""

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

HTTPS_PORT = 443


def tls_expires_at(address: str, *, timeout_seconds: float) -> datetime:
    """The end of the TLS certificate that visitors of this https address are shown.

    Raises OSError when nobody answers there, or with a certificate that browsers refuse.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, parts.port or HTTPS_PORT), timeout=timeout_seconds) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        told = secured.getpeercert()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str((told or {})["notAfter"])), tz=UTC)
