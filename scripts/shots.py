"""Screenshots of the demo's pages at three widths into build/shots, and those of the README into docs/pictures."""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page  # noqa: E402 - the checkout has to be on the path first

from lms.demo.people import PASSPHRASE  # noqa: E402
from tests.live import LiveSite, chromium  # noqa: E402

WIDTHS = {390: 844, 768: 1024, 1366: 768}
README_PICTURES = {
    "mypage-1366": "participant-mypage-1366.png",
    "mypage-390": "participant-mypage-390.png",
    "lesson-390": "participant-lesson-390.png",
    "exam-1366": "exam-choice-1366.png",
    "grading-1366": "grader-desk-1366.png",
    "office-1366": "office-cohort-1366.png",
}

PARTICIPANT = "kaede.mihon@example.com"
LEARNER = "rei.watanabe@example.com"
HOLDER = "mihon.takahashi@example.com"
FAILED = "haruka.kakuu@example.com"
GRADER = "saiten1@example.jp"
OFFICE = "jimu@example.jp"


def main() -> None:
    """Fill a demo of its own, walk it as each person, keep the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only persons whose name begins with this")
    arguments = parser.parse_args()
    target = ROOT / "build" / "shots"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="nintei-shots-") as folder, _demo(Path(folder)) as site, chromium() as browser:
        camera = Camera(site, browser, target)
        for name, walk in WALKS.items():
            if name.startswith(arguments.only):
                walk(camera)
    if not arguments.only:
        _keep_readme_pictures(target)
    print(f"{len(list(target.glob('*.png')))} pictures in {target.relative_to(ROOT)}")


@contextmanager
def _demo(folder: Path) -> Iterator[LiveSite]:
    site = LiveSite(folder, demo=True)
    site.flask("demo", "fill")
    site.start()
    try:
        yield site
    finally:
        site.stop()


class Camera:
    """Logs people in and photographs pages at every width."""

    def __init__(self, site: LiveSite, browser: Browser, target: Path) -> None:
        self.site = site
        self.browser = browser
        self.target = target

    @contextmanager
    def visitor(self, email: str = "") -> Iterator[Page]:
        """A browser of its own, logged in when an address is given."""
        context = self.browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo")
        page = context.new_page()
        if email:
            self._log_in(page, email)
        yield page
        context.close()

    def _log_in(self, page: Page, email: str) -> None:
        page.goto(f"{self.site.url}/login")
        page.fill("input[type=email], input[name=email]", email)
        page.fill("input[type=password]", PASSPHRASE)
        page.click("main button[type=submit]")
        if "/second-factor" in page.url:
            page.fill("input[name=code]", self._code(email))
            page.click("main button[type=submit]")

    def _code(self, email: str) -> str:
        lines = self.site.flask("user", "codes").splitlines()
        return next(line.split()[0] for line in lines if email in line)

    def shoot(self, page: Page, name: str, address: str = "") -> None:
        """The page at every width, full length."""
        if address:
            page.goto(self.site.url + address if address.startswith("/") else address)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            time.sleep(0.15)
            page.screenshot(path=self.target / f"{name}-{width}.png", full_page=True)


def walk_public(camera: Camera) -> None:
    """Pages for anybody."""
    with camera.visitor() as page:
        for name, address in {
            "home": "/",
            "login": "/login",
            "forgot": "/password/forgot",
            "terms": "/terms",
            "verify": "/verify",
        }.items():
            camera.shoot(page, f"public-{name}", address)
        shown = camera.site.flask("demo", "show")
        camera.shoot(page, "public-verified", re.search(r"http\S+/verify/\S+", shown).group(0))  # type: ignore[union-attr]
        camera.shoot(page, "public-missing", "/no-such-page")


def walk_learner(camera: Camera) -> None:
    """A participant before day 1."""
    with camera.visitor(LEARNER) as page:
        for name, address in {
            "mypage": "/",
            "lessons": "/lessons",
            "lesson": "/lessons/L02",
            "quiz": "/lessons/L03/quiz",
            "account": "/account",
        }.items():
            camera.shoot(page, f"participant-{name}", address)
        page.goto(f"{camera.site.url}/lessons/L03/quiz")
        for group in page.locator("main fieldset").all():
            group.locator("input[type=radio]").first.check()
        page.click("main form button[type=submit]")
        camera.shoot(page, "participant-quiz-result")
        camera.shoot(page, "participant-exam-not-yet", "/exam")
        camera.shoot(page, "participant-certificate-not-yet", "/certificate")


def walk_studying(camera: Camera) -> None:
    """What somebody has at hand for whom every lesson is open."""
    with camera.visitor(PARTICIPANT) as page:
        for name, address in {
            "lesson": "/lessons/L16",
            "search": "/search?q=記録",
            "glossary": "/glossary",
            "bookmarks": "/bookmarks",
            "manual": "/manual",
            "scenarios": "/scenarios",
            "scenario": "/scenarios/S01",
            "sheet": "/scenarios/S01/sheet",
            "handouts": "/handouts",
            "days": "/days",
        }.items():
            camera.shoot(page, f"studying-{name}", address)
        page.goto(f"{camera.site.url}/scenarios/S02")
        page.locator("main form button").first.click()
        page.wait_for_load_state()
        camera.shoot(page, "studying-play")


def walk_exam(camera: Camera) -> None:
    """A participant in the exam room."""
    with camera.visitor(PARTICIPANT) as page:
        camera.shoot(page, "exam-mypage", "/")
        camera.shoot(page, "exam-lobby", "/exam")
        for box in page.locator("main input[type=checkbox]").all():
            box.check()
        page.click("main form button[type=submit]")
        page.wait_for_timeout(600)
        camera.shoot(page, "exam-choice")


def walk_results(camera: Camera) -> None:
    """People whose results are out."""
    with camera.visitor(HOLDER) as page:
        for name, address in {"mypage": "/", "result": "/result", "certificate": "/certificate"}.items():
            camera.shoot(page, f"holder-{name}", address)
        pdf = page.request.get(f"{camera.site.url}/certificate/pdf").body()
        _draw_certificate(camera.target, pdf)
    with camera.visitor(FAILED) as page:
        camera.shoot(page, "failed-mypage", "/")
        camera.shoot(page, "failed-result", "/result")


def walk_grader(camera: Camera) -> None:
    """A grader's list and desk."""
    with camera.visitor(GRADER) as page:
        camera.shoot(page, "grader-list", "/grading")
        page.locator("main a[href*='/grading/']").first.click()
        camera.shoot(page, "grader-desk")


