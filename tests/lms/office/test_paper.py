"""The office prints the paper edition of an attempt: the drawn questions, no key, no name, and a line in 操作記録."""

import io

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from lms.audit.models import AuditEvent
from lms.db.session import db
from tests.factories import Factory
from tests.lms.exams.builders import begin
from tests.lms.office.builders import office


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("part", ["booklet", "answer-sheet"])
def test_the_paper_edition_names_the_candidate_only_by_number(app: Flask, make: Factory, fonts: None, part: str) -> None:
    started = begin(make)
    client = office(make)
    token = client.csrf("/office")
    answer = client.post(f"/office/attempts/{started.attempt_id}/{part}.pdf", data={"csrf_token": token})
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).replace(" ", "")
    with app.app_context():
        printed = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "attempt:print")).all()
        assert [line.subject_id for line in printed] == [str(started.attempt_id)]
    assert answer.mimetype == "application/pdf"
    assert "受験番号" in text
    assert started.seat.name.replace(" ", "") not in text


@pytest.mark.database("sqlite")
def test_an_unknown_attempt_has_no_paper(make: Factory) -> None:
    client = office(make)
    token = client.csrf("/office")
    assert client.post("/office/attempts/999/booklet.pdf", data={"csrf_token": token}).status_code == 404
