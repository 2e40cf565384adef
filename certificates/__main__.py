"""Press one certificate from a record, or check one, with no app and no database: ``python -m certificates --help``."""

import argparse
import sys
from pathlib import Path

from certificates import verifying
from certificates.fonts.build import build_font
from certificates.press import MissingGlyphs, TextTooLong, press
from certificates.record import RecordError, record_from_json
from certificates.stamps import StampError, read_stamp
from certificates.templates import SHIPPED, TemplateError, UnknownTemplate, find

EXIT_RECORD = 3
EXIT_GLYPHS = 4
EXIT_FILES = 5
EXIT_DESIGN = 6


def main(arguments: list[str] | None = None) -> int:
    """Press the named record, or check with ``verify``; return the exit code that the help tells of."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["verify"]:
        return verifying.main(given[1:])
    return _press(_parser().parse_args(given[1:] if given[:1] == ["press"] else given))


def _press(options: argparse.Namespace) -> int:
    try:
        record = record_from_json(options.record.read_bytes())
    except (OSError, RecordError) as error:
        return _fail(EXIT_RECORD, f"The record {options.record} cannot be used: {error}")
    try:
        template = find(options.templates, options.template or record.template)
        seal = read_stamp(options.seal_image.read_bytes()) if options.seal_image else None
        build_font(options.fonts)
        options.pdf.write_bytes(press(record, options.fonts, template, seal_image=seal))
    except MissingGlyphs as error:
        return _fail(EXIT_GLYPHS, f"Nothing was printed: {error}. Ask the holder which form of the name may be printed.")
    except TextTooLong as error:
        return _fail(EXIT_RECORD, f"Nothing was printed, it is {error}. Shorten it, or give it more room in the design.")
    except (TemplateError, UnknownTemplate, StampError) as error:
        return _fail(EXIT_DESIGN, f"The template or the seal's picture cannot be used: {error}")
    except OSError as error:
        return _fail(EXIT_FILES, f"A file cannot be read or written: {error}")
    except ValueError as error:
        return _fail(EXIT_RECORD, f"The record {options.record} cannot be used: {error}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m certificates",
        description="Print one certificate from a record in JSON. To check one: python -m certificates verify --help",
        epilog="Exit codes: 0 printed, 2 wrong command, 3 wrong record, 4 a character without a glyph, 5 a file problem, "
        "6 a design or a picture of a seal that cannot be used.",
    )
    parser.add_argument("record", type=Path, metavar="sample.json", help="the record; certificates/sample.json shows one")
    parser.add_argument("pdf", type=Path, metavar="out.pdf", help="where the PDF goes")
    fonts = "where the typeface lies; built there once if missing (default: instance/fonts)"
    parser.add_argument("--fonts", type=Path, metavar="DIR", default=Path("instance/fonts"), help=fonts)
    parser.add_argument("--template", metavar="NAME", help="the design (default: the one the record names)")
    parser.add_argument("--templates", type=Path, metavar="DIR", default=SHIPPED, help="where the designs lie")
    parser.add_argument("--seal-image", type=Path, metavar="PNG", help="the picture of the seal (default: a placeholder)")
    return parser


def _fail(code: int, sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
