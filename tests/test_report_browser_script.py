"""What the page's script adds: theme, sorting, filter, jump to a time, copying; without a trace, and quickly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from browser import Seen, Show, page_of
from playwright.sync_api import Locator
from report_cases import APP, POOL, demo

from analyzer.model import Exhibit, Ref
from analyzer.report import report_html

pytestmark = pytest.mark.browser
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def with_table(cells: list[str]) -> str:
    """Gives the demo's page with one more sortable table: a column of these cells and one that counts them."""
    rows = "".join(f"<tr><td>{cell}</td><td>{index}</td></tr>" for index, cell in enumerate(cells))
    table = f'<table class="sortable" id="planted"><thead><tr><th scope="col">Value</th><th>N</th></tr></thead><tbody>{rows}</tbody></table>'
    return page_of("demo").replace("<footer>", f"{table}<footer>")


def column(seen: Seen) -> list[str]:
    return seen.page.locator("#planted tbody td:first-child").all_text_contents()


def head(seen: Seen) -> Locator:
    return seen.page.locator("#planted th").first


def copied(seen: Seen) -> str:
    return seen.page.evaluate("navigator.clipboard.readText()")


def jump(seen: Seen, text: str) -> str:
    """Asks for a time as a keyboard does, and gives what the page answers."""
    field = seen.page.get_by_label("Jump to time (UTC)")
    field.fill(text)
    field.press("Enter")
    return seen.page.locator("output[for=evidence-table-jump]").text_content() or ""


# Sorting


@pytest.mark.parametrize(
    "rising",
    [
        ["9", "402", "1,204", "10,114", "24,192"],
        ["9 lines", "148 entries", "402"],
        ["under 0.1 %", "0.1 %", "8.6 %", "43 %", "99.9 %", "over 99.9 %", "100 %"],
        ["900 µs", "1 ms", "5,014 ms", "24 s", "1 min 30 s", "2 h", "1 d 2 h"],
        ["2 of 4", "12 of 14", "100 of 3"],
        ["2026-05-12 16:32:13", "2026-05-12 16:32:14", "2026-11-02 00:00:00"],
        ["-240 ms", "0 ms", "75.3 s"],
        ["access.log:9", "access.log:117", "access.log:20417", "error.log:2"],
        ["10.3.0.9", "10.3.0.17", "192.0.2.1"],
        ["[redacted:user:41aa]", "[redacted:user:90be]", "acme-prod"],
        ["5", "17", "GET", "post"],
        [
            '<time datetime="2026-05-12T09:59:59.000Z">B</time>',
            '<time datetime="2026-05-12T16:32:13.204Z">C</time>',
            '<time datetime="2026-05-13T00:00:00.000Z">A</time>',
        ],
    ],
)
def test_a_column_sorts_by_what_it_means(show: Show, rising: list[str]) -> None:
    """Counts, shares, durations, dates, places, addresses, placeholders: up and down, by value and not by letters."""
    shuffled = [*rising[1::2], *rising[::2]]
    seen = show(with_table(shuffled))
    plain = [text.split(">")[1].split("<")[0] if text.startswith("<") else text for text in rising]
    head(seen).get_by_role("button").click()
    assert column(seen) == plain
    assert head(seen).get_attribute("aria-sort") == "ascending"


def test_a_second_press_turns_the_order_and_a_third_turns_it_back(show: Show) -> None:
    """What is not known comes last either way; the head says which way it is, and only the head that was pressed."""
    seen = show(with_table(["none", "3", "1", "not known", "2"]))
    press = head(seen).get_by_role("button")
    press.click()
    assert column(seen) == ["1", "2", "3", "none", "not known"]
    press.click()
    assert column(seen) == ["3", "2", "1", "none", "not known"]
    assert head(seen).get_attribute("aria-sort") == "descending"
    press.click()
    assert column(seen) == ["1", "2", "3", "none", "not known"]
    seen.page.locator("#planted th").nth(1).get_by_role("button").click()
    assert seen.page.locator("#planted th[aria-sort]").all_text_contents() == ["N"]


