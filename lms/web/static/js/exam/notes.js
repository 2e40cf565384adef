// Notices above the questions, and the choice between two texts of one answer.

import { japaneseMinute } from "./clock.js";

const place = document.getElementById("exam-notes");

/** Show a notice once under its name; `actions` are [words, act] pairs that become buttons. */
export function note(name, kind, title, text, actions = []) {
  const before = document.getElementById(`note-${name}`);
  if (before?.dataset.words === title + text) return before; // said once; saying it again would be read out again
  before?.remove();
  const box = document.createElement("div");
  box.id = `note-${name}`;
  box.dataset.words = title + text;
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

const DISMISSED = "nintei-exam-dismissed";
const notices = document.getElementById("exam-notices");

/** What the office tells everybody: shown until it is closed here or withdrawn there; `announce` is told of new ones. */
export function showNotices(list, announce) {
  const closed = (sessionStorage.getItem(DISMISSED) ?? "").split(" ");
  const boxes = new Map([...notices.querySelectorAll("[data-notice]")].map((box) => [box.dataset.notice, box]));
  const open = list.map(({ id, ...rest }) => ({ id: String(id), ...rest })).filter(({ id }) => !closed.includes(id));
  for (const [id, box] of boxes) if (!open.some((each) => each.id === id)) box.remove();
  for (const { id, text, at } of open) {
    const box = boxes.get(id) ?? noticeBox(id, text, at);
    if (!box.isConnected) {
      notices.append(box);
      announce(`事務局からのお知らせ。${text}`);
    }
    if (!box.querySelector("button")) box.append(button("閉じる", () => close(box, id)));
  }
}

function close(box, id) {
  sessionStorage.setItem(DISMISSED, `${sessionStorage.getItem(DISMISSED) ?? ""} ${id}`);
  box.remove();
}

function noticeBox(id, text, at) {
  const box = document.createElement("div");
  box.className = "note note-info";
  box.dataset.notice = id;
  const words = paragraph("");
  const title = document.createElement("strong");
  title.textContent = "事務局からのお知らせ";
  words.append(title, `(${japaneseMinute(new Date(at))})　${text}`);
  box.append(words);
  return box;
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
  question.querySelector("[data-control]").before(box);
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
