"""Persons at their own browsers: each page they come to is swept by axe once and must be free of script errors."""

import re
from dataclasses import dataclass, field

import pyotp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from lms import clock
from tests.live import LiveSite, Mailbox, link_in

PASSPHRASE = "kaze-no-fuku-oka-2026"


@dataclass
class Person:
    """Somebody with a browser of their own."""

    name: str
    page: Page
    context: BrowserContext
    site: LiveSite
    swept: set[str]
    secret: str = ""
    last_code: str = ""
    complaints: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        """Open an address and look at the page."""
        self.page.goto(address if address.startswith("http") else self.site.url + address)
        self.look()

    def press(self, text: str) -> None:
        """Press the button or link with these words and look at where it leads."""
        target = self.page.get_by_role("button", name=text, exact=True).or_(self.page.get_by_role("link", name=text, exact=True))
        target.first.click()
        self.page.wait_for_load_state()
        self.look()

    def fill(self, name: str, value: str) -> None:
        """Fill the control of this name."""
        self.page.locator(f"main [name='{name}']").fill(value)

    def reads(self, words: str) -> None:
        """The page says so."""
        expect(self.page.locator("main")).to_contain_text(words)

    def does_not_read(self, words: str) -> None:
        """Nothing in the page's source says so."""
        assert words not in self.page.content()

    def look(self) -> None:
        """Sweep the page with axe, once for each kind of page."""
        kind = re.sub(
            r"\d+", "n", re.sub(r"/(invitation|exam|grading|verify|result)/[^/]+", r"/\1/x", self.page.url.split("?")[0])
        )
        kind = f"{self.name}: {kind}"
        if kind in self.swept:
            return
        self.swept.add(kind)
        found = Axe().run(self.page).response["violations"]
        words = [f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found]
        assert not words, f"{self.page.url} has accessibility violations: {words}"

    def hear_complaint(self, message: ConsoleMessage) -> None:
        """Keep what the browser complains about."""
        if message.type == "error" and "status of 404" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def type_code(self) -> None:
        """Type the authenticator's code; one that was used waits for the next."""
        code = pyotp.TOTP(self.secret).at(clock.now())
        if code == self.last_code:
            self.page.wait_for_timeout(1000 * (30 - int(clock.now().timestamp()) % 30) + 500)
            code = pyotp.TOTP(self.secret).at(clock.now())
        self.last_code = code
        self.fill("code", code)


class People:
    """Everybody in a story."""

    def __init__(self, site: LiveSite, mailbox: Mailbox, browser: Browser) -> None:
        self.site = site
        self.mailbox = mailbox
        self.browser = browser
        self.everybody: list[Person] = []
        self.swept: set[str] = set()

    def meet(self, name: str, *, phone: bool = False) -> Person:
        """A person with a fresh browser, on a phone or on an office PC."""
        size = {"width": 390, "height": 844} if phone else {"width": 1366, "height": 768}
        context = self.browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=size)  # type: ignore[arg-type]
        context.set_default_timeout(40_000)
        page = context.new_page()
        person = Person(name, page, context, self.site, self.swept)
        page.on("console", person.hear_complaint)
        page.on("pageerror", lambda error: person.complaints.append(str(error)))
        self.everybody.append(person)
        return person

    def invited(self, name: str, email: str, words: str, *, phone: bool = False) -> Person:
        """A person who follows the link in the invitation mail and sets a password."""
        person = self.meet(name, phone=phone)
        person.go(link_in(self.mailbox.wait_for(email, words)))
        self.set_password(person)
        return person

    def set_password(self, person: Person) -> None:
        """Choose a passphrase on the page of an invitation."""
        person.fill("password", PASSPHRASE)
        person.fill("repeated", PASSPHRASE)
        person.press("設定して始める")

    def set_second_factor(self, person: Person) -> None:
        """Set up the authenticator by its typed key."""
        person.press("QRコードを表示する")
        person.page.locator("main details > summary").click()
        person.secret = person.page.locator("main details .mono").inner_text().replace(" ", "").strip()
        person.type_code()
        person.press("設定を完了する")

    def leave(self) -> None:
        """Close every browser; nobody may have met a script error or a blocked resource."""
        complaints = [words for person in self.everybody for words in person.complaints]
        for person in self.everybody:
            person.context.close()
        assert complaints == []
