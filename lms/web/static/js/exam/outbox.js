// The way of an answer to the server: kept on this device first, sent together with others, resent with growing waits,
// and gone from here only when the server has answered with the very hash that was computed here.

import { canonicalJson, sha256Hex } from "./canonical.js";

const KEEP_AFTER = 400;
const BEAT_EVERY = 10_000;
const LOOK_EVERY = 2500;
const ANSWER_WITHIN = 10_000;
const FIRST_WAIT = 1500;
const LONGEST_WAIT = 12_000;
const ITEMS_AT_ONCE = 50;

export class Outbox {
  /** `report(event, detail)` is told: saved, waiting, offline, stale, late, refused, pulse, signed-out, not-kept. */
  constructor({ page, store, clock, conduct, device, replaces, csrf, report }) {
    Object.assign(this, { page, store, clock, conduct, device, replaces, csrf, report });
    this.bases = new Map();
    this.pending = new Map();
    this.sequence = 0;
    this.wait = FIRST_WAIT;
    this.hasClaimed = false;
    this.isSending = null;
    this.lastAsked = 0;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" ? this.keepNow() : this.hurry());
    setInterval(() => this.beat(), LOOK_EVERY);
  }

  get unsent() {
    return this.pending.size;
  }

  /** Answers left on this device by an earlier page of the same person and attempt. */
  async restore() {
    const entries = await this.store.list().catch(() => []);
    for (const entry of entries) this.pending.set(entry.question, entry);
    return entries;
  }

  /** Take an answer as it is now; it is on its way at the latest `sendAfter` milliseconds after the first change. */
  put(question, body, { isFlagged, sendAfter }) {
    this.sequence += 1;
    this.pending.set(question, {
      question,
      body,
      device: this.device,
      sequence: this.sequence,
      base_version: this.bases.get(question) ?? 0,
      flagged: isFlagged,
      typed_at: this.clock.now().toISOString(),
    });
    this.report("waiting");
    this.keepTimer ??= setTimeout(() => this.keepNow(), KEEP_AFTER);
    this.schedule(sendAfter);
  }

  schedule(delay) {
    const due = performance.now() + delay;
    if (this.sendTimer && this.sendDue <= due) return;
    clearTimeout(this.sendTimer);
    this.sendDue = due;
    this.sendTimer = setTimeout(() => this.send(), delay);
  }

  async keepNow() {
    clearTimeout(this.keepTimer);
    this.keepTimer = null;
    if (!this.pending.size) return;
    await this.store.keep([...this.pending.values()]).catch(() => this.report("not-kept"));
  }

  hurry() {
    this.wait = FIRST_WAIT;
    if (this.pending.size || !this.hasClaimed) this.schedule(0);
    else this.ask();
  }

  /** Send what is waiting now; true when nothing is left. */
  async flush() {
    await this.isSending;
    for (let turn = 0; turn < 5 && this.pending.size; turn += 1) {
      if (!(await this.send())) break;
    }
    return this.pending.size === 0;
  }

  send() {
    clearTimeout(this.sendTimer);
    this.sendTimer = null;
    this.isSending ??= this.sendOnce().finally(() => {
      this.isSending = null;
    });
    return this.isSending;
  }

  async sendOnce() {
    await this.keepNow();
    // Entries of an earlier page go under that page's name, so that the server knows what it has had already.
    const device = [...this.pending.values()].find((entry) => entry.device !== this.device)?.device ?? this.device;
    const batch = [...this.pending.values()].filter((entry) => entry.device === device).slice(0, ITEMS_AT_ONCE);
    const hashes = await Promise.all(batch.map((entry) => sha256Hex(canonicalJson(entry.body))));
    const items = batch.map(({ question, sequence, base_version, body, typed_at, flagged }, index) => (
      { question, sequence, base_version, body, typed_at, flagged, sha256: hashes[index] }));
    const claim = device === this.device && !this.hasClaimed;
    const conduct = device === this.device ? this.conduct.batch() : [];
    const unsent = this.pending.size - batch.length;
    const body = { device, claim, items, conduct, unsent, ...(claim && this.replaces ? { replaces: this.replaces } : {}) };
    const answer = await this.request("POST", body);
    if (!answer) {
      this.schedule(this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
      return false;
    }
    this.hasClaimed ||= claim;
    this.conduct.drop(conduct);
    await this.settle(batch, hashes, answer);
    if (this.pending.size || !this.hasClaimed) this.schedule(this.pending.size > 1 || !this.hasClaimed ? 100 : FIRST_WAIT);
    return true;
  }

  async settle(batch, hashes, answer) {
    const done = [];
    let isProven = true;
    batch.forEach((entry, index) => {
      const item = answer.items.find((each) => each.question === entry.question && each.sequence === entry.sequence);
      if (!item) return;
      if (item.outcome === "current" && item.sha256 !== hashes[index]) {
        isProven = false;
        return;
      }
      if (item.outcome === "current") this.bases.set(entry.question, item.version);
      done.push(entry);
      const waiting = this.pending.get(entry.question);
      const isLatest = waiting.sequence === entry.sequence && waiting.device === entry.device;
      if (isLatest) this.pending.delete(entry.question);
      else if (item.outcome === "current" && waiting.device === entry.device) waiting.base_version = item.version;
      if (item.outcome !== "current") this.report(item.outcome, { item, entry, isLatest });
    });
    await this.store.remove(done).catch(() => {});
    this.report("pulse", answer);
    if (!this.pending.size) this.report("saved", answer.server_time);
    else if (!isProven) this.report("offline");
  }

  /** Heard of every ten seconds, also while answers come and go: only a beat brings what the office has to say. */
  async beat() {
    if (performance.now() - this.lastAsked < BEAT_EVERY) return;
    if (this.conduct.batch().length && !this.isSending) this.schedule(0);
    await this.ask();
  }

  async ask() {
    this.lastAsked = performance.now();
    const hadClaimed = this.hasClaimed;
    const answer = await this.request("GET");
    if (!answer) return;
    // Asked before this page was the writing one, it may name the page before, however late it comes.
    this.report("pulse", hadClaimed ? answer : { ...answer, writer: null });
    if (this.pending.size) this.schedule(FIRST_WAIT);
  }

  async request(method, body) {
    try {
      const sentAt = performance.now();
      const address = method === "GET" ? `${this.page.answersUrl}?unsent=${this.pending.size}` : this.page.answersUrl;
      const response = await fetch(address, {
        method,
        redirect: "error",
        cache: "no-store",
        signal: AbortSignal.timeout(ANSWER_WITHIN),
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": this.csrf },
        body: body && JSON.stringify(body),
      });
      if (!response.ok) return await this.refused(response, method);
      const answer = await response.json();
      this.wait = FIRST_WAIT;
      this.conduct.online();
      // Half of the way there and back has passed since the server looked at its clock.
      this.clock.set(new Date(Date.parse(answer.server_time) + (performance.now() - sentAt) / 2).toISOString());
      if (answer.csrf) this.csrf = answer.csrf;
      return answer;
    } catch {
      this.conduct.offline();
      this.report("offline");
      return null;
    }
  }

  async refused(response, method) {
    if (response.status === 401) this.report("signed-out");
    else if (response.status === 404) this.report("not-yours");
    else if (response.status === 400 && method === "POST") await this.ask(); // after a new log-in the old token is worthless
    else this.report("offline");
    return null;
  }
}