def test_equal_rows_keep_their_order_both_ways(show: Show) -> None:
    """Sorting is stable: rows of one value stay as they stood."""
    seen = show(with_table(["b", "a", "b", "a", "b"]))
    order = seen.page.locator("#planted tbody td:nth-child(2)")
    head(seen).get_by_role("button").click()
    assert order.all_text_contents() == ["1", "3", "0", "2", "4"]
    head(seen).get_by_role("button").click()
    assert order.all_text_contents() == ["0", "2", "4", "1", "3"]


@pytest.mark.parametrize("press", ["Enter", "Space"])
def test_the_keyboard_sorts(show: Show, press: str) -> None:
    """Enter and space on a head sort, and the focus stays there."""
    seen = show(page_of("demo"))
    lines = seen.page.locator("#sources-table th", has_text="Lines")
    lines.get_by_role("button").focus()
    seen.page.keyboard.press(press)
    cells = seen.page.locator("#sources-table tbody td:nth-child(3)")
    assert cells.all_text_contents() == ["148 entries", "402", "10,114", "24,192"]
    assert seen.page.evaluate("document.activeElement.textContent") == "Lines"


# Filter


def test_the_filter_hides_rows_and_counts(show: Show) -> None:
    """Only rows with the text stay, and their number is said."""
    seen = show(page_of("demo"))
    seen.page.get_by_label("Filter evidence").fill("pooltimeout")
    rows = seen.page.locator("#evidence-table tbody tr:visible")
    assert rows.count() == 1
    assert "app/quotes.ndjson:8841" in (rows.first.text_content() or "")
    assert seen.page.locator(".filter output").first.text_content() == "1 of 15 rows"


def test_a_link_leads_to_a_row_that_the_filter_hides(show: Show) -> None:
    """Following a claim clears the filter and shows the line."""
    seen = show(page_of("demo"))
    field = seen.page.get_by_label("Filter evidence")
    field.fill("nothing has this")
    seen.page.locator(".quote .place a").first.click()
    target = seen.page.evaluate("location.hash")
    seen.page.locator(f"tr{target}").wait_for(state="visible")
    assert field.input_value() == ""


def test_a_link_from_elsewhere_opens_what_is_folded(show: Show) -> None:
    """A page that is opened with the id of something in closed details shows it."""
    seen = show(page_of("demo"))
    seen.page.goto(f"{seen.page.url}#rejects-table")
    seen.page.reload()
    seen.page.locator("#rejects-table").wait_for(state="visible")


# Jump to a time; the demo's evidence has lines from 16:10:02 to 16:40:08.4 on one day.


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("16:32", "2026-05-12 16:32:13.170 UTC"),
        ("16:32:13.2", "2026-05-12 16:32:13.204 UTC"),
        ("16:32:13,205", "2026-05-12 16:32:13.210 UTC"),
        ("16:32:18.216Z", "2026-05-12 16:32:18.216 UTC"),
        ("2026-05-12T16:32:14Z", "2026-05-12 16:32:18.216 UTC"),
        ("2026-05-12 16:33 UTC", "2026-05-12 16:40:08.400 UTC"),
        ("2026-05-12T18:33:00+02:00", "2026-05-12 16:40:08.400 UTC"),
        ("2026-05-12", "2026-05-12 16:10:02.000 UTC"),
        ("9:00", "2026-05-12 16:10:02.000 UTC"),
    ],
)
def test_a_jump_leads_to_the_first_line_at_or_after_a_time(show: Show, text: str, stamp: str) -> None:
    """A time of day or a full time: the row is marked, on the screen, has the focus, and its time is said."""
    seen = show(page_of("demo"), reduced_motion="reduce")
    assert jump(seen, text) == f"Line of {stamp}"
    row = seen.page.locator("tr:target")
    assert row.locator("time").first.get_attribute("datetime") == stamp.replace(" UTC", "Z").replace(" ", "T")
    box = row.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900
    assert seen.page.evaluate("document.activeElement.closest('tr').matches(':target')")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("16:41", "No line at or after 16:41"),
        ("2026-05-13", "No line at or after 2026-05-13"),
        ("25:00", "Not a time; write 16:32, 16:32:05 or 2026-05-12T16:32Z"),
        ("2026-13-45T16:00", "Not a time; write 16:32, 16:32:05 or 2026-05-12T16:32Z"),
        ("16:32+02:00", "Not a time; write 16:32, 16:32:05 or 2026-05-12T16:32Z"),
        ("", "Not a time; write 16:32, 16:32:05 or 2026-05-12T16:32Z"),
        ("<b>", "Not a time; write 16:32, 16:32:05 or 2026-05-12T16:32Z"),
    ],
)
def test_a_jump_that_leads_nowhere_says_so(show: Show, text: str, said: str) -> None:
    """No line so late, or no time at all: the page says which, and stays where it is."""
    seen = show(page_of("demo"))
    assert jump(seen, text) == said
    assert seen.page.locator("tr:target").count() == 0


