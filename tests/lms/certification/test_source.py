"""The association's wording: the real file is fit, and every way to break it is named in Japanese."""

from pathlib import Path

import pytest

from lms.certification.rules.completion import Requirement
from lms.certification.source import CertificateContentError, read_certificate_content
from lms.config import ROOT, CertificateSettings

GOOD = """
is_qualification_confirmed: true
body_lines: ["{course_title}を修了したので", "{qualification}に認定します"]
requirements: [attendance, exam]
"""


def problems(folder: Path, text: str) -> str:
    (folder / "certificate.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CertificateContentError) as caught:
        read_certificate_content(folder)
    return " ".join(caught.value.problems)


def test_the_real_wording_is_fit_and_marks_the_name_as_a_proposal() -> None:
    content = read_certificate_content(ROOT / "content")
    assert content.rule(80).requirements == tuple(Requirement)
    assert content.qualification(CertificateSettings(qualification="実務者")) == "【実務者】"


def test_a_confirmed_name_stands_without_brackets_and_the_rule_is_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "certificate.yaml").write_text(GOOD, encoding="utf-8")
    content = read_certificate_content(tmp_path)
    assert content.qualification(CertificateSettings(qualification="実務者")) == "実務者"
    assert content.rule(75).requirements == (Requirement.ATTENDANCE, Requirement.EXAM)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("修了したので", "修了し、ましたので"), "句読点"),
        (("{qualification}に", "{name}に"), "置き換えられるのは"),
        (("{qualification}に", "{qualification"), "置き換えられるのは"),
        (("[attendance, exam]", "[attendance, luck]"), "知らない条件です: luck"),
        (("[attendance, exam]", "[exam, exam]"), "2回"),
        (("[attendance, exam]", "[]"), "値の形が正しくありません"),
        (("is_qualification_confirmed: true", ""), "必要な項目がありません"),
        (("is_qualification_confirmed: true", "is_qualification_confirmed: maybe"), "値の形が正しくありません"),
        (("requirements:", "extra: 1\nrequirements:"), "知らない項目です"),
        (("requirements:", "{ requirements:"), "YAMLとして読めません"),
    ],
)
def test_a_broken_wording_says_what_is_wrong(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    assert sentence in problems(tmp_path, GOOD.replace(*change))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CertificateContentError, match=r"certificate\.yaml を読めません"):
        read_certificate_content(tmp_path)
