// The one form of the time stamp (RFC 3161) on a seal, as the press writes it: read into its free parts, written anew and
// compared. Whether the service deserves trust is not checked: its certificate is taken as it comes.

const REASONS = { plain: "認定証の発行", stamped: "認定証の発行(タイムスタンプ付き)" };
const MOMENT = 0x18;
const STATEMENT = oid("1.2.840.113549.1.9.16.1.4");
const OLD_SIGNING_CERTIFICATE = oid("1.2.840.113549.1.9.16.2.12");
const RSA = oid("1.2.840.113549.1.1.1");
const EC = oid("1.2.840.10045.2.1");
const SHA1 = { oid: oid("1.3.14.3.2.26"), name: "SHA-1" };
const DIGESTS = [
  { oid: SHA256, name: "SHA-256", ecdsa: ECDSA_SHA256 },
  { oid: oid("2.16.840.1.101.3.4.2.2"), name: "SHA-384", ecdsa: oid("1.2.840.10045.4.3.3") },
  { oid: oid("2.16.840.1.101.3.4.2.3"), name: "SHA-512", ecdsa: oid("1.2.840.10045.4.3.4") },
];

// Throws unless the stamp is one on this signature that the key of the certificate in it signed.
async function checkTimeStamp(stamp, signature) {
  const parts = readStamp(stamp);
  if (!same(writtenStamp(parts), stamp)) throw new DerError("not the one form of a stamp");
  if (!same(stampedHash(parts.statement), await sha256(signature))) throw new DerError("a stamp on something else");
  const stated = signedAttribute(parts.attributes);
  const digest = tlv(0x04, await hashed(parts.digest, parts.statement));
  if (!same(stated(CONTENT_TYPE), STATEMENT) || !same(stated(MESSAGE_DIGEST), digest)) throw new DerError("another statement");
  const named = namedCertificate(stated);
  if (!same(await hashed(named.digest, parts.certificate), named.hash)) throw new DerError("another certificate");
  const { publicKey } = certificateFields(parts.certificate);
  if (!(await isStampSignedBy(publicKey, parts))) throw new DerError("signature of the stamp");
}

function readStamp(stamp) {
  const fields = exactly(5, content(content(child(content(stamp), 1))));
  const signer = exactly(6, content(content(fields[4])));
  const kind = child(content(signer[2]), 0);
  return {
    digest: oneNamed(DIGESTS, kind),
    statement: content(content(child(content(fields[2]), 1))),
    certificate: content(fields[3]),
    attributes: join([0x31], signer[3].subarray(1)),
    signature: content(signer[5]),
  };
}

function writtenStamp({ digest, statement, certificate, attributes, signature }) {
  const hash = tlv(0x30, digest.oid);
  const fields = certificateFields(certificate);
  const algorithm = isRsa(fields.publicKey) ? tlv(0x30, RSA, [0x05, 0x00]) : tlv(0x30, digest.ecdsa);
  const name = tlv(0x30, fields.issuer, fields.serial);
  const signer = tlv(0x30, ONE, name, hash, [0xa0], attributes.subarray(1), algorithm, tlv(0x04, signature));
  const stated = tlv(0x30, STATEMENT, tlv(0xa0, tlv(0x04, statement)));
  const body = tlv(0x30, tlv(0x02, [3]), tlv(0x31, hash), stated, tlv(0xa0, certificate), tlv(0x31, signer));
  return tlv(0x30, SIGNED_DATA, tlv(0xa0, body));
}

// The SHA-256 that a statement is about.
function stampedHash(statement) {
  const fields = children(content(statement));
  const [algorithm, value] = exactly(2, content(child(content(statement), 2)));
  if (fields.length < 5 || fields[4][0] !== MOMENT || !same(child(content(algorithm), 0), SHA256)) throw new DerError("statement");
  return content(value);
}

// What finds the one value of a signed attribute by its kind; empty when there is none.
function signedAttribute(signed) {
  const attributes = children(content(signed)).map((each) => exactly(2, content(each)));
  return (kind) => {
    const values = attributes.filter(([name]) => same(name, kind));
    if (values.length > 1) throw new DerError("an attribute twice");
    return values.length ? content(values[0][1]) : new Uint8Array();
  };
}

// By which hash the signed attributes name the service's certificate.
function namedCertificate(stated) {
  const value = stated(SIGNING_CERTIFICATE);
  const usual = value.length ? DIGESTS[0] : SHA1;
  const names = value.length ? value : stated(OLD_SIGNING_CERTIFICATE);
  const fields = children(content(child(content(child(content(names), 0)), 0)));
  const hash = fields.find((each) => each[0] === 0x04);
  if (!hash) throw new DerError("no certificate is named");
  const digest = fields[0][0] === 0x30 ? oneNamed([SHA1, ...DIGESTS], child(content(fields[0]), 0)) : usual;
  return { digest, hash: content(hash) };
}

async function isStampSignedBy(publicKey, { digest, attributes, signature }) {
  if (!isRsa(publicKey)) return isSignedBy(publicKey, attributes, signature, { hash: digest.name, curve: curveOf(publicKey) });
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: digest.name };
  const key = await crypto.subtle.importKey("spki", publicKey, algorithm, false, ["verify"]);
  return crypto.subtle.verify(algorithm.name, key, signature, attributes);
}

function isRsa(publicKey) {
  return same(child(content(child(content(publicKey), 0)), 0), RSA);
}

function curveOf(publicKey) {
  const [kind, curve] = children(content(child(content(publicKey), 0)));
  if (!same(kind, EC) || !curve) throw new DerError("another kind of key");
  return oneNamed(CURVES, curve);
}

async function hashed(digest, bytes) {
  return new Uint8Array(await crypto.subtle.digest(digest.name, bytes));
}

// The one of the list with this name; DerError when there is none.
function oneNamed(list, name) {
  const one = list.find((each) => same(each.oid, name));
  if (!one) throw new DerError("another kind");
  return one;
}

function exactly(count, data) {
  const values = children(data);
  if (values.length !== count) throw new DerError("missing, or too many");
  return values;
}
