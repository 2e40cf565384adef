"""提出控の確認 for anybody: paste a 検証コード or choose a file; and the public keys, so that nobody needs us for it."""

from flask import Response, abort, render_template, request

from lms import clock
from lms.exams import labels
from lms.exams.queries.receipts import check_bytes, check_code, question_names, signing_keys
from lms.exams.rules.receipts import MAX_FILE_BYTES, ReceiptCheck, ReceiptFault
from lms.exams.services.receipts import TooManyChecks, check_receipt
from lms.exams.views.blueprint import bp
from lms.web.access import Audience, open_to
from lms.web.security import unlisted


@bp.get("/receipt/check")
@open_to(Audience.ANYBODY)
def receipt_check() -> Response:
    """The form, or with `?code=` what the QR code of a 提出控 opens."""
    code = request.args.get("code", "")
    return _answer(code=code) if code.strip() else _page(None)


@bp.post("/receipt/check")
@open_to(Audience.ANYBODY)
def check_sent_receipt() -> Response:
    """Check the file that was chosen, else the code that was pasted."""
    chosen = request.files.get("file")
    raw = chosen.stream.read(MAX_FILE_BYTES + 1) if chosen else b""
    code = request.form.get("code", "")
    if not raw and not code.strip():
        return _page(ReceiptCheck(ReceiptFault.NOTHING))
    return _answer(raw=raw, code=code)


@bp.get("/receipt/key")
@open_to(Audience.ANYBODY)
def receipt_key() -> Response:
    """The public key in use, as PEM."""
    return _key(signing_keys().key_id)


@bp.get("/receipt/key/<key_id>")
@open_to(Audience.ANYBODY)
def numbered_receipt_key(key_id: str) -> Response:
    """The public key of this id, in use or earlier, as PEM."""
    return _key(key_id)


def _answer(*, raw: bytes = b"", code: str = "") -> Response:
    try:
        check = check_receipt(
            lambda: check_bytes(raw) if raw else check_code(code), visitor=request.remote_addr or "", now=clock.now()
        )
    except TooManyChecks:
        abort(429)
    return _page(check, code="" if raw else code)


def _page(check: ReceiptCheck | None, *, code: str = "") -> Response:
    body = render_template(
        "exams/receipt_check.html",
        check=check,
        names=question_names(check) if check else {},
        code=code,
        keys=signing_keys().public_keys(),
        labels=labels,
    )
    return unlisted(body, 422 if check and check.fault else 200)


def _key(key_id: str) -> Response:
    pem = signing_keys().public_keys().get(key_id) or abort(404)
    response = unlisted(pem)
    response.mimetype = "text/plain"
    return response
