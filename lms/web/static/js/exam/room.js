// The exam page: brings form, device store, server and clock together. Without it the form works by itself.

import { ServerClock, japaneseTime } from "./clock.js";
import { Conduct } from "./conduct.js";
import { note, offerChoice, showNotices, unnote } from "./notes.js";
import { Outbox } from "./outbox.js";
import { Pages } from "./pages.js";
import { Store } from "./store.js";
import { Timer } from "./timer.js";

const page = JSON.parse(document.getElementById("exam-data").textContent);
const form = document.getElementById("answer-form");
const savedLine = document.getElementById("saved-line");
const announcer = document.getElementById("announcer");
const FORMER_PAGE = "nintei-exam-former-page";
const CHOICES = '.question select, .question input:not([type="hidden"], [type="text"])';
/** No answer, in the fields of every kind. */
const EMPTY = { option: null, options: [], order: [], pairs: [], text: "" };

/** Read out once. */
function announce(words) {
  announcer.textContent = words;
}

/** The page that stood in this tab until it was left: going on in its place is no second device. */
function takeFormerPage(device) {
  const former = sessionStorage.getItem(FORMER_PAGE);
  sessionStorage.removeItem(FORMER_PAGE);
  addEventListener("pagehide", () => sessionStorage.setItem(FORMER_PAGE, device));
  return former;
}

/** Whether a field says something else than the page it came with: typed or chosen before the script was there. */
function isTouched(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "select-one") {
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  }
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

class Room {
  constructor(kinds) {
    this.kinds = kinds;
    this.device = crypto.randomUUID();
    this.clock = new ServerClock(page.serverTime);
    this.pages = new Pages();
    this.isLeaving = false;
    this.isLocked = false;
    this.locks = new Set();
    this.questions = new Map(this.pages.questions.map((question) => [question.dataset.question, question]));
    this.conduct = new Conduct({ form, clock: this.clock });
    this.outbox = new Outbox({
      page,
      store: new Store(page.userId, page.publicId),
      clock: this.clock,
      conduct: this.conduct,
      device: this.device,
      replaces: takeFormerPage(this.device),
      csrf: form.elements.csrf_token.value,
      report: (event, detail) => this.hear(event, detail),
    });
    form.elements.device.value = this.device;
    for (const [id] of this.questions) this.outbox.bases.set(id, Number(this.base(id).value));
  }

