// 字数 as the server counts it: graphemes (UAX #29) without white space, by the server's own classes of characters.
// The browser's `Intl.Segmenter` is not asked, because its version of Unicode may be another one.

import { RUNS } from "./grapheme_classes.js";

const WHITE_SPACE = /[\t-\r \u0085\u00A0\u1680\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF]+/g;
const starts = [];
const ends = [];
const classes = [];

let next = 0;
for (const run of RUNS.split(" ")) {
  const [, gap, name, more] = /^([0-9a-z]*)([A-Z])([0-9a-z]*)$/.exec(run);
  const start = next + Number.parseInt(gap || "0", 36);
  next = start + Number.parseInt(more || "0", 36) + 1;
  starts.push(start);
  ends.push(next);
  classes.push(name);
}

/** The class of a code point: G and H are Hangul syllables without and with a final, an empty text is any other character. */
function classOf(point) {
  if (point >= 0xac00 && point < 0xd7a4) return (point - 0xac00) % 28 === 0 ? "G" : "H";
  return search(point);
}

function search(point) {
  let low = 0;
  let high = starts.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (point < starts[middle]) high = middle - 1;
    else if (point >= ends[middle]) low = middle + 1;
    else return classes[middle];
  }
  return "";
}

const HANGUL = { L: ["L", "V", "G", "H"], G: ["V", "T"], V: ["V", "T"], H: ["T"], T: ["T"] };
const EXTENDS = new Set(["E", "F", "K"]);

/** A picture such as 👩‍💻: 0 none, 1 open, 2 joined. */
const pictureAfter = (was, name) => (name === "X" || (was === 1 && EXTENDS.has(name)) ? 1 : was === 1 && name === "Z" ? 2 : 0);
/** Whether a consonant that follows belongs to the conjunct (क्त), by the server's reading of the rule. */
const isLinkedAfter = (was, name) => name === "K" || name === "M" || (was && (name === "E" || name === "Z"));

/** Where one grapheme ends and the next begins, character by character. */
class Boundary {
  constructor() {
    this.before = "C";
    this.flags = 0;
    this.picture = 0;
    this.isLinked = false;
  }

  /** Whether a new grapheme begins with a character of this class. */
  take(name) {
    const begins = this.separates(name);
    this.flags = name === "R" ? this.flags + 1 : 0;
    this.picture = pictureAfter(this.picture, name);
    this.isLinked = isLinkedAfter(this.isLinked, name);
    this.before = name;
    return begins;
  }

  separates(name) {
    if (this.before === "C" || name === "C") return true;
    if (EXTENDS.has(name) || name === "Z" || name === "S" || this.before === "P") return false;
    if (HANGUL[this.before]?.includes(name)) return false;
    if (name === "I" && this.isLinked) return false;
    if (name === "X" && this.picture === 2) return false;
    return !(name === "R" && this.flags % 2 === 1);
  }
}

/** The graphemes of a text, white space included. */
export function splitCharacters(text) {
  const boundary = new Boundary();
  const parts = [];
  for (const character of text) {
    if (boundary.take(classOf(character.codePointAt(0)))) parts.push(character);
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** Graphemes without white space and line breaks. */
export function countCharacters(text) {
  const boundary = new Boundary();
  let count = 0;
  for (const character of text.replace(WHITE_SPACE, "")) {
    if (boundary.take(classOf(character.codePointAt(0)))) count += 1;
  }
  return count;
}
