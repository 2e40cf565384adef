// The text of the QR code: read in its one spelling, checked with the association's public keys.

const EDITION = 1;
const SIGNED_PREFIX = "nintei:credential:1\n";
const FIXED = 34;
const SIGNATURE_BYTES = 64;
const TAG_BYTES = 16;
const LAST_DAY = 3652059;
const DAYS_BEFORE_1970 = 719163;
const QR_TEXT = /^(https?:\/\/[!-"$-~]+\/verify\/([A-Za-z0-9_-]{22}))#([A-Za-z0-9_-]{1,1000})$/;
const NUMBER = /^[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?$/;

// What the text says if a known key signed exactly it, else null.
async function verifyCredential(text, keys, until = {}) {
  const found = QR_TEXT.exec(text);
  const token = found && fromBase64url(found[2]);
  const raw = found && fromBase64url(found[3]);
  if (!token || !raw || raw.length <= SIGNATURE_BYTES) return null;
  const payload = raw.subarray(0, -SIGNATURE_BYTES);
  const credential = unpacked(payload, token);
  const key = credential && keys[credential.keyId];
  if (!key) return null;
  // A key that was replaced has a last day: what it signed for a later day of issue counts as unsigned.
  if (until[credential.keyId] && credential.issuedOn > until[credential.keyId]) return null;
  const imported = await crypto.subtle.importKey("raw", fromBase64url(key), "Ed25519", false, ["verify"]);
  const signed = join(utf8.encode(SIGNED_PREFIX), utf8.encode(found[1] + "\n"), payload);
  const holds = await crypto.subtle.verify("Ed25519", imported, raw.subarray(-SIGNATURE_BYTES), signed);
  return holds ? { ...credential, address: found[1] } : null;
}

function unpacked(payload, token) {
  if (payload.length < FIXED || payload[0] !== EDITION || payload[1] > 1) return null;
  const texts = twoTexts(payload.subarray(FIXED));
  const [version, issued, expires] = [[10, 12], [12, 15], [15, 18]].map(([from, to]) => toNumber(payload.subarray(from, to)));
  if (!texts || version < 1 || issued < 1 || issued > LAST_DAY || expires > LAST_DAY) return null;
  return {
    keyId: Array.from(payload.subarray(2, 10), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    number: texts[0], qualification: texts[1], version, token,
    issuedOn: day(issued), expiresOn: expires ? day(expires) : "",
    isSample: payload[1] === 1,
    nameTag: payload.subarray(18, FIXED),
  };
}

function twoTexts(rest) {
  const first = rest[0] ?? 0;
  const second = rest[1 + first] ?? 0;
  if (rest.length !== 2 + first + second) return null;
  try {
    const exact = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const texts = [exact.decode(rest.subarray(1, 1 + first)), exact.decode(rest.subarray(2 + first))];
    return NUMBER.test(texts[0]) ? texts : null;
  } catch {
    return null;
  }
}

// A day counted from 0001-01-01 as 2026-12-01.
function day(ordinal) {
  return new Date((ordinal - DAYS_BEFORE_1970) * 86400000).toISOString().slice(0, 10);
}

// The form in which names are compared: no spaces, one form for each character.
function foldName(name, folding) {
  const plain = name.replace(new RegExp(folding.selectors, "gu"), "").normalize("NFKC");
  const low = Array.from(plain, (letter) => folding.casefold[letter] ?? letter.toLowerCase()).join("");
  const close = low.replace(new RegExp(folding.spaces, "gu"), "");
  return Array.from(close, (letter) => folding.variants[letter] ?? letter).join("");
}

async function nameAgrees(credential, typed, folding) {
  const folded = foldName(typed, folding);
  if (!folded) return false;
  const key = await crypto.subtle.importKey("raw", credential.token, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const tag = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8.encode(folded)));
  return same(tag.subarray(0, TAG_BYTES), credential.nameTag);
}
