// 印: passages marked by selecting or quoting, kept as hidden fields of the sheet's form, drawn into the text.

const text = document.getElementById("essay-text");
const list = document.getElementById("own-highlights");
const composer = document.getElementById("composer");

const codePoints = (words) => [...words].length;

let paragraphs = [];
let changed = () => {};
let chosen = null;

function readParagraph(item) {
  const pieces = [...item.querySelectorAll("[data-start]")];
  return {
    item,
    start: Number(pieces[0].dataset.start),
    points: pieces.flatMap((piece) => [...piece.textContent].map((point) => ({ point, isBeyond: piece.classList.contains("beyond") }))),
  };
}

function own() {
  return [...list.querySelectorAll("input[name=highlight]")].map((field) => JSON.parse(field.value));
}

function others() {
  return [...document.querySelectorAll(".highlight-list li[data-start]")].map((item) => ({
    start: Number(item.dataset.start), end: Number(item.dataset.end), sign: item.querySelector(".sign").textContent,
  }));
}

function drawParagraph({ item, start, points }, highlights) {
  const end = start + points.length;
  const border = start + points.findIndex(({ isBeyond }) => isBeyond);
  const edges = new Set([start, end, ...(border >= start ? [border] : [])]);
  for (const each of highlights) for (const edge of [each.start, each.end]) if (edge > start && edge < end) edges.add(edge);
  const places = [...edges].sort((one, other) => one - other);
  const drawn = [];
  for (let number = 0; number + 1 < places.length; number += 1) {
    const [left, right] = [places[number], places[number + 1]];
    const covering = highlights.filter((each) => each.start < right && each.end > left);
    if (left === border) drawn.push(element("span", "beyond-mark", "［ここから採点対象外］"));
    const isBeyond = border >= start && left >= border;
    const piece = element(covering.length ? "mark" : "span", isBeyond ? "beyond" : "", points.slice(left - start, right - start).map(({ point }) => point).join(""));
    piece.dataset.start = left;
    drawn.push(piece);
    for (const each of covering) if (each.end === right || (right === end && each.end === end + 1)) drawn.push(element("sup", "sign", each.sign));
  }
  item.replaceChildren(...drawn);
}

function element(name, className, words) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = words;
  return made;
}

function draw() {
  const highlights = [...own().map((each, place) => ({ ...each, sign: String(place + 1) })), ...others()];
  for (const paragraph of paragraphs) drawParagraph(paragraph, highlights);
}

function whole() {
  let words = [];
  for (const { start, points } of paragraphs) {
    while (words.length < start) words.push("\n");
    words = words.concat(points.map(({ point }) => point));
  }
  return words;
}

function writeList(highlights) {
  const words = whole();
  list.replaceChildren(...highlights.map((highlight, place) => {
    const item = document.getElementById("highlight-item").content.firstElementChild.cloneNode(true);
    const sign = String(place + 1);
    item.querySelector(".sign").textContent = sign;
    item.querySelector("q").textContent = words.slice(highlight.start, highlight.end).join("");
    item.querySelector(".comment").textContent = highlight.text;
    item.querySelector("input").value = JSON.stringify(highlight);
    const button = item.querySelector("button");
    button.value = `unmark-${sign}`;
    button.setAttribute("aria-label", `印${sign}を外す`);
    return item;
  }));
  document.getElementById("highlights").toggleAttribute("data-empty", !highlights.length && !others().length);
  draw();
  changed();
}

function say(words) {
  document.getElementById("composer-says").textContent = words;
}

function place(node, offset) {
  const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
  return piece && node.nodeType === Node.TEXT_NODE ? Number(piece.dataset.start) + codePoints(node.data.slice(0, offset)) : null;
}

function readSelection() {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.commonAncestorContainer)) return;
  const [start, end] = [place(range.startContainer, range.startOffset), place(range.endContainer, range.endOffset)];
  if (start === null || end === null || start >= end) return;
  chosen = { start, end };
  composer.open = true;
  document.getElementById("quote").value = whole().slice(start, end).join("").replaceAll("\n", " ");
  say("");
}

function quoted() {
  const quote = document.getElementById("quote").value.trim();
  const words = whole();
  if (chosen && words.slice(chosen.start, chosen.end).join("").replaceAll("\n", " ").trim() === quote) return chosen;
  const at = quote ? words.join("").indexOf(quote) : -1;
  if (at < 0) return null;
  const start = codePoints(words.join("").slice(0, at));
  return { start, end: start + codePoints(quote) };
}

function add(event) {
  event.preventDefault();
  const found = quoted();
  if (!found) { say("引用した言葉が答案に見つかりません。答案のとおりに入力してください。"); return; }
  const highlights = own();
  if (highlights.length >= Number(composer.dataset.limit)) { say(`印は${composer.dataset.limit}か所までです。`); return; }
  const comment = document.getElementById("comment");
  const added = { ...found, text: comment.value.trim() };
  writeList([...highlights, added].sort((one, other) => one.start - other.start || one.end - other.end));
  comment.value = "";
  document.getElementById("quote").value = "";
  chosen = null;
  say("印を付けました。");
}

function remove(event) {
  const button = event.target.closest("button");
  if (!button) return;
  event.preventDefault();
  const number = Number(button.value.replace("unmark-", ""));
  writeList(own().filter((_, at) => at + 1 !== number));
  (list.querySelector("button") ?? composer.querySelector("summary")).focus();
}

export function initHighlights(whenChanged) {
  if (!text || !composer) return;
  changed = whenChanged;
  paragraphs = [...text.children].map(readParagraph);
  text.addEventListener("mouseup", () => setTimeout(readSelection));
  text.addEventListener("touchend", () => setTimeout(readSelection));
  list.addEventListener("click", remove);
  document.getElementById("to-mark").addEventListener("click", add);
  for (const field of composer.querySelectorAll("input")) {
    field.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) add(event); });
  }
}
