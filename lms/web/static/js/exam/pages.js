// One question at a time: turning pages, the palette, and the case a question belongs to.

export class Pages {
  constructor() {
    this.questions = [...document.querySelectorAll(".question")];
    this.links = new Map([...document.querySelectorAll(".palette ol a")].map((link) => [link.hash, link]));
    for (const question of this.questions) question.tabIndex = -1;
    this.turn = document.getElementById("turn");
    this.here = 0;
    document.body.classList.add("is-paged");
    this.turn.hidden = this.questions.length < 2;
    document.getElementById("turn-back").addEventListener("click", () => this.go(this.here - 1));
    document.getElementById("turn-on").addEventListener("click", () => this.go(this.here + 1));
    for (const [place, link] of this.links) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.go(this.questions.findIndex((each) => `#${each.id}` === place));
      });
    }
    if (matchMedia("(max-width: 899px)").matches) document.getElementById("palette").open = false;
    const asked = this.questions.findIndex((each) => `#${each.id}` === location.hash);
    this.show(Math.max(asked, 0));
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
    this.links.get(`#${this.questions[index].id}`)?.setAttribute("aria-current", "step");
    this.showCase(this.questions[index].dataset.case);
    const isLast = index === this.questions.length - 1;
    document.getElementById("turn-back").disabled = index === 0;
    document.getElementById("turn-on").disabled = isLast;
    // One main button at a time: the next question, and handing in only on the last one.
    document.getElementById("turn-on").classList.toggle("button-quiet", isLast);
    document.getElementById("hand-in-button").classList.toggle("button-quiet", !isLast);
    document.getElementById("turn-place").textContent = `${index + 1} / ${this.questions.length}問`;
  }

  /** The shared text beside each question that belongs to it. */
  showCase(id) {
    for (const text of document.querySelectorAll("[data-case-text]")) text.hidden = text.dataset.caseText !== id;
    document.querySelector(".exam-sheet").classList.toggle("has-case", id !== undefined);
  }

  /** Bring the palette up to date. */
  mark(question, { isAnswered, isFlagged }) {
    const link = this.links.get(`#${question.id}`);
    link.dataset.answered = isAnswered ? "yes" : "no";
    link.dataset.flagged = isFlagged ? "yes" : "no";
    link.querySelector("span").textContent = (isAnswered ? "解答済み" : "未解答") + (isFlagged ? "・見直し" : "");
    const answered = [...this.links.values()].filter((each) => each.dataset.answered === "yes").length;
    document.getElementById("palette-count").textContent = `${answered}/${this.questions.length} 解答済み`;
  }
}
