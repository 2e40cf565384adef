"""`flask content`: names file, line and sentence of every planted fault, and everything that rests on a fact."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from jinja2 import Environment
from jinja2.meta import find_undeclared_variables

from lms.app import create_app
from lms.cli.small_files import EVERY_MAIL, MAIL_FILTERS, MAIL_VALUES
from lms.config import ROOT
from lms.office.labels import MAIL_TEMPLATES
from lms.web.access import Role
from tests.conftest import FrozenClock
from tests.databases import test_settings as settings_for_tests
from tests.factories import Factory
from tests.lms.editions.builders import LESSON_FILE, changed, edition_of, publish, with_a_sentence

Change = Callable[[str], str | bytes | None]


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    """A site on a copy of the content; it needs no table."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    settings = settings_for_tests(tmp_path, f"sqlite:///{tmp_path / 'empty.sqlite'}")
    return create_app(replace(settings, content=tmp_path / "content"))


def check(site: Flask) -> Result:
    return site.test_cli_runner().invoke(args=["content", "check"])


def swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def delete(_text: str) -> None:
    return None


def save_as_cp932(text: str) -> bytes:
    return text.encode("cp932", "replace")


def test_the_shipped_content_passes(site: Flask) -> None:
    result = check(site)
    assert result.exit_code == 0, result.output
    assert "直すべき点はありません" in result.output


PLAN = "lessons/practitioner/course.yaml"
FAULTS: list[tuple[str, Change, str, str]] = [
    ("exams/practitioner/phrases.yaml", swap("  K1:", "  K9:"), "exams/practitioner/phrases.yaml:", "観点「K9」"),
    ("exams/practitioner/phrases.yaml", swap("general:", "generel:"), "exams/practitioner/phrases.yaml:", "知らない項目"),
    ("lessons/practitioner/L01.md", swap("minutes: 15", 'minutes: "15"'), "lessons/practitioner/L01.md:", "minutes"),
    ("lessons/practitioner/L02.quiz.yaml", swap("key: ", "key: z"), "lessons/practitioner/L02.quiz.yaml:", "選択肢"),
    (PLAN, swap("anchor: day1, offset_days: 0", "anchor: day1, offset_days: 366"), f"{PLAN}:12", "「366」"),
    (PLAN, swap("anchor: day1, offset_days: 0", "anchor: day1, offset_days: -366"), f"{PLAN}:12", "「-366」"),
    (PLAN, swap("anchor: paid", "anchor: day1"), f"{PLAN}:10", "anchor: paid"),
    ("facts.yaml", swap("- id: F-002", "- id: F-001"), "facts.yaml:11", "F-001"),
    ("exams/practitioner/bank/d1.yaml", swap("key: b", "key: x"), "exams/practitioner/bank/d1.yaml:20", "正答「x」"),
    ("exams/practitioner/exam.yaml", swap("D1: {remember: 2", "D1: {remember: 99"), "exams/practitioner/exam.yaml:", "D1"),
    ("exams/practitioner/rubrics.yaml", delete, "exams/practitioner/rubrics.yaml:1", "読み取れません"),
    ("exams/practitioner/bank/d2.yaml", save_as_cp932, "exams/practitioner/bank/d2.yaml:11", "UTF-8"),
    ("terms/2026-11-22.md", swap("revision: ", "revison: "), "terms/2026-11-22.md:2", "revison: 知らない項目です。"),
    ("terms/2026-11-22.md", swap("title: ", "title: ["), "terms/2026-11-22.md:4", "YAML"),
    ("terms/2026-11-22.md", swap('"2026-11-22"\n---', '"2026-11-31"\n---'), "terms/2026-11-22.md:1", "日付"),
    ("terms/2026-11-22.md", delete, "terms:1", "規約"),
    ("certificate.yaml", swap("payment, terms", "payment, trems"), "certificate.yaml:19", "知らない条件です: trems"),
    ("certificate.yaml", swap("する{course_title}の", "する{course}の"), "certificate.yaml:8", "{course_title}"),
    ("certificate.yaml", delete, "certificate.yaml:1", "読み取れません"),
    (
        "certificate.yaml",
        swap("template: landscape", "template: round"),
        "certificate.yaml:14",
        "「round」のファイルがありません",
    ),
    ("certificates/templates/landscape.yaml", swap("side: 26}", "side: 20}"), "certificates/templates/landscape.yaml:64", "22mm"),
    ("certificates/templates/portrait.yaml", swap("{number}", "{nummer}"), "certificates/templates/portrait.yaml:69", "{number}"),
    ("course.yaml", swap("course: 198000", "course: 十九万"), "course.yaml:7", "prices.course"),
    ("course.yaml", swap("attendance_percent: 80", "attendance_percent: 180"), "course.yaml:13", "「180」"),
    ("course.yaml", swap("prices:", "prices: ["), "course.yaml:8", "YAML"),
    ("mail/invitation.txt", swap("件名: ", "題: "), "mail/invitation.txt:1", "件名"),
    ("mail/invitation.txt", swap("{{ link }}", "{{ link }"), "mail/invitation.txt:8", "差し込みの記号"),
    ("mail/invitation.txt", swap("{{ link }}", "{{ lnk }}"), "mail/invitation.txt:8", "「lnk」"),
    ("mail/invitation.txt", swap("jmoment", "jmomnt"), "mail/invitation.txt:10", "書式"),
    ("mail/result_released.txt", delete, "mail/result_released.txt:1", "結果"),
]


