"""A text that would be too small to be read is refused before a number is taken."""

import pytest
from sqlalchemy import select

from certificates import press
from lms import clock
from lms.certification import labels
from lms.certification.models import NumberSeries
from lms.certification.queries.issuing import preview_issue
from lms.certification.rules.deciding import CertificationRefused, Refusal
from lms.certification.services.issuing import issue_certificate
from lms.db.session import db
from tests.lms.certification.builders import Builder


@pytest.mark.database("sqlite")
def test_a_text_too_small_to_be_read_shows_at_the_preview_and_takes_no_number(
    build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = build.approved_seat("寿限無" * 30)
    monkeypatch.setattr(press, "LEGIBLE", 20.0)
    with build.app.app_context():
        (preview,) = preview_issue(seat.cohort_id, issued_on=clock.today_jst())
        assert preview.refusal is Refusal.TEXT_TOO_LONG
        with pytest.raises(CertificationRefused) as caught:
            issue_certificate(seat.participant_id, by=build.proposer, now=clock.now())
        assert caught.value.reason is Refusal.TEXT_TOO_LONG
        assert "読める大きさ" in labels.refusal(caught.value)
        assert db.session.scalar(select(NumberSeries)) is None
