"""The contrast of every text of a page with what is painted behind it, in an SVG too, which axe-core cannot judge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from playwright.sync_api import Page

LEAST = 4.5  # WCAG 2.2, 1.4.3
TILE = 6_000
# Lines and edges that a box of letters only touches are no ground: each colour counts that covers so much of the box.
LEAST_SHARE = 0.1
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || parent.closest('script, style, svg title, svg desc, .skip')) continue;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    // The head of a table that is a list on a narrow screen is clipped to a point, for screen readers only.
    if (parent.closest('thead')?.getBoundingClientRect().width <= 1) continue;
    const style = getComputedStyle(parent);
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const isDrawn = parent instanceof SVGElement;
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      found.push({text: walker.currentNode.data.trim().slice(0, 60), ink: isDrawn ? style.fill : style.color, isDrawn,
        x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height});
    }
  }
  return found;
}"""
HIDE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*, ::before, ::after { color: transparent !important; scroll-behavior: auto !important; }'
    + 'svg text, svg tspan { fill: transparent !important; }');
  document.adoptedStyleSheets = [sheet];
}"""


@dataclass(frozen=True)
class Contrast:
    """One line of text: how far its ink stands out from the worst colour behind it; drawn says that an SVG holds it."""

    ratio: float
    text: str
    ink: str
    ground: str
    drawn: bool


def luminance(colour: tuple[int, int, int]) -> float:
    """Gives the relative luminance of WCAG 2.2."""
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: tuple[int, int, int], two: tuple[int, int, int]) -> float:
    """Gives the contrast ratio of WCAG 2.2."""
    bright, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def judge(page: Page) -> list[Contrast]:
    """Gives every visible line of text; the page has no letters afterwards."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.set_viewport_size({"width": width, "height": TILE})
    texts = page.evaluate(TEXTS)
    page.evaluate(HIDE)
    height = page.evaluate("document.documentElement.scrollHeight")
    found = []
    for top in range(0, height, TILE):
        page.evaluate("top => scrollTo(0, top)", top)
        start = page.evaluate("scrollY")
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        here = [item for item in texts if start <= item["y"] and item["y"] + item["height"] <= start + TILE]
        found += [_judged(item, picture, start) for item in here if item["y"] + item["height"] > top]
    return found


def _judged(item: dict, picture: Image.Image, start: float) -> Contrast:
    x, y = round(item["x"]), round(item["y"] - start)
    box = (max(x, 0), y, min(x + max(round(item["width"]), 1), picture.width), y + max(round(item["height"]), 1))
    part = picture.crop(box)
    area = part.width * part.height
    colours = [colour for count, colour in part.getcolors(area) or [] if count >= area * LEAST_SHARE]
    ink = tuple(int(value) for value in re.findall(r"\d+", item["ink"])[:3])
    worst = min(colours, key=lambda colour: ratio(ink, colour))
    return Contrast(round(ratio(ink, worst), 2), item["text"], item["ink"], str(worst), item["isDrawn"])
