"""Print one certificate from a record file, with no app and no database: ``python -m certificates sample.json out.pdf``."""

import argparse
import sys
from pathlib import Path

from certificates.fonts.build import build_font
from certificates.press import MissingGlyphs, press
from certificates.record import RecordError, record_from_json

EXIT_RECORD = 3
EXIT_GLYPHS = 4
EXIT_FILES = 5


def main(arguments: list[str] | None = None) -> int:
    """Press the named record; return 0, or 3 wrong record, 4 a character without a glyph, 5 a file that cannot be written."""
    options = _parser().parse_args(arguments)
    try:
        record = record_from_json(options.record.read_bytes())
    except (OSError, RecordError) as error:
        return _fail(EXIT_RECORD, f"The record {options.record} cannot be used: {error}")
    try:
        build_font(options.fonts)
        options.pdf.write_bytes(press(record, options.fonts))
    except MissingGlyphs as error:
        return _fail(EXIT_GLYPHS, f"Nothing was printed: {error}. Ask the holder which form of the name may be printed.")
    except OSError as error:
        return _fail(EXIT_FILES, f"A file cannot be written: {error}")
    except ValueError as error:
        return _fail(EXIT_RECORD, f"The record {options.record} cannot be used: {error}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m certificates",
        description="Print one certificate from a record in JSON.",
        epilog="Exit codes: 0 printed, 2 wrong command, 3 wrong record, 4 a character without a glyph, 5 a file problem.",
    )
    parser.add_argument("record", type=Path, metavar="sample.json", help="the record; certificates/sample.json shows one")
    parser.add_argument("pdf", type=Path, metavar="out.pdf", help="where the PDF goes")
    fonts = "where the typeface lies; built there once if missing (default: instance/fonts)"
    parser.add_argument("--fonts", type=Path, metavar="DIR", default=Path("instance/fonts"), help=fonts)
    return parser


def _fail(code: int, sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
