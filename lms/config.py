"""One frozen Settings, read from the environment; refuses to start when something needed is missing or weak."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from certificates.numbering import DEFAULT_FORMAT, DEFAULT_TEMPLATE, NumberFormat, format_number, read_format
from certificates.stamps import StampError, read_stamp

ROOT = Path(__file__).resolve().parent.parent
MIN_SECRET_LENGTH = 32
MAX_QUALIFICATION_BYTES = 120


class ConfigurationError(Exception):
    """The application must not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How outgoing mail leaves the house (SMTP)."""

    host: str = "127.0.0.1"
    port: int = 25
    username: str = ""
    password: str = field(default="", repr=False)
    use_tls: bool = False
    sender: str = "カスハラ対策の実務者養成講座 事務局 <office@nintei.example>"
    timeout_seconds: float = 10.0
    message_id_domain: str = "nintei.example"


@dataclass(frozen=True, slots=True)
class CertificateSettings:
    """What the association prints; proposed defaults are listed in docs/decisions-for-the-association.ja.md."""

    series: str = "JHRMA-CH"
    number_format: NumberFormat = DEFAULT_FORMAT
    qualification: str = "カスハラ対策実務者"
    association: str = "一般社団法人日本ハラスメントリスク管理協会"
    signatory_title: str = "代表理事"
    signatory_name: str = "金井 絵理"
    honorific: str = ""
    seal_image: bytes | None = field(default=None, repr=False)
    """The picture of the seal, ready to print; None: the place is only marked."""


@dataclass(frozen=True, slots=True)
class SealSettings:
    """By which certificate PDFs are sealed; without a PKCS#12 file one's own is made and kept in `keys`."""

    pkcs12: Path | None = None
    password: str = field(default="", repr=False)
    time_stamp_url: str = ""
    """A time-stamp service of RFC 3161; empty: seals carry our own clock only and nothing is asked over the network."""


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """Parameters of argon2id: memory in KiB, passes, lanes."""

    memory_kib: int = 47_104
    passes: int = 1
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the application needs to know about where it runs; printing it shows no secret."""

    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    instance: Path
    public_base_url: str = "http://127.0.0.1:8000"
    content: Path = ROOT / "content"
    backup_path: Path | None = None
    """Where copies of the database go; None means a folder of the instance."""
    is_demo: bool = False
    is_testing: bool = False
    trusted_proxies: int = 0
    mail: MailSettings = field(default_factory=MailSettings)
    certificate: CertificateSettings = field(default_factory=CertificateSettings)
    signing_key: str = field(default="", repr=False)
    """Ed25519 private key as PEM, or the path of its file; empty: made and kept in `keys`."""
    seal: SealSettings = field(default_factory=SealSettings)
    password_cost: PasswordCost = field(default_factory=PasswordCost)

    @property
    def is_https(self) -> bool:
        """Whether visitors reach the application over TLS."""
        return self.public_base_url.startswith("https://")

    @property
    def backups(self) -> Path:
        """Folder of the copies of the database."""
        return self.backup_path or self.instance / "backups"

    @property
    def fonts(self) -> Path:
        """Folder of the prepared certificate fonts."""
        return self.instance / "fonts"

    @property
    def keys(self) -> Path:
        """Folder of the signing key and of the public keys it had before."""
        return self.instance / "keys"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from environment variables.

    Raises ConfigurationError with a sentence that says what to do.
    """
    env = os.environ if environ is None else environ
    instance = Path(env.get("INSTANCE_PATH", str(ROOT / "instance"))).resolve()
    is_demo = env.get("NINTEI_DEMO", "") == "1"
    settings = Settings(
        secret_key=_secret_key(env, instance, is_demo=is_demo),
        database_url=_database_url(env, instance),
        instance=instance,
        public_base_url=env.get("PUBLIC_BASE_URL", f"http://127.0.0.1:{_whole_number(env, 'PORT', 8000)}").rstrip("/"),
        content=Path(env.get("CONTENT_PATH", str(ROOT / "content"))).resolve(),
        backup_path=Path(env["BACKUP_PATH"]).resolve() if env.get("BACKUP_PATH") else None,
        is_demo=is_demo,
        trusted_proxies=_whole_number(env, "TRUSTED_PROXIES", 0),
        mail=_mail_settings(env),
        certificate=_certificate_settings(env, is_demo=is_demo),
        signing_key=env.get("NINTEI_SIGNING_KEY", "").strip(),
        seal=SealSettings() if is_demo else _seal_settings(env),
    )
    if not is_demo and not settings.is_https and env.get("ALLOW_HTTP", "") != "1":
        raise ConfigurationError(
            "PUBLIC_BASE_URL must begin with https:// outside the demo. Set it to the address visitors use "
            "(or ALLOW_HTTP=1 for a closed test installation)."
        )
    if not re.fullmatch(r"https?://[!-\"$-~]+", settings.public_base_url):
        raise ConfigurationError("PUBLIC_BASE_URL must be an address in ASCII without #, because it is printed as a QR code.")
    return settings


