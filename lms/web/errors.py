"""Error pages: what happened, what was kept, what to do; JSON for the exam page's own requests."""

import logging
from dataclasses import dataclass

from flask import Flask, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as WaitedTooLong
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError
from werkzeug.wrappers import Response

logger = logging.getLogger("lms")


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """The words of an error page."""

    title: str
    text: str


WORDS = {
    400: ErrorWords(
        "送信内容を受け取れませんでした",
        "ページを開いてから時間がたったか、送信内容が正しくありません。前のページに戻り、開き直してからもう一度お試しください。",
    ),
    401: ErrorWords("ログインが必要です", "ログインの有効期間が切れました。もう一度ログインしてください。"),
    403: ErrorWords(
        "このページは開けません",
        "ログイン中の方には、このページを開く権限がありません。心当たりがないときは事務局にお問い合わせください。",
    ),
    404: ErrorWords("ページが見つかりません", "アドレスが変わったか、誤っている可能性があります。"),
    405: ErrorWords("この操作はできません", "画面の移動のしかたが正しくありません。メニューからお進みください。"),
    409: ErrorWords("すでに処理されています", "ほかの画面で先に処理されました。ページを開き直して、今の状態をご確認ください。"),
    413: ErrorWords(
        "送信できる大きさを超えています", "ファイルまたは文章が大きすぎます。小さくしてから、もう一度お試しください。"
    ),
    429: ErrorWords("しばらく時間をおいてください", "短い時間に何度も操作されました。少し待ってから、もう一度お試しください。"),
    500: ErrorWords(
        "処理を完了できませんでした",
        "このページでの変更は保存されていません。少し待ってから、もう一度お試しください。"
        "続くときは受付番号を添えて事務局にお知らせください。",
    ),
    503: ErrorWords("ただいま混み合っています", "変更はまだ保存されていません。数秒待ってから、もう一度お試しください。"),
    507: ErrorWords(
        "保存する場所が足りません",
        "変更はまだ保存されていません。事務局が対応すると、もう一度保存できるようになります。この画面は閉じずにお待ちください。",
    ),
}


FULL = ("disk is full", "no space left")
"""What SQLite and PostgreSQL say when there is no room left for what was to be written."""


def wants_json() -> bool:
    """Whether the request came from the page's own script."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def register(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(CSRFError, lambda error: error_page(400))
    app.register_error_handler(HTTPException, _http_error)
    for failure in (DBAPIError, WaitedTooLong):
        app.register_error_handler(failure, _database_failed)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: int) -> Response:
    """The error as a page or, for the page's own script, as JSON."""
    words = WORDS.get(status, WORDS[500])
    if wants_json():
        response: Response = jsonify(error=words.title, text=words.text, request_id=g.get("request_id", ""))
    else:
        response = Response(render_template("errors/error.html", status=status, words=words), mimetype="text/html")
    response.status_code = status
    return response


def _http_error(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()
    if isinstance(error, SecurityError):  # a foreign host name: without a trusted one no page with addresses can be built
        return Response(WORDS[400].text, status=400, mimetype="text/plain")
    response = error_page(error.code or 500)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _database_failed(error: DBAPIError | WaitedTooLong) -> Response:
    """Busy, restarting or out of space: nothing was stored, and trying again helps. Everything else is a fault of ours."""
    if not _may_pass(error):
        return _unexpected(error)
    cause = error.orig if isinstance(error, DBAPIError) else error
    logger.warning("database unavailable in request %s: %s", g.get("request_id", "-"), type(cause).__name__)
    response = error_page(507 if any(words in str(cause).lower() for words in FULL) else 503)
    response.headers["Retry-After"] = "3"
    return response


def _may_pass(error: DBAPIError | WaitedTooLong) -> bool:
    if isinstance(error, WaitedTooLong | OperationalError | InterfaceError):
        return True
    return error.connection_invalidated


def _unexpected(error: Exception) -> Response:
    logger.exception("unexpected error in request %s", g.get("request_id", "-"))
    return error_page(500)
