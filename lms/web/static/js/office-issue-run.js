// 一括発行: the page asks for a few more seconds of work again and again; without it the worker and the button do the same.
const form = document.getElementById("run-form");
const words = document.getElementById("run-words");
const bar = document.getElementById("run-bar");
const PAUSE = 300;
const PATIENCE = 5_000;
let isPressed = false;

async function goOn() {
  if (isPressed) return;
  let figures;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      redirect: "error",
    });
    figures = await response.json();
    if (!response.ok) {
      words.textContent = figures.sentence ?? "発行を続けられませんでした。";
      return;
    }
  } catch {
    words.textContent = "通信が切れています。つながると自動で続きを表示します。発行は止まりません。";
    setTimeout(goOn, PATIENCE);
    return;
  }
  bar.value = figures.done;
  words.textContent = figures.sentence;
  if (figures.is_finished) location.reload();
  else setTimeout(goOn, PAUSE);
}

if (form) {
  form.addEventListener("submit", () => { isPressed = true; });
  goOn();
}
