"""Proof: of 10,000 receipts in which one character was changed none is accepted, and the unchanged ones all are."""

import json
import random
import string
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from lms import clock
from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.exams.queries.receipts import check_bytes, check_code, find_receipt_file, find_signed_receipt
from lms.exams.queries.submissions import SubmissionRecord, list_hand_ins
from lms.exams.rules.receipts import ReceiptCheck, ReceiptFault, read_file
from lms.exams.services.handing_in import hand_in_section
from tests.factories import Factory
from tests.lms.exams.builders import ESSAY, Started, begin, sent

CHANGES = 10_000
LETTERS = string.printable + "あ解答。、髙𠮷　é\u0301"

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300), pytest.mark.database("sqlite")]


def hand_in(app: Flask, started: Started) -> SubmissionRecord:
    """A paper with every question answered, as handed in."""
    with app.app_context():
        for section in started.paper.sections:
            values = {each.id: ESSAY if each.kind == "essay" else "b" for each in section.questions}
            answers = [sent(started.paper, each, value, sequence=number) for number, (each, value) in enumerate(values.items())]
            device, by = f"page-{section.id}", started.seat.user_id
            hand_in_section(started.attempt_id, section.id, answers, device=device, by=by, now=clock.now())
        return list_hand_ins(started.attempt_id)[-1]


def changed(text: str, draw: random.Random, *, first: int = 0) -> str:
    """The text with one character, anywhere from `first` on, replaced by another one."""
    place = draw.randrange(first, len(text))
    letter = draw.choice([each for each in LETTERS if each != text[place]])
    return text[:place] + letter + text[place + 1 :]


def judge(check: Callable[[str], ReceiptCheck], texts: list[str]) -> Counter[str]:
    """How many came out how; 「accepted」 must not be among them."""
    faults = (check(text).fault for text in texts)
    return Counter(fault.value if fault else "accepted" for fault in faults)


def test_no_changed_character_is_accepted(make: Factory) -> None:
    started = begin(make)
    stored = hand_in(make.app, started)
    draw = random.Random(20)
    with make.app.app_context():
        signed, file = find_signed_receipt(stored), find_receipt_file(stored)
        assert signed is not None
        assert file is not None
        # The digest on the receipt is the digest of what the table holds, and of what the file carries.
        assert signed.statement.answers_sha256 == stored.sha256 == sha256_hex(canonical_json(json.loads(file)["answers"]))
        assert check_code(signed.code).fault is None
        assert check_bytes(file.encode()).fault is None
        codes = [changed(signed.code, draw) for _ in range(CHANGES * 2 // 5)]
        files = [changed(file, draw) for _ in range(CHANGES * 2 // 5)]
        answers = [changed(file, draw, first=file.index('"answers"')) for _ in range(CHANGES // 5)]
        found = judge(check_code, codes) + judge(lambda text: check_bytes(text.encode()), files + answers)
    print(f"\nreceipts: {sum(found.values())} changed characters, {found['accepted']} accepted; {dict(found)}")
    assert sum(found.values()) == CHANGES
    assert found["accepted"] == 0


def test_without_the_hash_of_the_answers_changed_answers_would_pass(make: Factory) -> None:
    """The control: who only looked at the signature of a file would accept every changed answer."""
    stored = hand_in(make.app, begin(make))
    with make.app.app_context():
        file = find_receipt_file(stored) or ""
        plain = json.loads(file)
        question, entry = next(item for item in plain["answers"].items() if "essay" in item[1]["body"])
        entry["body"] = entry["body"].replace("お客様", "お客樣", 1)
        read = read_file(json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
        assert read is not None
        assert (read.signed.text, read.signed.signature) == (stored.statement, stored.signature)
        check = check_bytes((json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())
        assert (check.fault, check.altered) == (ReceiptFault.ANSWERS, (question,))
