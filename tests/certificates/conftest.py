"""What the press's tests share: the typeface, built once, and a plain record."""

from datetime import date
from pathlib import Path

import pytest

from certificates.fonts.build import build_font, is_built
from certificates.record import CertificateRecord

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def font_folder(pytestconfig: pytest.Config) -> Path:
    """The app's own fonts if they are built, else a folder that outlives the test run."""
    if is_built(ROOT / "instance" / "fonts"):
        return ROOT / "instance" / "fonts"
    folder = pytestconfig.cache.mkdir("press-fonts")
    build_font(folder)
    return folder


@pytest.fixture
def record() -> CertificateRecord:
    return CertificateRecord(
        number="JHRMA-CH-2026-0001-9",
        holder_name="山田 太郎",
        course_title="カスハラ対策の実務者養成講座",
        qualification="カスハラ対策実務者",
        body_lines=("全課程を修了し所定の認定試験に合格しましたので", "ここに認定します"),
        cohort_label="第2期",
        issued_on=date(2026, 12, 1),
        association="一般社団法人日本ハラスメントリスク管理協会",
        signatory_title="代表理事",
        signatory_name="金井 絵理",
        verify_url="https://nintei.example.jp/verify/AAECAwQFBgcICQoLDA0ODw",
        verify_code="000G4-0R40M-30E2",
        is_sample=False,
    )
