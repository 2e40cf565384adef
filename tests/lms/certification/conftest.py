"""What the certification tests share: the builder of finished participants, with the press's typeface at hand."""

import pytest

from tests.factories import Factory
from tests.lms.certification.builders import Builder


@pytest.fixture
def build(make: Factory, fonts: None) -> Builder:
    return Builder(make)
