"""Walks a site link by link as somebody and looks at each page: axe in three dresses, width, weight and complaints."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response
from werkzeug.exceptions import HTTPException

WIDE = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
DEPTH = 3
ALIKE = 5
"""So many pages of one route and audience are looked at: lessons, participants, cohorts."""
HEAVIEST = 100 * 1024
HEAVIER = dict.fromkeys(
    ("exams.room", "exams.rehearsal", "office.review", "office.statistics", "office.edition_lesson"), 200 * 1024
)
"""The exam room brings all its questions at once, so that a lost connection takes none of them away; the office's two
tables of the whole bank are searched in the page; two versions of a lesson stand beside each other with their pictures."""

WEIGH = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .filter((each) => !/\\.(svg|png|jpg|ico)|\\/picture/.test(each.name))
    .reduce((sum, each) => sum + each.decodedBodySize, 0)"""
AXE = "(only) => axe.run({ resultTypes: ['violations'], ...(only && { runOnly: only }) }).then((found) => found.violations)"
COLORS = ["color-contrast", "link-in-text-block"]
"""The rules about colors: another color scheme is the same document in other colors."""
LINKS = "() => [...document.querySelectorAll('a[href]')].map((link) => link.href)"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Report:
    """What was looked at and what was wrong with it."""

    pages: int = 0
    axe_runs: int = 0
    heaviest: int = 0
    faults: list[str] = field(default_factory=list)
    endpoints: set[str] = field(default_factory=set)
    started: float = field(default_factory=time.monotonic)

    def summary(self) -> str:
        """One line for people."""
        return (
            f"accessibility sweep: {self.pages} pages of {len(self.endpoints)} routes, {self.axe_runs} axe runs, "
            f"heaviest page {self.heaviest // 1024} KB without pictures, {len(self.faults)} faults, "
            f"{time.monotonic() - self.started:.0f} s"
        )


class Walker:
    """Somebody with a browser who opens every page a link leads to."""

    def __init__(self, browser: Browser, app: Flask, base: str, report: Report) -> None:
        self.browser = browser
        self.base = base
        self.report = report
        self.routes = app.url_map.bind(urlsplit(base).netloc)
        self.alike: Counter[tuple[str, str]] = Counter()

    def walk(self, who: str, audience: str, cookie: str, *starts: str, depth: int = DEPTH) -> None:
        """Start at these addresses and follow links; `audience` shares the count of pages that are alike."""
        context = self._context(cookie)
        page = self._page(context, who)
        seen: set[str] = set()
        front = [urljoin(self.base, start) for start in starts]
        for _ in range(depth + 1):
            following: list[str] = []
            for address in front:
                if address not in seen and self._is_wanted(address, audience):
                    seen.add(address)
                    following += self._visit(page, who, address)
            front = following
        context.close()

    def act(self, who: str, cookie: str, address: str, *clicks: str) -> None:
        """Open an address, press these buttons or fill these forms (`selector`), and look at where that leads."""
        context = self._context(cookie)
        page = self._page(context, who)
        page.goto(urljoin(self.base, address))
        for selector in clicks:
            for target in page.locator(selector).all():
                target.click()
        page.wait_for_load_state()
        self._look(page, who)
        context.close()

    def _context(self, cookie: str) -> BrowserContext:
        context = self.browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", reduced_motion="reduce", viewport=WIDE)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        if cookie:
            name, value = cookie.split("=", 1)
            context.add_cookies([{"name": name, "value": value, "url": self.base}])
        return context

    def _page(self, context: BrowserContext, who: str) -> Page:
        page = context.new_page()
        page.on("console", lambda message: self._hear(who, page, message))
        page.on("pageerror", lambda error: self._fault(who, page.url, f"script error: {error}"))
        return page

    def _is_wanted(self, address: str, audience: str) -> bool:
        parts = urlsplit(address)
        if f"{parts.scheme}://{parts.netloc}" != self.base:
            return False
        try:
            rule, _ = self.routes.match(parts.path, "GET", return_rule=True)
        except HTTPException:
            return False
        if is_file(rule.rule):
            return False
        if not rule.arguments and not parts.query:
            return True
        self.alike[audience, rule.rule + ("?" if parts.query else "")] += 1
        return self.alike[audience, rule.rule + ("?" if parts.query else "")] <= ALIKE

    def _visit(self, page: Page, who: str, address: str) -> list[str]:
        response = page.goto(address)
        self._judge_answer(who, address, response)
        self._look(page, who)
        return [link.split("#")[0] for link in page.evaluate(LINKS)]

    def _judge_answer(self, who: str, address: str, response: Response | None) -> None:
        if response is None or response.status >= 400:
            self._fault(who, address, f"answered {response.status if response else 'nothing'}")

    def _look(self, page: Page, who: str) -> None:
        """At the page as it stands: wide, dark and on a phone."""
        report, address = self.report, page.url
        report.pages += 1
        rule, _ = self.routes.match(urlsplit(address).path, "GET", return_rule=True)
        report.endpoints.add(rule.endpoint)
        weight = int(page.evaluate(WEIGH))
        report.heaviest = max(report.heaviest, weight)
        if weight > HEAVIER.get(rule.endpoint, HEAVIEST):
            self._fault(who, address, f"weighs {weight} bytes")
        page.evaluate(AXE_SCRIPT)
        self._sweep(page, who, "1366 px")
        page.emulate_media(color_scheme="dark")
        self._sweep(page, who, "1366 px dark", COLORS)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        self._sweep(page, who, "390 px")
        if beyond := int(page.evaluate(OVERFLOW)):
            self._fault(who, address, f"is {beyond} px too wide for a phone")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]

    def _sweep(self, page: Page, who: str, dress: str, only: list[str] | None = None) -> None:
        self.report.axe_runs += 1
        for violation in page.evaluate(AXE, only):
            targets = [node["target"] for node in violation["nodes"]][:3]
            self._fault(who, page.url, f"axe at {dress}: {violation['id']} {targets}")

    def _hear(self, who: str, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._fault(who, page.url, f"console: {message.text}")

    def _fault(self, who: str, address: str, words: str) -> None:
        self.report.faults.append(f"{who}: {address.removeprefix(self.base)}: {words}")


FILES = (
    r"/pdf$|/export|/roster-template/|/static/|/answers$|/file$|/receipt/key|\.xlsx$|<any\(xlsx|/picture$|/offline$"
    r"|\.(pem|crt|ics|docx|md)$|<file_format>"
)


def is_file(rule: str) -> bool:
    """Whether a route gives a file or data and not a page."""
    return re.search(FILES, rule) is not None
