// 原稿用紙: the text in squares of 20 × 20, to be looked at only; the editor stays what one writes in.

import { splitCharacters } from "./graphemes.js";

const COLUMNS = 20;
const ROWS = 20;
const REDRAW_AFTER = 250;

/** The rows of squares; a line break begins a new row, and white space takes a square. */
function squares(text) {
  const rows = [];
  for (const line of text.split("\n")) {
    const characters = splitCharacters(line);
    for (let start = 0; start === 0 || start < characters.length; start += COLUMNS) {
      rows.push(characters.slice(start, start + COLUMNS));
    }
  }
  return rows;
}

export class Manuscript {
  constructor(question, area) {
    this.area = area;
    this.sheet = document.createElement("div");
    this.sheet.className = "manuscript";
    this.sheet.setAttribute("aria-hidden", "true");
    this.sheet.hidden = true;
    this.toggle = document.createElement("button");
    this.toggle.type = "button";
    this.toggle.className = "link";
    this.toggle.setAttribute("aria-pressed", "false");
    this.toggle.textContent = "原稿用紙で見る";
    this.toggle.addEventListener("click", () => this.turn());
    const tools = question.querySelector(".essay-tools");
    tools.prepend(this.toggle);
    tools.after(this.sheet);
  }

  turn() {
    this.sheet.hidden = !this.sheet.hidden;
    this.toggle.setAttribute("aria-pressed", String(!this.sheet.hidden));
    this.toggle.textContent = this.sheet.hidden ? "原稿用紙で見る" : "原稿用紙を閉じる";
    this.draw(this.area.value);
  }

  refresh(text) {
    if (this.sheet.hidden) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(text), REDRAW_AFTER);
  }

  draw(text) {
    if (this.sheet.hidden) {
      this.sheet.replaceChildren();
      return;
    }
    const rows = squares(text);
    while (rows.length % ROWS !== 0 || rows.length === 0) rows.push([]);
    const drawn = document.createDocumentFragment();
    rows.forEach((characters, index) => {
      const row = document.createElement("div");
      row.className = (index + 1) % ROWS === 0 ? "manuscript-row manuscript-end" : "manuscript-row";
      for (let column = 0; column < COLUMNS; column += 1) {
        const square = document.createElement("i");
        square.textContent = characters[column] ?? "";
        row.append(square);
      }
      drawn.append(row);
    });
    this.sheet.replaceChildren(drawn);
  }
}
