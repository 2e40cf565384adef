"""Nothing an outsider puts into a file hurts: no exception, five seconds at most, every fault in Japanese with its place."""

import re
import time
import tracemalloc

import pytest

from lms.exam_engine.exchange.faults import MAX_FAULTS, FaultCode
from lms.exam_engine.exchange.files import Imported, import_bank
from lms.exam_engine.exchange.losses import LossCode
from lms.exams.labels import FAULT_SENTENCES, LOSS_WORDS, fault_place, fault_sentence
from tests.exam_engine.hostile_files import DEFAULTS, EXCEL, GIFT, MOODLE, Make, files

FILES = dict(files())
_JAPANESE = re.compile("[ぁ-んァ-ヶ]")

MAY_COME_IN = re.compile(
    r"utf-8-sig|CR line ends|strange byte|U\+E000|U\+304B|U\+0301|cut after|zip inside|called CON|rubbish|empty"
    r"|nothing but|in braces|styles|rows backwards|no numbers|nothing$|far away|sharedStrings|utf-7|a description|html"
)
"""Files that are odd but readable: whole questions of them may come in, with warnings."""


def test_there_are_more_than_two_hundred_files() -> None:
    assert len(FILES) >= 250


def test_every_code_has_its_words() -> None:
    assert set(FAULT_SENTENCES) == set(FaultCode)
    assert set(LOSS_WORDS) == set(LossCode)


def _expect_words(imported: Imported) -> None:
    assert len(imported.faults) <= MAX_FAULTS
    assert imported.faults or imported.entries
    assert not (imported.is_refused and (imported.entries or imported.bank))
    for fault in imported.faults:
        sentence = fault_sentence(fault)
        assert _JAPANESE.search(sentence), sentence
        assert len(sentence) < 500
        assert "—" not in sentence, (fault.code, sentence)
        assert re.search("行 |シート", fault_place(fault.place))


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_quickly_and_in_words(name: str) -> None:
    body = FILES[name]()
    begun = time.process_time()
    imported = import_bank(body, DEFAULTS)
    seconds = time.process_time() - begun
    _expect_words(imported)
    assert imported.is_refused or MAY_COME_IN.search(name), name
    assert seconds < 5, seconds


def test_whole_files_come_in() -> None:
    for body in (GIFT, MOODLE, EXCEL):
        imported = import_bank(body, DEFAULTS)
        assert imported.entries
        assert not imported.faults


BOMBS = (
    "moodle: billion laughs",
    "moodle: quadratic entities",
    "moodle: very many elements",
    "gift of very many options",
    "zip: a bomb",
    "zip: a bomb of many parts",
    "excel: full rows without end",
)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_less_than_200_megabytes(name: str) -> None:
    make: Make = FILES[name]
    body = make()
    tracemalloc.start()
    try:
        import_bank(body, DEFAULTS)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200_000_000
