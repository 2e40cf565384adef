// Shows the meaning of a term beside it instead of leaving for the glossary; without this the links lead there.

const GAP = 8;

/** Put the note below the word, or above it where there is no room, never beyond the window's edges. */
function place(note, word) {
  const at = word.getClientRects()[0];
  const left = Math.min(at.left, window.innerWidth - note.offsetWidth - GAP * 2);
  const below = at.bottom + GAP;
  const hasRoom = below + note.offsetHeight < window.innerHeight - bottomBar();
  note.style.left = `${Math.max(left, GAP * 2)}px`;
  note.style.top = `${hasRoom ? below : Math.max(at.top - note.offsetHeight - GAP, GAP)}px`;
}

/** On a phone the four places stand over the lower edge. */
function bottomBar() {
  const bar = document.querySelector(".places");
  return bar && getComputedStyle(bar).position === "fixed" ? bar.offsetHeight : 0;
}

function open(note, word) {
  note.showPopover();
  place(note, word);
  note.focus();
  const hide = () => note.hidePopover();
  window.addEventListener("resize", hide, { once: true });
  note.addEventListener("toggle", function finish(event) {
    if (event.newState !== "closed") return;
    note.removeEventListener("toggle", finish);
    window.removeEventListener("resize", hide);
    if (document.activeElement === document.body) word.focus({ preventScroll: true });
  });
}

document.addEventListener("click", (event) => {
  const word = event.target.closest("a.term");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const note = word && document.getElementById(`term-${word.dataset.term}`);
  if (!note || !isPlain || !note.showPopover) return;
  event.preventDefault();
  open(note, word);
});
