// The server's time on this page: this computer's own clock may be wrong, so it is never read.

export class ServerClock {
  constructor(serverTime) {
    this.set(serverTime);
  }

  set(serverTime) {
    this.base = Date.parse(serverTime) - performance.now();
  }

  now() {
    return new Date(this.base + performance.now());
  }
}

const wallClock = new Intl.DateTimeFormat("ja-JP", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

const wallMinute = new Intl.DateTimeFormat("ja-JP", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit", hour12: false });

/** 「14:05」 in Japan. */
export function japaneseMinute(moment) {
  return wallMinute.format(moment);
}

/** 「14:05:32」 in Japan. */
export function japaneseTime(moment) {
  return wallClock.format(moment);
}
