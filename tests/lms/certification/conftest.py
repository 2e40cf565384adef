"""What the certification tests share: the builder of finished participants, with the press's typeface at hand."""

import pytest

from tests.factories import Factory
from tests.lms.certification.builders import Builder


@pytest.fixture(autouse=True)
def _a_request_issues_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a run of a test is over with the first request."""
    monkeypatch.setattr("lms.office.views.issue_day.SECONDS_A_REQUEST", 60.0)


@pytest.fixture
def build(make: Factory, fonts: None) -> Builder:
    return Builder(make)
