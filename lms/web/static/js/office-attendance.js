// 出席: a changed cell that was stored before asks for its reason; what is not saved yet is counted and not left by accident.

const form = document.getElementById("attendance");
const words = document.getElementById("attendance-words");
let isSending = false;

const boxes = form ? [...form.querySelectorAll("input[inputmode=numeric]")] : [];
const isChanged = (box) => box.value.trim() !== box.defaultValue;

function ask(box) {
  const reason = box.closest("td").querySelector(".correction");
  if (!reason || !isChanged(box)) return;
  reason.classList.add("is-needed");
  reason.open = true;
}

form?.addEventListener("input", (event) => {
  if (event.target.matches("input[inputmode=numeric]")) ask(event.target);
  const count = boxes.filter(isChanged).length;
  if (count) words.textContent = words.dataset.unsaved.replace("{n}", String(count));
});

form?.addEventListener("submit", () => { isSending = true; });

addEventListener("beforeunload", (event) => {
  if (!isSending && boxes.some(isChanged)) event.preventDefault();
});

form?.classList.add("is-live");
