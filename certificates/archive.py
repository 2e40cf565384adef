"""Give a drawn page what an archive asks of it: the structure of PDF/A-2b, the same bytes every time."""

import io
from typing import Final
from xml.sax.saxutils import escape

import pikepdf

from certificates.srgb import NAME, srgb_profile

_VERSION: Final = "1.7"
"""PDF/A-2 is built on it."""
_EMPTY_KEYS: Final = ("/Keywords", "/Trapped")
_PACKET: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format><dc:identifier>{identifier}</dc:identifier>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{creator}</xmp:CreatorTool><pdf:Producer>{producer}</pdf:Producer>
<xmp:CreateDate>{day}</xmp:CreateDate><xmp:ModifyDate>{day}</xmp:ModifyDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def archived(pdf: bytes, ground: bytes, identifier: str) -> bytes:
    """Return the one page above its ground, with XMP metadata that say what its information says, and an sRGB intent.

    ``ground`` are deflated drawing operators for the layer below everything. What the drawing library leaves behind and an
    archive refuses is taken away. ``identifier`` is the text of the QR code, so that the file alone carries it, too. The
    file's own identifier follows from its content.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        (page,) = document.pages
        if "/Trans" in page:
            del page.Trans
        lowest = pikepdf.Stream(document, b"")
        lowest.write(ground, filter=pikepdf.Name.FlateDecode)
        page.Contents = pikepdf.Array([document.make_indirect(lowest), page.Contents])
        for key in _EMPTY_KEYS:
            if key in document.docinfo:
                del document.docinfo[key]
        document.Root.OutputIntents = pikepdf.Array([_output_intent(document)])
        document.Root.Metadata = document.make_stream(
            _packet(document, identifier).encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
        )
        paper = io.BytesIO()
        # Metadata stay plain text, so that a search program finds them in the file.
        document.save(paper, min_version=_VERSION, deterministic_id=True, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return paper.getvalue()


def _output_intent(document: pikepdf.Pdf) -> pikepdf.Object:
    profile = document.make_stream(srgb_profile(), N=3)
    return document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.OutputIntent,
            S=pikepdf.Name.GTS_PDFA1,
            OutputConditionIdentifier=NAME,
            Info=NAME,
            DestOutputProfile=profile,
        )
    )


def _packet(document: pikepdf.Pdf, identifier: str) -> str:
    """XMP equal to the document information; an archive compares the two."""
    info = {
        key: escape(str(document.docinfo[f"/{key.capitalize()}"]))
        for key in ("title", "author", "subject", "creator", "producer")
    }
    return _PACKET.format(
        **info, identifier=escape(identifier), language=str(document.Root.Lang), day=_iso(str(document.docinfo["/CreationDate"]))
    )


def _iso(stamp: str) -> str:
    """``D:20261201000000+09'00'`` as ``2026-12-01T00:00:00+09:00``."""
    digits, zone = stamp[2:16], stamp[16:].rstrip("'").replace("'", ":")
    day, time = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}", f"{digits[8:10]}:{digits[10:12]}:{digits[12:14]}"
    return f"{day}T{time}{zone}"
