// 複数選択問題: check boxes.

const boxes = (question) => [...question.querySelectorAll('[data-control] input[type="checkbox"]')];

export default {
  sendAfter: 400,

  body(question) {
    return { kind: "multiple_choice", options: boxes(question).filter((box) => box.checked).map((box) => box.value).sort() };
  },

  show(question, body) {
    for (const box of boxes(question)) box.checked = body.options.includes(box.value);
  },

  isAnswered: (body) => body.options.length > 0,

  words(question, body) {
    return boxes(question).filter((box) => body.options.includes(box.value))
      .map((box) => box.closest("label").textContent).join("\n");
  },
};