  async start() {
    const isEarly = (question) => [...question.querySelectorAll("input, textarea, select")].some(isTouched);
    this.early = new Set([...this.questions.values()].filter(isEarly));
    form.addEventListener("input", (event) => this.typed(event.target.closest(".question")));
    for (const question of this.questions.values()) {
      this.kind(question).start?.(question, { page, say: announce, changed: () => this.typed(question) });
      this.mark(question);
    }
    const restored = await this.outbox.restore();
    for (const entry of restored) this.putBack(entry);
    this.takeEarly(new Set(restored.map((entry) => entry.question)));
    this.timer = new Timer({ clock: this.clock, deadline: page.deadline, onTimeUp: () => this.timeUp() });
    form.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("beforeunload", (event) => {
      if (this.outbox.unsent && !this.isLeaving) event.preventDefault();
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
    if (page.paused) this.pause(page.remaining);
    if (this.outbox.unsent) this.say("waiting", `未送信 ${this.outbox.unsent} 件 — 送信しています`);
    else this.say("plain", "解答は入力するたびに保存されます");
    this.outbox.send();
  }

  base(id) {
    return form.elements[`base-${id}`];
  }

  kind(question) {
    return this.kinds.get(question.dataset.kind);
  }

  /** 「問7」 */
  nameOf(question) {
    return `問${question.id.slice("q-".length)}`;
  }

  flag(question) {
    return form.elements[`flag-${question.dataset.question}`];
  }

  /** Bring palette and whatever the kind shows up to date; returns the answer as the page has it. */
  mark(question) {
    const kind = this.kind(question);
    const body = kind.body(question);
    this.pages.mark(question, { isAnswered: kind.isAnswered(body), isFlagged: this.flag(question).checked });
    kind.refresh?.(question, body, page);
    return body;
  }

  typed(question) {
    if (!question || this.isLocked) return;
    if (this.early) this.early.add(question);
    else this.keep(question);
  }

  /** What she typed while the script was still on its way; texts of an earlier page on this device go before it. */
  takeEarly(restored) {
    const { early } = this;
    this.early = null;
    for (const question of early) if (!restored.has(question.dataset.question)) this.keep(question);
  }

  /** Take the answer as this page shows it; also from a page that is only to be looked at, when she chose its text. */
  keep(question) {
    const body = this.mark(question);
    const { sendAfter } = this.kind(question);
    this.outbox.put(question.dataset.question, body, { isFlagged: this.flag(question).checked, sendAfter });
  }

  putBack(entry) {
    const question = this.questions.get(entry.question);
    if (!question) return;
    this.kind(question).show(question, entry.body);
    this.outbox.bases.set(entry.question, entry.base_version); // what is typed now builds on what she saw then
    this.flag(question).checked = entry.flagged;
    this.mark(question);
  }

  hear(event, detail) {
    const heard = {
      waiting: () => savedLine.dataset.state !== "offline" && this.say("waiting", "保存しています…"),
      saved: () => this.saved(detail),
      offline: () => this.offline(),
      pulse: () => this.pulse(detail),
      stale: () => this.stale(detail),
      late: () => this.late(),
      refused: () => note("refused", "error", "保存できない解答があります", detail.item.text ?? "この大問の設問ではありません。"),
      "signed-out": () => this.signedOut(),
      "not-yours": () => this.notYours(),
      "not-kept": () => note("not-kept", "warning", "この端末には保存できません", "ブラウザーの設定により、通信が切れたときの控えを残せません。通信の安定した場所で受験してください。"),
    };
    heard[event]?.();
  }

  say(state, words) {
    if (savedLine.dataset.state !== state && (state === "offline" || savedLine.dataset.state === "offline")) announcer.textContent = words;
    savedLine.dataset.state = state;
    savedLine.textContent = words;
  }

  saved(serverTime) {
    unnote("signed-out");
    if (document.getElementById("note-offline")) {
      unnote("offline");
      announcer.textContent = "通信が戻りました。解答を保存しました。";
    }
    const doubled = this.doubled();
    if (doubled) this.say("offline", `${this.nameOf(doubled)} — 2つの解答があります`);
    else this.say("saved", `${japaneseTime(new Date(serverTime))} 保存済み`);
    for (const [id, version] of this.outbox.bases) if (this.base(id)) this.base(id).value = version;
  }

  /** The first question with two texts to choose from. */
  doubled() {
    return document.querySelector(".two-texts")?.closest(".question");
  }

  settleDoubled() {
    if (!this.doubled()) unnote("doubled");
    if (!this.outbox.unsent) this.saved(this.clock.now());
  }

  offline() {
    const unsent = this.outbox.unsent;
    this.say("offline", unsent ? `未送信 ${unsent} 件 — この端末に保存しています` : "通信が切れています");
    if (unsent) note("offline", "warning", "通信が切れました", "解答はこの端末に残っています。再接続を待っています。このまま解答を続けられます。");
  }

  signedOut() {
    unnote("offline");
    this.say("offline", `未送信 ${this.outbox.unsent} 件 — この端末に保存しています`);
    note("signed-out", "error", "ログインの有効期間が切れました", "解答はこの端末に残っています。別のタブでログインし直すと、自動的に送信します。",
      [["ログインし直す", () => open(page.loginUrl, "_blank", "noopener")]]);
  }

  notYours() {
    this.isNotYours = true;
    this.lock("not-yours");
    unnote("signed-out");
    unnote("offline");
    this.say("offline", "この画面からは保存できません");
    note("not-yours", "error", "別の方がログインしています", "この画面の解答は送信しません。受験する方がログインし直すと、続けられます。");
  }

  pulse(heard) {
    unnote("signed-out");
    if (this.isNotYours) {
      this.isNotYours = false;
      unnote("not-yours");
      this.unlock("not-yours");
    }
    if (heard.status === "submitted" || heard.section !== page.section) this.moveOn();
    else if (heard.paused) this.pause(heard.remaining);
    else if (this.isPaused) this.resume(heard.deadline);
    else if (heard.deadline && this.timer?.setDeadline(heard.deadline)) this.moved(heard.deadline);
    if (heard.notices) showNotices(heard.notices, announce);
    if (this.outbox.hasClaimed && heard.writer && heard.writer !== this.device) this.elsewhere();
    if (savedLine.dataset.state === "offline" && !this.outbox.unsent) this.saved(heard.server_time);
  }

  moved(deadline) {
    const words = `締切が ${japaneseTime(new Date(deadline))} に変わりました。`;
    announce(words);
    note("deadline", "info", words, "残り時間の表示も変わっています。");
    this.unlock("time");
  }

  /** The office has stopped the clock: nothing can be typed until it goes on, and what was typed is still sent. */
  pause(seconds) {
    this.timer?.pause(seconds);
    if (this.isPaused) return;
    this.isPaused = true;
    this.lock("paused");
    note("paused", "warning", "試験を一時停止しています。残り時間は減りません。", "再開まで、そのままお待ちください。再開すると、この画面で続けられます。");
  }

  resume(deadline) {
    this.isPaused = false;
    unnote("paused");
    this.timer.resume(deadline);
    this.unlock("paused");
    announce("試験を再開しました。");
    note("deadline", "info", "試験を再開しました。", `締切は ${japaneseTime(new Date(deadline))} です。`);
  }

  /** The server has gone on to another section, or the attempt is submitted: follow, once everything typed is there. */
  moveOn() {
    this.lock("over");
    if (this.outbox.unsent || this.isLeaving || this.isLate) return;
    this.isLeaving = true;
    location.reload();
  }

  /** Answers that came after the hand-in: the page stays until she has read it. */
  late() {
    this.isLate = true;
    note("late", "warning", "提出の後に届いた解答があります", "遅延受信として保管しました。取り扱いは事務局が決めます。",
      [["今の状態を表示する", () => location.reload()]]);
  }

  stale({ item, isLatest }) {
    const question = this.questions.get(item.question);
    if (!question || item.current_version === undefined) return;
    const kind = this.kind(question);
    const body = item.current_body ? JSON.parse(item.current_body) : EMPTY;
    if (!isLatest) return;
    // Until she has chosen, what she types goes on building on the version she knew: the server keeps it beside the
    // stored one, and neither replaces the other unasked.
    const choose = () => {
      this.outbox.bases.set(item.question, item.current_version);
      this.base(item.question).value = item.current_version;
      this.keep(question);
      this.settleDoubled();
    };
    const useStored = () => {
      kind.show(question, body);
      choose();
    };
    const useMine = choose;
    offerChoice(question, kind.words(question, body) || "(未解答)", { useStored, useMine });
    note("doubled", "warning", `${this.nameOf(question)}に2つの解答があります`, "設問を開いて、どちらを解答にするか選んでください。",
      [["設問を開く", () => this.pages.goTo(question)]]);
  }

  elsewhere() {
    if (this.isElsewhere) return;
    this.isElsewhere = true;
    this.lock("elsewhere");
    note("elsewhere", "warning", "別の画面で解答しています",
      "この試験が別のタブまたは端末で開かれたため、この画面は見るだけになりました。ここで入力した内容は消えません。",
      [["この画面で解答を続ける", () => this.comeBack()]]);
  }

  async comeBack() {
    await this.outbox.flush();
    location.reload();
  }

  /** Nothing can be typed while there is any reason for it. */
  lock(reason) {
    this.locks.add(reason);
    this.applyLocks();
  }

  unlock(reason) {
    if (this.locks.delete(reason)) this.applyLocks();
  }

  applyLocks() {
    const isLocked = this.locks.size > 0;
    this.isLocked = isLocked;
    for (const field of form.querySelectorAll('.question textarea, .question input[type="text"]')) field.readOnly = isLocked;
    for (const field of form.querySelectorAll(CHOICES)) field.disabled = isLocked;
    for (const field of form.querySelectorAll(".exam-end button, .essay-tools button[name]")) field.disabled = isLocked;
  }

  async submitted(event) {
    event.preventDefault();
    const wanted = event.submitter?.value ?? "save";
    const isSent = await this.outbox.flush();
    if (!isSent) {
      note("unsent", "warning", "まだ送信できていない解答があります", "つながってから、もう一度押してください。解答はこの端末に残っています。");
      return;
    }
    unnote("unsent");
    if (wanted === "save") return;
    if (this.doubled()) {
      this.pages.goTo(this.doubled());
      return;
    }
    this.isLeaving = true;
    location.assign(wanted === "hand_in" ? page.confirmUrl : page.historyUrl + wanted.slice("history-".length));
  }

  async timeUp() {
    this.lock("time");
    const isSent = await this.outbox.flush();
    if (this.isLate) return;
    if (!isSent || this.isElsewhere) {
      note("time", "warning", "時間になりました", "未送信の解答はこの端末に残っています。つながりしだい送信します。");
      return;
    }
    note("time", "info", "時間になりました", "解答を提出しています。");
    this.isLeaving = true;
    for (const field of form.querySelectorAll(CHOICES)) field.disabled = false;
    form.action = page.handInUrl;
    form.submit();
  }
}

if (isSecureContext && globalThis.indexedDB) {
  const modules = await Promise.all(page.kinds.map((kind) => import(`./kinds/${kind}.js`)));
  new Room(new Map(page.kinds.map((kind, index) => [kind, modules[index].default]))).start();
}
