// The page: what was given is checked, and the outcome is said in words. Nothing is sent anywhere.

const given = JSON.parse(document.getElementById("given").textContent);
const form = document.querySelector("form");
const result = document.getElementById("result");
const fields = { text: form.elements.text, file: form.elements.file, name: form.elements.name };
const dropField = document.getElementById("drop");
const MAX_BYTES = 20 * 1024 * 1024;

// Most grave first, as on the command line.
const OUTCOMES = {
  unreadable: ["wrong", "ファイルを読めません", "認定証のPDFを選んでください(20MBまで)。"],
  credential: ["wrong", "当協会が発行したものと確かめられません", "QRコードの内容が当協会の署名ではないか、書き換えられています。文字列を途中で切らずに、すべて貼り付けたかどうかもご確認ください。"],
  no_seal: ["wrong", "PDFに電子署名がありません", "当協会が発行したままのPDFではありません。印刷し直したもの、別の形で保存し直したものには、電子署名が残りません。"],
  added: ["wrong", "PDFに書き足されています", "電子署名のあとに、内容が加えられています。"],
  changed: ["wrong", "PDFが書き換えられています", "発行したときの内容と1か所以上違います。"],
  stranger: ["wrong", "PDFの電子署名が当協会のものではありません", "署名した人の名称が同じでも、当協会の証明書ではありません。"],
  not_together: ["wrong", "別の認定証のものです", "PDFとQRコードの内容が、同じ認定証のものではありません。"],
  name_differs: ["wrong", "氏名が一致しません", "認定証に印刷されているとおりに入力してください。空白や、髙と高のような字体の違いは問いません。"],
  expired: ["warning", "有効期限が切れています", "当協会が発行したものですが、この端末の日付では有効期限を過ぎています。"],
  unnamed: ["warning", "QRコードは当協会のものです", "紙の氏名が同じ人かどうかは、まだ確かめていません。氏名を入力してください。"],
  genuine: ["done", "当協会が発行したもので、改変はありません", "いまも有効かどうかは、照会ページで確かめてください。"],
};

async function examine(text, pdf, name) {
  const letters = pdf ? asLetters(pdf) : "";
  const carried = pdf ? carriedText(letters) : text;
  const credential = await verifyCredential(carried, given.keys, given.until);
  const seal = pdf ? await checkSeal(pdf, letters, given.anchors) : null;
  const agrees = credential && name ? await nameAgrees(credential, name, given.folding) : null;
  return { outcome: firstFault(text, pdf && { letters, carried }, credential, seal, agrees), credential, seal, agrees };
}

function firstFault(text, paper, credential, seal, agrees) {
  if (!credential) return "credential";
  if (seal?.fault) return seal.fault;
  if (paper && !paper.letters.includes(` ${credential.number}</rdf:li>`)) return "not_together";
  if (paper && text && text !== paper.carried) return "not_together";
  if (agrees === false) return "name_differs";
  if (credential.expiresOn && credential.expiresOn < todayInJapan()) return "expired";
  // A QR code can be copied onto a paper with another name; a sealed PDF shows its own.
  return paper || agrees ? "genuine" : "unnamed";
}

function todayInJapan() {
  return new Date(Date.now() + 9 * 3600000).toISOString().slice(0, 10);
}

async function check() {
  const text = fields.text.value.trim();
  const file = fields.file.files[0];
  if (!text && !file) return missing();
  fields.text.removeAttribute("aria-invalid");
  const pdf = file ? await read(file) : null;
  if (file && !pdf) return show({ outcome: "unreadable" });
  try {
    show(await examine(text, pdf, fields.name.value.trim()));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    tell("このブラウザーでは確かめられません", "署名の検証(Ed25519)に対応した新しいブラウザーでお試しください。", "warning");
  }
}

function missing() {
  fields.text.setAttribute("aria-invalid", "true");
  tell("確かめるものがありません", "QRコードの文字列を貼り付けるか、PDFを選んでください。", "warning");
  fields.text.focus();
}

async function read(file) {
  if (file.size > MAX_BYTES) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  return String.fromCharCode(...bytes.subarray(0, 5)) === "%PDF-" ? bytes : null;
}

function show({ outcome, credential, seal, agrees }) {
  const [kind, title, words] = OUTCOMES[outcome];
  tell(title, words, kind);
  const rows = [...nameRows(credential, seal, agrees), ...credentialRows(credential), ...sealRows(seal)];
  if (rows.length) result.append(facts(rows));
  if (credential?.isSample) result.append(paragraph("これは見本です。実在の人物の認定を示すものではありません。", "strong"));
  if (credential) result.append(paragraph(`照会のアドレス: ${credential.address}`, "mono"));
}

function nameRows(credential, seal, agrees) {
  if (agrees) return [["氏名", "一致します"]];
  if (agrees === false) return [["氏名", "一致しません"]];
  return credential && !seal ? [["氏名", "まだ確かめていません"]] : [];
}

function credentialRows(credential) {
  if (!credential) return [];
  return [
    ["認定番号", credential.number + (credential.version > 1 ? `(第${credential.version}版)` : "")],
    ["認定資格", credential.qualification],
    ["発行日", inWords(credential.issuedOn)],
    ["有効期限", credential.expiresOn ? inWords(credential.expiresOn) : "有効期限なし"],
    ["QRコードの内容", "当協会の署名です"],
  ];
}

function sealRows(seal) {
  if (!seal?.signer) return [];
  const stamp = ["タイムスタンプ", "この署名に付けられたものです。時刻認証局の証明書そのものは確かめていません。"];
  return [
    ["署名した人", seal.signer],
    ["署名した日時", seal.signedAt.toLocaleString("ja-JP", { timeZone: "Asia/Tokyo", dateStyle: "long", timeStyle: "short" })],
    ...(seal.hasTimeStamp ? [stamp] : []),
  ];
}

function inWords(isoDay) {
  const [year, month, date] = isoDay.split("-").map(Number);
  return `${year}年${month}月${date}日`;
}

function tell(title, words, kind) {
  const heading = document.createElement("h2");
  heading.textContent = title;
  const box = document.createElement("div");
  box.className = `note ${kind}`;
  box.append(heading, paragraph(words));
  result.replaceChildren(box);
  result.scrollIntoView({ block: "nearest" });
}

function facts(rows) {
  const list = document.createElement("dl");
  for (const [name, value] of rows) {
    const row = document.createElement("div");
    for (const [tag, words] of [["dt", name], ["dd", value]]) {
      const cell = document.createElement(tag);
      cell.textContent = words;
      row.append(cell);
    }
    list.append(row);
  }
  return list;
}

function paragraph(words, className = "") {
  const element = document.createElement("p");
  element.className = className;
  element.textContent = words;
  return element;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
form.addEventListener("reset", () => {
  result.replaceChildren();
  fields.text.removeAttribute("aria-invalid");
});
fields.file.addEventListener("change", () => fields.file.files.length && check());
for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => event.preventDefault());
dropField.addEventListener("dragover", () => dropField.classList.add("over"));
dropField.addEventListener("dragleave", () => dropField.classList.remove("over"));
dropField.addEventListener("drop", (event) => {
  dropField.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  fields.file.files = event.dataTransfer.files;
  check();
});
form.hidden = false;
