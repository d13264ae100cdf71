"""Takes the picture of the README: the first screen of a sample report, as a reader's browser shows it.

`python -m first_screen` (or `make screenshot`) writes reports/first-screen.png. The program decides its size; what
fonts look like, the machine decides, so its bytes are compared with nothing.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from chromium import MISSING, program, started
from PIL import Image
from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "reports" / "signing-key-rotation" / "report.html"
PICTURE = ROOT / "reports" / "first-screen.png"
WIDTH, HEIGHT = 1280, 860
MOST_BYTES = 200_000
_COLOURS = (256, 128, 64, 32)


def first_screen(browser: Browser, report: Path) -> bytes:
    """Gives the first screen of a report in light colours as PNG, at most 200 kB, with as many colours as fit."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    page.goto(report.as_uri())
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    page.close()
    for colours in _COLOURS:
        drawn = BytesIO()
        shot.quantize(colours, dither=Image.Dither.NONE).save(drawn, "PNG", optimize=True)
        if drawn.tell() <= MOST_BYTES:
            break
    return drawn.getvalue()


if __name__ == "__main__":
    if program() is None:
        sys.exit(MISSING)
    with started() as browser:
        PICTURE.write_bytes(first_screen(browser, REPORT))
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes\n")
