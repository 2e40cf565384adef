"""字数 and hashes: browser and server come to the same, character by character and byte by byte."""

import json
import subprocess
import sys
from random import Random

import pytest
from playwright.sync_api import Browser, Page

from lms.exam_engine.canonical import canonical_json, sha256_hex
from lms.text import count_characters
from tests.journeys.exam_room import ExamRoom
from tests.live import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

STRINGS = 10_000
PIECES = (
    *("a", "あ", "漢", "𠮷", "が", "か\u3099", "ハ\u309a", "ｶﾞ", "葛\U000e0100", "辻\U000e0101", "々", "ー", "。"),
    *(
        "👨\u200d👩\u200d👧",
        "👩\u200d💻",
        "👍🏽",
        "🇯🇵",
        "🇯",
        "🇵",
        "❤\ufe0f",
        "☎\ufe0e",
        "1\ufe0f\u20e3",
        "©",
        "㊗",
        "〰",
        "🏴\U000e0067\U000e007f",
    ),
    *("\u200d", "\u200c", "\ufe0f", "\u0301", "\u034f", "\u2060", "\u00ad", "\u061c", "\u0600", "\u0903"),
    *("각", "가", "ᄀ", "ᅡ", "ᆨ", "\u1160", "힣", "ㄱ", "क", "्", "त", "\u093c", "ன", "ி", "က", "\u1039", "ក", "\u17d2", "\u0e33"),
    *("\r\n", "\n", "\r", "\t", " ", "\u3000", "\u200b", "\ufeff", "\u00a0", "\u2028", "\u0085", "\x01", "\x7f"),
)
COUNT = """async ([module, strings]) => {
    const { countCharacters, splitCharacters } = await import(module);
    return strings.map((text) => [countCharacters(text), splitCharacters(text).join("") === text]);
}"""
HASH = """async ([module, bodies]) => {
    const { canonicalJson, sha256Hex } = await import(module);
    return Promise.all(bodies.map(async (body) => [canonicalJson(body), await sha256Hex(canonicalJson(body))]));
}"""


def generated() -> list[str]:
    """The same strings every time: known difficulties in any order, with any other character between them."""
    random = Random(20261201)
    anything = [point for point in range(1, 0x110000) if not 0xD800 <= point < 0xE000]

    def piece() -> str:
        if random.random() < 0.75:
            return random.choice(PIECES)
        return chr(random.choice(anything) if random.random() < 0.5 else random.randrange(1, 0x3100))

    return ["".join(piece() for _ in range(random.randint(1, 14))) for _ in range(STRINGS)]


@pytest.fixture
def page(room: ExamRoom, browser: Browser) -> Page:
    """A page of the site, from which its scripts can be imported."""
    page = browser.new_page()
    page.goto(f"{room.site.url}/login")
    return page


def module(page: Page, name: str) -> str:
    style = page.evaluate("document.querySelector('link[rel=stylesheet]').href")
    return f"{style.split('/css/')[0]}/js/exam/{name}.js"


def test_ten_thousand_strings_are_counted_alike(page: Page) -> None:
    strings = generated()
    counted = page.evaluate(COUNT, [module(page, "graphemes"), strings])
    expected = [count_characters(text) for text in strings]
    differing = [text for text, (count, _), wanted in zip(strings, counted, expected, strict=True) if count != wanted]
    assert differing == []
    assert all(is_whole for _, is_whole in counted)
    page.close()


def test_answers_have_one_canonical_text_and_hash(page: Page) -> None:
    texts = [text for text in generated()[:2000] if "\x00" not in text]
    bodies: list[dict[str, object]] = [{"text": text, "kind": "essay"} for text in texts]
    bodies += [{"pairs": [["l1", text], ["l2", 'r"\\/\u2028']], "kind": "matching"} for text in texts[:200]]
    bodies += [
        {"order": ["b", "a"], "kind": "ordering"},
        {"options": [], "kind": "multiple_choice"},
        {"option": None, "kind": "single_choice"},
    ]
    told = page.evaluate(HASH, [module(page, "canonical"), bodies])
    assert told == [[canonical_json(body), sha256_hex(canonical_json(body))] for body in bodies]
    assert json.loads(told[0][0]) == bodies[0]
    page.close()


def test_the_classes_of_characters_are_the_server_s() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/grapheme_classes.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