def _whole_number(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "") or str(default)
    if not (value.isascii() and value.isdigit()):
        raise ConfigurationError(f"{name} must be a whole number, for example {name}={default}.")
    return int(value)


def _secret_key(env: Mapping[str, str], instance: Path, *, is_demo: bool) -> str:
    key = env.get("SECRET_KEY", "")
    if not key and is_demo:
        return _demo_secret(instance)
    if len(key) < MIN_SECRET_LENGTH or len(set(key)) < 10:
        raise ConfigurationError(
            f"SECRET_KEY is missing or weak. Set it to at least {MIN_SECRET_LENGTH} random characters, for example "
            "the output of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return key


def _demo_secret(instance: Path) -> str:
    """A random key kept in the demo's own instance folder, so that a second start keeps the sessions."""
    path = instance / "demo-secret"
    instance.mkdir(parents=True, exist_ok=True)
    # Created closed to others, and only once even when server and worker start together.
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise ConfigurationError(f"{path} is empty. Remove it and start again.")
    return key


def _database_url(env: Mapping[str, str], instance: Path) -> str:
    url = env.get("DATABASE_URL", "") or f"sqlite:///{instance / 'lms.sqlite'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigurationError("DATABASE_URL must begin with postgresql:// or sqlite:///.")
    return url


def _mail_settings(env: Mapping[str, str]) -> MailSettings:
    default = MailSettings()
    return MailSettings(
        host=env.get("SMTP_HOST", default.host),
        port=_whole_number(env, "SMTP_PORT", default.port),
        username=env.get("SMTP_USERNAME", ""),
        password=env.get("SMTP_PASSWORD", ""),
        use_tls=env.get("SMTP_TLS", "") == "1",
        sender=env.get("MAIL_SENDER", default.sender),
        message_id_domain=env.get("MAIL_DOMAIN", default.message_id_domain),
    )


def _seal_settings(env: Mapping[str, str]) -> SealSettings:
    path, url = env.get("CERTIFICATE_PKCS12", ""), env.get("CERTIFICATE_TSA_URL", "")
    if url and not url.startswith(("https://", "http://")):
        raise ConfigurationError("CERTIFICATE_TSA_URL must be the http(s) address of a time-stamp service, or empty.")
    password = env.get("CERTIFICATE_PKCS12_PASSWORD", "")
    return SealSettings(Path(path).resolve() if path else None, password, url)


def _certificate_settings(env: Mapping[str, str], *, is_demo: bool) -> CertificateSettings:
    if is_demo:
        return CertificateSettings(series="SAMPLE-CH", signatory_name="見本 太郎")
    default = CertificateSettings()
    series = env.get("CERTIFICATE_SERIES", default.series)
    if len(env.get("CERTIFICATE_QUALIFICATION", "").encode()) > MAX_QUALIFICATION_BYTES:
        raise ConfigurationError("CERTIFICATE_QUALIFICATION is too long for the QR code: at most 40 Japanese characters.")
    return CertificateSettings(
        series=series,
        number_format=_number_format(env, series),
        qualification=env.get("CERTIFICATE_QUALIFICATION", default.qualification),
        association=env.get("CERTIFICATE_ASSOCIATION", default.association),
        signatory_title=env.get("CERTIFICATE_SIGNATORY_TITLE", default.signatory_title),
        signatory_name=env.get("CERTIFICATE_SIGNATORY_NAME", default.signatory_name),
        honorific=env.get("CERTIFICATE_HONORIFIC", default.honorific),
        seal_image=_seal_image(env.get("CERTIFICATE_SEAL_IMAGE", "").strip()),
    )


def _number_format(env: Mapping[str, str], series: str) -> NumberFormat:
    """The format of certificate numbers, tried at start with the series it will be used with."""
    template = env.get("CERTIFICATE_NUMBER_FORMAT", "").strip() or DEFAULT_TEMPLATE
    try:
        form = read_format(template)
    except ValueError as error:
        raise ConfigurationError(f"CERTIFICATE_NUMBER_FORMAT cannot be used: {error}.") from None
    try:
        format_number(series, 2026, 1, form)
    except ValueError as error:
        raise ConfigurationError(f"CERTIFICATE_SERIES cannot be used: {error}.") from None
    return form


def _seal_image(path: str) -> bytes | None:
    """The picture at the path of CERTIFICATE_SEAL_IMAGE, read at start so that nothing can go wrong on the day of issue."""
    if not path:
        return None
    try:
        return read_stamp(Path(path).read_bytes())
    except (OSError, StampError) as error:
        raise ConfigurationError(f"CERTIFICATE_SEAL_IMAGE must be the path of a square PNG: {error}") from error
