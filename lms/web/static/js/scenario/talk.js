// A talk: the new moment is read first, digits lead to a reply, a reply is sent once.

if (window.location.hash === "#now") document.getElementById("now").focus({ preventScroll: true });

const moment = document.getElementById("moment");
const form = document.getElementById("replies");

if (form) {
  const replies = [...form.querySelectorAll("button[name=choice]")];
  document.getElementById("keys").hidden = false;

  // Only while the focus is within the moment, so that digits stay free for everything else.
  moment.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    replies[Number(event.key) - 1]?.focus();
  });

  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  });
  window.addEventListener("pageshow", () => { isSent = false; });
}
