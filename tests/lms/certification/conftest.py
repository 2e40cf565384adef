"""What the certification tests share: the press's typeface, given to the application under test."""

from pathlib import Path

import pytest
from flask import Flask

from certificates.fonts.build import build_font, is_built
from tests.factories import Factory
from tests.lms.certification.builders import Builder

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def font_folder(pytestconfig: pytest.Config) -> Path:
    """The app's own fonts if they are built, else a folder that outlives the test run."""
    if is_built(ROOT / "instance" / "fonts"):
        return ROOT / "instance" / "fonts"
    folder = pytestconfig.cache.mkdir("press-fonts")
    build_font(folder)
    return folder


@pytest.fixture
def fonts(app: Flask, font_folder: Path) -> None:
    """The typeface in the instance folder of the application under test."""
    place = app.extensions["settings"].fonts
    if not place.exists():
        place.symlink_to(font_folder, target_is_directory=True)


@pytest.fixture
def build(make: Factory, fonts: None) -> Builder:
    return Builder(make)
