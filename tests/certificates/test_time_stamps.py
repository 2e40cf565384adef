"""A time-stamp service that breaks off or dawdles stops the sealing in words and in time."""

import socketserver
import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from certificates import sealing
from certificates.sealer import SealingError
from certificates.sealing import seal
from tests.certificates.sealed import NOW, own_sealer, plain_page


class _Raw(socketserver.BaseRequestHandler):
    """Answers with these bytes, one after another with a pause between."""

    answer, pause = b"", 0.0

    def handle(self) -> None:
        with suppress(OSError):
            for byte in self.answer:
                self.request.sendall(bytes((byte,)))
                time.sleep(self.pause)


@pytest.mark.parametrize(
    ("raw", "pause"),
    [
        pytest.param(b"nothing of HTTP\r\n\r\n", 0.0, id="bad status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx", 0.0, id="cut short"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 40, 0.05, id="byte by byte"),
    ],
)
def test_a_service_that_breaks_off_or_takes_too_long_as_a_whole_stops_the_sealing(
    raw: bytes, pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "TIME_STAMP_SECONDS", 0.5)
    desk = type("Desk", (_Raw,), {"answer": raw, "pause": pause})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        begun = time.monotonic()
        with pytest.raises(SealingError, match="time-stamp service did not stamp"):
            seal(plain_page(), replace(own_sealer(), time_stamp_url=url), signed_at=NOW)
        assert time.monotonic() - begun < 1.2
        server.shutdown()
