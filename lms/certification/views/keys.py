"""Doors of the public keys and of the offline page, so that nobody needs us to check a certificate."""

from flask import Response, render_template

from lms import clock
from lms.certification.queries.keys import anchor_in_use, key_bundle, known_keys, verifier_page
from lms.certification.views.blueprint import bp
from lms.web.access import Audience, open_to
from lms.web.exports import send_file
from lms.web.security import unlisted


@bp.get("/verify/keys")
@open_to(Audience.ANYBODY)
def public_keys() -> Response:
    """Which public keys and certificates there are, and how to check with them."""
    return unlisted(render_template("certification/keys.html", keys=known_keys()))


@bp.get("/verify/keys.pem")
@open_to(Audience.ANYBODY)
def key_file() -> Response:
    """All of them in one PEM file."""
    return send_file(key_bundle().encode("ascii"), "nintei-keys.pem", "application/x-pem-file")


@bp.get("/verify/seal.crt")
@open_to(Audience.ANYBODY)
def seal_certificate() -> Response:
    """The certificate of today's seals alone, as PDF readers import it."""
    return send_file(anchor_in_use().encode("ascii"), "nintei-seal.crt", "application/x-x509-ca-cert")


@bp.get("/verify/offline")
@open_to(Audience.ANYBODY)
def offline() -> Response:
    """The offline page as a file to keep; no browser shows it under this address."""
    page = verifier_page(made_on=clock.today_jst())
    return send_file(page.encode(), "認定証の確認.html", "application/octet-stream")
