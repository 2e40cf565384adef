// 組合せ問題: a select for each item on the left.

const selects = (question) => [...question.querySelectorAll("[data-control] select")];
const left = (select) => select.name.slice(`answer-${select.closest(".question").dataset.question}-`.length);
const label = (select) => select.closest("label").querySelector("span").textContent;

export default {
  sendAfter: 400,

  start(question, { say }) {
    const control = question.querySelector("[data-control]");
    if ("mayRepeat" in control.dataset) return;
    control.addEventListener("input", (event) => {
      for (const other of selects(question)) {
        if (other === event.target || other.value === "" || other.value !== event.target.value) continue;
        other.value = "";
        say(`「${label(other)}」の選択を外しました。同じものを選べるのは1回だけです。`);
      }
    });
  },

  body(question) {
    const pairs = selects(question).filter((select) => select.value !== "").map((select) => [left(select), select.value]);
    return { kind: "matching", pairs: pairs.sort(([one], [other]) => (one < other ? -1 : 1)) };
  },

  show(question, body) {
    const partners = new Map(body.pairs);
    for (const select of selects(question)) select.value = partners.get(left(select)) ?? "";
  },

  isAnswered: (body) => body.pairs.length > 0,

  words(question, body) {
    const partners = new Map(body.pairs);
    return selects(question).filter((select) => partners.has(left(select))).map((select) => {
      const chosen = [...select.options].find((option) => option.value === partners.get(left(select)));
      return `${label(select)} ― ${chosen?.textContent}`;
    }).join("\n");
  },
};
