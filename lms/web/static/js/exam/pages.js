// One question at a time: turning pages, the palette, and the count of characters.

import { countCharacters } from "./canonical.js";

export class Pages {
  constructor({ overLimit }) {
    this.overLimit = overLimit;
    this.questions = [...document.querySelectorAll(".question")];
    this.links = new Map([...document.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link]));
    this.turn = document.getElementById("turn");
    this.here = 0;
    document.body.classList.add("is-paged");
    this.turn.hidden = this.questions.length < 2;
    document.getElementById("turn-back").addEventListener("click", () => this.go(this.here - 1));
    document.getElementById("turn-on").addEventListener("click", () => this.go(this.here + 1));
    for (const [number, link] of this.links) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.go(this.questions.findIndex((each) => each.dataset.number === number));
      });
    }
    if (matchMedia("(max-width: 899px)").matches) document.getElementById("palette").open = false;
    const asked = this.questions.findIndex((each) => `#${each.id}` === location.hash);
    this.show(Math.max(asked, 0));
    this.questions.forEach((question) => this.mark(question));
  }

  go(index) {
    if (index < 0 || index >= this.questions.length) return;
    this.show(index);
    const question = this.questions[index];
    history.replaceState(null, "", `#${question.id}`);
    scrollTo({ top: 0 });
    question.focus({ preventScroll: true });
  }

  goTo(question) {
    this.go(this.questions.indexOf(question));
  }

  show(index) {
    this.here = index;
    this.questions.forEach((question, each) => {
      question.hidden = each !== index;
    });
    for (const link of this.links.values()) link.removeAttribute("aria-current");
    this.links.get(this.questions[index].dataset.number)?.setAttribute("aria-current", "step");
    const isLast = index === this.questions.length - 1;
    document.getElementById("turn-back").disabled = index === 0;
    document.getElementById("turn-on").disabled = isLast;
    // One main button at a time: the next question, and handing in only on the last one.
    document.getElementById("turn-on").classList.toggle("button-quiet", isLast);
    document.getElementById("hand-in-button").classList.toggle("button-quiet", !isLast);
    document.getElementById("turn-place").textContent = `${index + 1} / ${this.questions.length}問`;
  }

  /** Bring palette and 字数 of a question up to date. */
  mark(question) {
    const value = valueOf(question);
    const isAnswered = value.trim() !== "";
    const isFlagged = question.querySelector('input[type="checkbox"]').checked;
    const link = this.links.get(question.dataset.number);
    link.dataset.answered = isAnswered ? "yes" : "no";
    link.dataset.flagged = isFlagged ? "yes" : "no";
    link.querySelector("[data-words]").textContent = (isAnswered ? "解答済み" : "未解答") + (isFlagged ? "・見直し" : "");
    const answered = [...this.links.values()].filter((each) => each.dataset.answered === "yes").length;
    document.getElementById("palette-count").textContent = `${answered}/${this.questions.length} 解答済み`;
    if (question.dataset.kind === "essay") this.count(question, value);
  }

  count(question, value) {
    const now = countCharacters(value);
    const most = Number(question.dataset.max);
    const words = now > this.overLimit ? `${this.overLimit}字を超えています。超えた分は採点の対象になりません。`
      : now > most ? `${most}字を超えています。` : "";
    question.querySelector("[data-now]").textContent = now;
    question.querySelector("[data-count] [data-words]").textContent = words;
    question.querySelector("[data-count]").classList.toggle("wrong-count", words !== "");
  }
}

export function valueOf(question) {
  const essay = question.querySelector("textarea");
  return essay ? essay.value : question.querySelector('input[type="radio"]:checked')?.value ?? "";
}

export function setValue(question, body) {
  const essay = question.querySelector("textarea");
  if (essay) {
    essay.value = body.text ?? "";
    return;
  }
  for (const radio of question.querySelectorAll('input[type="radio"]')) radio.checked = radio.value === body.option;
}
