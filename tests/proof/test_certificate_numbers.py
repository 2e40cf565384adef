"""Proof: 200 certificates issued from 16 threads, with double clicks, have the numbers 1 to 200 on both databases."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from certificates.fonts.build import build_font, is_built
from certificates.numbering import parse_number
from lms.certification.models import IssuedDocument, RegisterEntry
from lms.certification.queries.checking import list_register_problems
from lms.db.session import db
from tests.factories import Factory
from tests.lms.certification.builders import Builder

ROOT = Path(__file__).parents[2]
CERTIFICATES = 200
THREADS = 16


@pytest.fixture
def build(make: Factory, pytestconfig: pytest.Config) -> Builder:
    """Builders on an application that has the press's typeface."""
    fonts = ROOT / "instance" / "fonts"
    if not is_built(fonts):
        fonts = pytestconfig.cache.mkdir("press-fonts")
        build_font(fonts)
    place = make.app.extensions["settings"].fonts
    if not place.exists():
        place.symlink_to(fonts, target_is_directory=True)
    return Builder(make)


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_two_hundred_certificates_from_sixteen_threads_have_the_numbers_1_to_200(build: Builder) -> None:
    seats = [build.complete_seat() for _ in range(CERTIFICATES)]
    build.approve_all(seats)
    clicks = [seat for seat in seats for _ in range(2)]
    with ThreadPoolExecutor(THREADS) as pool:
        numbers = list(pool.map(build.issue, clicks))
    assert [numbers[place] for place in range(0, len(numbers), 2)] == [numbers[place] for place in range(1, len(numbers), 2)]
    parsed = [parse_number(number) for number in numbers]
    assert sorted({number.serial for number in parsed if number}) == list(range(1, CERTIFICATES + 1))
    with build.app.app_context():
        positions = db.session.scalars(select(RegisterEntry.position).order_by(RegisterEntry.position)).all()
        assert list(positions) == list(range(1, CERTIFICATES + 1))
        assert db.session.scalar(select(func.count()).select_from(IssuedDocument)) == CERTIFICATES
        assert list_register_problems() == []
