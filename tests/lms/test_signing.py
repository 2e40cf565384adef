"""The association's signatures: keys made once and closed, bound to a purpose, old ones still known, nothing forged."""

import os
import stat
import string
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.credential import SIGNED_PREFIX
from lms import clock, signing
from lms.app import create_app
from lms.config import ROOT, ConfigurationError, read_settings
from lms.signing import KEY_FILE, Purpose, SigningKeys, from_base64url, load_keys, signed_message, to_base64url
from tests.databases import test_settings as settings_for_tests

SAID = "受験番号 A3-1234 の解答".encode()
KEYS = SigningKeys(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), {})
KEY_ID, SIGNATURE = KEYS.sign(SAID, purpose=Purpose.RECEIPT)
BASE64URL = string.ascii_letters + string.digits + "-_="


def pem_of(key: Ed25519PrivateKey | X25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_signed_is_recognized_and_nothing_else_is() -> None:
    assert KEYS.verify(KEY_ID, SAID, SIGNATURE, purpose=Purpose.RECEIPT)
    assert not KEYS.verify(KEY_ID, SAID + b" ", SIGNATURE, purpose=Purpose.RECEIPT)
    assert not KEYS.verify("0" * 16, SAID, SIGNATURE, purpose=Purpose.RECEIPT)
    for broken in ("", "x", "=", SIGNATURE[:-2], SIGNATURE + "A", SIGNATURE.rstrip("="), f" {SIGNATURE}", "字" * 88):
        assert not KEYS.verify(KEY_ID, SAID, broken, purpose=Purpose.RECEIPT), broken


def test_a_key_is_called_by_the_hash_of_its_raw_public_key() -> None:
    """RFC 8032, 7.1, test 1: this secret key has the public key d75a…511a."""
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    keys = SigningKeys(Ed25519PrivateKey.from_private_bytes(secret), {})
    assert keys.key_id == "21fe31dfa154a261"
    assert list(keys.public_keys()) == [keys.key_id]
    assert keys.public_keys()[keys.key_id].startswith("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA")


def test_a_signature_for_one_purpose_says_nothing_for_another() -> None:
    foreign = KEYS._private.sign(b"nintei:something-else:1\n" + SAID)
    bare = KEYS._private.sign(SAID)
    for signature in (foreign, bare):
        assert not KEYS.verify(KEY_ID, SAID, to_base64url(signature), purpose=Purpose.RECEIPT)
    assert signed_message(SAID, Purpose.RECEIPT) == b"nintei:receipt:1\n" + SAID
    assert signed_message(SAID, Purpose.CREDENTIAL) == SIGNED_PREFIX + SAID


@settings(max_examples=1000, deadline=None)
@given(place=st.integers(0, len(SAID) - 1), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_statement_is_accepted(place: int, bit: int) -> None:
    flipped = bytearray(SAID)
    flipped[place] ^= 1 << bit
    assert not KEYS.verify(KEY_ID, bytes(flipped), SIGNATURE, purpose=Purpose.RECEIPT)


@settings(max_examples=1000, deadline=None)
@given(place=st.integers(0, len(SIGNATURE) - 1), letter=st.sampled_from(BASE64URL))
def test_no_changed_character_of_a_signature_is_accepted(place: int, letter: str) -> None:
    changed = SIGNATURE[:place] + letter + SIGNATURE[place + 1 :]
    assert KEYS.verify(KEY_ID, SAID, changed, purpose=Purpose.RECEIPT) == (changed == SIGNATURE)


@given(st.binary(max_size=80))
def test_base64url_has_one_spelling_only(raw: bytes) -> None:
    text = to_base64url(raw)
    assert from_base64url(text) == raw
    assert from_base64url(text + "\n") is None
    if text.endswith("="):
        assert from_base64url(text.rstrip("=")) is None


def test_a_missing_key_is_made_once_closed_from_its_first_byte_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "chmod", lambda *_: pytest.fail("the file was open to others for a moment"))
    folder = tmp_path / "keys"
    before = os.umask(0)
    try:
        first = load_keys("", folder)
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert mode(folder / KEY_FILE) == 0o600
    assert mode(folder / f"{first.key_id}.pub") == 0o644
    assert sorted(path.name for path in folder.iterdir()) == sorted([KEY_FILE, f"{first.key_id}.pub"])
    assert load_keys("", folder).key_id == first.key_id
    assert load_keys("", tmp_path / "other").key_id != first.key_id


def test_processes_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lms.signing import load_keys; print(load_keys('', Path(sys.argv[1])).key_id)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "keys")]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    told = {process.communicate(timeout=60)[0].strip() for process in running}
    assert len(told) == 1
    assert told != {""}
    assert len(list((tmp_path / "keys").iterdir())) == 2


