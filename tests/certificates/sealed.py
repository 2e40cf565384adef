"""Sealed papers for tests: a small page, an own sealer, one bought as PKCS#12, and the ways in which papers are spoiled."""

import asyncio
import hashlib
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import cms, keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas

from certificates.cms import OCTETS, SEQUENCE, first_value, read_parts, signed_data, tlv
from certificates.sealer import Sealer, make_own_sealer, read_own_sealer
from certificates.sealing import seal
from certificates.signatures import ORDERS

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
def time_stamp_service(answer: bytes | None = None, *, kind: str = "rsa") -> Iterator[str]:
    """The address of a time-stamp service on this machine; one that gives always the same answer, if one is given."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            body = asyncio.run(stamper(kind).async_request_tsa_response(asked)).dump() if answer is None else answer
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class _CurveStamper(DummyTimeStamper):
    """Signs on a curve, and names its certificate by SHA-256; the library's own one is for RSA and SHA-1 only."""

    def _sign_tst_info(self, tst_info_data: bytes, md_algorithm: str, dt: datetime) -> tuple[bytes, cms.CMSAttributes]:
        key = load_der_private_key(self.tsa_key.dump(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(self.tsa_cert)),
                simple_cms_attribute("message_digest", hashlib.new(md_algorithm, tst_info_data).digest()),
            ]
        )
        digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384()}[md_algorithm]
        return key.sign(attributes.dump(), ec.ECDSA(digest)), attributes


@cache
def stamper(kind: str = "rsa") -> DummyTimeStamper:
    """A time-stamp service with a key of a kind: rsa, p256 or p384."""
    key = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    }[kind]()
    own = own_sealer().certificate
    builder = x509.CertificateBuilder(
        own.subject, own.subject, key.public_key(), 9, own.not_valid_before_utc, own.not_valid_after_utc
    )
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    private = keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    made = DummyTimeStamper if kind == "rsa" else _CurveStamper
    others = SimpleCertificateStore()
    others.register(asn1_x509.Certificate.load(own_sealer().anchor.public_bytes(Encoding.DER)))
    digest = "sha384" if kind == "p384" else "sha256"
    return made(asn1_x509.Certificate.load(der), private, certs_to_embed=others, fixed_dt=NOW, override_md=digest)


@cache
def stamped_page(kind: str = "rsa", text: str = "JHRMA-CH-2026-0001-9") -> bytes:
    """The page with the seal of the own sealer and a time stamp."""
    return stamped(plain_page(text), kind)


def stamped(pdf: bytes, kind: str = "rsa") -> bytes:
    """The paper with the seal of the own sealer and a time stamp."""
    with time_stamp_service(kind=kind) as url:
        return seal(pdf, replace(own_sealer(), time_stamp_url=url), signed_at=NOW)


def message_of(pdf: bytes) -> bytes:
    """The message of the seal without the filling behind it."""
    start, end = gap_of(pdf)
    return first_value(bytes.fromhex(pdf[start + 1 : end - 1].decode()))


def with_message(pdf: bytes, message: bytes) -> bytes:
    """The paper with another message in the gap, spelled as the press spells it."""
    start, end = gap_of(pdf)
    return pdf[: start + 1] + message.hex().upper().encode().ljust(end - start - 2, b"0") + pdf[end - 1 :]


def with_time_stamp(pdf: bytes, stamp: bytes) -> bytes:
    """The paper with another time stamp in its message, or with none."""
    start, end = gap_of(pdf)
    parts = replace(read_parts(message_of(pdf)), time_stamp=stamp)
    certificate_hash, digest = (hashlib.sha256(each).digest() for each in (parts.certificate, pdf[:start] + pdf[end:]))
    return with_message(pdf, signed_data(parts, certificate_hash, digest))


def service_answer(pdf: bytes, kind: str = "rsa") -> cms.ContentInfo:
    """A right stamp on the signature of the paper, as a service writes it, with the certificate of an authority."""
    digest = hashlib.sha256(read_parts(message_of(pdf)).signature).digest()
    with ThreadPoolExecutor(1) as own_thread:  # a browser at work in this process has an event loop here already
        return own_thread.submit(asyncio.run, stamper(kind).async_timestamp(digest, "sha256")).result()


def spoiled_stamps(kind: str = "rsa") -> Iterator[tuple[str, bytes]]:
    """Every kind of attack on a time stamp with its name."""
    pdf = stamped_page(kind)
    yield "letters put into a paper without a stamp", with_time_stamp(sealed_page(), tlv(OCTETS, b"hello"))
    yield "the message cut short", with_message(pdf, message_of(pdf)[:-1])
    stamp = read_parts(message_of(pdf)).time_stamp
    for name, other in (
        ("no stamp any more", b""),
        ("letters instead of the stamp", tlv(OCTETS, b"hello")),
        ("an empty stamp", tlv(SEQUENCE, b"")),
        ("the stamp of another paper", read_parts(message_of(stamped_page(kind, "JHRMA-CH-2026-0002-8"))).time_stamp),
        ("a right stamp as the service writes it", service_answer(pdf, kind).dump()),
        *((name, token.dump(force=True)) for name, token in _rewritten(stamp, kind)),
    ):
        yield name, with_time_stamp(pdf, other)


def _rewritten(stamp: bytes, kind: str) -> Iterator[tuple[str, cms.ContentInfo]]:
    """The stamp with one of its parts in another form."""
    for name, value in (
        ("unsigned_attrs", cms.CMSAttributes([simple_cms_attribute("content_type", "data")])),
        ("digest_algorithm", {"algorithm": "sha512"}),
        ("digest_algorithm", {"algorithm": "sha1"}),
        ("signature_algorithm", {"algorithm": "sha224_rsa"}),
        ("signed_attrs", cms.CMSAttributes([simple_cms_attribute("content_type", "tst_info")])),
        ("signature", b""),
    ):
        token = cms.ContentInfo.load(stamp)
        token["content"]["signer_infos"][0][name] = value
        yield f"another {name}: {value}", token
    token = cms.ContentInfo.load(stamp)
    token["content"]["certificates"] = [stamper("p384" if kind == "p256" else "p256").tsa_cert]
    yield "the certificate of somebody else", token
    if kind != "rsa":
        token = cms.ContentInfo.load(stamp)
        (signer,) = token["content"]["signer_infos"]
        r, s = decode_dss_signature(signer["signature"].native)
        signer["signature"] = encode_dss_signature(r, ORDERS[{"p256": "secp256r1", "p384": "secp384r1"}[kind]] - s)
        yield "the other one of the two equal signatures", token


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
