// リハーサル: looks at this browser and its network with the exam page's own parts, and tells the server what it found.
// What that means for the exam is judged there; here nothing is decided.

import { canonicalJson, sha256Hex } from "./canonical.js";
import { countCharacters } from "./graphemes.js";
import { Store } from "./store.js";

const SAVES = 5;
const STORE_WITHIN = 5000;
const ANSWER_WITHIN = 10_000;
const OFFLINE_PAUSE = 1500;
const LONGEST_TRY = 180_000;
const AGAIN = "again";
const PROBE = { question: "rehearsal-probe", sequence: 1, device: "rehearsal", typed_at: new Date().toISOString() };

const data = JSON.parse(document.getElementById("rehearsal-data").textContent);
const csrf = document.querySelector("main [name=csrf_token]").value;
const status = document.getElementById("check-status");
const button = document.getElementById("check-button");
const offlineButton = document.getElementById("offline-button");
const device = `rehearsal-${Math.random().toString(36).slice(2, 12)}`;
const isAgain = new URLSearchParams(location.search).has(AGAIN);
let base = data.baseVersion;
let sequence = 0;
let clockSeconds = 0;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function say(words) {
  status.textContent = words;
}

/** What `act` gives, or null when it fails or takes too long. */
function within(milliseconds, act) {
  return Promise.race([act().catch(() => null), pause(milliseconds).then(() => null)]);
}

/** The exam page's own store, as the exam page uses it; null where the browser has none. */
function findStore() {
  return globalThis.indexedDB ? new Store(data.userId, data.publicId) : null;
}

/** First half: write a text into the store and load the page anew. */
async function writeAndReload() {
  button.disabled = true;
  say("端末に控えを書いています…");
  const store = findStore();
  const isWritten = store && (await within(STORE_WITHIN, () => store.keep([PROBE]).then(() => true)));
  location.replace(`${location.pathname}?${AGAIN}=${isWritten ? "written" : store ? "refused" : "missing"}`);
}

/** Second half: whether it is still there. */
async function readBack() {
  const written = new URLSearchParams(location.search).get(AGAIN);
  if (written !== "written") return written === "missing" ? "missing" : "refused";
  const store = findStore();
  const entries = store && (await within(STORE_WITHIN, () => store.list()));
  if (!entries) return "refused";
  await within(STORE_WITHIN, () => store.remove([PROBE]).then(() => true));
  return entries.some((entry) => entry.question === PROBE.question) ? "kept" : "lost";
}

async function room() {
  const estimate = await within(STORE_WITHIN, async () => navigator.storage.estimate());
  return estimate?.quota ? Math.floor(estimate.quota / 2 ** 20) : null;
}

/** A hint at a private window: Chromium gives it little room beside its memory, others refuse it a file system. */
async function mayBePrivate(megabytes) {
  const heap = performance.memory?.jsHeapSizeLimit;
  if (heap) return megabytes !== null && megabytes < (2 * heap) / 2 ** 20;
  if (!navigator.storage?.getDirectory) return false;
  return navigator.storage.getDirectory().then(() => false, () => true);
}

/** One small save by the exam's own protocol: milliseconds until the answer, or null without the right one. */
async function save(text) {
  const body = { kind: "short_text", text };
  sequence += 1;
  const began = performance.now();
  const answer = await within(ANSWER_WITHIN, async () => {
    const hash = await sha256Hex(canonicalJson(body));
    const item = { question: data.probedQuestion, sequence, base_version: base, body, sha256: hash, flagged: false };
    const told = await post(data.answersUrl, { device, items: [item] });
    const [stored] = told.items;
    if (stored.outcome !== "current" || stored.sha256 !== hash) throw new Error("not what was sent");
    base = stored.version;
    return told;
  });
  if (!answer) return null;
  const took = performance.now() - began;
  clockSeconds = Math.round((Date.now() - took / 2 - Date.parse(answer.server_time)) / 1000);
  return Math.round(took);
}

async function post(address, payload) {
  const response = await fetch(address, {
    method: "POST",
    redirect: "error",
    cache: "no-store",
    signal: AbortSignal.timeout(ANSWER_WITHIN),
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(payload),
  });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

async function trySaves() {
  const saves = [];
  for (let number = 1; number <= SAVES; number += 1) {
    say(`サーバーとの通信を確かめています(${number}/${SAVES})…`);
    // The last one takes the text back, so that the practice begins with an empty answer.
    saves.push(await save(number < SAVES ? `通信の確認 ${number}` : ""));
  }
  return saves;
}

async function look() {
  say("端末の控えを確かめています…");
  const storage = await readBack();
  const megabytes = await room();
  const isSecure = isSecureContext && Boolean(globalThis.crypto?.subtle);
  return {
    is_secure: isSecure,
    storage,
    storage_megabytes: megabytes,
    may_be_private: await mayBePrivate(megabytes),
    saves: isSecure ? await trySaves() : [],
    offline: "not_tried",
    counts_alike: countCharacters(data.countedText) === data.countedCharacters,
    has_segmenter: typeof Intl.Segmenter === "function",
    has_cookies: navigator.cookieEnabled,
    width: innerWidth,
    clock_seconds: clockSeconds,
    can_stay_awake: "wakeLock" in navigator,
  };
}

/** Tell the server and show its verdict; the page stays and says so when that fails. */
async function tell(facts) {
  say("結果を送っています…");
  const told = await within(ANSWER_WITHIN, () => post(data.checksUrl, facts));
  if (told) {
    location.replace(location.pathname);
    return;
  }
  say("");
  document.getElementById("check-trouble").hidden = false;
  button.disabled = false;
}

/** She cuts the network and brings it back; what was typed meanwhile has to be here, and then there. */
async function tryOffline() {
  offlineButton.disabled = true;
  const store = findStore();
  await within(STORE_WITHIN, async () => store?.keep([PROBE]));
  const until = performance.now() + LONGEST_TRY;
  say("端末を機内モードにするか、Wi-Fiを切ってください。切れるのを待っています…");
  const isCut = await waitFor(until, async () => (await save(`切断の練習 ${sequence}`)) === null);
  if (!isCut) {
    say("通信は切れませんでした。もう一度お試しください。");
    offlineButton.disabled = false;
    return;
  }
  say("通信が切れました。解答は端末に残っています。10秒ほど待って、通信を元に戻してください。");
  const isBack = await waitFor(until, async () => (await save("")) !== null);
  const entries = store && (await within(STORE_WITHIN, () => store.list()));
  const isHere = Boolean(entries?.some((entry) => entry.question === PROBE.question));
  await within(STORE_WITHIN, async () => store?.remove([PROBE]));
  await tell({ ...data.facts, offline: isBack && isHere ? "kept" : "lost" });
}

async function waitFor(until, isSo) {
  while (performance.now() < until) {
    if (await isSo()) return true;
    await pause(OFFLINE_PAUSE);
  }
  return false;
}

document.getElementById("without-scripts")?.remove();
for (const hidden of document.querySelectorAll("#with-scripts, #check-button, #offline-try")) hidden.hidden = false;
button.addEventListener("click", writeAndReload);
offlineButton?.addEventListener("click", tryOffline);
if (isAgain) {
  button.disabled = true;
  tell(await look());
}
