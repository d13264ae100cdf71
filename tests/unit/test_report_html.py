"""report.html: the contract of its templates, its policy, its caps, and that no text of the inputs becomes markup."""

from __future__ import annotations

import re
import typing
from base64 import b64encode
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from hostile_texts import HOSTILE_TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import StrictUndefined, TemplateNotFound, UndefinedError, meta, nodes
from parsed_page import Page
from report_cases import APP, CASES, POOL, clean, demo, everywhere, huge

from analyzer.model import LAYERS, Exhibit, Ref
from analyzer.report import report_html, view
from analyzer.report.charts import heat, timeline, waterfall
from analyzer.report.comparison import view as comparison_view
from analyzer.report.material import Limits, anchor, prepare
from analyzer.report.page import build
from analyzer.report.render import environment, policy, styles
from analyzer.report.sections import _section
from analyzer.report.trace import view as trace_view
from analyzer.wording.quoting import visible
from analyzer.wording.words import LAYER_WORDS

PACKAGE = Path(view.__file__).parents[1]
TEMPLATES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.j2"))
VIEW_MODULES = [import_module(f"analyzer.report.view.{found.name}") for found in iter_modules(view.__path__)]
VIEWS = {
    item.__name__: item
    for module in (*VIEW_MODULES, comparison_view, trace_view)
    for item in vars(module).values()
    if isinstance(item, type) and is_dataclass(item)
}
# The chart of charts/x.html.j2 is the view XChart.
CHARTS = {
    path.name.removesuffix(".html.j2"): path
    for path in sorted((Path(view.__file__).parents[1] / "charts").glob("*.j2"))
}
_TAGS = """
html head meta title style body a header p button main section div h1 h2 h3 h4 h5 span dl dt dd code figure
figcaption pre ol ul li details summary output svg desc line g rect path circle text table caption thead tr th
tbody td nav article defs pattern time strong b br label input footer script
"""
TAGS = set(_TAGS.split())
_ATTRIBUTES = """
lang http-equiv content charset name class href id type hidden aria-labelledby aria-label data-copy data-copyable role width
height x x1 x2 y y1 y2 rx cx cy r d transform text-anchor scope data-label fill patternunits patterntransform
datetime rel for data-filter autocomplete stroke stroke-width stroke-dasharray font-family font-size
font-weight display aria-hidden
"""
ATTRIBUTES = set(_ATTRIBUTES.split())


def tree(template: str) -> nodes.Template:
    return environment().parse((PACKAGE / template).read_text())


def read_of(template: str, name: str) -> set[str]:
    """Gives the attributes that a template reads directly of one name."""
    return {
        node.attr
        for node in tree(template).find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == name
    }


def names(item: type) -> set[str]:
    return {field.name for field in fields(item)}


def view_of(section: object) -> type:
    """Gives the view that a section's build promises."""
    promised = typing.get_type_hints(section.build, localns=VIEWS)["return"]
    return next(item for item in (*typing.get_args(promised), promised) if item is not type(None))


# The contract of the templates


@pytest.mark.parametrize("name", sorted(_section.ordered()))
def test_a_section_reads_exactly_its_view(name: str) -> None:
    """Names in x.html.j2 and fields of x.py's view are the same, both ways."""
    promised = view_of(_section.ordered()[name])
    assert read_of(f"sections/{name}.html.j2", "view") == names(promised)


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_a_chart_reads_exactly_its_view(name: str) -> None:
    """Names in the chart's template and fields of its view are the same, both ways."""
    assert read_of(f"charts/{name}.html.j2", "chart") == names(VIEWS[f"{name.title().replace('_', '')}Chart"])


def test_the_page_reads_exactly_its_view() -> None:
    """The page and the list of incidents, too."""
    assert read_of("page.html.j2", "view") == names(VIEWS["PageView"])
    assert read_of("incidents.html.j2", "view") == names(VIEWS["IncidentsView"])


