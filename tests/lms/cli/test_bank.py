"""`flask bank`: out with every loss named, in with every fault named, nothing written on an error."""

from pathlib import Path

import pytest
from flask import Flask

from lms.exam_engine.exchange.drafts import Defaults
from lms.exam_engine.exchange.files import import_bank

pytestmark = pytest.mark.database("sqlite")


def test_what_is_exported_is_imported_as_a_bank_file(app: Flask, tmp_path: Path) -> None:
    run, moodle, bank = app.test_cli_runner(), tmp_path / "moodle.xml", tmp_path / "bank.yaml"
    out = run.invoke(args=["bank", "export", "moodle_xml", "-o", str(moodle)])
    assert out.exit_code == 0, out.output
    assert "採点基準は名前だけが載り" in out.stderr
    back = run.invoke(args=["bank", "import", str(moodle), "-o", str(bank)])
    assert back.exit_code == 0, back.output
    assert "(注意)D1-001 ID「D1-001」の問題はすでにあります" in back.output
    assert bank.read_text(encoding="utf-8").startswith("questions:\n")


def test_without_a_file_the_bank_goes_to_standard_output(app: Flask) -> None:
    out = app.test_cli_runner().invoke(args=["bank", "export", "gift"])
    assert import_bank(out.stdout_bytes, Defaults(as_of="2026-11-22", author="x", seed="s")).entries


def test_any_fault_ends_with_1_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    source, bank = tmp_path / "x.txt", tmp_path / "bank.yaml"
    source.write_text("::A::問い{=ア ~イ\n\n::B::数{#約3}\n", encoding="utf-8")
    out = app.test_cli_runner().invoke(args=["bank", "import", str(source), "-o", str(bank)])
    assert out.exit_code == 1
    assert f"{source}: 1行 8文字目: A 解答の波かっこ" in out.output
    assert f"{source}: 3行 9文字目: B 「約3」は数として読み取れません" in out.output
    assert not bank.exists()
