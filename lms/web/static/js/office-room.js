// The exam room at the office's desk: fetched again every ten seconds, without moving what the reader looks at.
const EVERY = 10_000;
const rooms = document.querySelectorAll("[data-live-room]");

async function refresh() {
  if (document.hidden) return;
  let page;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    say("更新できませんでした。通信を確かめて「最新にする」を押してください。");
    return;
  }
  for (const room of rooms) {
    const fresh = page.getElementById(room.id);
    if (fresh) replace(room, fresh);
  }
  say("10秒ごとに更新しています");
}

// Every link in the room has an id, so that the one with the focus is found again; the table keeps where it was scrolled to.
function replace(room, fresh) {
  const focused = room.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = [...room.querySelectorAll(".table-wrap[id]")].map((table) => [table.id, table.scrollLeft, table.scrollTop]);
  const top = scrollY;
  room.replaceChildren(...fresh.childNodes);
  for (const [id, left, down] of scrolled) document.getElementById(id)?.scrollTo(left, down);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  scrollTo({ top, behavior: "instant" });
}

function say(words) {
  for (const place of document.querySelectorAll("[data-live-words]")) place.textContent = words;
}

if (rooms.length) {
  say("10秒ごとに更新しています");
  setInterval(refresh, EVERY);
}
