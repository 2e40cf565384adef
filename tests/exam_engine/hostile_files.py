"""Some 280 files nobody should be able to hurt the exchange with, made one by one as they are asked for."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator

from lms.exam_engine.exchange.decoding import MAX_BYTES
from lms.exam_engine.exchange.drafts import Defaults
from lms.exam_engine.exchange.excel import write_excel
from lms.exam_engine.exchange.files import export_bank
from lms.exam_engine.exchange.losses import Format
from tests.exam_engine.sample_exam import EVERY_KIND

DEFAULTS = Defaults(as_of="2026-11-22", author="x", seed="s", domain="D1", level="apply", lessons=("L01",))
WHOLE = {to: export_bank([*EVERY_KIND.questions, *EVERY_KIND.essays], to)[0] for to in Format}
GIFT, MOODLE, EXCEL = WHOLE[Format.GIFT], WHOLE[Format.MOODLE_XML], WHOLE[Format.EXCEL]
NEARLY = MAX_BYTES - 100

Make = Callable[[], bytes]


def files() -> Iterator[tuple[str, Make]]:
    """Names and makers of the files."""
    yield from _cut_and_bent()
    yield from _encoded()
    yield from _strange_text()
    yield from _endless()
    yield from _xml()
    yield from _archives()
    yield from _sheets()


def _cut_and_bent() -> Iterator[tuple[str, Make]]:
    for to, whole in WHOLE.items():
        for part in range(1, 15):
            yield f"{to} cut after {part}/15", lambda whole=whole, part=part: whole[: len(whole) * part // 15 - part]
        for part in range(1, 15):
            yield f"{to} with a strange byte at {part}/15", lambda whole=whole, part=part: _bent(whole, part)


def _bent(whole: bytes, part: int) -> bytes:
    at = len(whole) * part // 15
    return whole[:at] + bytes([(whole[at] * 7 + part * 31) % 256]) + whole[at + 1 :]


def _encoded() -> Iterator[tuple[str, Make]]:
    for to, whole in ((Format.GIFT, GIFT), (Format.MOODLE_XML, MOODLE)):
        text = whole.decode()
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932", "euc-jp", "iso2022_jp", "utf-7", "utf-8-sig"):
            yield f"{to} in {encoding}", lambda text=text, encoding=encoding: text.encode(encoding, "replace")
        yield f"{to} with CR line ends", lambda whole=whole: whole.replace(b"\n", b"\r")
        yield f"{to} cut inside a character", lambda text=text: text.encode()[: text.encode().index("問".encode()) + 1]


def _strange_text() -> Iterator[tuple[str, Make]]:
    strange = [
        "\x00",
        "\x07",
        "\x1b[31m",
        "\u202e",
        "\u2066",
        "\u200f",
        "\ufeff",
        "\ufffd",
        "\uffff",
        "\ue000",
        "か\u3099",
        "\u0301",
        "\u2028",
    ]
    for text in strange:
        name = "+".join(f"U+{ord(each):04X}" for each in text)
        yield f"gift with {name}", lambda text=text: f"::Q1::問{text}い{{=ア}}".encode("utf-8", "surrogatepass")
        yield f"moodle with {name}", lambda text=text: MOODLE.decode().replace("問い", f"問{text}い").encode()
    yield "gift with a lone surrogate", lambda: "::Q1::問\ud800い{=ア}".encode("utf-8", "surrogatepass")
    yield "nothing", bytes
    for blank in (b" ", b"\n\n\n", b"\xef\xbb\xbf", b"\x00" * 100, b"PK", b"PK\x03\x04", b"<", b"{", b"}", b"::", b"\\", b"{}"):
        yield f"only {blank[:8]!r}", lambda blank=blank: blank
    for name, body in {
        "png": b"\x89PNG\r\n\x1a\n\x00{::",
        "pdf": b"%PDF-1.7\n{",
        "xls": b"\xd0\xcf\x11\xe0\xa1",
        "gzip": b"\x1f\x8b",
    }.items():
        yield f"a {name}", lambda body=body: body + bytes(range(256))


def _endless() -> Iterator[tuple[str, Make]]:
    yield "10 MB of text", lambda: b"a" * 10_000_000
    units = [
        "{",
        "}",
        "=",
        "~",
        "#",
        "####",
        ":",
        "::",
        "\\",
        "\\\\",
        "%50%",
        "[",
        "[html]",
        "->",
        "..",
        "//",
        "<",
        "<!--",
        "&amp;",
        "\n",
        " ",
        "あ",
    ]
    for unit in units:
        body = (unit * (NEARLY // len(unit.encode()))).encode()
        yield f"gift of nothing but {unit!r}", lambda body=body: b"::Q::x" + body
        yield f"gift with {unit!r} in braces", lambda body=body: b"::Q::[html]x{=" + body + b"}"
    yield "gift of very many questions", lambda: b"{}\n\n" * (NEARLY // 4)
    yield "gift of very many categories", lambda: b"$CATEGORY: a\n" * (NEARLY // 13) + b"::Q::{=a}"
    yield "gift of very many options", lambda: b"::Q::x{=" + b"~a" * (NEARLY // 2) + b"}"
    yield "gift of very many pairs", lambda: b"::Q::x{" + b"=a->b" * (NEARLY // 5) + b"}"
    yield "gift of very many different pairs", lambda: ("::Q::x{" + "".join(f"={n}->{n}" for n in range(120_000)) + "}").encode()
    yield "gift of very many tags", lambda: b"// " + b"[tag:enemy:A]" * (NEARLY // 13) + b"\n::Q::x{=a}"
    yield "gift of very many doubles", lambda: b"::Q::x{=a}\n\n" * 1_900
    yield "a number of a million digits", lambda: b"::Q::x{#" + b"9" * 1_000_000 + b"}"
    yield "an exponent", lambda: b"::Q::x{#1e999999999}"


BILLION = (
    '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><quiz>&a9;</quiz>"
)


def _xml() -> Iterator[tuple[str, Make]]:
    texts = {
        "billion laughs": BILLION,
        "quadratic entities": f'<!DOCTYPE q [<!ENTITY a "{"x" * 50_000}">]><quiz>{"&a;" * 20_000}</quiz>',
        "a file as an entity": '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
        "an address as an entity": '<!DOCTYPE q [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]><quiz>&x;</quiz>',
        "a parameter entity": '<!DOCTYPE q [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]><quiz/>',
        "an outside document type": '<!DOCTYPE quiz SYSTEM "http://127.0.0.1:9/x.dtd"><quiz/>',
        "a public document type": '<!DOCTYPE quiz PUBLIC "a" "b"><quiz/>',
        "an undeclared entity": "<quiz>&nbsp;</quiz>",
        "an inclusion": '<quiz xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></quiz>',
        "a style sheet": '<?xml-stylesheet href="file:///etc/passwd"?><quiz/>',
        "great depth": "<quiz>" + "<a>" * 200_000 + "</a>" * 200_000,
        "very many elements": "<quiz>" + "<question/>" * 150_000 + "</quiz>",
        "very many answers": '<quiz><question type="multichoice">' + "<answer/>" * 150_000 + "</question></quiz>",
        "very many attributes": "<quiz " + " ".join(f'a{n}=""' for n in range(150_000)) + "/>",
        "a very long attribute": f'<quiz a="{"x" * 1_500_000}"/>',
        "a very long name": f"<{'x' * 1_500_000}/>",
        "an open CDATA": "<quiz><question><![CDATA[" + "x" * 100_000,
        "an open comment": "<quiz><!--" + "-" * 100_000,
        "two roots": "<quiz/><quiz/>",
        "another root": "<assessmentItem/>",
        "a foreign encoding": '<?xml version="1.0" encoding="utf-16"?><quiz/>',
        "a bad reference": "<quiz>&#0;&#xD800;&#x110000;</quiz>",
        "an unknown kind": '<quiz><question type="' + "x" * 10_000 + '"/></quiz>',
        "a question without anything": '<quiz><question type="matching"/><question type="numerical"/><question/></quiz>',
        "a namespace": '<m:quiz xmlns:m="urn:x"><m:question type="essay"/></m:quiz>',
        "a very long weight": f'<quiz><question type="multichoice"><answer fraction="{"9" * 100_000}"/></question></quiz>',
        "html without end": '<quiz><question type="description"><questiontext><text><![CDATA['
        + "<" * 1_000_000
        + "]]></text></questiontext></question></quiz>",
        "html of great depth": '<quiz><question type="description"><questiontext><text><![CDATA['
        + "<ul><li>" * 100_000
        + "]]></text></questiontext></question></quiz>",
    }
    for name, text in texts.items():
        yield f"moodle: {name}", lambda text=text: text.encode()


def _zip(members: dict[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", level) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return stream.getvalue()


def _with(name: str, body: bytes) -> bytes:
    """The whole Excel file with a member put in or replaced."""
    with zipfile.ZipFile(io.BytesIO(EXCEL)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    return _zip({**members, name: body})


def _lying(body: bytes) -> bytes:
    """An archive whose directory says that its only member is ten bytes long."""
    data = bytearray(_zip({"xl/workbook.xml": body}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(data)


def _locked() -> bytes:
    data = bytearray(EXCEL)
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    return bytes(data)


def _linked() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("xl/workbook.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return stream.getvalue()


def _doubled() -> bytes:
    stream = io.BytesIO(EXCEL)
    with zipfile.ZipFile(stream, "a") as archive:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr("xl/workbook.xml", b"<x/>")
    return stream.getvalue()


def _archives() -> Iterator[tuple[str, Make]]:
    yield "zip: empty", lambda: _zip({})
    yield "zip: no Excel", lambda: _zip({"readme.txt": b"x"})
    yield "zip: a bomb", lambda: _zip({"xl/workbook.xml": b"\0" * 100_000_000})
    yield "zip: a bomb of many parts", lambda: _zip({f"xl/{n}.xml": b"a" * 900_000 for n in range(100)})
    yield "zip: too many members", lambda: _zip({f"{n}.xml": b"" for n in range(3_000)}, zipfile.ZIP_STORED)
    yield "zip: a lying directory", lambda: _lying(b"\0" * 1_000_000)
    yield "zip: locked", _locked
    yield "zip: a link", _linked
    yield "zip: a member twice", _doubled
    yield "zip: a zip inside", lambda: _with("xl/embeddings/inner.zip", _zip({"a": b"\0" * 100_000}))
    for name in (
        "../../evil.xml",
        "/etc/passwd",
        "C:\\evil.xml",
        "xl\\..\\..\\evil.xml",
        "xl/vbaProject.bin",
        "xl/externalLinks/externalLink1.xml",
        "CON",
    ):
        yield f"zip: a member called {name}", lambda name=name: _with(name, b"<x/>")
    yield "zip: followed by rubbish", lambda: EXCEL + b"x" * 100_000
    yield "zip: after rubbish", lambda: b"PK" + b"x" * 1_000 + EXCEL


HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"


def _sheets() -> Iterator[tuple[str, Make]]:
    bodies = {
        "billion laughs": BILLION,
        "an outside document type": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/"><worksheet/>',
        "utf-16": "\ufeff" + HEAD + TAIL,
        "a row far away": f'{HEAD}<row r="999999999"><c r="A999999999" t="inlineStr"><is><t>x</t></is></c></row>{TAIL}',
        "the last row": f'{HEAD}<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>{TAIL}',
        "a column far away": f'{HEAD}<row r="1"><c r="ZZZZZZ1" t="inlineStr"><is><t>x</t></is></c></row>{TAIL}',
        "rows without end": HEAD + "".join(f'<row r="{n}"/>' for n in range(1, 150_000)) + TAIL,
        "full rows without end": HEAD + '<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 60_000 + TAIL,
        "a shared text that is not there": f'{HEAD}<row r="1"><c r="A1" t="s"><v>999999</v></c></row>{TAIL}',
        "a number that is none": f'{HEAD}<row r="1"><c r="A1"><v>abc</v></c></row>{TAIL}',
        "an endless number": f'{HEAD}<row r="1"><c r="A1"><v>1e999</v></c></row>{TAIL}',
        "an error": f'{HEAD}<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>{TAIL}',
        "no numbers on rows": f"{HEAD}<row><c><v>1</v></c></row>{TAIL}",
        "rows backwards": f'{HEAD}<row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>{TAIL}',
        "a formula": f'{HEAD}<row r="1"><c r="A1"><f>HYPERLINK("http://127.0.0.1:9")</f></c></row>{TAIL}',
        "great depth": HEAD + "<a>" * 100_000,
        "nothing": "",
        "rubbish": "\x01\x02",
    }
    for name, body in bodies.items():
        encoding = "utf-16" if name == "utf-16" else "utf-8"
        yield f"excel: {name}", lambda body=body, encoding=encoding: _with("xl/worksheets/sheet2.xml", body.encode(encoding))
    for part in (
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
        "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
        "_rels/.rels",
    ):
        yield f"excel: {part} is rubbish", lambda part=part: _with(part, b"<x>rubbish</x>")
        yield f"excel: {part} is empty", lambda part=part: _with(part, b"")
    yield "excel: the empty template", lambda: write_excel(())
