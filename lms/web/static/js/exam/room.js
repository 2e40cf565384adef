// The exam page: brings form, device store, server and clock together. Without it the form works by itself.

import { answerBody } from "./canonical.js";
import { ServerClock, japaneseTime } from "./clock.js";
import { note, offerChoice, unnote } from "./notes.js";
import { Outbox } from "./outbox.js";
import { Pages, setValue, valueOf } from "./pages.js";
import { Store } from "./store.js";
import { Timer } from "./timer.js";

const page = JSON.parse(document.getElementById("exam-data").textContent);
const form = document.getElementById("answer-form");
const savedLine = document.getElementById("saved-line");
const announcer = document.getElementById("announcer");

class Room {
  constructor() {
    this.device = crypto.randomUUID();
    this.clock = new ServerClock(page.serverTime);
    this.pages = new Pages(page);
    this.isLeaving = false;
    this.isLocked = false;
    this.questions = new Map(this.pages.questions.map((question) => [question.dataset.question, question]));
    this.outbox = new Outbox({
      page,
      store: new Store(page.userId, page.publicId),
      clock: this.clock,
      device: this.device,
      csrf: form.elements.csrf_token.value,
      report: (event, detail) => this.hear(event, detail),
    });
    form.elements.device.value = this.device;
    for (const [id] of this.questions) this.outbox.bases.set(id, Number(this.base(id).value));
  }

  async start() {
    for (const entry of await this.outbox.restore()) this.putBack(entry);
    this.timer = new Timer({ clock: this.clock, deadline: page.deadline, onTimeUp: () => this.timeUp() });
    form.addEventListener("input", (event) => this.typed(event.target.closest(".question")));
    form.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("beforeunload", (event) => {
      if (this.outbox.unsent && !this.isLeaving) event.preventDefault();
    });
    addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
    if (this.outbox.unsent) this.say("waiting", `未送信 ${this.outbox.unsent} 件 — 送信しています`);
    else this.say("plain", "解答は入力するたびに保存されます");
    this.outbox.send();
  }

  base(id) {
    return form.elements[`base-${id}`];
  }

  typed(question) {
    if (question && !this.isLocked) this.keep(question);
  }

  /** Take the answer as this page shows it; also from a page that is only to be looked at, when she chose its text. */
  keep(question) {
    this.pages.mark(question);
    const { question: id, kind } = question.dataset;
    const isFlagged = question.querySelector('input[type="checkbox"]').checked;
    this.outbox.put(id, kind, answerBody(kind, valueOf(question)), isFlagged);
  }

  putBack(entry) {
    const question = this.questions.get(entry.question);
    if (!question) return;
    setValue(question, entry.body);
    question.querySelector('input[type="checkbox"]').checked = entry.flagged;
    this.pages.mark(question);
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
    if (doubled) this.say("offline", `問${doubled.dataset.number} — 2つの解答があります`);
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
    this.lock();
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
      this.unlock();
    }
    if (heard.status === "submitted" || heard.section !== page.section) this.moveOn();
    else if (heard.deadline && this.timer?.setDeadline(heard.deadline)) {
      const words = `締切が ${japaneseTime(new Date(heard.deadline))} に変わりました。`;
      announcer.textContent = words;
      note("deadline", "info", words, "残り時間の表示も変わっています。");
      if (!this.isElsewhere) this.unlock();
    }
    if (this.outbox.hasClaimed && heard.writer && heard.writer !== this.device) this.elsewhere();
    if (savedLine.dataset.state === "offline" && !this.outbox.unsent) this.saved(heard.server_time);
  }

  /** The server has gone on to another section, or the attempt is submitted: follow, once everything typed is there. */
  moveOn() {
    this.lock();
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
    const body = item.current_body ? JSON.parse(item.current_body) : answerBody(question.dataset.kind, "");
    this.outbox.bases.set(item.question, item.current_version);
    if (!isLatest) return;
    const useStored = () => {
      setValue(question, body);
      this.base(item.question).value = item.current_version;
      this.pages.mark(question);
      this.settleDoubled();
    };
    const useMine = () => {
      this.keep(question);
      this.settleDoubled();
    };
    const chosen = [...question.querySelectorAll('input[type="radio"]')].find((radio) => radio.value === body.option);
    const words = body.text ?? chosen?.closest("label").textContent ?? "(未解答)";
    offerChoice(question, words, { useStored, useMine });
    note("doubled", "warning", `問${question.dataset.number}に2つの解答があります`, "設問を開いて、どちらを解答にするか選んでください。",
      [["設問を開く", () => this.pages.goTo(question)]]);
  }

  elsewhere() {
    if (this.isElsewhere) return;
    this.isElsewhere = true;
    this.lock();
    note("elsewhere", "warning", "別の画面で解答しています",
      "この試験が別のタブまたは端末で開かれたため、この画面は見るだけになりました。ここで入力した内容は消えません。",
      [["この画面で解答を続ける", () => this.comeBack()]]);
  }

  async comeBack() {
    await this.outbox.flush();
    location.reload();
  }

  lock() {
    this.setLocked(true);
  }

  unlock() {
    this.setLocked(false);
  }

  setLocked(isLocked) {
    this.isLocked = isLocked;
    for (const field of form.querySelectorAll(".question textarea")) field.readOnly = isLocked;
    for (const field of form.querySelectorAll('.question input:not([type="hidden"]), .exam-end button')) field.disabled = isLocked;
  }

  async submitted(event) {
    event.preventDefault();
    const isHandIn = event.submitter?.value === "hand_in";
    const isSent = await this.outbox.flush();
    if (!isSent) {
      note("unsent", "warning", "まだ送信できていない解答があります", "つながってから、もう一度押してください。解答はこの端末に残っています。");
      return;
    }
    unnote("unsent");
    if (!isHandIn) return;
    if (this.doubled()) {
      this.pages.goTo(this.doubled());
      return;
    }
    this.isLeaving = true;
    location.assign(page.confirmUrl);
  }

  async timeUp() {
    this.lock();
    const isSent = await this.outbox.flush();
    if (this.isLate) return;
    if (!isSent || this.isElsewhere) {
      note("time", "warning", "時間になりました", "未送信の解答はこの端末に残っています。つながりしだい送信します。");
      return;
    }
    note("time", "info", "時間になりました", "解答を提出しています。");
    this.isLeaving = true;
    for (const field of form.querySelectorAll(".question input")) field.disabled = false;
    form.action = page.handInUrl;
    form.submit();
  }
}

if (isSecureContext && globalThis.indexedDB && Intl.Segmenter) new Room().start();
