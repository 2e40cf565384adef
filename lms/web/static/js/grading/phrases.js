// 定型文: a button puts a phrase where the caret last stood in 講評.

function insert(area, phrase) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  area.focus();
  area.setRangeText(phrase, start, end, "end");
  if (value.length - (end - start) + phrase.length > area.maxLength) area.value = area.value.slice(0, area.maxLength);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

export function initPhrases(form) {
  const area = document.getElementById("feedback");
  for (const button of form.querySelectorAll("button[data-phrase]")) {
    button.hidden = false;
    button.addEventListener("click", () => insert(area, button.closest("li").firstElementChild.textContent));
  }
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "keep") document.getElementById("phrase").value = area.value.slice(area.selectionStart, area.selectionEnd);
  });
}
