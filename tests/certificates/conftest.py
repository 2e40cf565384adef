"""What the press's tests share: a plain record."""

from datetime import date

import pytest

from certificates.record import CertificateRecord


@pytest.fixture(scope="session")
def plain_record() -> CertificateRecord:
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


@pytest.fixture
def record(plain_record: CertificateRecord) -> CertificateRecord:
    return plain_record
