"""The certificate of the seal: made once, closed to others, bought as PKCS#12, changed without losing earlier papers."""

import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.unsealing import check_seal
from lms.config import ConfigurationError, SealSettings, Settings, read_settings
from lms.sealing import SEALER_FILE, Seal, anchor_id, load_seal
from tests.certificates.sealed import PASSWORD, as_pkcs12, on_another_curve, own_sealer, plain_page

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(secret_key="x", database_url="", instance=tmp_path)


def test_the_own_certificate_is_made_once_and_closed_to_others(settings: Settings) -> None:
    seal = load_seal(settings, now=NOW)
    again = load_seal(settings, now=NOW)
    assert seal.anchors == again.anchors == (seal.sealer.anchor,)
    file = settings.keys / SEALER_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().count("PRIVATE KEY-----") == 2, "the key of the seal; the root's own key is not kept"
    assert (settings.keys / f"{anchor_id(seal.sealer.anchor)}.crt").read_text().startswith("-----BEGIN CERTIFICATE")


def test_all_that_start_together_get_the_same_certificate(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as crowd:
        seals = list(crowd.map(lambda _turn: load_seal(settings, now=NOW), range(16)))
    assert len({anchor_id(seal.sealer.anchor) for seal in seals}) == 1
    assert len(list(settings.keys.iterdir())) == 2


def test_a_bought_certificate_is_used_and_earlier_papers_are_still_recognized(settings: Settings, tmp_path: Path) -> None:
    before = load_seal(settings, now=NOW)
    paper = before.apply(plain_page(), signed_at=NOW)
    path = tmp_path / "bought.p12"
    path.write_bytes(as_pkcs12(own_sealer(4)))
    bought = replace(settings, seal=SealSettings(path, PASSWORD))
    seal = load_seal(bought, now=NOW)
    assert seal.sealer.certificate == own_sealer(4).certificate
    assert seal.anchors == (own_sealer(4).certificate, before.sealer.anchor)
    assert check_seal(paper, seal.anchors).is_trusted
    assert check_seal(seal.apply(plain_page(), signed_at=NOW), seal.anchors).is_trusted
    assert PASSWORD not in repr(bought)
    assert load_seal(settings, now=NOW).anchors[1:] == (own_sealer(4).certificate,), "and back again"


@pytest.mark.parametrize(
    ("content", "password", "words"),
    [
        (as_pkcs12(own_sealer(4)), "tr0ub4dor", "password is wrong"),
        (b"rubbish", PASSWORD, "no PKCS#12"),
        (as_pkcs12(on_another_curve()), PASSWORD, "P-256"),
        (None, PASSWORD, "cannot be read"),
    ],
)
def test_a_file_that_cannot_seal_stops_the_start_in_words(
    settings: Settings, tmp_path: Path, content: bytes | None, password: str, words: str
) -> None:
    path = tmp_path / "bought.p12"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words) as stopped:
        load_seal(replace(settings, seal=SealSettings(path, password)), now=NOW)
    assert password not in str(stopped.value)


@pytest.mark.parametrize("name", [SEALER_FILE, "0000000000000000.crt"])
def test_a_broken_file_in_the_folder_stops_the_start(settings: Settings, name: str) -> None:
    load_seal(settings, now=NOW)
    (settings.keys / name).write_text("-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n")
    with pytest.raises(ConfigurationError, match="Bring back the right file"):
        load_seal(settings, now=NOW)


def test_the_settings_are_read_from_the_environment(tmp_path: Path) -> None:
    plain = {"SECRET_KEY": secrets.token_urlsafe(48), "ALLOW_HTTP": "1", "INSTANCE_PATH": str(tmp_path)}
    assert read_settings(plain).seal == SealSettings()
    named = {
        "CERTIFICATE_PKCS12": str(tmp_path / "a.p12"),
        "CERTIFICATE_PKCS12_PASSWORD": PASSWORD,
        "CERTIFICATE_TSA_URL": "https://tsa.example.jp/",
    }
    assert read_settings(plain | named).seal == SealSettings(tmp_path / "a.p12", PASSWORD, "https://tsa.example.jp/")
    assert read_settings(plain | named | {"NINTEI_DEMO": "1"}).seal == SealSettings(), "a demo never has the real certificate"
    with pytest.raises(ConfigurationError, match="CERTIFICATE_TSA_URL"):
        read_settings(plain | {"CERTIFICATE_TSA_URL": "file:///etc/passwd"})
    with pytest.raises(ConfigurationError, match="PUBLIC_BASE_URL"):
        read_settings(plain | {"PUBLIC_BASE_URL": "https://認定.example.jp"})


def test_a_seal_shows_no_key(settings: Settings) -> None:
    assert isinstance(seal := load_seal(settings, now=NOW), Seal)
    assert "PrivateKey" not in repr(seal)
