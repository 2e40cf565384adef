"""The press works from the command line with no app, and its refusals can be read."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.certificates.reading import page_text
from tests.databases import ROOT

SAMPLE = ROOT / "certificates" / "sample.json"


def run(*arguments, folder):
    command = [sys.executable, "-m", "certificates", *map(str, arguments)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_sample_is_printed_with_the_fonts_of_the_folder_one_stands_in(font_folder, tmp_path):
    (tmp_path / "instance").mkdir()
    shutil.copytree(font_folder, tmp_path / "instance" / "fonts")
    done = run(SAMPLE, "out.pdf", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = page_text((tmp_path / "out.pdf").read_bytes())
    assert "見本" in text
    assert "髙﨑 𠮷邉" in text


@pytest.fixture
def spoiled(tmp_path):
    """Write the sample with some fields changed."""

    def write(**changes):
        path = tmp_path / "record.json"
        path.write_text(json.dumps(json.loads(SAMPLE.read_text()) | changes))
        return path

    return write


def test_a_character_without_a_glyph_is_named_and_nothing_is_written(spoiled, font_folder, tmp_path):
    done = run(spoiled(holder_name="山\U0002ceea"), "out.pdf", "--fonts", font_folder, folder=tmp_path)
    assert done.returncode == 4
    assert "U+2CEEA" in done.stderr
    assert not (tmp_path / "out.pdf").exists()


def test_a_wrong_record_is_refused_by_field(spoiled, font_folder, tmp_path):
    done = run(spoiled(issued_on="soon"), "out.pdf", "--fonts", font_folder, folder=tmp_path)
    assert done.returncode == 3
    assert "issued_on: must be a date" in done.stderr


def test_a_record_that_is_not_there_is_said_so(font_folder, tmp_path):
    done = run("nothing.json", "out.pdf", "--fonts", font_folder, folder=tmp_path)
    assert done.returncode == 3
    assert "nothing.json" in done.stderr


def test_a_place_that_cannot_be_written_is_said_so(font_folder, tmp_path):
    done = run(SAMPLE, tmp_path / "no" / "out.pdf", "--fonts", font_folder, folder=tmp_path)
    assert done.returncode == 5
    assert done.stderr.startswith("A file cannot be read or written:")


def test_a_wrong_command_shows_how_to_use_it(tmp_path):
    done = run(folder=tmp_path)
    assert done.returncode == 2
    assert "usage: python -m certificates" in done.stderr


def test_the_press_needs_no_part_of_the_app():
    script = (
        "import sys, certificates.press; print([n for n in sys.modules if n.split('.')[0] in ('flask', 'sqlalchemy', 'lms')])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