def walk_office(camera: Camera) -> None:
    """The office's pages, of the running and of the finished cohort."""
    with camera.visitor(OFFICE) as page:
        for name in ("", "/register", "/editions", "/editions/1", "/handouts", "/audit", "/mail", "/staff", "/cohorts/new"):
            camera.shoot(page, f"office{name.replace('/', '-') or '-home'}", f"/office{name}")
        for name in (
            "",
            "/settings",
            "/roster",
            "/payments",
            "/attendance",
            "/progress",
            "/exam",
            "/exam/window/1",
            "/grading",
            "/results",
            "/certification",
        ):
            camera.shoot(page, f"office-cohort{name.replace('/', '-')}", f"/office/cohorts/2{name}")
        for name in ("", "/results", "/certification"):
            camera.shoot(page, f"office-finished{name.replace('/', '-')}", f"/office/cohorts/1{name}")


WALKS = {
    "public": walk_public,
    "learner": walk_learner,
    "studying": walk_studying,
    "exam": walk_exam,
    "results": walk_results,
    "grader": walk_grader,
    "office": walk_office,
}


def _draw_certificate(target: Path, pdf: bytes) -> None:
    source = target / "certificate.pdf"
    source.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "80", "-png", "-singlefile", str(source), str(target / "certificate")], check=True)


def _keep_readme_pictures(target: Path) -> None:
    pictures = ROOT / "docs" / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    for name, source in README_PICTURES.items():
        shutil.copy(target / source, pictures / f"{name}.png")
    shutil.copy(target / "certificate.png", pictures / "certificate.png")


if __name__ == "__main__":
    main()
