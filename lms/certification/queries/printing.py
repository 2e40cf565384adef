"""The press as this installation has it: its typeface, its designs, the picture of its seal."""

from flask import current_app

from certificates import press as pressing
from certificates.layout import Template
from certificates.record import CertificateRecord
from certificates.templates import found
from lms.certification.source import TEMPLATES_FOLDER
from lms.config import Settings


def press(record: CertificateRecord) -> bytes:
    """A record's paper in the design it names, not yet sealed.

    Raises what `certificates.press.press` raises, and TemplateError when the design cannot be read.
    """
    return press_as(record, template_of(record))


def press_as(record: CertificateRecord, template: Template) -> bytes:
    """A record's paper in any design."""
    here = _settings()
    return pressing.press(record, here.fonts, template, seal_image=here.certificate.seal_image)


def missing_glyphs(record: CertificateRecord) -> tuple[str, ...]:
    """Every character of a record's paper that cannot be printed."""
    return pressing.missing_glyphs(record, _settings().fonts, template_of(record))


def fields_too_long(record: CertificateRecord) -> tuple[str, ...]:
    """Every field of a record's paper that would be too small to be read. Ask `missing_glyphs` first."""
    return pressing.fields_too_long(record, _settings().fonts, template_of(record))


def template_of(record: CertificateRecord) -> Template:
    """The design a record names. Raises UnknownTemplate, and TemplateError when it cannot be read."""
    return found(_settings().content / TEMPLATES_FOLDER, record.template)


def _settings() -> Settings:
    here: Settings = current_app.extensions["settings"]
    return here
