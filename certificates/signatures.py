"""Signatures in one spelling each: the offline page reads the same kinds of keys, and no other."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import HashAlgorithm

WRONG = (ValueError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion)
"""All that is raised about a signature or a certificate that is wrong, DerError among it."""
ORDERS = {
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "secp384r1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}
"""The curves, P-256 and P-384, with their orders."""


def in_one_spelling(signature: bytes, key: PublicKeyTypes) -> bytes:
    """The signature as it is, but of the two equal ones on a curve (ECDSA) always that with the smaller half.

    Raises ValueError when it is no signature, or the key is of another kind.
    """
    if isinstance(key, rsa.RSAPublicKey):
        return signature
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in ORDERS:
        raise ValueError("another kind of key")
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, ORDERS[key.curve.name] - s))


def verify(key: PublicKeyTypes, signature: bytes, signed: bytes, digest: HashAlgorithm) -> None:
    """Raise one of WRONG unless the key signed (RSA PKCS #1 v1.5 or ECDSA), in the one spelling."""
    if in_one_spelling(signature, key) != signature:
        raise InvalidSignature
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed, ec.ECDSA(digest))
