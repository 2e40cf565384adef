// Saves a lesson's worksheet while it is being typed and says so in words; the form's own button works without it.

import { Device } from "./device.js";

const QUIET_MS = 3000;      // after the last keystroke
const STEADY_MS = 8000;     // at the latest while typing goes on
const RETRY_MS = 10_000;
const ANSWER_WITHIN = 20_000;

const LOGGED_OUT = "ログインの期限が切れたため保存できません。文章をコピーしてから、ログインし直してください。";
const CLOSED = "このレッスンはいま公開されていないため保存できません。文章をコピーして、手元に残してください。";
const REFUSED = { 400: LOGGED_OUT, 401: LOGGED_OUT, 403: CLOSED };  // what is typed stays on the screen
const PUT_BACK = "前回この端末で入力し、まだ保存していなかった文章を欄に戻しました。続けて保存します。";
const FAILED = "まだ保存できていません。入力した内容はこの画面に残っています。通信が戻ると自動で保存します。";
const FAILED_KEPT = "まだ保存できていません。入力した内容はこの端末に残っています。通信が戻ると自動で保存します。";

/** One field: what is typed, what of it the server has, and the version it is typed upon. */
class Field {
  constructor(form, area, device) {
    this.key = area.name.slice("text-".length);
    this.area = area;
    this.device = device;
    this.base = form.elements[`base-${this.key}`];
    this.kept = form.querySelector(`[data-kept="${this.key}"]`);
    this.beside = form.querySelector(`[data-beside="${this.key}"]`);
    this.history = form.querySelector(`[data-history="${this.key}"]`);
    this.unheard = null;      // sent without an answer: it may be what the server has meanwhile
  }

  get isChanged() {
    return this.area.value !== this.kept.textContent;
  }

  /** False when this device keeps nothing. */
  keep() {
    if (this.isChanged) return this.device.keep(this.key, this.area.value, this.base.value);
    this.device.remove(this.key);
    return true;
  }

  putBack({ text, base }) {
    this.area.value = text;
    if (this.isChanged) this.base.value = base;
    else this.device.remove(this.key);
  }

  take(text, { version, beside }) {
    this.kept.textContent = text;
    this.base.value = version;
    this.history.hidden = !version;
    if (beside && beside !== this.unheard) this.beside.hidden = false;
    this.unheard = null;
    this.keep();
  }
}

/** One form with its saving state. */
class Worksheet {
  constructor(form) {
    this.form = form;
    this.words = form.querySelector("[data-saved]");
    this.device = new Device(form.dataset.user, new URL(form.action).pathname.slice(1) + "/");
    this.fields = new Map([...form.querySelectorAll("textarea")].map((area) => [area.name, new Field(form, area, this.device)]));
    this.calm = [this.words.textContent, this.words.dataset.saved];
    this.isDirty = false;
    this.isSending = false;
    this.isComposing = false;
    this.isKept = true;
    this.quiet = 0;
    this.steady = 0;
  }

  listen() {
    this.form.addEventListener("input", (event) => this.noteTyping(event.target));
    this.form.addEventListener("compositionstart", () => { this.isComposing = true; });
    this.form.addEventListener("compositionend", (event) => { this.isComposing = false; this.noteTyping(event.target); });
    this.form.addEventListener("submit", () => { this.isDirty = false; });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(); });
    window.addEventListener("online", () => this.save());
    window.addEventListener("beforeunload", (event) => { if (this.isDirty) event.preventDefault(); });
  }

  /** What an earlier page of this person could not send. Upon which version it was typed, the server judges. */
  restore() {
    const entries = this.device.list();
    for (const [key, entry] of entries) (this.fields.get(`text-${key}`) ?? this.addGone(key)).putBack(entry);
    this.isDirty = [...this.fields.values()].some((field) => field.isChanged);
    if (!this.isDirty) return;
    if (entries.length) this.say(PUT_BACK);
    this.form.closest("details")?.setAttribute("open", "");
    this.later(QUIET_MS);
  }

  /** A field that went with another edition: what was typed there goes to the server like everything else. */
  addGone(key) {
    const area = Object.assign(document.createElement("textarea"), { name: `text-${key}`, hidden: true });
    const base = Object.assign(document.createElement("input"), { name: `base-${key}`, type: "hidden" });
    this.form.append(area, base);
    const field = Object.assign(new Field(this.form, area, this.device), { kept: new Text(), beside: {}, history: {} });
    this.fields.set(area.name, field);
    return field;
  }

  noteTyping(area) {
    const field = this.fields.get(area.name);
    if (!field) return;
    this.isKept = field.keep();
    this.isDirty = true;
    this.say("入力中です");
    this.later(QUIET_MS);
  }

  later(wait) {
    window.clearTimeout(this.quiet);
    this.quiet = window.setTimeout(() => this.save(), wait);
    this.steady ||= window.setTimeout(() => this.save(), Math.max(STEADY_MS, wait));
  }

  async save() {
    window.clearTimeout(this.quiet);
    window.clearTimeout(this.steady);
    this.steady = 0;
    if (!this.isDirty || this.isSending) return;   // the end of the sending looks again
    if (this.isComposing) { this.later(QUIET_MS); return; }
    this.isDirty = false;
    this.isSending = true;
    const wait = await this.send([...this.fields.values()].filter((field) => field.isChanged));
    this.isSending = false;
    if (this.isDirty && wait) this.later(wait);
  }

  /** How long to wait before what is still to be saved is sent; 0 after a refusal, which typing on may end. */
  async send(changed) {
    if (!changed.length) {
      this.say(...this.calm);
      return QUIET_MS;
    }
    const sent = new Map(changed.map((field) => [field, field.area.value]));
    try {
      const response = await this.post(sent);
      const refused = REFUSED[response.status] ?? (response.status === 422 && (await response.json()).error);
      if (refused) {
        this.say(refused, "failed");
        this.isDirty = true;
        return 0;
      }
      if (!response.ok) throw new Error(String(response.status));
      this.take(await response.json(), sent);
      return QUIET_MS;
    } catch {
      for (const [field, text] of sent) field.unheard = text;
      this.isDirty = true;
      this.say(this.isKept ? FAILED_KEPT : FAILED, "failed");
      return RETRY_MS;
    }
  }

  post(sent) {
    const body = new FormData();
    body.set("csrf_token", this.form.elements.csrf_token.value);
    for (const [field, text] of sent) {
      body.set(`text-${field.key}`, text);
      body.set(`base-${field.key}`, field.base.value);
    }
    return fetch(this.form.action, {
      method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", keepalive: document.hidden,
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
  }

  take(answer, sent) {
    for (const [field, text] of sent) field.take(text, answer.fields[field.key] ?? { version: field.base.value });
    this.calm = [`${answer.saved_at} 保存済み`, "yes"];
    if (!this.isDirty) this.say(...this.calm);
  }

  say(text, state = "no") {
    this.words.dataset.saved = state;
    if (this.words.textContent !== text) this.words.textContent = text;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const worksheet = new Worksheet(form);
  worksheet.listen();
  worksheet.restore();
}
