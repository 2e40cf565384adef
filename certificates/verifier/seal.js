// The seal of a PDF: whether the file is, byte for byte, what the association sealed.

const CURVES = [
  {
    name: "P-256", oid: oid("1.2.840.10045.3.1.7"), size: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  {
    name: "P-384", oid: oid("1.3.132.0.34"), size: 48,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
];
const RANGE = /\/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\]/g;
// What the signer states right behind the signature: the moment, and the reason in UTF-16 with octal escapes.
const STATED = new RegExp(
  "^\\n/ByteRange \\[[0-9 ]+\\] *\\n/Type /Sig\\n/Filter /Adobe\\.PPKLite\\n/SubFilter /ETSI\\.CAdES\\.detached\\n" +
  "/M \\(D\\\\072(\\d{4})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)Z\\)\\n/Reason \\(([0-9A-Za-z\\\\]+)\\)\\n",
);
const CARRIED = /<dc:identifier>([^<]{1,2000})<\/dc:identifier>/g;

// One letter for each byte, so that places in the text are places in the file.
function asLetters(pdf) {
  return new TextDecoder("windows-1252").decode(pdf);
}

// The QR code's text that a certificate carries in its description; "" when there is none, or more than one.
function carriedText(letters) {
  const found = [...letters.matchAll(CARRIED)];
  return found.length === 1 ? found[0][1].replaceAll("&amp;", "&") : "";
}

// { fault, signer, signedAt, hasTimeStamp }; the fault is "" for a seal of the association's over exactly this file.
async function checkSeal(pdf, letters, anchors) {
  if (!letters.includes("/ByteRange")) return { fault: "no_seal" };
  const gap = findGap(letters);
  if (!gap) return { fault: "added" };
  try {
    return await checkMessage(pdf, letters, gap, anchors);
  } catch {
    return { fault: "changed" };
  }
}

function findGap(letters) {
  const ranges = [...letters.matchAll(RANGE)];
  if (ranges.length !== 1 || letters.split("/ByteRange").length !== 2) return null;
  const [start, end, rest] = ranges[0].slice(1).map(Number);
  const isPlain = ranges[0][0] === `/ByteRange [0 ${start} ${end} ${rest}]`;
  return isPlain && start > 0 && start < end && end + rest === letters.length ? { start, end } : null;
}

async function checkMessage(pdf, letters, { start, end }, anchors) {
  const message = readMessage(letters.slice(start, end));
  const parts = readParts(message);
  const digest = await sha256(join(pdf.subarray(0, start), pdf.subarray(end)));
  const certificateHash = await sha256(parts.certificate);
  if (!same(signedData(parts, certificateHash, digest), message)) throw new DerError("another message");
  const certificate = certificateFields(parts.certificate);
  const signed = signedAttributes(certificateHash, digest);
  if (!(await isSignedBy(certificate.publicKey, signed, parts.signature))) throw new DerError("signature");
  const { signedAt, reason } = statedBehind(letters.slice(end));
  const hasTimeStamp = parts.timeStamp.length > 0;
  if (reason !== REASONS[hasTimeStamp ? "stamped" : "plain"]) throw new DerError("a time stamp too many, or none");
  if (hasTimeStamp) await checkTimeStamp(parts.timeStamp, parts.signature);
  const inTime = certificate.begins <= signedAt && signedAt <= certificate.until;
  const isOurs = inTime && (await isVouchedFor(parts.certificate, certificate, anchors));
  return {
    fault: isOurs ? "" : "stranger",
    signer: subjectNames(certificate.subject),
    signedAt: new Date(signedAt),
    hasTimeStamp,
  };
}

// The message in the gap: capital digits, then nothing but zeros.
function readMessage(gap) {
  const raw = gap.startsWith("<") && gap.endsWith(">") ? fromHex(gap.slice(1, -1)) : null;
  if (!raw || !raw.length) throw new DerError("spelling");
  const end = ends(raw, 0)[1];
  if (raw.subarray(end).some((byte) => byte !== 0)) throw new DerError("something follows");
  return raw.subarray(0, end);
}

function statedBehind(letters) {
  const stated = STATED.exec(letters);
  if (!stated) throw new DerError("no moment or reason");
  const [year, month, ...rest] = stated.slice(1, 7).map(Number);
  const plain = stated[7].replace(/\\([0-3][0-7]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 8)));
  const reason = new TextDecoder("utf-16be").decode(Uint8Array.from(plain, (letter) => letter.charCodeAt(0)));
  return { signedAt: Date.UTC(year, month - 1, ...rest), reason };
}

// ECDSA; of the two equal signatures only the one with the smaller half, unless both are read.
async function isSignedBy(publicKey, signed, signature, { hash = "SHA-256", curve = CURVES[0], areBothRead = false } = {}) {
  const halves = children(content(signature)).map(content);
  const spelled = halves.length === 2 && tlv(0x30, ...halves.map((half) => tlv(0x02, half)));
  if (!spelled || !same(spelled, signature) || !halves.every(isPlainNumber)) return false;
  const [r, s] = halves.map((half) => half.subarray(half[0] === 0 ? 1 : 0));
  if (r.length > curve.size || s.length > curve.size || (!areBothRead && toBigInt(s) > curve.order >> 1n)) return false;
  const algorithm = { name: "ECDSA", namedCurve: curve.name };
  const key = await crypto.subtle.importKey("spki", publicKey, algorithm, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash }, key, join(padded(r, curve.size), padded(s, curve.size)), signed);
}

// Positive, and no longer than needed.
function isPlainNumber(bytes) {
  return bytes.length > 0 && bytes[0] < 0x80 && !(bytes[0] === 0 && (bytes.length === 1 || bytes[1] < 0x80));
}

function padded(bytes, size) {
  return join(new Uint8Array(size - bytes.length), bytes);
}

function toBigInt(bytes) {
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

// Whether a trusted certificate is this one, or a root that issued it.
async function isVouchedFor(der, certificate, anchors) {
  for (const anchor of anchors) {
    const trusted = fromBase64url(anchor.der);
    if (same(trusted, der) || (anchor.isRoot && (await isIssuedBy(certificate, certificateFields(trusted))))) return true;
  }
  return false;
}

async function isIssuedBy(certificate, root) {
  const bits = content(certificate.signature);
  if (!same(certificate.issuer, root.subject) || !same(certificate.algorithm, tlv(0x30, ECDSA_SHA256)) || bits[0] !== 0) {
    return false;
  }
  try {
    return await isSignedBy(root.publicKey, certificate.signed, bits.subarray(1), { areBothRead: true });
  } catch {
    return false; // a root with another kind of key
  }
}
