// Works out the SHA-256 of a certificate's PDF in the browser and sends the page's form with it; the file stays here.

const LARGEST = 20 * 1024 * 1024;
const BEGINNING = "%PDF-";

/** The frame for a PDF, and the form whose field takes the hash. */
class Drop {
  constructor(form) {
    this.form = form;
    this.frame = form.querySelector("[data-drop]");
    this.said = form.querySelector("[data-said]");
    this.input = this.frame.querySelector("input[type=file]");
  }

  open() {
    this.frame.hidden = false;
    this.input.value = "";
    this.input.addEventListener("change", () => this.take(this.input.files[0]));
    this.frame.addEventListener("dragover", (event) => { event.preventDefault(); this.frame.classList.add("is-over"); });
    this.frame.addEventListener("dragleave", () => this.frame.classList.remove("is-over"));
    this.frame.addEventListener("drop", (event) => {
      event.preventDefault();
      this.frame.classList.remove("is-over");
      this.take(event.dataTransfer.files[0]);
    });
  }

  async take(file) {
    if (!file) return;
    if (file.size > LARGEST) { this.say("このファイルは大きすぎます(20MBまで)。認定証のPDFを選んでください。"); return; }
    this.say(`「${file.name}」を読み取っています。`);
    try {
      const bytes = await file.arrayBuffer();
      if (!isPdf(bytes)) { this.say(`「${file.name}」はPDFではありません。認定証のPDFを選んでください。`); return; }
      this.form.elements.sha256.value = await sha256(bytes);
    } catch {
      this.say(`「${file.name}」を読み取れませんでした。もう一度選んでください。`);
      return;
    }
    this.form.requestSubmit();
  }

  say(text) {
    this.said.textContent = text;
  }
}

function isPdf(bytes) {
  return String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(bytes.byteLength, BEGINNING.length))) === BEGINNING;
}

async function sha256(bytes) {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Browsers lend their hash to safe connections only; elsewhere the field for the typed value remains.
if (window.crypto?.subtle) for (const form of document.querySelectorAll("form[data-document]")) new Drop(form).open();
