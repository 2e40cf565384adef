// 並べ替え問題: a position for each item; with buttons that move it, and always a whole order once one is begun.

const rows = (question) => [...question.querySelectorAll(".order > li")];
const select = (row) => row.querySelector("select");
const words = (row) => row.querySelector("label span").textContent;

/** Put the rows into this order, without losing the focus that is inside of one. */
function arrange(question, order) {
  const list = question.querySelector(".order");
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  for (const row of order) list.append(row);
  focused?.focus();
}

function number(question) {
  rows(question).forEach((row, index) => {
    select(row).value = String(index + 1);
  });
  mark(question);
}

function mark(question) {
  const all = rows(question);
  all.forEach((row, index) => {
    const [up, down] = row.querySelectorAll("button");
    // Not `disabled`: a key that moved the row to the end must not lose its place on the page.
    up?.setAttribute("aria-disabled", String(index === 0));
    down?.setAttribute("aria-disabled", String(index === all.length - 1));
  });
}

function moveTo(question, row, index) {
  const others = rows(question).filter((each) => each !== row);
  others.splice(index, 0, row);
  arrange(question, others);
  number(question);
}

function button(row, sign, text, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button-quiet";
  element.textContent = sign;
  element.setAttribute("aria-label", `「${words(row)}」を${text}`);
  element.addEventListener("click", act);
  return element;
}

export default {
  sendAfter: 400,

  start(question, { changed, say }) {
    question.querySelector("[data-hint]").textContent = "番号を選ぶか、↑ ↓ のボタンで、上から順に並べ替えてください。";
    const move = (row, by) => {
      const index = rows(question).indexOf(row) + by;
      if (index < 0 || index >= rows(question).length || select(row).disabled) return;
      moveTo(question, row, index);
      say(`「${words(row)}」を${index + 1}番目にしました。`);
      changed();
    };
    for (const row of rows(question)) {
      const buttons = document.createElement("span");
      buttons.className = "order-move";
      buttons.append(
        button(row, "↑", "1つ上へ", () => move(row, -1)),
        button(row, "↓", "1つ下へ", () => move(row, 1)),
      );
      row.append(buttons);
    }
    question.querySelector(".order").addEventListener("input", (event) => {
      const row = event.target.closest("li");
      if (event.target.value === "") {
        for (const each of rows(question)) select(each).value = "";
        say("順番を消しました。この設問は未解答です。");
      } else {
        moveTo(question, row, Number(event.target.value) - 1);
        say(`「${words(row)}」を${event.target.value}番目にしました。`);
      }
    });
    this.show(question, this.body(question));
  },

  body(question) {
    const placed = rows(question).filter((row) => select(row).value !== "");
    const places = new Set(placed.map((row) => select(row).value));
    const isWhole = places.size === rows(question).length;
    const order = placed.sort((one, other) => Number(select(one).value) - Number(select(other).value));
    return { kind: "ordering", order: isWhole ? order.map((row) => row.dataset.item) : [] };
  },

  show(question, body) {
    const byId = new Map(rows(question).map((row) => [row.dataset.item, row]));
    if (body.order.length) {
      arrange(question, body.order.map((id) => byId.get(id)));
      number(question);
    } else {
      for (const row of byId.values()) select(row).value = "";
      mark(question);
    }
  },

  isAnswered: (body) => body.order.length > 0,

  words(question, body) {
    const byId = new Map(rows(question).map((row) => [row.dataset.item, row]));
    return body.order.map((id, index) => `${index + 1}. ${words(byId.get(id))}`).join("\n");
  },
};