def test_who_comes_second_keeps_the_first_ones_key(tmp_path: Path) -> None:
    first = load_keys("", tmp_path)
    stored = (tmp_path / KEY_FILE).read_bytes()
    for _ in range(20):
        signing.write_once(tmp_path / KEY_FILE, "another", mode=0o600)
    assert (tmp_path / KEY_FILE).read_bytes() == stored
    assert load_keys("", tmp_path).key_id == first.key_id


def test_a_replaced_key_gets_a_last_day_once_and_the_one_in_use_none(tmp_path: Path) -> None:
    old = load_keys("", tmp_path)
    kept = (tmp_path / KEY_FILE).read_bytes()
    assert old.until == load_keys("", tmp_path).until == {}
    (tmp_path / KEY_FILE).unlink()
    new = load_keys("", tmp_path)
    assert new.until == {old.key_id: clock.today_jst()}
    (tmp_path / f"{old.key_id}.until").write_text(f"until {old.key_id} 2026-01-31\n")
    assert load_keys("", tmp_path).until == {old.key_id: date(2026, 1, 31)}
    (tmp_path / KEY_FILE).write_bytes(kept)  # a machine that still has the old key dates nobody
    assert load_keys("", tmp_path).until == {}
    (tmp_path / f"{new.key_id}.until").write_text("soon")
    with pytest.raises(ConfigurationError, match="must hold one line"):
        load_keys("", tmp_path)


def test_after_a_change_of_keys_old_signatures_still_hold(tmp_path: Path) -> None:
    old = load_keys("", tmp_path)
    key_id, signature = old.sign(SAID, purpose=Purpose.RECEIPT)
    (tmp_path / KEY_FILE).unlink()
    new = load_keys("", tmp_path)
    assert new.key_id != key_id
    assert new.verify(key_id, SAID, signature, purpose=Purpose.RECEIPT)
    assert not new.verify(new.key_id, SAID, signature, purpose=Purpose.RECEIPT)
    assert list(new.public_keys()) == [new.key_id, key_id]
    (tmp_path / f"{key_id}.pub").unlink()  # a key that somebody else may have is taken back
    assert not load_keys("", tmp_path).verify(key_id, SAID, signature, purpose=Purpose.RECEIPT)


def test_the_key_may_stand_in_the_setting_as_text_or_as_a_path(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    file = tmp_path / "secret.pem"
    file.write_text(pem_of(key), encoding="ascii")
    ids = {load_keys(setting, tmp_path / "keys").key_id for setting in (pem_of(key), pem_of(key).replace("\n", "\\n"), str(file))}
    assert len(ids) == 1
    assert not (tmp_path / "keys" / KEY_FILE).exists()
    assert read_settings({"NINTEI_DEMO": "1", "INSTANCE_PATH": str(tmp_path), "NINTEI_SIGNING_KEY": "/k"}).signing_key == "/k"


def test_a_key_in_the_setting_needs_no_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file stands where the folder would be", encoding="ascii")
    assert load_keys(pem_of(Ed25519PrivateKey.generate()), tmp_path / "keys").public_keys()


BROKEN = {
    "no PEM": "-----BEGIN nothing",
    "half a key": pem_of(Ed25519PrivateKey.generate())[:70] + "\n-----END PRIVATE KEY-----\n",
    "a key of another kind": pem_of(X25519PrivateKey.generate()),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_key_is_refused_at_the_start_without_being_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="holds no Ed25519 private key in PEM") as refused:
        load_keys(BROKEN[name], tmp_path)
    assert BROKEN[name][:8] not in str(refused.value)
    (tmp_path / KEY_FILE).write_text(BROKEN[name], encoding="ascii")
    with pytest.raises(ConfigurationError, match=KEY_FILE):
        load_keys("", tmp_path)


def test_a_key_file_that_is_not_there_or_an_earlier_key_that_is_broken_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="NINTEI_SIGNING_KEY cannot be read") as refused:
        load_keys("MC4CAQAwBQYDK2VwBCIEIA", tmp_path)
    assert "MC4CAQ" not in str(refused.value)
    (tmp_path / "old.pub").write_text("not a key", encoding="ascii")
    with pytest.raises(ConfigurationError, match=r"old\.pub holds no Ed25519 public key"):
        load_keys("", tmp_path)


def test_a_folder_in_which_no_key_can_be_made_stops_the_start_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("", encoding="ascii")
    with pytest.raises(ConfigurationError, match=r"cannot be made .* Set NINTEI_SIGNING_KEY"):
        create_app(settings_for_tests(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite'}"))


def test_the_application_does_not_start_with_a_broken_key(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / KEY_FILE).write_text("", encoding="ascii")
    with pytest.raises(ConfigurationError, match="holds no Ed25519 private key"):
        create_app(settings_for_tests(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite'}"))
    shown = repr(read_settings({"NINTEI_DEMO": "1", "INSTANCE_PATH": str(tmp_path), "NINTEI_SIGNING_KEY": "geheim"}))
    assert "geheim" not in shown