@pytest.mark.parametrize(("file", "change", "place", "words"), FAULTS, ids=[f"{each[0]} {each[3]}" for each in FAULTS])
def test_a_planted_fault_is_named_with_file_line_and_a_japanese_sentence(
    site: Flask, file: str, change: Change, place: str, words: str
) -> None:
    path = site.extensions["settings"].content / file
    changed = change(path.read_text(encoding="utf-8"))
    if changed is None:
        path.unlink()
    else:
        path.write_bytes(changed if isinstance(changed, bytes) else changed.encode())
    result = check(site)
    assert result.exit_code == 1
    *findings, summary = result.output.splitlines()
    assert summary.startswith("Error: ")
    for line in findings:
        assert re.fullmatch(r"content/[^:]+:[1-9]\d*: .*[ぁ-ん一-龥].*。", line), line
    assert any(line.startswith(f"content/{place}") and words in line for line in findings), result.output


def test_a_lesson_out_of_its_length_and_an_overdue_fact_fail_the_check(site: Flask, frozen_clock: FrozenClock) -> None:
    content = site.extensions["settings"].content
    lesson = content / "lessons/practitioner/L20.md"
    lesson.write_text(lesson.read_text(encoding="utf-8") + "長" * 2000 + "\n", encoding="utf-8")
    frozen_clock.travel(datetime(2029, 1, 1, tzinfo=UTC))
    result = check(site)
    assert result.exit_code == 1
    assert re.search(r"^content/lessons/practitioner/L20\.md:\d+: 本文は1,800字から2,800字まで", result.output, re.MULTILINE)
    assert re.search(r"^content/facts\.yaml:\d+: 事実「F-\d+」の見直し期限", result.output, re.MULTILINE)


def impact(site: Flask, fact: str) -> Result:
    return site.test_cli_runner().invoke(args=["content", "impact", fact, "--installed"])


def test_everything_that_rests_on_a_fact_is_listed_with_file_and_line(site: Flask) -> None:
    result = impact(site, "F-010")
    assert result.exit_code == 0
    name, output = result.output.split("\n", 1)
    assert name == "設置されたファイルを調べました。"
    head, *groups = output.split("\n\n")
    assert head.startswith("F-010 労働施策総合推進法33条1項")
    assert "確度A" in head
    titles = [group.split("(")[0] for group in groups]
    assert titles == ["レッスン", "確認テストの問い", "試験の問題", "シナリオ", "用語", "配布資料"]
    content = site.extensions["settings"].content
    for line in (line for group in groups for line in group.splitlines()[1:]):
        place = re.fullmatch(r"  content/([^:]+):(\d+): \S+.*", line)
        assert place is not None, line
        assert "F-010" in (content / place[1]).read_text(encoding="utf-8").split("\n")[int(place[2]) - 1]
    named = {path for path in content.rglob("*.*") if path.suffix in {".md", ".yaml"} and "F-010" in path.read_text("utf-8")}
    listed = {content / place for place in re.findall(r"^  content/([^:]+):", result.output, re.MULTILINE)}
    assert named - {content / "facts.yaml"} == listed


