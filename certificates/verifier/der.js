// DER in its one form, and the one form of CMS in which papers are sealed. To check a message, it is written anew from its
// free parts and compared, so no byte of it can differ unnoticed.

class DerError extends Error {}

// Where the content of the value at a place begins and ends; lengths in their shortest form only.
function ends(data, place) {
  if (place + 2 > data.length || (data[place] & 0x1f) === 0x1f) throw new DerError("no value");
  let length = data[place + 1];
  let start = place + 2;
  if (length >= 0x80) {
    const count = length - 0x80;
    const raw = data.subarray(start, start + count);
    if (count < 1 || count > 4 || raw.length < count || raw[0] === 0) throw new DerError("length");
    length = toNumber(raw);
    start += count;
    if (length < 0x80) throw new DerError("length");
  }
  if (start + length > data.length) throw new DerError("cut off");
  return [start, start + length];
}

function content(value) {
  const [start, end] = ends(value, 0);
  if (end !== value.length) throw new DerError("something follows");
  return value.subarray(start, end);
}

function children(data) {
  const found = [];
  for (let place = 0; place < data.length; ) {
    const end = ends(data, place)[1];
    found.push(data.subarray(place, end));
    place = end;
  }
  return found;
}

// The child at a place; DerError when there is none.
function child(data, place) {
  const found = children(data)[place];
  if (!found) throw new DerError("missing");
  return found;
}

function tlv(tag, ...parts) {
  const value = join(...parts);
  const size = value.length;
  if (size < 0x80) return join([tag, size], value);
  const raw = [];
  for (let rest = size; rest; rest = Math.floor(rest / 256)) raw.unshift(rest % 256);
  return join([tag, 0x80 + raw.length, ...raw], value);
}

function oid(text) {
  const [first, second, ...rest] = text.split(".").map(Number);
  const digits = rest.flatMap((part) => {
    const bytes = [part % 128];
    for (let left = Math.floor(part / 128); left; left = Math.floor(left / 128)) bytes.unshift((left % 128) + 128);
    return bytes;
  });
  return tlv(0x06, [40 * first + second, ...digits]);
}

const ONE = tlv(0x02, [1]);
const DATA = oid("1.2.840.113549.1.7.1");
const SIGNED_DATA = oid("1.2.840.113549.1.7.2");
const CONTENT_TYPE = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE = oid("1.2.840.113549.1.9.16.2.47");
const TIME_STAMP = oid("1.2.840.113549.1.9.16.2.14");
const SHA256 = oid("2.16.840.1.101.3.4.2.1");
const ECDSA_SHA256 = oid("1.2.840.10045.4.3.2");
const ORGANIZATION = oid("2.5.4.10");
const COMMON_NAME = oid("2.5.4.3");

function attribute(kind, value) {
  return tlv(0x30, kind, tlv(0x31, value));
}

function signedAttributes(certificateHash, digest) {
  const namesCertificate = tlv(0x30, tlv(0x30, tlv(0x30, tlv(0x04, certificateHash))));
  return tlv(
    0x31,
    attribute(CONTENT_TYPE, DATA),
    attribute(MESSAGE_DIGEST, tlv(0x04, digest)),
    attribute(SIGNING_CERTIFICATE, namesCertificate),
  );
}

// The whole message with its parts: certificate, signature, time stamp (empty when there is none).
function signedData(parts, certificateHash, digest) {
  const hash = tlv(0x30, SHA256);
  const fields = certificateFields(parts.certificate);
  const attributes = signedAttributes(certificateHash, digest);
  const stamp = parts.timeStamp.length ? tlv(0xa1, attribute(TIME_STAMP, parts.timeStamp)) : [];
  const signer = tlv(
    0x30,
    ONE,
    tlv(0x30, fields.issuer, fields.serial),
    hash,
    join([0xa0], attributes.subarray(1)),
    tlv(0x30, ECDSA_SHA256),
    tlv(0x04, parts.signature),
    stamp,
  );
  const body = tlv(0x30, ONE, tlv(0x31, hash), tlv(0x30, DATA), tlv(0xa0, parts.certificate), tlv(0x31, signer));
  return tlv(0x30, SIGNED_DATA, tlv(0xa0, body));
}

function readParts(message) {
  const fields = children(content(content(child(content(message), 1))));
  if (fields.length < 5) throw new DerError("missing");
  const signer = children(content(content(fields[4])));
  if (signer.length < 6) throw new DerError("missing");
  const stamp = signer.length > 6 ? content(child(content(content(signer[6])), 1)) : new Uint8Array();
  return { certificate: content(fields[3]), signature: content(signer[5]), timeStamp: stamp };
}

function certificateFields(certificate) {
  const [signed, algorithm, signature] = children(content(certificate));
  const fields = children(content(signed));
  if (!signature || fields.length < 7) throw new DerError("no certificate");
  const [begins, until] = children(content(fields[4])).map(moment);
  return {
    signed, algorithm, signature, begins, until,
    serial: fields[1], issuer: fields[3], subject: fields[5], publicKey: fields[6],
  };
}

// UTCTime or GeneralizedTime as milliseconds.
function moment(value) {
  const text = String.fromCharCode(...content(value));
  const full = value[0] === 0x17 ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") + text : text;
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (!found) throw new DerError("no moment");
  const [year, month, ...rest] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, ...rest);
}

// Organization and common name of a certificate's subject.
function subjectNames(subject) {
  const names = {};
  for (const part of children(content(subject))) {
    const [kind, value] = children(content(content(part)));
    for (const wanted of [ORGANIZATION, COMMON_NAME]) {
      if (same(kind, wanted)) names[wanted] = new TextDecoder().decode(content(value));
    }
  }
  return [names[ORGANIZATION], names[COMMON_NAME]].filter(Boolean).join(" / ");
}
