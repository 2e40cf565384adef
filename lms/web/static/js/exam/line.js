// What a figure and a short text have in common: one line of text.

import { cleanText } from "./canonical.js";

export function lineKind(kind) {
  const input = (question) => question.querySelector('[data-control] input[type="text"]');
  return {
    sendAfter: 1500,

    start(question) {
      // Enter would press a button of the form; here it only ends a conversion.
      input(question).addEventListener("keydown", (event) => {
        if (event.key === "Enter") event.preventDefault();
      });
    },

    body: (question) => ({ kind, text: cleanText(input(question).value) }),

    show(question, body) {
      input(question).value = body.text;
    },

    isAnswered: (body) => body.text.trim() !== "",

    words: (_question, body) => body.text,
  };
}
