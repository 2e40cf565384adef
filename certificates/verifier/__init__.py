"""The offline page: one HTML file with the public keys in it that checks a QR code's text and a PDF without any network."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from html import escape
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.names import folding_table

_FOLDER = Path(__file__).parent
_SCRIPTS = ("bytes.js", "der.js", "credential.js", "seal.js", "stamp.js", "page.js")
_PLACE = re.compile(r"\{\{([a-z_]+)\}\}")


def offline_page(
    *,
    association: str,
    verify_url: str,
    made_on: date,
    keys: Mapping[str, Ed25519PublicKey],
    anchors: Sequence[x509.Certificate],
    until: Mapping[str, date] | None = None,
) -> str:
    """The whole page as HTML. ``keys`` are the public keys of credentials by id, ``anchors`` those of seals.

    ``until`` has the last day of each key that was replaced.

    Its own content policy names the hashes of its one script and one style, and allows no request at all.
    """
    script, style = _script(), _text("style.css")
    values = {
        "association": escape(association),
        "verify_url": escape(verify_url),
        "made_on": f"{made_on.year}年{made_on.month}月{made_on.day}日",
        "script": script,
        "script_hash": _hash(script),
        "style": style,
        "style_hash": _hash(style),
        "given": _given(keys, anchors, until or {}),
    }
    return _PLACE.sub(lambda found: values[found[1]], _text("page.html"))


def _given(keys: Mapping[str, Ed25519PublicKey], anchors: Sequence[x509.Certificate], until: Mapping[str, date]) -> str:
    """The public keys and the folding of names as JSON in which no tag can end the script."""
    given = {
        "keys": {key_id: _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw)) for key_id, key in keys.items()},
        "until": {key_id: day.isoformat() for key_id, day in until.items()},
        "anchors": [{"der": _base64url(anchor.public_bytes(Encoding.DER)), "isRoot": is_root(anchor)} for anchor in anchors],
        "folding": folding_table(),
    }
    return json.dumps(given, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


def is_root(anchor: x509.Certificate) -> bool:
    """Whether a certificate may vouch for others."""
    try:
        return anchor.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _script() -> str:
    """All scripts in a scope of their own."""
    return '"use strict";\n{\n' + "\n".join(_text(name) for name in _SCRIPTS) + "}\n"


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
