"""Papers that were drawn and stored by earlier versions: they are read, hashed and drawn again as they were."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lms.exam_engine.canonical import LEFT_OUT_AT_DEFAULT, canonical_json
from lms.exam_engine.papers import draw_paper, paper_from_json, paper_sha256, paper_to_json
from tests.exam_engine.sample_exam import EXAM

STORED = sorted((Path(__file__).parent / "old_papers").glob("*.json"))


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_a_stored_paper_comes_back_byte_for_byte(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert paper_to_json(paper_from_json(text)) == text
    assert "case" not in text


def test_the_sample_is_still_drawn_as_it_was() -> None:
    text = (Path(__file__).parent / "old_papers" / "choices_and_essays.json").read_text(encoding="utf-8")
    assert paper_to_json(draw_paper(EXAM, seed="kept")) == text


@pytest.mark.parametrize(
    ("seed", "sha256", "second_sha256"),
    [
        (
            "a",
            "6a1a831c03347edfe0ed3267eb84da9f8009197d0f8fc98cd2dda1be14060028",
            "ffb17f80e2c24a34459bffaa0f46cbb5c316ab0ec6b4193590c7d9710c94bb4f",
        ),
        (
            "試験",
            "aefa0906fd4c541443559db4c1e6a73d544398d0dbd87a3e0da39feaccde8349",
            "0743f2ddb4c7b15f54a8c4d34cf9fc3fd1810061f94e68871e235d0dee100e7c",
        ),
    ],
)
def test_a_seed_draws_what_it_always_drew_at_first_and_after_a_sitting(seed: str, sha256: str, second_sha256: str) -> None:
    first = draw_paper(EXAM, seed="1")
    seen = [*first.question_ids("choice"), *first.question_ids("essay")]
    assert paper_sha256(paper_to_json(draw_paper(EXAM, seed=seed))) == sha256
    assert paper_sha256(paper_to_json(draw_paper(EXAM, seed=seed, avoid=seen))) == second_sha256


@dataclass(frozen=True)
class _Grown:
    kind: str = "thing"
    later: tuple[str, ...] = field(default=(), metadata=LEFT_OUT_AT_DEFAULT)


def test_a_later_field_is_written_only_when_it_says_something() -> None:
    assert canonical_json(_Grown()) == '{"kind":"thing"}'
    assert canonical_json(_Grown(later=("a",))) == '{"kind":"thing","later":["a"]}'
