"""Draw one certificate: the record goes in, the same bytes come out every time."""

from pathlib import Path

from certificates.record import CertificateRecord


class MissingGlyphs(ValueError):
    """The typeface cannot draw some characters of the record; ``characters`` names each once."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        self.characters = characters
        super().__init__("no glyph for " + ", ".join(_spell(character) for character in characters))


def _spell(character: str) -> str:
    return character + " (" + " ".join(f"U+{ord(part):04X}" for part in character) + ")"


def press(record: CertificateRecord, font_folder: Path) -> bytes:
    """Return the certificate as one PDF page, byte for byte the same for the same record and fonts.

    Raises MissingGlyphs before anything is drawn when a character has no glyph.
    """
    raise NotImplementedError(record.number, font_folder)
