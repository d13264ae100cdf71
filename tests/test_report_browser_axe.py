"""Accessibility by axe-core, and by pixels where axe-core cannot judge: no violation on any page, in any theme."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import PAGES, Seen, Show, page_of
from contrast import LEAST, judge

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations", "incomplete"]}


def faults(seen: Seen) -> tuple[list[str], set[str]]:
    """Gives axe-core's violations with the first element of each, and the rules that it could not decide."""
    found = Axe().run(seen.page, options=OPTIONS).response
    said = [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in found["violations"]]
    return said, {item["id"] for item in found["incomplete"]}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_axe_finds_no_violation(show: Show, name: str) -> None:
    """Light and dark, wide and narrow, all details open: nothing, and nothing undecided but contrast (see below)."""
    seen = show(page_of(name))
    seen.open_all()
    for scheme, width in (("light", 1440), ("dark", 320)):  # each once; contrast is judged by pixels in both, too
        seen.page.emulate_media(color_scheme=scheme)
        seen.page.set_viewport_size({"width": width, "height": 900})
        violations, undecided = faults(seen)
        assert violations == [], (scheme, width)
        assert undecided <= {"color-contrast"}, (scheme, width)
    assert seen.messages == []


@pytest.mark.parametrize("system", ["light", "dark"])
def test_axe_finds_no_violation_in_the_theme_of_the_button(show: Show, system: str) -> None:
    """The other theme than the system's, after filter, sorting, jump and copying were used."""
    seen = show(page_of("demo"), color_scheme=system)
    seen.open_all()
    seen.page.locator("#theme").click()
    seen.page.locator("#evidence-table th button").first.click()
    seen.page.get_by_label("Filter evidence").fill("pool")
    seen.page.get_by_label("Jump to time (UTC)").fill("16:00")
    seen.page.get_by_role("button", name="Jump").click()
    seen.page.get_by_role("button", name="Copy all").first.click()
    assert faults(seen)[0] == []


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        *((name, scheme, 1440) for name in sorted(PAGES) for scheme in ("light", "dark")),
        ("demo", "light", 320),
        ("demo", "dark", 320),
        ("hostile", "light", 320),
    ],
)
def test_every_text_stands_out_from_its_ground(show: Show, name: str, scheme: str, width: int) -> None:
    """By pixels: 4.5 to 1 for each line of text, those that pictures draw included (WCAG 2.2, 1.4.3)."""
    seen = show(page_of(name), color_scheme=scheme, width=width)
    seen.open_all()
    judged = judge(seen.page)
    assert len(judged) >= 10
    assert [item for item in judged if item.ratio < LEAST] == []


@pytest.mark.parametrize("system", ["light", "dark"])
def test_every_text_stands_out_in_the_theme_of_the_button(show: Show, system: str) -> None:
    """The same in the theme that the system does not have, drawn texts too."""
    seen = show(page_of("demo"), color_scheme=system)
    seen.open_all()
    seen.page.locator("#theme").click()
    judged = judge(seen.page)
    assert [item for item in judged if item.ratio < LEAST] == []
    assert len([item for item in judged if item.drawn]) >= 30


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        ("<button type='button'></button>", "button-name"),
        ("<p><input type='search'></p>", "label"),
        ("<h6>A level is left out</h6>", "heading-order"),
        ("<nav aria-label='Contents'></nav>", "landmark-unique"),
        ("<p class='severity'><a href='#main'>a</a><a href='#main'>b</a></p>", "target-size"),
        ("<p class='banner'><span class='tick verdict'>soft on a loud ground</span></p>", "color-contrast"),
    ],
)
def test_the_net_of_axe_holds(show: Show, plant: str, rule: str) -> None:
    """A planted fault of each kind is found."""
    seen = show(page_of("demo").replace("</main>", f"{plant}</main>"))
    assert [said for said in faults(seen)[0] if said.startswith(rule)]


@pytest.mark.parametrize(
    "plant",
    [
        '<svg class="chart" width="200" height="30"><rect class="requests" width="100%" height="100%"/><text class="tick" x="4" y="20">on bars</text></svg>',
        '<svg width="200" height="30"><rect class="status-5" width="50%" height="100%"/><text x="4" y="20">half of it on red</text></svg>',
        '<p class="banner"><span class="verdict">soft on a loud ground</span></p>',
    ],
)
def test_the_net_of_pixels_holds(show: Show, plant: str) -> None:
    """A drawn text on a ground that swallows it, wholly or in part, is found, and so is one of a paragraph."""
    judged = judge(show(page_of("empty").replace("</main>", f"{plant}</main>")).page)
    assert [item for item in judged if item.ratio < LEAST]
