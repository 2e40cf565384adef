// What the page notices, as facts: time away from it, text pasted from elsewhere, time without network.

const SHORTEST = 2;
const AT_ONCE = 50;

export class Conduct {
  constructor({ form, clock }) {
    this.clock = clock;
    this.sequence = 0;
    this.waiting = [];
    this.since = {};
    this.copied = "";
    const look = () => (document.visibilityState === "visible" && document.hasFocus() ? this.end("focus_lost") : this.begin("focus_lost"));
    addEventListener("blur", look);
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    for (const kind of ["copy", "cut"]) form.addEventListener(kind, () => this.remember());
    form.addEventListener("paste", (event) => this.pasted(event));
  }

  /** Facts to send now; they are kept until `drop` is told that they have arrived. */
  batch() {
    return this.waiting.slice(0, AT_ONCE);
  }

  drop(sent) {
    this.waiting = this.waiting.filter((fact) => !sent.includes(fact));
  }

  offline() {
    this.begin("offline");
  }

  online() {
    this.end("offline");
  }

  begin(kind) {
    this.since[kind] ??= performance.now();
  }

  end(kind) {
    const from = this.since[kind];
    if (from === undefined) return;
    delete this.since[kind];
    const seconds = Math.round((performance.now() - from) / 1000);
    if (seconds >= SHORTEST) this.note(kind, { seconds }, new Date(this.clock.now().getTime() - seconds * 1000));
  }

  /** What was taken from this page's own fields may be put back there; that is editing. */
  remember() {
    const field = document.activeElement;
    const isText = typeof field?.selectionStart === "number";
    this.copied = isText ? field.value.slice(field.selectionStart, field.selectionEnd) : String(getSelection());
  }

  pasted(event) {
    const text = (event.clipboardData?.getData("text") ?? "").replace(/\r\n?/g, "\n");
    const question = event.target.closest(".question")?.dataset.question;
    if (!question || text === "" || text === this.copied) return;
    this.note("pasted", { question, characters: [...text].length }, this.clock.now());
  }

  note(kind, detail, at) {
    this.sequence += 1;
    this.waiting.push({ sequence: this.sequence, kind, detail, at: at.toISOString() });
  }
}
