"""Codes read back however they are typed, and a typing error is noticed."""

import hashlib
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.codes import ALPHABET, digest, new_code, new_token, normalize_code

codes = st.binary(min_size=9, max_size=9).map(lambda chosen: new_code(lambda _: chosen))


def test_a_code_is_printed_in_three_groups():
    assert new_code(lambda count: bytes(range(count))) == "000G4-0R40M-30E2"


@given(codes)
def test_every_code_reads_back(code):
    assert normalize_code(code) == code


@given(codes)
def test_a_code_is_read_as_people_type_it(code):
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    assert normalize_code(wide) == code
    assert normalize_code(" " + code.lower().replace("-", " ") + "\u3000") == code
    assert normalize_code(code.replace("-", "")) == code
    assert normalize_code(code.replace("-", "−").replace("0", "o").replace("1", "l")) == code
    assert normalize_code(code.replace("0", "O").replace("1", "i")) == code


@given(codes)
def test_every_single_wrong_character_is_noticed(code):
    for place, character in enumerate(code):
        for other in ALPHABET.replace(character, "") if character != "-" else "":
            assert normalize_code(code[:place] + other + code[place + 1 :]) is None


@given(codes)
def test_any_two_characters_that_changed_places_are_noticed(code):
    plain = code.replace("-", "")
    for first in range(len(plain)):
        for second in range(first + 1, len(plain)):
            letters = list(plain)
            letters[first], letters[second] = letters[second], letters[first]
            assert plain[first] == plain[second] or normalize_code("".join(letters)) is None


@pytest.mark.parametrize(
    "typed", ["", "000G4-0R40M-30E", "000G4-0R40M-30E22", "000G4-0R40M-30EU", "協会", "0" * 1_000_000, "\x00"]
)
def test_what_is_no_code_is_refused(typed):
    assert normalize_code(typed) is None


@given(st.text())
def test_any_text_at_all_is_read_or_refused_quietly(text):
    code = normalize_code(text)
    assert code is None or normalize_code(code) == code


def test_each_of_the_65_bits_reaches_the_code():
    one_bit_each = {new_code(lambda count, bit=bit: (1 << bit).to_bytes(count, "big")) for bit in range(7, 72)}
    assert len(one_bit_each | {new_code(bytes)}) == 66


def test_a_token_is_128_bits_that_fit_a_url():
    assert new_token(lambda count: b"\xff" * count) == "_____________________w"
    assert len({new_token(secrets.token_bytes) for _ in range(1000)}) == 1000


def test_the_digest_is_plain_sha256():
    assert digest("000G4-0R40M-30E2") == hashlib.sha256(b"000G4-0R40M-30E2").hexdigest()
