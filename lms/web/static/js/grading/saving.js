// Saving the draft, and holding the essay for this device while its grader is active.

const SAVE_AFTER_MS = 1200;
const RENEW_EVERY_MS = 180_000;
const GONE = "この答案は、ほかの採点者の担当になりました。入力はこの画面に残っています。「答案の一覧」に戻ってください。";

export class Saving {
  constructor(form, body) {
    this.form = form;
    this.body = body;
    this.says = document.getElementById("saved");
    this.timer = 0;
    this.heldAt = Date.now();
    this.isSending = false;
    this.hasMore = false;
    this.isLost = false;
    this.waiting = null;
    form.addEventListener("submit", (event) => this.beforeSubmit(event));
    for (const sign of ["pointerdown", "keydown", "wheel", "touchmove"]) {
      addEventListener(sign, () => this.renew(), { passive: true });
    }
    addEventListener("pageshow", (event) => { if (event.persisted) this.open(); });
  }

  later(wait = SAVE_AFTER_MS) {
    clearTimeout(this.timer);
    if (!this.isLost) this.timer = setTimeout(() => this.send(), wait);
  }

  // The page was opened here: from now on this device holds the essay, and an older page does no longer.
  async open() {
    const answer = await this.hold("take");
    if (answer?.ok) {
      document.getElementById("elsewhere")?.remove();
      const { version } = await answer.json();
      if (version !== Number(this.form.elements.version.value) && !this.isSending) this.lose("新しい下書きがあります。ページを開き直してください。");
    }
  }

  async renew() {
    if (this.isLost || Date.now() - this.heldAt < RENEW_EVERY_MS) return;
    await this.hold("renew");
  }

  async hold(act) {
    this.heldAt = Date.now();
    try {
      const answer = await this.post(this.form.dataset.lease, new URLSearchParams({ act }));
      if (!answer.ok) await this.refused(answer);
      return answer;
    } catch {
      return null; // the next saving says that the line is cut
    }
  }

  async send() {
    if (this.isSending) { this.hasMore = true; return; }
    this.isSending = true;
    this.says.textContent = "保存しています…";
    const { version, page } = this.form.elements;
    try {
      const answer = await this.post(this.form.dataset.draft, JSON.stringify({ ...this.body(), version: version.value, page: page.value }));
      if (answer.ok) {
        const saved = await answer.json();
        version.value = saved.version;
        this.heldAt = Date.now();
        this.says.textContent = `${saved.saved_at} 下書き保存済み`;
      } else await this.refused(answer);
    } catch {
      this.says.textContent = "通信が切れています。入力はこの画面に残っています。つながると保存します。";
      this.hasMore = true;
    } finally {
      this.isSending = false;
    }
    this.afterSending();
  }

  afterSending() {
    if (this.waiting) {
      const button = this.waiting;
      this.waiting = null;
      this.form.requestSubmit(button);
    } else if (this.hasMore) {
      this.hasMore = false;
      this.later(SAVE_AFTER_MS * 4);
    }
  }

  post(address, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": this.form.elements.csrf_token.value };
    if (typeof body === "string") headers["Content-Type"] = "application/json";
    return fetch(address, { method: "POST", headers, body });
  }

  async refused(answer) {
    const words = await answer.json().catch(() => ({}));
    if (answer.status === 404) this.lose(GONE);
    else if (answer.status === 409) this.lose(words.text);
    else this.says.textContent = words.text || "保存できませんでした。「下書きを保存」を押してください。";
  }

  // Nothing is sent from this page any more; what was typed stays in it, to be read and copied.
  lose(words) {
    clearTimeout(this.timer);
    this.isLost = true;
    this.hasMore = false;
    this.says.textContent = words;
    this.says.classList.add("is-lost");
  }

  beforeSubmit(event) {
    clearTimeout(this.timer);
    if (!this.isSending) return;
    event.preventDefault(); // the draft on its way and the form must not overtake each other
    this.waiting = event.submitter;
  }
}
