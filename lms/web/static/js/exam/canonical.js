// Answers as the server hashes them: sorted keys, no spaces, characters as they are.

const LONE_SURROGATES = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Text without what the server could not store (NUL, half characters), and with LF line ends. */
export function cleanText(value) {
  return value.replace(/\r\n?/g, "\n").replaceAll("\0", "").replace(LONE_SURROGATES, "");
}

export function canonicalJson(value) {
  return JSON.stringify(value, (_key, part) => {
    const isObject = part !== null && typeof part === "object" && !Array.isArray(part);
    return isObject ? Object.fromEntries(Object.keys(part).sort().map((key) => [key, part[key]])) : part;
  });
}

export async function sha256Hex(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
