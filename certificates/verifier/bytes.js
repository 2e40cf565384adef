// Bytes and their spellings.

const utf8 = new TextEncoder();

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

function same(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

function toBase64url(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The bytes of base64url without padding; null when the same bytes are spelled otherwise.
function fromBase64url(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return toBase64url(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

// The bytes of capital hexadecimal digits; null for any other spelling.
function fromHex(text) {
  if (text.length % 2 || !/^[0-9A-F]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, place) => parseInt(text.slice(2 * place, 2 * place + 2), 16));
}

function toNumber(bytes) {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