@pytest.mark.parametrize(
    ("template", "promised"),
    [
        ("summary", comparison_view.SummaryView),
        ("differences", comparison_view.DifferencesView),
        ("remarks", comparison_view.RemarksView),
    ],
)
def test_a_part_of_a_comparison_reads_exactly_its_view(template: str, promised: type) -> None:
    """The parts of comparison.html, too."""
    assert read_of(f"comparison/{template}.html.j2", "view") == names(promised)


@pytest.mark.parametrize(
    ("template", "promised"),
    [("summary", trace_view.TraceSummaryView), ("passage", trace_view.PassageView), ("lines", trace_view.LinesView)],
)
def test_a_part_of_a_trace_reads_exactly_its_view(template: str, promised: type) -> None:
    """The parts of trace.html, too."""
    assert read_of(f"trace/{template}.html.j2", "view") == names(promised)


@pytest.mark.parametrize("template", ["summary", "reports", "passed", "method"])
def test_a_part_of_an_index_reads_exactly_its_view(template: str) -> None:
    """The parts of index.html, too."""
    assert read_of(f"index/{template}.html.j2", "view") == names(VIEWS[f"Index{template.title()}View"])


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_asks_for_nothing_but_its_view(template: str) -> None:
    """The only names from outside are view, chart and the id of the title."""
    free = meta.find_undeclared_variables(tree(template))
    allowed = {
        "charts/": {"chart"},
        "sections/verdict": {"view", "title_id"},
        "comparison/summary": {"view", "title_id"},
        "trace/summary": {"view", "title_id"},
        "index/summary": {"view", "title_id"},
        "spent": {"spent"},
        "stages": {"stages"},
        "macros": set(),
        "quoted": set(),
    }
    expected = next((value for start, value in allowed.items() if template.startswith(start)), {"view"})
    assert free == expected


def test_every_field_is_used_and_every_attribute_is_a_field() -> None:
    """Nothing is made that no template shows, nothing is shown that the contract does not name."""
    used = {node.attr for template in TEMPLATES for node in tree(template).find_all(nodes.Getattr)}
    known = set().union(*(names(item) for item in VIEWS.values()))
    assert used - known == {"first", "index0", "last"}, "only jinja's own loop"
    assert known - used == set()


def test_every_field_is_documented() -> None:
    """The docstring of a view names each of its fields."""
    undocumented = {
        f"{item.__name__}.{name}"
        for item in VIEWS.values()
        for name in names(item)
        if not re.search(rf"\b{name}\b", (item.__doc__ or "").replace("'", "").lower())
    }
    assert undocumented == set()


def test_sections_and_templates_come_in_pairs() -> None:
    """No section without a template, no template without a section; at least the thirteen that the report needs."""
    templates = {Path(name).name.removesuffix(".html.j2") for name in TEMPLATES if name.startswith("sections/")}
    assert templates == set(_section.ordered())
    assert len(templates) >= 13


def test_sections_come_in_the_order_that_a_reader_needs() -> None:
    """Verdict, time, layer, evidence, what is missing, what was read, how: the order follows from `after` alone."""
    assert list(_section.ordered()) == [
        "verdict", "timeline", "impact", "consequences", "layers", "hops", "page_load", "next_steps", "reproduction",
        "latency", "evidence", "not_visible",
        "sources", "rejects", "rules", "background", "method",
    ]  # fmt: skip


