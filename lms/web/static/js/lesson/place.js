// Tells the server which heading was read last, at most every fifteen seconds and once more on leaving.

const PAUSE_MS = 15_000;
const LINE = 0.4;           // a heading counts as reached when it is in the upper part of the window

const body = document.querySelector("[data-place]");
const headings = [...body.querySelectorAll(".main-text > h2[id], #misconceptions, #worksheet")];
const token = document.querySelector("#bookmark [name=csrf_token]").value;

let told = "";
let timer = 0;
let hasScrolled = false;    // who only opens the page keeps the place of last time

function current() {
  let reached = "";
  for (const heading of headings) {
    if (heading.getBoundingClientRect().top < window.innerHeight * LINE) reached = heading.id;
  }
  return reached;
}

function tell() {
  timer = 0;
  const heading = current();
  if (!hasScrolled || !heading || heading === told) return;
  told = heading;
  const form = new FormData();
  form.set("csrf_token", token);
  form.set("heading", heading);
  if (!navigator.sendBeacon(body.dataset.place, form)) told = "";
}

function leave() {
  window.clearTimeout(timer);
  tell();
}

document.addEventListener("scroll", () => {
  hasScrolled = true;
  if (!timer) timer = window.setTimeout(tell, PAUSE_MS);
}, { passive: true });
document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
window.addEventListener("pagehide", leave);
