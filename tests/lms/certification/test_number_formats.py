"""A change of the number's format: the register holds both forms, its check passes, and both are found."""

from dataclasses import replace

import pytest

from certificates.numbering import check_digit, read_format
from lms import clock
from lms.certification.queries.checking import list_register_problems
from lms.certification.queries.register import list_register
from lms.certification.services.issuing import issue_certificate
from tests.lms.certification.builders import Builder


@pytest.mark.database("sqlite")
def test_numbers_of_two_formats_stand_in_one_register(build: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    seats = [build.approved_seat() for _ in range(4)]
    templates = (None, "{year}-{series}-{serial:05}-{check}", "{year}-{serial:04}-{check}", "{year}-{serial:04}-{check}")
    numbers = []
    with build.app.app_context():
        for seat, template in zip(seats, templates, strict=True):
            if template:
                here = build.app.extensions["settings"]
                changed = replace(here, certificate=replace(here.certificate, number_format=read_format(template)))
                monkeypatch.setitem(build.app.extensions, "settings", changed)
            numbers.append(issue_certificate(seat.participant_id, by=build.proposer, now=clock.now()))
        assert numbers[:2] == ["JHRMA-CH-2026-0001-9", f"2026-JHRMA-CH-00002-{check_digit('202600002')}"]
        assert [number[:10] for number in numbers[2:]] == ["2026-0001-", "2026-0002-"]
        assert list_register_problems() == []
        for number in numbers:
            assert number in [row.number for row in list_register(search=number.lower())]
