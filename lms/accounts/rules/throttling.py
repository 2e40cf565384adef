"""How many failures are borne in which time (proposed figures; the association may want others)."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta

IPV6_SITE_BITS = 64


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures of one kind within one window, then nothing until the window has passed."""

    scope: str
    failures: int
    window: timedelta


LOGIN_HERE = Limit("login_here", 5, timedelta(minutes=15))
"""One account tried from one network address."""
LOGIN_ACCOUNT = Limit("login_account", 20, timedelta(hours=1))
LOGIN_ADDRESS = Limit("login_address", 50, timedelta(hours=1))
CODE = Limit("second_factor", 5, timedelta(minutes=15))
OWN_PASSWORD = Limit("own_password", 5, timedelta(minutes=15))
"""Wrong current passwords within one log-in."""
RESET_ACCOUNT = Limit("reset_account", 5, timedelta(hours=24))
RESET_ADDRESS = Limit("reset_address", 20, timedelta(hours=1))


def network_of(address: str) -> str:
    """The network address a failure is counted for: IPv4 as it is, IPv6 by its site, anything else as "unknown"."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, IPV6_SITE_BITS), strict=False))
