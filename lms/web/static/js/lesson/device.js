// What was typed into a worksheet and is not saved yet, on this device: it is put back when the page opens again for the same
// person, and goes when the server has it or the person logs out. Written at once, so that it outlives the page.

const PLACE = "nintei-worksheet/";
const KEPT_DAYS = 7;

export class Device {
  /** The fields of the form that this person sends to `path`; without a path everything of this person. */
  constructor(userId, path = "") {
    this.prefix = `${PLACE}${userId}/${path}`;
  }

  /** Keep a field's text and the version it is typed upon; false where a browser keeps nothing. */
  keep(key, text, base) {
    return this.attempt((box) => box.setItem(this.prefix + key, JSON.stringify({ text, base, typedAt: Date.now() })));
  }

  remove(key) {
    this.attempt((box) => box.removeItem(this.prefix + key));
  }

  /** [field, text and base] of what was kept; what has been lying here for a week goes, whosever it is. */
  list() {
    const found = [];
    this.each(PLACE, (box, name) => {
      const entry = JSON.parse(box.getItem(name));
      if (entry.typedAt < Date.now() - KEPT_DAYS * 86_400_000) box.removeItem(name);
      else if (name.startsWith(this.prefix)) found.push([name.slice(this.prefix.length), entry]);
    });
    return found;
  }

  clear() {
    this.each(this.prefix, (box, name) => box.removeItem(name));
  }

  each(prefix, act) {
    this.attempt((box) => {
      for (const name of Object.keys(box)) if (name.startsWith(prefix)) act(box, name);
    });
  }

  attempt(act) {
    try {
      act(localStorage);
      return true;
    } catch {
      return false;
    }
  }
}
