// 残り時間: counted from the server's clock, announced at five and at one minute, and hidden on demand.

const ALARMS = [300, 60];
const HIDDEN = "nintei-exam-clock-hidden";

export class Timer {
  constructor({ clock, deadline, onTimeUp }) {
    this.clock = clock;
    this.onTimeUp = onTimeUp;
    this.display = document.getElementById("time-left");
    this.alarm = document.getElementById("alarm");
    this.toggle = document.getElementById("clock-toggle");
    this.isOver = false;
    this.isPaused = false;
    this.setDeadline(deadline);
    this.startToggle();
    this.tick();
    setInterval(() => this.tick(), 1000);
  }

  setDeadline(deadline) {
    const moment = Date.parse(deadline);
    const isChanged = this.deadline !== undefined && Math.abs(moment - this.deadline) > 1000;
    const isFirst = this.deadline === undefined;
    this.deadline = moment;
    // Only then: an alarm that has just been heard must not ring again with the next pulse.
    if (isFirst || isChanged) this.rung = new Set(ALARMS.filter((seconds) => this.left() < seconds - 5));
    if (isChanged) this.isOver = false;
    return isChanged;
  }

  /** The clock stands, with so many seconds left. */
  pause(seconds) {
    this.isPaused = true;
    this.show(seconds);
  }

  resume(deadline) {
    this.isPaused = false;
    this.isOver = false;
    this.deadline = undefined;
    this.setDeadline(deadline);
    this.tick();
  }

  left() {
    return Math.max(0, Math.ceil((this.deadline - this.clock.now().getTime()) / 1000));
  }

  show(left) {
    const minutes = Math.floor(left / 60);
    this.display.textContent = `残り ${minutes}:${String(left % 60).padStart(2, "0")}`;
    this.display.classList.toggle("deadline", left <= 300);
  }

  tick() {
    if (this.isPaused) return;
    const left = this.left();
    this.show(left);
    for (const seconds of ALARMS) {
      if (left <= seconds && left > 0 && !this.rung.has(seconds)) {
        this.rung.add(seconds);
        this.alarm.textContent = `残り時間は${seconds / 60}分です。`;
      }
    }
    if (left === 0 && !this.isOver) {
      this.isOver = true;
      this.alarm.textContent = "時間になりました。";
      this.onTimeUp();
    }
  }

  startToggle() {
    const show = (isHidden) => {
      document.getElementById("clock-words").hidden = isHidden;
      this.toggle.setAttribute("aria-pressed", String(isHidden));
      this.toggle.textContent = isHidden ? "残り時間を表示する" : "残り時間を隠す";
    };
    this.toggle.hidden = false;
    show(localStorage.getItem(HIDDEN) === "yes");
    this.toggle.addEventListener("click", () => {
      const isHidden = this.toggle.getAttribute("aria-pressed") !== "true";
      localStorage.setItem(HIDDEN, isHidden ? "yes" : "no");
      show(isHidden);
    });
  }
}
