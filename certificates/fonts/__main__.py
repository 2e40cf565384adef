"""Build the press's typeface from the command line: ``python -m certificates.fonts DIR``."""

import argparse
import sys
from pathlib import Path

from certificates.fonts.build import build_font


def main(arguments: list[str] | None = None) -> int:
    """Build the typeface into the folder named on the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m certificates.fonts", description="Build the certificate typeface once.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the font files go, such as instance/fonts")
    options = parser.parse_args(arguments)
    try:
        build_font(options.folder)
    except OSError as error:
        sys.stderr.write(f"The typeface cannot be written: {error}\n")
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main())
