// The grading desk: digits choose levels and move on, Enter goes to the confirmation, the draft saves itself.

import { total } from "./total.js";

const SAVE_AFTER_MS = 1200;

const form = document.getElementById("sheet");
const saved = document.getElementById("saved");
const criteria = [...form.querySelectorAll(".criterion")];
let timer = 0;
let isSending = false;
let hasMore = false;

function chosenLevels() {
  const levels = {};
  for (const criterion of criteria) {
    const chosen = criterion.querySelector("input:checked");
    if (chosen) levels[criterion.dataset.criterion] = Number(chosen.value);
  }
  return levels;
}

function body() {
  const fields = new FormData(form);
  return {
    levels: chosenLevels(),
    cap_id: fields.get("cap_id") || null,
    cap_reason: fields.get("cap_reason") ?? "",
    wants_adjudication: fields.get("wants_adjudication") === "yes",
    note: fields.get("note") ?? "",
    feedback: fields.get("feedback") ?? "",
  };
}

function showTotal() {
  const points = total(chosenLevels(), {
    count: criteria.length,
    expression: form.dataset.expression,
    isNotGraded: form.dataset.notGraded === "yes",
    cap: new FormData(form).get("cap_id") ? Number(form.dataset.cap) : null,
  });
  document.getElementById("total").textContent = points === null ? "—" : String(points);
}

async function send() {
  if (isSending) { hasMore = true; return; }
  isSending = true;
  saved.textContent = "保存しています…";
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
      body: JSON.stringify(body()),
    });
    const words = await answer.json();
    saved.textContent = answer.ok ? `${words.saved_at} 下書き保存済み` : words.text || "保存できませんでした。「下書きを保存」を押してください。";
  } catch {
    saved.textContent = "通信が切れています。入力はこの画面に残っています。つながると保存します。";
    hasMore = true;
  } finally {
    isSending = false;
  }
  if (hasMore) { hasMore = false; later(SAVE_AFTER_MS * 4); }
}

function later(wait = SAVE_AFTER_MS) {
  clearTimeout(timer);
  timer = setTimeout(send, wait);
}

function focusCriterion(criterion) {
  const target = criterion.querySelector("input:checked") ?? criterion.querySelector("input");
  target.focus({ preventScroll: true });
  criterion.scrollIntoView({ block: "nearest" });
}

function moveOn(criterion) {
  const next = criteria[criteria.indexOf(criterion) + 1];
  if (next) focusCriterion(next);
  else document.getElementById("to-confirm").focus();
}

form.addEventListener("input", () => { showTotal(); later(); });

form.addEventListener("keydown", (event) => {
  // Enter and digits inside a conversion or a text belong to the text.
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  const criterion = event.target.closest(".criterion");
  if (event.key === "Enter" && event.target.matches("input[type=radio], input[type=checkbox], #cap_reason")) {
    event.preventDefault();
    form.requestSubmit(document.getElementById("to-confirm"));
  } else if (criterion && /^[0-9]$/.test(event.key)) {
    const level = criterion.querySelector(`input[value="${event.key}"]`);
    if (!level) return;
    event.preventDefault();
    level.checked = true;
    level.dispatchEvent(new Event("input", { bubbles: true }));
    moveOn(criterion);
  }
});

form.addEventListener("submit", () => clearTimeout(timer));

function firstGap() {
  const { cap_reason: reason, note } = form.elements;
  if (new FormData(form).get("cap_id") && !reason.value.trim()) return reason;
  return form.hasAttribute("data-needs-note") && !note.value.trim() ? note : null;
}

const open = criteria.find((criterion) => !criterion.querySelector("input:checked"));
if (open) focusCriterion(open);
else if (document.querySelector(".note-error")) firstGap()?.focus();
showTotal();