def test_a_jump_minds_the_filter(show: Show) -> None:
    """Of the lines that the filter shows the first is taken; where only hidden ones fit, that is said."""
    seen = show(page_of("demo"))
    seen.page.get_by_label("Filter evidence").fill("pooltimeout")
    assert jump(seen, "16:00") == "Line of 2026-05-12 16:32:18.216 UTC"
    assert seen.page.locator("#evidence-table tbody tr:visible").count() == 1
    assert jump(seen, "16:33") == "No line at or after 16:33 among those that the filter shows"


def test_a_jump_needs_no_order_and_looks_at_one_day_after_the_other(show: Show) -> None:
    """Sorted the other way, and over two days: a time of day is the earliest line that is not before it on its day."""
    lines = tuple(
        Exhibit(Ref(APP, 30_000 + hours), POOL.started + timedelta(hours=hours), f"plus {hours}", POOL.id)
        for hours in (-3, 20, 30)
    )
    whole = demo()
    seen = show(report_html(replace(whole, exhibits=(*whole.exhibits, *lines))))
    time = seen.page.locator("#evidence-table th", has_text="Time")
    time.get_by_role("button").click()
    time.get_by_role("button").click()
    assert jump(seen, "17:00") == "Line of 2026-05-13 22:32:13.204 UTC"
    assert jump(seen, "2026-05-13") == "Line of 2026-05-13 12:32:13.204 UTC"


def test_a_report_without_lines_offers_no_jump(show: Show) -> None:
    """Where nothing can be jumped to, there is no field for it."""
    assert show(page_of("clean")).page.get_by_label("Jump to time (UTC)").count() == 0


# Copying


def test_the_ticket_is_copied(show: Show) -> None:
    """One press copies what a support engineer pastes."""
    seen = show(page_of("demo"), permissions=CLIPBOARD)
    seen.page.get_by_role("button", name="Copy for a ticket").click()
    seen.page.get_by_text("Copied", exact=True).wait_for()
    assert copied(seen).startswith(
        "[CRITICAL] POST /v2/quotes answered 500 for 15 of 36 clients, 16:32:13–16:32:37 UTC (24 s)\n"
    )
    assert "Layer: backend (confidence 92 %)\n" in copied(seen)
    assert "Evidence: PoolTimeout: could not obtain a database connection" in copied(seen)


def test_the_command_is_copied_whole(show: Show) -> None:
    """The copied curl command is the one that is shown, to the letter."""
    seen = show(page_of("demo"), permissions=CLIPBOARD)
    command = seen.page.locator(".command").first
    command.get_by_role("button", name="Copy").click()
    command.get_by_text("Copied", exact=True).wait_for()
    assert POOL.reproduction is not None
    assert copied(seen) == POOL.reproduction.curl


