// Notices above the questions, and the choice between two texts of one answer.

const place = document.getElementById("exam-notes");

/** Show a notice once under its name; `actions` are [words, act] pairs that become buttons. */
export function note(name, kind, title, text, actions = []) {
  document.getElementById(`note-${name}`)?.remove();
  const box = document.createElement("div");
  box.id = `note-${name}`;
  box.className = `note note-${kind}`;
  box.setAttribute("role", kind === "error" || kind === "warning" ? "alert" : "status");
  box.append(paragraph(title, "note-title"), paragraph(text));
  if (actions.length) {
    const row = document.createElement("p");
    row.className = "actions";
    for (const [words, act] of actions) row.append(button(words, act));
    box.append(row);
  }
  place.append(box);
  return box;
}

export function unnote(name) {
  document.getElementById(`note-${name}`)?.remove();
}

/** Two texts for one question: the one stored elsewhere and the one on this page. */
export function offerChoice(question, stored, { useStored, useMine }) {
  question.querySelector(".two-texts")?.remove();
  const box = document.createElement("div");
  box.className = "two-texts note note-warning";
  box.setAttribute("role", "alert");
  box.append(
    paragraph("ほかの画面で保存された解答があります", "note-title"),
    paragraph("この画面で入力した解答も控えとして保管しました。どちらを解答にするか選んでください。"),
  );
  const text = document.createElement("blockquote");
  text.textContent = stored;
  box.append(text);
  const row = document.createElement("p");
  row.className = "actions";
  const choose = (act) => () => {
    box.remove();
    act();
  };
  row.append(button("この画面の解答にする", choose(useMine)), button("保存されている解答にする", choose(useStored)));
  box.append(row);
  question.querySelector(".choices, .field").before(box);
}

function paragraph(text, name = "") {
  const element = document.createElement("p");
  element.className = name;
  element.textContent = text;
  return element;
}

function button(words, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button-quiet";
  element.textContent = words;
  element.addEventListener("click", act);
  return element;
}