def test_a_section_that_follows_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt `after` is loud, and so is a module without a section."""
    lost = _section.Section("Lost", after="verdikt", build=lambda _: None)
    monkeypatch.setattr(_section, "discover", lambda *_: {"lost": lost})
    with pytest.raises(ValueError, match="lost"):
        _section.ordered()
    monkeypatch.setattr(_section, "discover", lambda *_: {"wrong": 1})
    with pytest.raises(TypeError, match="wrong"):
        _section.ordered()


# Escaping and policy


def test_the_environment_escapes_and_refuses_what_is_undefined() -> None:
    """Escaping is on for every template, undefined names are errors, templates come from the package only."""
    assert environment().autoescape is True
    assert environment().undefined is StrictUndefined
    assert environment().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    with pytest.raises((UndefinedError, TypeError)):
        environment().from_string("{{ missing }}").render()
    with pytest.raises(TemplateNotFound):
        environment().get_template("../model.py")


@pytest.mark.parametrize("value", [None, 1.5, (), [], {}, Ref("a")])
def test_only_text_and_whole_numbers_are_printed(value: object) -> None:
    """A None or a float in a template is a fault of the view, never a word of the page."""
    with pytest.raises(TypeError, match="may print"):
        environment().from_string("{{ x }}").render(x=value)


def test_unseen_characters_are_written_out_whatever_the_view_forgot() -> None:
    """The environment itself makes them visible."""
    assert environment().from_string("{{ x }}").render(x="\x1b\u202e") == "\\x1b\\u202e"


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_opens_a_hole(name: str) -> None:
    """No trusted markup, no style or event attribute, no unquoted value, no href past the filter."""
    text = (PACKAGE / name).read_text()
    assert not re.search(r"\|\s*(safe|xmlattr)|Markup|autoescape", text)
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=|javascript:|srcdoc|foreignObject", text)
    assert not re.search(r"=\{\{", text)
    hrefs = re.findall(r'(?:href|src)="([^"]*(?:"#[^"]*"[^"]*)*)"', text)
    assert all(value.endswith("|href }}") for value in hrefs), hrefs


def test_no_module_trusts_markup() -> None:
    """There is not one place in the package that calls text safe."""
    for path in PACKAGE.rglob("*.py"):
        assert not re.search(r"\bMarkup\(|markupsafe|\|\s*safe", path.read_text()), path


def test_jinja2_has_one_door() -> None:
    """Only the package render imports it."""
    importing = {
        path.parent.name for path in PACKAGE.rglob("*.py") if re.search(r"(from|import) jinja2", path.read_text())
    }
    assert importing == {"render"}


def test_the_policy_comes_first_and_names_the_two_blocks() -> None:
    """Nothing may load or run but one style and one script block, known by their hashes."""
    text = report_html(demo())
    head = text[text.index("<head>") + 6 :].lstrip()
    assert head.startswith(
        '<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src '
    )
    assert policy().startswith("default-src 'none'; script-src 'sha256-")
    assert policy().endswith("; img-src data:; base-uri 'none'; form-action 'none'")
    assert "unsafe" not in policy()
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)
        assert len(blocks) == 1
        digest = b64encode(sha256(blocks[0].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy()
    assert '<meta name="referrer" content="no-referrer">' in text


@pytest.mark.parametrize("case", sorted(CASES))
def test_the_page_loads_nothing_and_its_links_lead_somewhere(case: str) -> None:
    """No src, no external address but https links in steps; every anchor exists, every id once."""
    page = Page(report_html(CASES[case]()))
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    assert page.all("src") == page.all("action") == page.all("xlink:href") == []
    for link in page.all("href"):
        assert link[1:] in ids if link.startswith("#") else link.startswith("https://docs.sqlalchemy.org/")
    for labels in page.all("aria-labelledby"):
        assert set(labels.split()) <= set(ids)


def test_hostile_text_makes_no_element_and_no_attribute() -> None:
    """Only our own tags and attributes are there, and every attack can be read as text."""
    page = Page(report_html(everywhere(HOSTILE_TEXTS)))
    assert {tag for tag, _ in page.tags} <= TAGS
    assert {key for _, attributes in page.tags for key in attributes} <= ATTRIBUTES
    assert [tag for tag, _ in page.tags].count("script") == 1
    for text in HOSTILE_TEXTS:
        assert " ".join(visible(text).split()) in page.text


@settings(max_examples=25)
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_gives_a_page_of_our_own_elements(text: str) -> None:
    """Whatever the inputs hold: UTF-8, our tags only, one script, no unseen character."""
    written = report_html(everywhere((text, text, text)))
    written.encode()
    page = Page(written)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert {key for _, attributes in page.tags for key in attributes} <= ATTRIBUTES
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert all(char.isprintable() or char in "\n\t" for char in written)


# What it says


def test_the_first_screen_answers() -> None:
    """What, which layer, how sure, since when until when, for whom, status, exact message, what next: before all else."""
    page = Page(report_html(demo()))
    first = page.text[: page.text.index("Timeline")]
    for words in (
        "POST /v2/quotes answered 500 for 15 of 36 clients, 16:32:13–16:32:37 UTC (24 s)",
        "Layer: Backend confidence 92 %, very likely",
        "2026-05-12 16:32:13–16:32:37 UTC (24 s); over: 69 later requests to these endpoints worked",
        "15 of 36 clients that used these endpoints (58 clients in all); most failed requests: acme-prod (12 of 14)",
        "500 PoolTimeout: no connection within 5000 ms",
        "41 of 96 requests failed (43 %; outside the incident 0.2 %)",
        '"msg":"PoolTimeout: could not obtain a database connection from the pool within 5000 ms"',
        "Set pool_size on worker 10.3.0.17 back to 40",
        "First 4 of 5; the others under Next steps.",
        "Cause: backend. Ruled out: browser, DNS, connection, TLS, proxy, rate limit, authentication, request. Not visible: authorization.",
        "app/worker-18.log.gz: the stream is damaged",
        "Also found",
        "Layer: Rate limit confidence 88 %, likely",
    ):
        assert words in first, words


def test_the_page_tells_the_rest() -> None:
    """Layers, hops, evidence, sources, rejects, rules and redaction are each told with their numbers."""
    text = Page(report_html(demo())).text
    for words in (
        "34,856 lines and entries in 4 sources = 34,832 of events + 17 rejected + 0 directives + 7 blank.",
        "17 lines could be read by no format; rejects.ndjson holds every one, with its reason.",
        "First 3 of 17; every one is in rejects.ndjson.",
        "4 signals of 4 rules; 2 rules could not be evaluated.",
        "A. Author (DRL 1.1)",
        "The HAR was sanitised",
        "75.3 s behind the servers, corrected",
        "To see it: application log at level debug, which prints the permission check",
        "4 hops in 5 s",
        "[redacted:kind:hex]",
        "health check",
        "19,615 requests from 16:00:00 to 16:45:00 UTC, at most 511 per 1 min. Failures of incidents: 567",
        "in 41 of 41 failing and 3 of 55 working requests",
    ):
        assert words in text, words


def test_every_claim_with_a_place_links_to_its_row() -> None:
    """The row of an evidence sentence has the stable id of its place."""
    page = report_html(demo())
    assert anchor(Ref(APP, 8841)) == "e-" + sha256(f"{APP}\0{8841}\0None".encode()).hexdigest()[:12]
    assert f'<tr id="{anchor(Ref(APP, 8841))}">' in page
    assert f'href="#{anchor(Ref(APP, 8841))}">app/quotes.ndjson:8841</a>' in page


def test_a_healthy_input_is_said_to_be_so() -> None:
    """Nothing above low: what was looked at, and what could not be seen."""
    text = Page(report_html(CASES["healthy"]())).text
    assert "Nothing above low severity was found; 1 remark below" in text
    assert "Read and judged: 34,340 events in 4 sources." in text
    assert "2 rules could not be evaluated on these inputs." in text
    assert "Nothing is known to be hidden" in Page(report_html(clean())).text


def test_missing_kinds_of_input_are_named_when_nothing_was_found() -> None:
    """A healthy access log alone says nothing of the application."""
    whole = clean()
    text = Page(report_html(replace(whole, findings=replace(whole.findings, sources=whole.findings.sources[:1])))).text
    assert "Not among the inputs: error logs, application logs." in text


def test_nothing_readable_is_not_called_healthy() -> None:
    """Without an event there is nothing to judge."""
    text = Page(report_html(CASES["empty"]())).text
    assert "No request or message could be read, so nothing can be said" in text
    assert "Nothing above low" not in text
    assert "nothing.log: no format reads it" in text


def test_a_ledger_that_does_not_add_up_is_said() -> None:
    """Lost lines are never silent."""
    whole = demo()
    source = whole.findings.sources[0]
    broken = replace(source, ledger=replace(source.ledger, blank=0))
    text = Page(report_html(replace(whole, findings=replace(whole.findings, sources=(broken,))))).text
    assert "DOES NOT ADD UP" in text
    assert "this does not add up" in text


def test_two_quotes_of_one_place_are_one_row() -> None:
    """A place has one row, with all that was quoted of it."""
    whole = demo()
    twice = Exhibit(Ref(APP, 8841), POOL.started, "another reading", POOL.id)
    text = report_html(replace(whole, exhibits=(*whole.exhibits, twice)))
    assert text.count(f'id="{anchor(twice.ref)}"') == 1
    assert "another reading" in text


# Caps


def test_everything_ordinary_fits_as_promised() -> None:
    """10,000 incidents of ordinary length: 100 in full, 400 in a list, the others counted."""
    whole = demo()
    many = tuple(replace(POOL, id=f"incident-{index}") for index in range(10_000))
    text = report_html(replace(whole, findings=replace(whole.findings, incidents=many), hops={}))
    assert len(text.encode()) <= 2_000_000
    assert text.count("<article ") == 100
    assert "First 100 of 10,000 in full; all in findings.json." in text
    assert "9,500 incidents not listed here; all in findings.json." in text


def test_evidence_is_capped_and_counted() -> None:
    """Of 1,200 lines, 500 are shown; the page says where the others lie."""
    whole = demo()
    lines = tuple(Exhibit(Ref(APP, 20_000 + index), POOL.started, "line", POOL.id) for index in range(1_200))
    text = report_html(replace(whole, exhibits=lines))
    assert text.count('<tr id="e-') == 500
    # The incidents of the demo point at thirteen places of their own (the page in the browser at one), its background at two.
    assert "First 500 of 1,215 lines, those that sentences point at before the others" in text


@pytest.mark.parametrize("letter", ['"', "\U000e0001"])
def test_a_page_is_at_most_two_megabytes(letter: str) -> None:
    """Lines of a million letters, also of those that grow when escaped, 10,000 incidents, 100,000 ids: 2 MB at most."""
    text = report_html(huge(letter))
    assert len(text.encode()) <= 2_000_000
    shown = text.count("<article ")
    assert f"First {shown} of 10,000 in full" in text
    assert re.search(r"First \d+ of 100,000; the first 1,000 are in findings.json", text)
    assert re.search(r"… \[99\d,\d{3} more characters\]", text)
    assert re.search(r"First \d+ of 50,000; every one is in rejects.ndjson", text)


# Charts


def test_bars_are_counted_into_whole_buckets() -> None:
    """Of 45 one-minute buckets at most 20 columns: three minutes each, fifteen of them, and nothing is lost."""
    scale = timeline.Scale(timedelta(minutes=1), 20)
    counts = [timeline.Count(minute.start, minute.count, 0) for minute in demo().status_minutes]
    chart = timeline.draw("x", "X", counts, [], scale)
    assert chart is not None
    assert len(chart.table.rows) == 15
    assert sum(int(row[1].replace(",", "")) for row in chart.table.rows) == 19_615


def test_a_failure_is_always_to_be_seen() -> None:
    """One failure in a million requests is still two pixels high."""
    counts = [timeline.Count(POOL.started, 1_000_000, 1)]
    chart = timeline.draw("x", "X", counts, [], timeline.Scale(timedelta(minutes=1), 20))
    assert chart is not None
    assert [shape.height for shape in chart.shapes] == ["96.00", "2.00"]


def test_without_counts_there_is_no_picture() -> None:
    """The page says so instead."""
    assert timeline.draw("x", "X", [], [], timeline.Scale(timedelta(minutes=1), 20)) is None
    assert heat.draw([], timeline.Scale(timedelta(minutes=1), 20)) is None
    assert "No request with a time was counted" in report_html(CASES["empty"]())


def test_a_share_picks_the_level() -> None:
    """41 of 475 requests are 8.6 %, the second of four levels."""
    chart = heat.draw(demo().status_minutes, timeline.Scale(timedelta(minutes=1), 120))
    assert chart is not None
    row = next(band for band in chart.bands if band.label == "5xx")
    assert [(cell.kind, cell.height) for cell in row.cells] == [("status-5 level-2", "8.00")]
    assert "5xx 41, at most 8.6 % at 16:32:00" in chart.description


def test_hops_lie_on_one_axis() -> None:
    """The first hop spans the whole, a hop without a duration is a mark at its time."""
    chart = waterfall.draw("x", demo().hops[POOL.id], str)
    assert [(stop.x, stop.width, stop.kind) for stop in chart.stops][::3] == [
        ("0.00", "100.00", "failed"),
        ("99.00", "", "worked"),
    ]
    assert chart.stops[3].middle == "97.50"
    assert chart.stops[1].text == "500, 5,014 ms"


def test_times_at_the_end_of_the_calendar_do_no_harm() -> None:
    """A source may claim the year 9999; the page is written all the same."""
    last = POOL.started.replace(year=9999, month=12, day=31, hour=23, minute=59)
    whole = demo()
    minutes = tuple(replace(minute, start=last) for minute in whole.status_minutes)
    hops = {POOL.id: tuple(replace(hop, at=last, duration_us=10**15) for hop in whole.hops[POOL.id])}
    assert "9999-12-31" in report_html(replace(whole, status_minutes=minutes, hops=hops))


def test_all_layers_have_words() -> None:
    """No layer is printed by its key alone by accident."""
    assert set(LAYER_WORDS) == {*LAYERS, "unknown"}


# Colours


def palette(selector: str) -> dict[str, str]:
    style = "".join((PACKAGE / name).read_text() for name in styles())
    block = style[style.index(selector) :]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block[: block.index("}")]))


def contrast(one: str, two: str) -> float:
    """Gives the contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "selector",
    [":root {", ':root:not([data-theme="light"]) {', ':root[data-theme="dark"] {', ":root, :root[data-theme"],
)
def test_colours_can_be_told_apart(selector: str) -> None:
    """Text has a contrast of 4.5 on every ground it stands on, shapes have 3 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    colours = palette(selector)
    for ink in ("ink", "soft", "link", "bad", "warn", "good", "info"):
        assert contrast(colours[ink], colours["paper"]) >= 4.5, ink
    for ink in ("ink", "soft", "link"):
        assert contrast(colours[ink], colours["ground"]) >= 4.5, ink
        assert contrast(colours[ink], colours["code"]) >= 4.5, ink
        assert contrast(colours[ink], colours["warn-soft"]) >= 4.5, ink
    assert contrast(colours["bad"], colours["bad-soft"]) >= 4.5
    assert contrast(colours["warn"], colours["warn-soft"]) >= 4.5
    assert contrast(colours["on-bad"], colours["bad"]) >= 4.5
    for shape in ("bar", "bad", "good", "info", "warn"):
        assert contrast(colours[shape], colours["paper"]) >= 3, shape


def test_dark_is_the_same_by_choice_and_by_system() -> None:
    """The two dark palettes never drift apart."""
    assert palette(':root:not([data-theme="light"]) {') == palette(':root[data-theme="dark"] {')


def test_equal_input_gives_equal_bytes() -> None:
    """Two runs over one analysis give one page."""
    assert report_html(demo()) == report_html(demo())
    assert build(prepare(demo(), Limits()), "p") == build(prepare(demo(), Limits()), "p")
