"""Reading revisions: which is in force, what is refused, what is cleaned away."""

from datetime import date
from pathlib import Path

import pytest

from lms.config import ROOT
from lms.terms.source import TermsContentError, current_terms, read_revisions


def write(
    folder: Path, revision: str, *, effective_on: str = "2026-04-01", body: str = "## 第1条\n\n本文", status: str = "decided"
) -> None:
    head = f'revision: "{revision}"\ntitle: 規約\nstatus: {status}\neffective_on: "{effective_on}"'
    (folder / f"{revision}.md").write_text(f"---\n{head}\n---\n\n{body}\n", encoding="utf-8")


def test_the_newest_revision_whose_day_has_come_is_in_force(tmp_path: Path) -> None:
    write(tmp_path, "a", effective_on="2026-01-01")
    write(tmp_path, "b", effective_on="2026-06-01")
    write(tmp_path, "c", effective_on="2027-01-01")
    assert current_terms(tmp_path, today=date(2026, 5, 31)).revision == "a"
    assert current_terms(tmp_path, today=date(2026, 6, 1)).revision == "b"
    assert current_terms(tmp_path, today=date(2025, 1, 1)).revision == "a", "nobody is let in without terms"


def test_a_changed_file_is_read_anew_and_has_another_hash(tmp_path: Path) -> None:
    write(tmp_path, "a")
    before = read_revisions(tmp_path)[0]
    write(tmp_path, "a", body="## 第1条\n\n改めた本文")
    after = read_revisions(tmp_path)[0]
    assert before.sha256 != after.sha256
    assert "改めた本文" in after.html


def test_scripts_and_foreign_schemes_do_not_get_through(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a",
        body='<script>alert(1)</script><p onclick="x()">本文</p>\n\n[x](javascript:alert(1)) [y](https://example.jp)',
    )
    html = read_revisions(tmp_path)[0].html
    assert "script" not in html
    assert "onclick" not in html
    assert 'href="https://example.jp"' in html


@pytest.mark.parametrize(
    "text",
    [
        "本文だけ",
        "---\nrevision: a\n",
        "---\nrevision: a\n---\n本文",
        '---\nrevision: "a"\ntitle: x\nstatus: maybe\neffective_on: "2026-01-01"\n---\n本文',
        '---\nrevision: "a"\ntitle: x\nstatus: decided\neffective_on: "2026-13-01"\n---\n本文',
        '---\nrevision: "a"\ntitle: x\nstatus: decided\neffective_on: "2026-01-01"\nextra: 1\n---\n本文',
        "---\n[:\n---\n本文",
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.md").write_text(text, encoding="utf-8")
    with pytest.raises(TermsContentError, match=r"broken\.md"):
        read_revisions(tmp_path)


def test_there_must_be_terms_and_no_two_of_one_revision(tmp_path: Path) -> None:
    with pytest.raises(TermsContentError):
        read_revisions(tmp_path)
    write(tmp_path, "a")
    (tmp_path / "copy.md").write_text((tmp_path / "a.md").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(TermsContentError, match="same revision"):
        read_revisions(tmp_path)


def test_the_terms_of_the_product_can_be_read() -> None:
    for terms in read_revisions(ROOT / "content" / "terms"):
        assert "<h2>" in terms.html
        assert terms.title
