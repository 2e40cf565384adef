"""What an archive asks of the file (PDF/A-2b), each point that can be read here checked on real pages of both designs."""

import io
import re
from dataclasses import replace
from datetime import date

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageCms

from certificates.press import press
from certificates.srgb import srgb_profile
from certificates.stamps import read_stamp

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
}
FORBIDDEN_ON_PAGES = ("/Annots", "/AA", "/Trans", "/Group", "/B", "/Metadata")
FORBIDDEN_IN_CATALOG = (
    "/OpenAction",
    "/AA",
    "/AcroForm",
    "/Names",
    "/OCProperties",
    "/Perms",
    "/Requirements",
    "/NeedsRendering",
)
PAINTING = re.compile(rb"(?:^|\s)(gs|sh|Do|BI|ri|i|cs|CS|sc|SC|scn|SCN|k|K)(?=\s|$)")


@pytest.fixture(scope="module", params=["landscape", "portrait", "landscape with a stamp"])
def pdf(request, plain_record, font_folder):
    changed = replace(
        plain_record,
        template=request.param.split()[0],
        holder_name="髙﨑 𠮷邉 Łukasz & <辻\U000e0100>",
        course_title="A&B <講座>",
        version=2,
        first_issued_on=date(2026, 4, 1),
        expires_on=date(2030, 3, 31),
        is_sample=True,
    )
    return press(changed, font_folder, seal_image=stamp() if "stamp" in request.param else None)


def stamp():
    drawn = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    drawn.paste((200, 40, 30, 255), (60, 60, 340, 340))
    png = io.BytesIO()
    drawn.save(png, "PNG")
    return read_stamp(png.getvalue())


