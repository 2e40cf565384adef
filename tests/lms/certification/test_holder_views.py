"""The holder's own doors: the PDF, the picture, the consent, the page with what happened, orders of a new paper."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.lms.certification.builders import Builder
from tests.lms.certification.issued import Issued

pytestmark = pytest.mark.database("sqlite")


@pytest.fixture
def issued(build: Builder) -> Issued:
    return Issued(build)


def test_the_holder_downloads_the_pdf_as_issued(issued: Issued) -> None:
    holder = issued.build.make.login(issued.seat.user_id)
    response = holder.get("/certificate/pdf")
    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF-")
    assert f"filename*=UTF-8''{quote(f'認定証_{issued.number}.pdf')}" in response.headers["Content-Disposition"]


def test_the_holder_alone_decides_about_the_name(issued: Issued) -> None:
    holder = issued.build.make.login(issued.seat.user_id)
    for answer, is_shown in (("yes", True), ("no", False)):
        form = {"csrf_token": holder.csrf("/verify"), "is_shown": answer}
        response = FlaskClient.open(holder, "/certificate/name-consent", method="POST", data=form)
        assert response.headers["Location"] == "/certificate"
        assert ("髙﨑" in issued.stranger.get(f"/verify/{issued.token}").text) is is_shown
    token = issued.stranger.csrf("/verify")
    refused = issued.stranger.post("/certificate/name-consent", data={"csrf_token": token, "is_shown": "yes"})
    assert refused.status_code == 401


def test_without_a_certificate_there_is_no_pdf(build: Builder) -> None:
    seat = build.make.seat(build.cohort_id)
    build.consent_to_terms(seat)
    assert build.make.login(seat.user_id).get("/certificate/pdf").status_code == 404
