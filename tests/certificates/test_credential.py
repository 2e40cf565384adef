"""The credential in the QR code: what it carries, that it is spelled one way, that no byte of it can be changed."""

import hashlib
import json
import random
import string
from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from certificates.codes import new_token
from certificates.credential import (
    SIGNED_PREFIX,
    Credential,
    make_credential,
    name_agrees,
    name_tag,
    read_credential,
    token_bytes,
    verify_credential,
)
from certificates.names import fold_name, folding_table

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEY_ID, OTHER_ID = "00112233445566aa", "ffeeddccbbaa9988"
KEYS = {KEY_ID: KEY.public_key(), OTHER_ID: OTHER_KEY.public_key()}
TOKEN = new_token(lambda size: bytes(range(size)))
ADDRESS = f"https://nintei.example.jp/verify/{TOKEN}"
PLAIN = Credential(
    key_id=KEY_ID,
    number="JHRMA-CH-2026-0001-9",
    version=1,
    issued_on=date(2026, 12, 1),
    expires_on=None,
    qualification="【カスハラ対策実務者】",
    is_sample=False,
    name_tag=name_tag(bytes(range(16)), "髙﨑 𠮷邉"),
    token=bytes(range(16)),
)


def signed_by(key: Ed25519PrivateKey, credential: Credential = PLAIN, address: str = ADDRESS) -> str:
    return make_credential(credential, address, lambda message: key.sign(SIGNED_PREFIX + message))


TEXT = signed_by(KEY)


def test_what_was_certified_is_read_back_and_verified() -> None:
    assert verify_credential(TEXT, KEYS) == PLAIN == read_credential(TEXT)
    assert TEXT.startswith(f"{ADDRESS}#")
    assert len(TEXT.partition("#")[2]) <= 215


@given(
    st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=40),
    st.integers(1, 0xFFFF),
    st.dates(),
    st.none() | st.dates(),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.booleans(),
    st.binary(min_size=16, max_size=16),
)
def test_any_certificate_goes_there_and_back(
    number: str, version: int, issued_on: date, expires_on: date | None, qualification: str, is_sample: bool, tag: bytes
) -> None:
    credential = replace(
        PLAIN,
        number=number,
        version=version,
        issued_on=issued_on,
        expires_on=expires_on,
        qualification=qualification,
        is_sample=is_sample,
        name_tag=tag,
    )
    assert verify_credential(signed_by(KEY, credential), KEYS) == credential


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "jhrma"},
        {"number": ""},
        {"number": "A" * 256},
        {"qualification": "資" * 86},
        {"version": 0},
        {"version": 65_536},
        {"token": bytes(16)},
        {"name_tag": b"short"},
        {"key_id": "00"},
    ],
)
def test_what_cannot_be_carried_is_refused_when_it_is_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="credential"):
        signed_by(KEY, replace(PLAIN, **wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address", ["https://nintei.example.jp/verify/", "ftp://x/verify/" + TOKEN, ADDRESS + "#", ADDRESS[:-1] + "x"]
)
def test_an_address_that_cannot_be_carried_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        signed_by(KEY, address=address)


def test_only_the_named_and_known_key_counts() -> None:
    assert verify_credential(signed_by(OTHER_KEY), KEYS) is None, "signed by another key than it names"
    assert verify_credential(TEXT, {OTHER_ID: OTHER_KEY.public_key()}) is None, "an unknown key"
    assert verify_credential(signed_by(OTHER_KEY, replace(PLAIN, key_id=OTHER_ID)), KEYS), "an earlier key still counts"


def test_a_signature_for_another_purpose_does_not_count() -> None:
    assert verify_credential(make_credential(PLAIN, ADDRESS, KEY.sign), KEYS) is None
    for_a_receipt = make_credential(PLAIN, ADDRESS, lambda message: KEY.sign(b"nintei:receipt:1\n" + message))
    assert verify_credential(for_a_receipt, KEYS) is None


@pytest.mark.parametrize(
    "changed",
    [
        TEXT + "=",
        TEXT + "A",
        TEXT[:-1],
        " " + TEXT,
        TEXT + "\n",
        TEXT.replace("https", "http"),
        TEXT.replace("https", "HTTPS"),
        TEXT.replace("nintei.example.jp", "nintei.example.com"),
        TEXT.replace("/verify/", "//verify/"),
        TEXT.replace(TOKEN, new_token(lambda size: bytes(size))),
        TEXT.replace("#", "?x#"),
        TEXT.replace("#", "%23"),
        TEXT.partition("#")[2],
        TEXT.partition("#")[0],
        TEXT.partition("#")[0] + "#",
        "",
        "#",
        "あ" * 300,
        "A" * 100_000,
    ],
)
def test_no_other_spelling_is_verified(changed: str) -> None:
    assert verify_credential(changed, KEYS) is None


def test_the_same_bytes_in_another_spelling_are_not_read() -> None:
    """The last character of base64 has bits to spare; only one of its spellings is read."""
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    for size in (1, 2):
        text = signed_by(KEY, replace(PLAIN, qualification="x" * size))
        read = [text[:-1] + last for last in alphabet if read_credential(text[:-1] + last)]
        assert len(read) == {0: 64, 2: 4, 3: 16}[len(text.partition("#")[2]) % 4]
        assert text in read
    spare = [TOKEN[:-1] + last for last in alphabet if token_bytes(TOKEN[:-1] + last)]
    assert spare == [TOKEN[:-1] + last for last in "AQgw"]


def test_no_flipped_bit_is_verified() -> None:
    flip_bits(TEXT, 500, seed=5)


def flip_bits(text: str, times: int, *, seed: int) -> None:
    """Flip one random bit at a time: in the letters as a scanner would give them, and in the bytes behind them."""
    luck, raw = random.Random(seed), text.encode("ascii")
    for _ in range(times):
        place, bit = luck.randrange(len(raw)), 1 << luck.randrange(8)
        changed = raw[:place] + bytes((raw[place] ^ bit,)) + raw[place + 1 :]
        assert verify_credential(changed.decode("latin-1"), KEYS) is None, (place, bit)


def test_the_tag_agrees_with_the_name_as_people_write_it_and_with_no_other() -> None:
    for typed in ("髙﨑 𠮷邉", "高崎吉辺", "高崎　吉邊", " 髙\U000e0100﨑\U000e0101𠮷邉 "):
        assert name_agrees(PLAIN, typed), typed
    for typed in ("高崎", "高崎吉辺子", "", " ", "高崎吉部"):
        assert not name_agrees(PLAIN, typed), typed
    other = replace(PLAIN, token=bytes(16))
    assert not name_agrees(other, "高崎吉辺"), "the tag says nothing without its own token"


def test_the_folding_of_the_first_edition_never_changes() -> None:
    """Papers of before carry tags of folded names: a change of the table needs a new edition of the credential."""
    plain = json.dumps(folding_table()["variants"], ensure_ascii=True, sort_keys=True)
    assert hashlib.sha256(plain.encode()).hexdigest() == "495098ee5e5f6cb61d514a41f43bca8942c1551468deee5f71fb54bb0a964be0"
    assert fold_name(" Müller-STRASSE・ｱｲﾇ ㇷ゚ ① ㈱ ") == "müller-strasseアイヌㇷ゚1(株)"
