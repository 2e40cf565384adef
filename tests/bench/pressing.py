"""What a certificate costs: against a plain page with the same words, signed against unsigned, and in memory over a thousand."""

import gc
import io
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from certificates.fonts.book import load_font
from certificates.fonts.build import FONT_FILE, build_font
from certificates.press import press
from certificates.record import CertificateRecord, record_from_json
from certificates.sealer import make_own_sealer, read_own_sealer
from certificates.sealing import seal
from certificates.templates import SHIPPED, find
from certificates.wording import word
from tests.databases import ROOT

ROUNDS = 8
EACH = 10
MANY = 1000
SOME = 100
PRESS_AT_MOST = 0.6
"""Times a plain page that loads its font, as the simplest program would."""
SEALED_AT_MOST = 1.6
"""Times the same page unsigned."""
GROWTH_AT_MOST = 1.1
"""Peak memory after a thousand, in parts of that after a hundred."""
NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)


def sample(name: str = "髙﨑 𠮷邉") -> CertificateRecord:
    """A record as issued, with an address as long as a signed one."""
    record = record_from_json((ROOT / "certificates" / "sample.json").read_bytes())
    address = "https://nintei.example.jp/verify/AAECAwQFBgcICQoLDA0ODw#" + "Ab3-_9zQ" * 28
    return replace(record, is_sample=False, verify_url=address, holder_name=name)


def plain_page(record: CertificateRecord, font_file: Path, kept: list[Any] | None = None) -> bytes:
    """The same words one below the other, drawn as the library's manual shows it; the font is loaded unless it was kept."""
    wording = word(record, find(SHIPPED, record.template).phrases)
    if kept is None or not kept:
        pdfmetrics.registerFont(TTFont("plain", str(font_file), asciiReadable=False))
        if kept is not None:
            kept.append(True)
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=(842, 595), pageCompression=1)
    canvas.setFont("plain", 14)
    for line, text in enumerate(text for text in wording.every_text() if text):
        canvas.drawString(60, 540 - 22 * line, text)
    canvas.showPage()
    canvas.save()
    return paper.getvalue()


def bench_press() -> int:
    """Print the multiples and the memory; 1 when one is above its bound."""
    fonts = ROOT / "instance" / "fonts"
    build_font(fonts)
    load_font(fonts)
    sealer = read_own_sealer(make_own_sealer("架空協会", now=NOW - timedelta(days=1)))
    record, unsigned, kept = sample(), press(sample(), fonts), []
    acts: dict[str, Callable[[], object]] = {
        "plain page, font loaded each time": lambda: plain_page(record, fonts / FONT_FILE),
        "plain page, font kept": lambda: plain_page(record, fonts / FONT_FILE, kept),
        "certificate": lambda: press(record, fonts),
        "seal alone": lambda: seal(unsigned, sealer, signed_at=NOW),
        "certificate, sealed": lambda: seal(press(record, fonts), sealer, signed_at=NOW),
    }
    taken = _measure(acts)
    mean = {name: statistics.fmean(times) for name, times in taken.items()}
    print(f"\npress: processor time of one page, {ROUNDS} rounds of {EACH}")
    for name, times in taken.items():
        print(f"  {name:<34} {mean[name]:7.1f} ms  ({min(times):.1f}-{max(times):.1f})")
    pressed = mean["certificate"] / mean["plain page, font loaded each time"]
    bare = mean["certificate"] / mean["plain page, font kept"]
    sealed = mean["certificate, sealed"] / mean["certificate"]
    print(f"  certificate: {pressed:.2f} times the plain page that loads its font (at most {PRESS_AT_MOST})")
    print(f"  certificate: {bare:.2f} times the plain page with the font kept")
    print(f"  sealed:      {sealed:.2f} times unsigned (at most {SEALED_AT_MOST})")
    some, many = _peak(SOME), _peak(MANY)
    print(f"  peak memory: {some} MB after {SOME} sealed certificates, {many} MB after {MANY} (at most {GROWTH_AT_MOST} times)")
    is_good = pressed <= PRESS_AT_MOST and sealed <= SEALED_AT_MOST and many <= some * GROWTH_AT_MOST
    return 0 if is_good else 1


def _measure(acts: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Milliseconds of processor time of each act in turns, so that whatever the machine does meanwhile strikes all."""
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for _ in range(ROUNDS):
        for name, act in acts.items():
            gc.collect()
            before = time.process_time()
            for _ in range(EACH):
                act()
            taken[name].append((time.process_time() - before) * 1000 / EACH)
    return taken


def _peak(count: int) -> int:
    """Peak memory in MB of a fresh process that presses and seals so many different certificates."""
    done = subprocess.run([sys.executable, "-m", __name__, str(count)], cwd=ROOT, check=True, capture_output=True, text=True)
    return int(done.stdout)


def _press_many(count: int) -> None:
    fonts = ROOT / "instance" / "fonts"
    sealer = read_own_sealer(make_own_sealer("架空協会", now=NOW - timedelta(days=1)))
    book = load_font(fonts)
    kanji = [character for character in map(chr, range(0x4E00, 0x9FFF)) if not book.missing_glyphs(character)]
    for character in kanji[:count]:  # another name, and so other glyphs, each time
        seal(press(sample(f"髙﨑 {character}郎"), fonts), sealer, signed_at=NOW)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    _press_many(int(sys.argv[1]))
