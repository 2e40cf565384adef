// The grading desk: digits choose levels and move on, Enter goes to the confirmation, the draft saves itself.

import { initHighlights } from "./highlights.js";
import { initPhrases } from "./phrases.js";
import { Saving } from "./saving.js";
import { total } from "./total.js";

const form = document.getElementById("sheet");
const criteria = [...form.querySelectorAll(".criterion")];

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
    highlights: fields.getAll("highlight").map((entry) => JSON.parse(entry)),
  };
}

const saving = new Saving(form, body);

function showTotal() {
  const points = total(chosenLevels(), {
    count: criteria.length,
    expression: form.dataset.expression,
    isNotGraded: form.dataset.notGraded === "yes",
    cap: new FormData(form).get("cap_id") ? Number(form.dataset.cap) : null,
  });
  document.getElementById("total").textContent = points === null ? "—" : String(points);
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

function isText(target) {
  return target.matches("textarea, input:not([type=radio], [type=checkbox])");
}

form.addEventListener("input", () => { showTotal(); saving.later(); });

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

document.querySelector(".grade-split").addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.isComposing || isText(event.target)) return;
  event.preventDefault();
  const keys = document.getElementById("keys");
  keys.open = !keys.open;
  keys.scrollIntoView({ block: "nearest" });
});

function firstGap() {
  const { cap_reason: reason, note } = form.elements;
  if (new FormData(form).get("cap_id") && !reason.value.trim()) return reason;
  return form.hasAttribute("data-needs-note") && !note.value.trim() ? note : null;
}

initHighlights(() => saving.later());
initPhrases(form);
const open = criteria.find((criterion) => !criterion.querySelector("input:checked"));
if (location.hash) document.querySelector(location.hash)?.scrollIntoView({ block: "nearest" });
else if (open) focusCriterion(open);
else if (document.querySelector(".note-error")) firstGap()?.focus();
showTotal();
saving.open();
