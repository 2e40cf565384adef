"""What should happen in an attempt, thought out apart from the engine: seconds since the start, no events, no tables."""

from dataclasses import dataclass, field

PARTS = ("choice", "essay")


@dataclass
class Text:
    """The answer of a question as it should stand."""

    version: int = 0
    last: int = 0
    text: str = ""
    page: str = ""
    number: int | None = None
    """The running number of the send in its page; None for a form, which has none."""


@dataclass
class Told:
    """What a page should be told about one answer."""

    outcome: str
    version: int = 0


@dataclass
class Reference:
    """One attempt; time is in whole seconds since it started."""

    limits: dict[str, int]
    window_left: int
    grace: int
    now: int = 0
    part: str = "choice"
    began: int = 0
    gift: int = 0
    gifts_before: int = 0
    granted: int | None = None
    stopped: int | None = None
    latest: int = 0
    """When something happened last."""
    left: set[str] = field(default_factory=set)
    hand_ins: list[dict[str, tuple[int, str]]] = field(default_factory=list)
    answers: dict[str, Text] = field(default_factory=dict)
    sends: dict[tuple[str, int, str], tuple[str, Told]] = field(default_factory=dict)
    received: set[tuple[str, str]] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        """Whether everything is handed in."""
        return len(self.left) == len(PARTS)

    @property
    def deadline(self) -> int:
        """When the running part ends, if its clock runs on from now."""
        if self.granted is not None:
            end = self.began + self.granted + self.gift
        else:
            end = min(self.began + self.limits[self.part], self.window_left + self.gifts_before) + self.gift
        return end if self.stopped is None else end + self.now - self.stopped

    def wait(self, seconds: int) -> None:
        """Time passes, and ends what it ends."""
        self.now += seconds
        while not self.is_over and self.stopped is None and self.now >= self.deadline + self.grace:
            self._leave(max(self.deadline, self.latest))

    def hand_in(self, part: str, texts: dict[str, tuple[str, int]], page: str) -> str:
        """Send a part's form with these texts (question → text and base version); what becomes of it."""
        told = [self._receive(question, part, text, base, page, None) for question, (text, base) in texts.items()]
        if any(each.outcome == "stale" for each in told):
            return "stale"
        if self.is_over or part != self.part:
            return "already"
        if self.stopped is not None:
            return "paused"
        self._leave(self.now)
        return "submitted" if self.is_over else "next_section"

    def save(self, question: str, part: str, text: str, base: int, page: str, number: int) -> Told:
        """A page's script sends a text."""
        before = self.sends.get((page, number, question))
        if before is not None and before[0] == text:
            return before[1]
        kept = self.answers.get(question, Text()).last
        told = self._receive(question, part, text, base, page, number)
        if self.answers.get(question, Text()).last > kept:  # a text that was kept as a version is known when it comes again
            self.sends[page, number, question] = (text, told)
        return told

    def receive_without_number(self, question: str, part: str, text: str, base: int, page: str) -> Told:
        """A text under a number that was used for another text before: it counts like a form's, which has no number."""
        return self._receive(question, part, text, base, page, None)

    def add_time(self, seconds: int) -> bool:
        """The office gives the running part more time; whether it could."""
        if self.is_over:
            return False
        self.gift += seconds
        self.latest = self.now
        return True

    def pause(self) -> bool:
        """The office stops the clock; whether it could."""
        if self.is_over or self.stopped is not None:
            return False
        self.stopped = self.latest = self.now
        return True

    def resume(self) -> bool:
        """The office lets it run on; whether it could."""
        if self.stopped is None:
            return False
        self.gift += self.now - self.stopped
        self.stopped, self.latest = None, self.now
        return True

    def reopen(self, part: str, seconds: int) -> bool:
        """The office opens one part again; whether it could."""
        if not self.is_over:
            return False
        self.left.remove(part)
        self.part, self.began, self.granted, self.gift, self.latest = part, self.now, seconds, 0, self.now
        return True

    def _leave(self, at: int) -> None:
        self.left.add(self.part)
        self.gifts_before += self.gift
        self.gift, self.granted, self.latest = 0, None, at
        if self.is_over:
            self.hand_ins.append({question: (each.version, each.text) for question, each in self.answers.items() if each.version})
        else:
            self.part, self.began = next(each for each in PARTS if each not in self.left), at

    def _receive(self, question: str, part: str, text: str, base: int, page: str, number: int | None) -> Told:
        if part not in self.left and (part != self.part or self.is_over):
            return Told("refused")
        stands = self.answers.setdefault(question, Text())
        if stands.version and stands.text == text:
            return Told("current", stands.version)
        stands.last += 1
        self.received.add((question, text))
        if part in self.left:
            return Told("late", stands.last)
        follows_own = number is not None and stands.number is not None and stands.page == page and stands.number < number
        if base != stands.version and not follows_own:
            return Told("stale", stands.last)
        stands.version, stands.text, stands.page, stands.number = stands.last, text, page, number
        return Told("current", stands.version)
