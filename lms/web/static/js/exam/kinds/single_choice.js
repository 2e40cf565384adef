// 選択問題: radio buttons.

const radios = (question) => question.querySelectorAll('[data-control] input[type="radio"]');

export default {
  sendAfter: 400,

  body(question) {
    return { kind: "single_choice", option: [...radios(question)].find((radio) => radio.checked)?.value ?? null };
  },

  show(question, body) {
    for (const radio of radios(question)) radio.checked = radio.value === body.option;
  },

  isAnswered: (body) => body.option !== null,

  words(question, body) {
    return [...radios(question)].find((radio) => radio.value === body.option)?.closest("label").textContent ?? "";
  },
};
