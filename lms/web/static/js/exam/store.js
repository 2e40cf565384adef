// Answers on this device: what was typed is here within a second, and stays until the server has it.
// Entries carry the user and the attempt; another person on this computer neither sees nor sends them.

const NAME = "nintei-exam";
const KEPT_DAYS = 7;

function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Async, so that a browser without such a store fails like one that refuses it.
async function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "key" });
  return finished(request);
}

export class Store {
  constructor(userId, attemptId) {
    this.prefix = `${userId}/${attemptId}/`;
    this.database = open();
    this.database.catch(() => {});
  }

  async write(act) {
    const database = await this.database;
    const transaction = database.transaction("outbox", "readwrite", { durability: "strict" });
    act(transaction.objectStore("outbox"));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  keep(entries) {
    return this.write((box) => entries.forEach((entry) => box.put({ ...entry, key: this.prefix + entry.question })));
  }

  /** Remove entries only if they are still the ones that were acknowledged. */
  remove(entries) {
    return this.write((box) => {
      for (const entry of entries) {
        const found = box.get(this.prefix + entry.question);
        found.onsuccess = () => {
          const kept = found.result;
          if (kept && kept.sequence === entry.sequence && kept.device === entry.device) box.delete(kept.key);
        };
      }
    });
  }

  async list() {
    const database = await this.database;
    const all = await finished(database.transaction("outbox").objectStore("outbox").getAll());
    return all.filter((entry) => entry.key.startsWith(this.prefix));
  }

  /** Everything of this attempt, and what has been lying here for a week. */
  async clear() {
    const oldest = new Date(Date.now() - KEPT_DAYS * 86_400_000).toISOString();
    await this.write((box) => {
      const cursor = box.openCursor();
      cursor.onsuccess = () => {
        const at = cursor.result;
        if (!at) return;
        if (at.key.startsWith(this.prefix) || at.value.typed_at < oldest) at.delete();
        at.continue();
      };
    });
  }
}
