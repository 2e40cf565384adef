// A hint where the text may name a real person, company or address. It only asks; it never keeps anybody from writing.

const WAIT = 1200;
const MOST_SHOWN = 4;
const NAME_PART = "[\\p{Script=Han}\\p{Script=Katakana}A-Za-z0-9ー・]{2,20}";
const PATTERNS = [
  new RegExp(`(?:株式会社|有限会社|合同会社|[((]株[))]|[((]有[))]|㈱|㈲)\\s?${NAME_PART}`, "gu"),
  new RegExp(`${NAME_PART}\\s?(?:株式会社|有限会社|合同会社|[((]株[))]|[((]有[))]|㈱|㈲)`, "gu"),
  // A family name before さん or 様; words such as お客様, 皆さん, 同様, 様子 are none.
  /(?<![\p{Script=Han}])[\p{Script=Han}]{1,3}(?:さん|(?<![同多仕模異一両別各有])様(?![子々式相態]))/gu,
  /[\p{Script=Katakana}ー]{2,8}(?:さん|様(?![子々式相態]))/gu,
  /(?<!\d)0\d{1,4}[-ー‐−(]?\d{1,4}[-ー‐−)]?\d{3,4}(?!\d)/gu,
  /[\w.+-]+@[\w-]+\.[\w.-]+/gu,
];
const NO_NAMES = /(?:客|皆|奥|神|王|殿|何|誰|方|者|員|長|手|側|先|社|師|士|司|母|父|兄|姉|嫁|娘|孫|子|屋|家族|患者|本人|相棒|スタッフ|パート|アルバイト|オーナー|マネージャー|リーダー|クレーマー|ユーザー|ゲスト)(?:さん|様)$/u;

/** What may be a name in the text and does not stand in the question itself, each once. */
export function findNames(text, prompt) {
  const plain = text.normalize("NFKC");
  const given = prompt.normalize("NFKC");
  const found = PATTERNS.flatMap((pattern) => plain.match(pattern) ?? []).filter((words) => !NO_NAMES.test(words));
  return [...new Set(found)].filter((words) => !given.includes(words.replace(/(?:さん|様)$/u, "")));
}

export class NameHint {
  constructor(question, area) {
    this.prompt = question.querySelector(".prose").textContent;
    this.line = document.createElement("p");
    this.line.className = "name-hint";
    this.line.setAttribute("role", "status");
    question.querySelector(".essay-tools").before(this.line);
    this.look(area.value);
  }

  refresh(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(text), WAIT);
  }

  look(text) {
    const names = findNames(text, this.prompt);
    const shown = names.slice(0, MOST_SHOWN).map((words) => `「${words}」`).join("") + (names.length > MOST_SHOWN ? "など" : "");
    const words = names.length ? `${shown}は、実在の人物・会社・連絡先ではありませんか。実在のものであれば、役職名や架空の名前に置き換えてください。このままでも保存・提出できます。` : "";
    if (this.line.textContent !== words) this.line.textContent = words;
  }
}
