"""Who seals: the private key with its certificate, and what others must know to recognize the seal."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key, pkcs12
from cryptography.x509.oid import NameOID

OWN_YEARS_BEFORE = 5
"""An own certificate reaches back, because a demonstration issues papers in its past."""
OWN_YEARS_AFTER = 30
_YEAR = timedelta(days=365.25)
_MAX_NAME = 64


class SealingError(Exception):
    """The PDF could not be sealed: the certificate is not valid on that day, or the time-stamp service did not stamp."""


class SealerError(ValueError):
    """The file holds no key and certificate that can seal; the message says why."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """A key on the curve P-256 and its certificate.

    ``anchor`` is what recognizes its seals: the own root, or a certificate bought from an authority itself. The authority
    is not trusted in its stead, because it certifies others, too. ``time_stamp_url`` is a service of RFC 3161, or empty.
    """

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate
    anchor: x509.Certificate
    time_stamp_url: str = ""


def make_own_sealer(organization: str, *, now: datetime) -> str:
    """Key, certificate and root of a sealer of one's own, as one PEM text.

    The root's private key signs this one certificate and is not kept, so nobody can make a second one under this root.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer, subject = _name(organization, "認定証 ルート証明書"), _name(organization, "認定証 発行")
    root = _certificate(issuer, root_key.public_key(), issuer, root_key, is_root=True, now=now)
    leaf = _certificate(subject, key.public_key(), issuer, root_key, is_root=False, now=now)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return b"".join((private, leaf.public_bytes(Encoding.PEM), root.public_bytes(Encoding.PEM))).decode("ascii")


def read_own_sealer(pem: str) -> Sealer:
    """The sealer of a text of ``make_own_sealer``; raises SealerError when it is something else."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
        leaf, root = x509.load_pem_x509_certificates(pem.encode())
        leaf.verify_directly_issued_by(root)
    except Exception as error:  # every library error means the same here, and its text might quote the key
        raise SealerError(f"no key with its two certificates in PEM ({type(error).__name__})") from None
    return _checked(key, leaf, root)


def read_pkcs12(data: bytes, password: str) -> Sealer:
    """The sealer of a PKCS#12 file; raises SealerError for a wrong password or another kind of key than EC P-256."""
    try:
        key, leaf, _ = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except UnsupportedAlgorithm:
        raise SealerError("it is locked or filled in a way that cannot be read; export it anew with AES-256") from None
    except ValueError:
        raise SealerError("it is no PKCS#12 file, or the password is wrong") from None
    if leaf is None:
        raise SealerError("it holds no certificate that belongs to its key")
    return _checked(key, leaf, leaf)


def _checked(key: object, leaf: x509.Certificate, anchor: x509.Certificate) -> Sealer:
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SealerError("its private key is not on the curve P-256 (prime256v1)")
    if leaf.public_key() != key.public_key():
        raise SealerError("its certificate belongs to another key")
    return Sealer(key, leaf, anchor)


def _name(organization: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:_MAX_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
    now: datetime,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - OWN_YEARS_BEFORE * _YEAR)
        .not_valid_after(now + OWN_YEARS_AFTER * _YEAR)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(_usage(is_root=is_root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
