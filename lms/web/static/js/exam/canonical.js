// Answers as the server hashes them (sorted keys, no spaces), and 字数 as the server counts it.

const LONE_SURROGATES = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const WHITE_SPACE = /[\p{White_Space}\u200B\uFEFF]+/gu;
const graphemes = new Intl.Segmenter("ja", { granularity: "grapheme" });

/** The body of an answer; what the server could not store (NUL, half characters) is left out here already. */
export function answerBody(kind, value) {
  if (kind === "essay") {
    const text = value.replace(/\r\n?/g, "\n").replaceAll("\0", "").replace(LONE_SURROGATES, "");
    return { kind, text };
  }
  return { kind, option: value || null };
}

export function canonicalJson(body) {
  const sorted = Object.fromEntries(Object.keys(body).sort().map((key) => [key, body[key]]));
  return JSON.stringify(sorted);
}

export async function sha256Hex(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Graphemes without white space and line breaks. */
export function countCharacters(text) {
  let count = 0;
  for (const _ of graphemes.segment(text.replace(WHITE_SPACE, ""))) count += 1;
  return count;
}