def test_a_place_in_the_text_of_a_lesson_is_listed_with_its_heading(site: Flask) -> None:
    lesson = site.extensions["settings"].content / "lessons/practitioner/L01.md"
    text = lesson.read_text(encoding="utf-8").replace(
        "\n## よくある誤解\n", "\n## 補足\n\nF-010 のとおりです。\n\n## よくある誤解\n"
    )
    lesson.write_text(text, encoding="utf-8")
    line = text.split("\n").index("F-010 のとおりです。") + 1
    assert f"content/lessons/practitioner/L01.md:{line}: L01 補足" in impact(site, "F-010").output


def test_a_fact_nothing_rests_on_says_so(site: Flask) -> None:
    facts = site.extensions["settings"].content / "facts.yaml"
    text = facts.read_text(encoding="utf-8")
    facts.write_text(
        text + text[text.rindex("  - id:") :].replace(text[text.rindex("id: ") + 4 :][:5], "F-997"), encoding="utf-8"
    )
    result = impact(site, "F-997")
    assert result.exit_code == 0
    assert "この事実にもとづくものはありません" in result.output


@pytest.mark.parametrize("fact", ["F-996", "f-010", "F-01", "法律"])
def test_an_unknown_fact_is_an_error(site: Flask, fact: str) -> None:
    result = impact(site, fact)
    assert result.exit_code == 1
    assert f"There is no fact {fact}" in result.output


def test_a_file_that_cannot_be_read_is_named(site: Flask) -> None:
    quiz = site.extensions["settings"].content / "lessons/practitioner/L01.quiz.yaml"
    quiz.write_text("questions: [F-010\n", encoding="utf-8")
    result = impact(site, "F-010")
    assert result.exit_code == 1
    assert "L01.quiz.yaml cannot be read" in result.output


def test_what_is_published_is_looked_at_unless_told_otherwise(app: Flask, make: Factory) -> None:
    by, cite = make.staff(Role.OFFICE), "F-010 によります。"

    def looked_at(*options: str) -> tuple[str, bool]:
        result = app.test_cli_runner().invoke(args=["content", "impact", "F-010", *options])
        assert result.exit_code == 0, result.output
        return result.output.split("\n")[0], ": L01 補足" in result.output

    assert looked_at() == ("公開中の設置されたファイルを調べました。", False)
    with app.app_context():
        files = changed({LESSON_FILE: ("\n## よくある誤解\n", f"\n## 補足\n\n{cite}\n\n## よくある誤解\n")})
        published, other = publish(files, by=by), edition_of(with_a_sentence(), by=by)
    assert looked_at() == (f"公開中の第{published}版を調べました。", True)
    assert looked_at("--edition", str(other)) == (f"第{other}版を調べました。", False)
    assert looked_at("--installed") == ("設置されたファイルを調べました。", False)
    both = app.test_cli_runner().invoke(args=["content", "impact", "F-010", "--installed", "--edition", "1"])
    assert "Choose either --edition or --installed." in both.output


@pytest.mark.parametrize("name", sorted(MAIL_TEMPLATES))
def test_every_mail_has_its_list_of_names_and_the_shipped_one_uses_no_other(name: str) -> None:
    environment = Environment(autoescape=True)
    environment.filters.update(dict.fromkeys(MAIL_FILTERS, str))
    text = (ROOT / "content" / "mail" / f"{name}.txt").read_text(encoding="utf-8")
    assert find_undeclared_variables(environment.parse(text)) <= EVERY_MAIL | MAIL_VALUES[name]
    assert set(MAIL_VALUES) == set(MAIL_TEMPLATES)
