"""The press as this installation has it: its typeface, its designs, the picture of its seal."""

from collections.abc import Mapping

from flask import current_app

from certificates import press as pressing
from certificates.layout import Template
from certificates.record import CertificateRecord
from certificates.templates import TemplateFinding, choose, find_problems, loaded
from lms.certification.source import TEMPLATES_FOLDER
from lms.config import Settings


def press(record: CertificateRecord) -> bytes:
    """A record's paper in the design it names, not yet sealed.

    Raises what `certificates.press.press` raises, and TemplateError when a design cannot be read.
    """
    return press_as(record, template_of(record))


def press_as(record: CertificateRecord, template: Template) -> bytes:
    """A record's paper in any design."""
    here = _settings()
    return pressing.press(record, here.fonts, template, seal_image=here.certificate.seal_image)


def missing_glyphs(record: CertificateRecord) -> tuple[str, ...]:
    """Every character of a record's paper that cannot be printed."""
    return pressing.missing_glyphs(record, _settings().fonts, template_of(record))


def template_of(record: CertificateRecord) -> Template:
    """The design a record names. Raises UnknownTemplate, and TemplateError when a design cannot be read."""
    return choose(list_templates(), record.template)


def list_templates() -> Mapping[str, Template]:
    """Every design by its name, as the process first read them. Raises TemplateError."""
    return loaded(_settings().content / TEMPLATES_FOLDER)


def template_problems() -> tuple[TemplateFinding, ...]:
    """What is wrong with the designs as they lie in the content folder now."""
    return find_problems(_settings().content / TEMPLATES_FOLDER)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
