// Saves a lesson's worksheet while it is being typed and says so in words; the form's own button works without it.

const QUIET_MS = 3000;      // after the last keystroke
const STEADY_MS = 8000;     // at the latest while typing goes on
const RETRY_MS = 10000;

const LOGGED_OUT = "ログインの期限が切れたため保存できません。文章をコピーしてから、ログインし直してください。";
const CLOSED = "このレッスンはいま公開されていないため保存できません。文章をコピーして、手元に残してください。";
const REFUSED = { 400: LOGGED_OUT, 401: LOGGED_OUT, 403: CLOSED };  // what is typed stays on the screen

/** One form with its saving state. */
class Worksheet {
  constructor(form) {
    this.form = form;
    this.words = form.querySelector("[data-saved]");
    this.isDirty = false;
    this.isSending = false;
    this.isComposing = false;
    this.quiet = 0;
    this.steady = 0;
  }

  listen() {
    this.form.addEventListener("input", () => this.noteTyping());
    this.form.addEventListener("compositionstart", () => { this.isComposing = true; });
    this.form.addEventListener("compositionend", () => { this.isComposing = false; this.noteTyping(); });
    this.form.addEventListener("submit", () => { this.isDirty = false; });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(); });
    window.addEventListener("online", () => this.save());
    window.addEventListener("beforeunload", (event) => { if (this.isDirty) event.preventDefault(); });
  }

  noteTyping() {
    if (!this.isDirty) {
      this.isDirty = true;
      this.say("入力中です");
      this.steady = window.setTimeout(() => this.save(), STEADY_MS);
    }
    window.clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => this.save(), QUIET_MS);
  }

  async save() {
    if (!this.isDirty || this.isSending) return;
    if (this.isComposing) { this.noteTyping(); return; }
    window.clearTimeout(this.quiet);
    window.clearTimeout(this.steady);
    this.isDirty = false;
    this.isSending = true;
    try {
      await this.send();
    } catch {
      this.isDirty = true;
      this.quiet = window.setTimeout(() => this.save(), RETRY_MS);
      this.say("まだ保存できていません。入力した内容はこの画面に残っています。通信が戻ると自動で保存します。", "failed");
    } finally {
      this.isSending = false;
    }
  }

  async send() {
    const response = await fetch(this.form.action, {
      method: "POST", body: new FormData(this.form), headers: { Accept: "application/json" },
      credentials: "same-origin", keepalive: document.hidden,
    });
    const refused = REFUSED[response.status];
    if (refused) {
      this.say(refused, "failed");
      this.isDirty = true;
      return;
    }
    const answer = await response.json();
    if (response.status === 422) { this.say(answer.error, "failed"); return; }
    if (!response.ok) throw new Error(String(response.status));
    this.take(answer);
  }

  take(answer) {
    for (const [key, field] of Object.entries(answer.fields)) {
      this.form.elements[`base-${key}`].value = field.version;
      if (field.beside) this.form.querySelector(`[data-beside="${key}"]`).hidden = false;
    }
    if (!this.isDirty) this.say(`${answer.saved_at} 保存済み`, "yes");
  }

  say(text, state = "no") {
    this.words.dataset.saved = state;
    if (this.words.textContent !== text) this.words.textContent = text;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Worksheet(form).listen();
