// 論述問題: 字数 while typing, 原稿用紙 on demand, a hint where a real name may stand.

import { cleanText } from "../canonical.js";
import { countCharacters } from "../graphemes.js";
import { Manuscript } from "../manuscript.js";
import { NameHint } from "../names.js";

const area = (question) => question.querySelector("textarea.essay");
const views = new WeakMap();

export default {
  sendAfter: 3000,

  start(question, { page }) {
    views.set(question, [new Manuscript(question, area(question)), new NameHint(question, area(question))]);
    if (!page.historyUrl) question.querySelector(".essay-tools button[name]").remove();
  },

  body: (question) => ({ kind: "essay", text: cleanText(area(question).value) }),

  show(question, body) {
    // Written only when it differs: whatever is written here takes the browser's own undo away.
    if (area(question).value !== body.text) area(question).value = body.text;
  },

  isAnswered: (body) => countCharacters(body.text) > 0,

  refresh(question, body, { overLimit }) {
    const now = countCharacters(body.text);
    const { max } = question.querySelector("[data-control]").dataset;
    const words = now > overLimit ? `${overLimit}字を超えています。超えた分は採点の対象になりません。`
      : now > Number(max) ? `${max}字を超えています。` : "";
    const line = question.querySelector("[data-count]");
    line.querySelector("[data-now]").textContent = now;
    if (line.querySelector("[data-words]").textContent !== words) line.querySelector("[data-words]").textContent = words;
    line.classList.toggle("wrong-count", words !== "");
    for (const view of views.get(question) ?? []) view.refresh(body.text);
  },

  words: (_question, body) => body.text,
};