def test_single_ids_and_all_of_them_are_copied(show: Show) -> None:
    """Beside each correlation id stands a button, above them one for all; what was copied is said aloud."""
    seen = show(page_of("demo"), permissions=CLIPBOARD)
    seen.page.get_by_text("Correlation ids", exact=True).first.click()
    ids = seen.page.locator("[data-copyable]").first
    said = ids.locator("output")
    ids.get_by_role("button", name=f"Copy {POOL.correlation_ids[1]}").click()
    said.get_by_text(f"Copied {POOL.correlation_ids[1]}", exact=True).wait_for()
    assert copied(seen) == POOL.correlation_ids[1]
    assert ids.get_by_role("button", name=f"Copied {POOL.correlation_ids[1]}").text_content() == "Copied"
    count = len(POOL.correlation_ids)
    ids.get_by_role("button", name=f"Copy all {count} ids").click()
    said.get_by_text(f"Copied all {count} ids", exact=True).wait_for()
    assert copied(seen).splitlines() == list(POOL.correlation_ids)
    assert seen.page.locator("[data-copyable] code + button").count() >= count


def test_copying_works_where_the_clipboard_is_refused(show: Show) -> None:
    """Without the clipboard's interface, as on a page served without TLS, the older way copies the same text."""
    seen = show(page_of("demo"), permissions=CLIPBOARD)
    seen.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')) }")
    seen.page.get_by_text("Correlation ids", exact=True).first.click()
    press = seen.page.get_by_role("button", name="Copy all")
    press.first.click()
    seen.page.get_by_text("Copied all").first.wait_for()
    assert copied(seen).splitlines() == list(POOL.correlation_ids)
    seen.page.evaluate("() => { document.execCommand = () => false }")
    press.first.click()
    seen.page.get_by_text("Selected: press Ctrl+C").wait_for()
    assert POOL.correlation_ids[0] in seen.page.evaluate("getSelection().toString()")


# Theme, motion, memory, speed


def test_the_theme_can_be_chosen(show: Show) -> None:
    """The button turns light to dark and back, and its name follows the system until it is pressed."""
    seen = show(page_of("demo"), color_scheme="dark")
    seen.page.get_by_role("button", name="Light colours").wait_for()
    seen.page.emulate_media(color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    before = seen.page.evaluate(background)
    seen.page.get_by_role("button", name="Dark colours").click()
    assert seen.page.evaluate(background) == "rgb(14, 17, 22)"
    seen.page.get_by_role("button", name="Light colours").click()
    assert seen.page.evaluate(background) == before


def test_nothing_is_remembered(show: Show) -> None:
    """No store and no cookie holds anything after all controls were used."""
    seen = show(page_of("demo"))
    seen.page.get_by_role("button", name="Dark colours").click()
    seen.page.get_by_label("Filter evidence").fill("pool")
    jump(seen, "16:32")
    assert seen.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert seen.page.evaluate("indexedDB.databases()") == []


def test_motion_is_reduced_on_request(show: Show) -> None:
    """Who asks for less motion gets none."""
    seen = show(page_of("demo"), reduced_motion="reduce")
    assert seen.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    seen = show(page_of("demo"), reduced_motion="no-preference")
    assert seen.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "smooth"


def test_many_ids_wait_until_they_are_looked_at(show: Show) -> None:
    """A page of hundreds of ids has no button for them before their list is opened."""
    many = tuple(f"id-{index:04}" for index in range(1_000))
    first = replace(POOL, correlation_ids=many, correlation_id_count=1_000)
    whole = demo()
    seen = show(report_html(replace(whole, findings=replace(whole.findings, incidents=(first,)))))
    buttons = seen.page.locator("[data-copyable] button")
    assert buttons.count() == 0
    seen.page.get_by_text("Correlation ids", exact=True).first.click()
    seen.page.get_by_role("button", name="Copy all 100 ids").wait_for()
    assert buttons.count() == 101
