// 提出控: printing, the participant's own check, and nothing of a finished attempt stays on this device.

import { sha256Hex } from "./canonical.js";
import { Store } from "./store.js";

const data = JSON.parse(document.getElementById("receipt-data").textContent);
const result = document.getElementById("own-check-result");

// What a reopened attempt has not sent yet must survive a look at an earlier 提出控.
if (data.isSubmitted) new Store(data.userId, data.publicId).clear().catch(() => {});

const printButton = document.getElementById("print-button");
printButton.hidden = false;
printButton.addEventListener("click", () => print());

if (globalThis.crypto?.subtle) {
  document.getElementById("own-check").hidden = false;
  document.getElementById("own-check-button").addEventListener("click", check);
}

async function check() {
  const wrong = [];
  for (const [question, answer] of Object.entries(data.answers)) {
    if (!(await agrees(question, answer))) wrong.push(name(question));
  }
  const whole = await sha256Hex(canonical(data.answers));
  const agree = whole === shown("[data-answers-sha256]") && wrong.length === 0;
  const count = Object.keys(data.answers).length;
  say(agree ? "done" : "error", agree ? "一致しました。" : "一致しません。", agree
    ? `この画面の解答${count}件から計算した値は、提出控の値とすべて同じです。`
    : `提出控の値と違います${wrong.length ? `: ${wrong.join("、")}` : ""}。この画面を印刷し、事務局にお知らせください。`);
}

/** Whether the hash of an answer, its line on the page and the text shown all say the same. */
async function agrees(question, answer) {
  const row = document.querySelector(`[data-question="${CSS.escape(question)}"]`);
  const text = document.querySelector(`[data-text-of="${CSS.escape(question)}"]`);
  const body = JSON.parse(answer.body);
  if (text) body.text = text.textContent;
  return (await sha256Hex(canonical(body))) === shown("[data-sha256]", row) && shown("[data-sha256]", row) === answer.sha256;
}

/** JSON as the server hashes it: keys sorted at every depth, no spaces. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function shown(selector, place = document) {
  return place?.querySelector(selector)?.textContent.trim();
}

function name(question) {
  return document.querySelector(`[data-question="${CSS.escape(question)}"]`)?.dataset.name ?? question;
}

function say(kind, title, words) {
  const note = document.createElement("div");
  note.className = `note note-${kind}`;
  for (const [text, style] of [[title, "note-title"], [words, ""]]) {
    const line = document.createElement("p");
    line.className = style;
    line.textContent = text;
    note.append(line);
  }
  result.replaceChildren(note);
}
