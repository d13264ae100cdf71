"""Takes the picture of the README: the first screen of a sample report, as a reader's browser shows it.

`python -m first_screen` (or `make screenshot`) writes reports/first-screen.png. The program decides its size; what
fonts look like, the machine decides, so its bytes are compared with nothing.
"""

from __future__ import annotations

import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "reports" / "signing-key-rotation" / "report.html"
PICTURE = ROOT / "reports" / "first-screen.png"
WIDTH, HEIGHT = 1280, 860
MOST_BYTES = 200_000
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
_COLOURS = (256, 128, 64, 32)


def chromium() -> str | None:
    """Gives the path of Debian's browser, None if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-headless-shell")


def first_screen(report: Path) -> bytes:
    """Gives the first screen of a report in light colours as PNG, at most 200 kB, with as many colours as fit."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(report.as_uri())
        shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
        browser.close()
    for colours in _COLOURS:
        drawn = BytesIO()
        shot.quantize(colours, dither=Image.Dither.NONE).save(drawn, "PNG", optimize=True)
        if drawn.tell() <= MOST_BYTES:
            break
    return drawn.getvalue()


if __name__ == "__main__":
    if chromium() is None:
        sys.exit("no chromium on this machine: apt-get install chromium")
    PICTURE.write_bytes(first_screen(REPORT))
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes\n")