@pytest.fixture
def document(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        yield opened


def dictionaries(document):
    return [found for found in document.objects if isinstance(found, pikepdf.Dictionary | pikepdf.Stream)]


def test_the_header_names_the_version_and_marks_the_file_as_binary(pdf):
    first, second = pdf.split(b"\n", 2)[:2]
    assert first == b"%PDF-1.7"
    assert second.startswith(b"%")
    assert len(second) >= 5
    assert all(byte > 127 for byte in second[1:5])


def test_the_trailer_identifies_the_file_and_hides_nothing(document, pdf):
    assert [len(bytes(part)) for part in document.trailer.ID] == [16, 16]
    assert "/Encrypt" not in document.trailer
    assert pdf.rstrip().endswith(b"%%EOF")
    assert pdf.count(b"%%EOF") == 1, "no earlier version lies in the file"


def test_no_part_of_the_file_does_anything(document):
    for key in FORBIDDEN_IN_CATALOG:
        assert key not in document.Root
    for page in document.pages:
        for key in FORBIDDEN_ON_PAGES:
            assert key not in page
    for found in dictionaries(document):
        assert found.get("/S") not in ("/JavaScript", "/Launch", "/URI", "/SubmitForm")
        assert "/JS" not in found


def test_nothing_is_transparent_and_every_color_is_plain_rgb(document):
    for found in dictionaries(document):
        for key in ("/SMask", "/CA", "/ca", "/BM", "/TR", "/HTP", "/Alternates", "/OPI"):
            assert key not in found
        if found.get("/Subtype") == "/Image":
            assert found.ColorSpace == "/DeviceRGB"
            assert not bool(found.get("/Interpolate", False))
    resources = document.pages[0].Resources
    assert set(resources.keys()) <= {"/Font", "/ProcSet", "/XObject"}
    painted = set(PAINTING.findall(b"\n".join(stream.read_bytes() for stream in document.pages[0].Contents)))
    assert painted <= {b"Do"}, "no other color space, no graphics state"


def test_every_stream_is_packed_in_a_way_an_archive_allows(document):
    for found in document.objects:
        if isinstance(found, pikepdf.Stream):
            filters = found.get("/Filter", [])
            names = [filters] if isinstance(filters, pikepdf.Name) else list(filters)
            assert set(names) <= {"/FlateDecode"}
            assert int(found.Length) == len(found.read_raw_bytes())
            assert "/F" not in found, "nothing lies outside the file"


def test_the_output_intent_is_our_srgb(document):
    (intent,) = document.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.N == 3
    assert intent.DestOutputProfile.read_bytes() == srgb_profile()


def test_our_srgb_is_the_srgb_that_others_know():
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    theirs = ImageCms.createProfile("sRGB")
    colors = Image.new("RGB", (16, 16))
    colors.putdata([(red * 17, green * 17, (red * 5 + green * 11) % 256) for red in range(16) for green in range(16)])
    changed = ImageCms.profileToProfile(colors, ours, theirs)
    far = max(abs(before - after) for before, after in zip(colors.tobytes(), changed.tobytes(), strict=True))
    assert far <= 1
    assert ours.profile.version == pytest.approx(4.2)


def test_the_metadata_claim_part_2b_and_say_what_the_information_says(document):
    metadata = document.Root.Metadata
    assert (metadata.Type, metadata.Subtype) == ("/Metadata", "/XML")
    assert "/Filter" not in metadata
    packet = document.open_metadata()
    assert packet.pdfa_status == "2B"
    info = document.docinfo
    assert packet["dc:title"] == str(info.Title)
    assert packet["dc:creator"] == [str(info.Author)]
    assert packet["dc:description"] == str(info.Subject)
    assert packet["xmp:CreatorTool"] == str(info.Creator)
    assert packet["pdf:Producer"] == str(info.Producer)
    assert "A&B <講座>" in packet["dc:description"]
    for name, key in (("xmp:CreateDate", "/CreationDate"), ("xmp:ModifyDate", "/ModDate")):
        assert packet[name] == "2026-12-01T00:00:00+09:00"
        assert str(info[key]) == "D:20261201000000+09'00'"
    assert set(info.keys()) == {"/Title", "/Author", "/Subject", "/Creator", "/Producer", "/CreationDate", "/ModDate"}


def test_the_document_is_in_japanese_and_shows_its_title(document):
    assert document.Root.Lang == "ja-JP"
    assert bool(document.Root.ViewerPreferences.DisplayDocTitle)


def fonts(document):
    return [found for found in dictionaries(document) if found.get("/Type") == "/Font"]


def test_every_font_is_an_embedded_subset_that_reads_back(document):
    assert fonts(document)
    named = {str(font.BaseFont) for font in fonts(document)}
    assert len(named) == len(fonts(document))
    for font in fonts(document):
        assert re.fullmatch(r"/[A-Z]{6}\+NotoSerifJP-Regular", str(font.BaseFont))
        assert font.FontDescriptor.FontName == font.BaseFont
        assert "/FontFile2" in font.FontDescriptor
        assert "/ToUnicode" in font
        assert len(font.Widths) == int(font.LastChar) - int(font.FirstChar) + 1
    used = set(re.findall(rb"/(\S+) [0-9.]+ Tf", b"\n".join(stream.read_bytes() for stream in document.pages[0].Contents)))
    assert {f"/{name.decode()}" for name in used} == set(document.pages[0].Resources.Font.keys())


def test_symbolic_fonts_carry_the_one_character_map_and_the_widths_an_archive_asks_for(document):
    for font in fonts(document):
        assert int(font.FontDescriptor.Flags) & 4
        assert not int(font.FontDescriptor.Flags) & 32
        assert "/Encoding" not in font
        with TTFont(io.BytesIO(font.FontDescriptor.FontFile2.read_bytes())) as program:
            (table,) = program["cmap"].tables
            assert (table.platformID, table.platEncID) in {(1, 0), (3, 0)}
            units = program["head"].unitsPerEm
            for place, width in enumerate(font.Widths, start=int(font.FirstChar)):
                if place in table.cmap:
                    assert float(width) == pytest.approx(program["hmtx"][table.cmap[place]][0] * 1000 / units, abs=1)


def test_no_shown_character_falls_on_the_glyph_for_nothing(document):
    shown = {}
    for stream in document.pages[0].Contents:
        name = ""
        for operands, operator in pikepdf.parse_content_stream(document.make_stream(stream.read_bytes())):
            if str(operator) == "Tf":
                name = str(operands[0])
            elif str(operator) == "Tj":
                shown.setdefault(name, set()).update(bytes(operands[0]))
    assert shown
    for name, codes in shown.items():
        font = document.pages[0].Resources.Font[name]
        with TTFont(io.BytesIO(font.FontDescriptor.FontFile2.read_bytes())) as program:
            (table,) = program["cmap"].tables
            assert all(program.getGlyphID(table.cmap[code]) for code in codes)
        mapped = set(map(bytes.fromhex, re.findall(r"^<([0-9A-F]{2})>", font.ToUnicode.read_bytes().decode(), re.M)))
        assert {bytes([code]) for code in codes} <= mapped


def test_the_page_is_not_deeper_or_larger_than_an_archive_allows(document):
    depth = deepest = 0
    for stream in document.pages[0].Contents:
        for _, operator in pikepdf.parse_content_stream(document.make_stream(stream.read_bytes())):
            depth += {"q": 1, "Q": -1}.get(str(operator), 0)
            deepest = max(deepest, depth)
    assert depth == 0
    assert deepest <= 28
    for name in (name for found in dictionaries(document) for name in found.keys()):  # noqa: SIM118 - a PDF object, no dict
        assert len(name.encode()) <= 127


def test_the_same_arguments_give_the_same_file(plain_record, font_folder):
    sealed = [press(plain_record, font_folder, seal_image=stamp()) for _ in range(2)]
    assert sealed[0] == sealed[1]
    assert sealed[0] != press(plain_record, font_folder)
