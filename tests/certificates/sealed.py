"""Sealed papers for tests: a small page, an own sealer, one bought as PKCS#12, and the ways in which papers are spoiled."""

import asyncio
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.timestamps import DummyTimeStamper
from reportlab.pdfgen.canvas import Canvas

from certificates.sealer import Sealer, make_own_sealer, read_own_sealer
from certificates.sealing import seal

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
ASSOCIATION = "一般社団法人日本ハラスメントリスク管理協会"
PASSWORD = "correct horse battery staple"


def own_sealer(which: int = 1) -> Sealer:
    """A sealer of one's own; another `which` is another one of the same name."""
    return _made(which)


@cache
def _made(_which: int) -> Sealer:
    return read_own_sealer(make_own_sealer(ASSOCIATION, now=NOW))


@cache
def plain_page(text: str = "JHRMA-CH-2026-0001-9") -> bytes:
    """A page of one line."""
    paper = io.BytesIO()
    canvas = Canvas(paper, invariant=1)
    canvas.drawString(72, 720, text)
    canvas.save()
    return paper.getvalue()


@cache
def sealed_page(text: str = "JHRMA-CH-2026-0001-9") -> bytes:
    """The page with the seal of the own sealer."""
    return seal(plain_page(text), own_sealer(), signed_at=NOW)


def as_pkcs12(sealer: Sealer, password: str = PASSWORD) -> bytes:
    """The sealer's key and certificate as a file that an authority would hand out."""
    protection = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"seal", sealer.key, sealer.certificate, [sealer.anchor], protection)


def on_another_curve() -> Sealer:
    """A sealer whose key the offline page does not read."""
    key, own = ec.generate_private_key(ec.SECP384R1()), own_sealer().certificate
    builder = x509.CertificateBuilder(
        own.issuer, own.subject, key.public_key(), 7, own.not_valid_before_utc, own.not_valid_after_utc
    )
    certificate = builder.sign(key, hashes.SHA256())
    return Sealer(key, certificate, certificate)


@contextmanager
def time_stamp_service(answer: bytes | None = None) -> Iterator[str]:
    """The address of a time-stamp service on this machine; one that gives always the same answer, if one is given."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            body = asyncio.run(_stamper().async_request_tsa_response(asked)).dump() if answer is None else answer
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@cache
def _stamper() -> DummyTimeStamper:
    key, own = rsa.generate_private_key(65537, 2048), own_sealer().certificate
    builder = x509.CertificateBuilder(
        own.subject, own.subject, key.public_key(), 9, own.not_valid_before_utc, own.not_valid_after_utc
    )
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    private = keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return DummyTimeStamper(asn1_x509.Certificate.load(der), private, fixed_dt=NOW, override_md="sha256")


def with_update(pdf: bytes) -> bytes:
    """The paper with a change appended as PDF readers do it: the earlier bytes stay, a later object stands in for one."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = generic.pdf_string("en-US")
    writer.update_root()
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


def gap_of(pdf: bytes) -> tuple[int, int]:
    """Where the signature stands."""
    fields = pdf.split(b"/ByteRange [0 ")[1].split(b"]")[0].split()
    return int(fields[0]), int(fields[1])


def spoiled(pdf: bytes) -> Iterator[tuple[str, bytes]]:
    """Every kind of attack on a sealed paper with its name, the present bytes kept as far as the attack allows."""
    start, end = gap_of(pdf)
    other = seal(plain_page("JHRMA-CH-2026-0002-8"), own_sealer(), signed_at=NOW)
    other_start, other_end = gap_of(other)
    place = pdf.index(b"/Title") if b"/Title" in pdf else pdf.index(b"/Producer")
    yield "a byte of the content", pdf[:place] + b"/X" + pdf[place + 2 :]
    yield "the last byte", pdf[:-1] + b" "
    yield "the first byte", b"$" + pdf[1:]
    yield "a byte of the message", pdf[: start + 400] + bytes((pdf[start + 400] ^ 1,)) + pdf[start + 401 :]
    yield "the filling behind the message", pdf[: end - 2] + b"1" + pdf[end - 1 :]
    yield "the message in small letters", pdf[:start] + pdf[start:end].lower() + pdf[end:]
    yield "a space in the message", pdf[: end - 2] + b" " + pdf[end - 1 :]
    yield "a byte appended", pdf + b"\n"
    yield "a page appended as an update", with_update(pdf)
    yield "a second file behind", pdf + other
    yield "something before", b"\n" + pdf
    yield "the end cut off", pdf[:-1]
    yield "the signature of another paper", pdf[:start] + other[other_start:other_end] + pdf[end:]
    yield "no signature", pdf[:start] + b"<" + b"0" * (end - start - 2) + b">" + pdf[end:]
    yield "sealed twice", _sealed_by_a_stranger_too(pdf)
    rest = len(pdf) - end
    fields = f"/ByteRange [0 {start} {end} {rest}]".encode()
    for name, changed in (
        ("a range that ends early", f"/ByteRange [0 {start} {end} {rest - 1}]"),
        ("a range that begins late", f"/ByteRange [1 {start} {end} {rest}]"),
        ("a wider gap", f"/ByteRange [0 {start - 9} {end} {rest}]"),
        ("a gap over half of the file", f"/ByteRange [0 9 {end} {rest}]"),
        ("ranges that overlap", f"/ByteRange [0 {end} {start} {rest}]"),
        ("a range of zero", "/ByteRange [0 0 0 0]"),
        ("no numbers", "/ByteRange [a b c d]"),
        ("a number with a leading zero", f"/ByteRange [0 0{start} {end} {rest}]"),
        ("a huge number", f"/ByteRange [0 {'9' * 30} {end} {rest}]"),
    ):
        yield name, pdf.replace(fields, changed.encode())
    # Wrapping: the sealed bytes stay as they are, a second range points at them, and another page is put in between.
    between = b"%" + plain_page("ANOTHER NAME") + b"\n"
    moved = pdf[:end] + between + pdf[end:]
    yield (
        "another page between, the range moved",
        moved.replace(fields, f"/ByteRange [0 {start} {end + len(between)} {rest}]".encode()),
    )
    yield "a second range", pdf.replace(b"/Type /Sig\n", b"/ByteRange [0 1 2 3]\n/Type /Sig\n")


def _sealed_by_a_stranger_too(pdf: bytes) -> bytes:
    start, end = gap_of(pdf)
    inner = pdf[:start] + pdf[start:end] + pdf[end:]
    return inner + seal(plain_page("STRANGER"), own_sealer(2), signed_at=NOW)
