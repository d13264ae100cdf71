"""--format-report, --templates and `analyzer templates`: which files are written, and that none points at one that is not."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from report_cases import CASES, clean, demo, huge

from analyzer import cli
from analyzer.cli._report import FORMATS
from analyzer.errors import AnalyzerError
from analyzer.report import FILES, Around, report_html
from analyzer.report.templates import shipped

LINE = '192.0.2.1 - - [01/Mar/2026:12:00:{:02} +0000] "GET /a HTTP/1.1" {} 5 "-" "curl/8"\n'
LOG = "".join(LINE.format(second, 500 if second > 4 else 200) for second in range(9)) + "what is this\n"
ALL = ["findings.json", "rejects.ndjson", "report.html", "summary.md"]
ABSENT = frozenset({"findings.json", "rejects.ndjson"})


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with one log, and a state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("a.log").write_text(LOG)
    return tmp_path / "here"


def run(*arguments):
    """Gives exit code, stdout and stderr; errors of the program as main() ends with them."""
    result = CliRunner().invoke(cli.group, list(map(str, arguments)))
    if isinstance(result.exception, AnalyzerError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def analyze(*arguments, out="out"):
    return run("analyze", "a.log", "--now", "2026-03-02T00:00:00Z", "--no-map", "-o", out, *arguments)


def written(out="out"):
    return sorted(path.name for path in Path(out).iterdir())


def test_the_words_of_the_command_line_are_those_of_the_report():
    """They are spelled twice, so that help loads nothing heavy."""
    assert tuple(FILES) == FORMATS


@pytest.mark.parametrize(
    ("given", "names", "told"),
    [
        ((), ALL, "report.html"),
        (("html",), ["rejects.ndjson", "report.html"], "report.html"),
        (("md",), ["rejects.ndjson", "summary.md"], "summary.md"),
        (("json",), ["findings.json", "rejects.ndjson"], "findings.json"),
        (("md,json",), ["findings.json", "rejects.ndjson", "summary.md"], "findings.json"),
        (("md", "html"), ["rejects.ndjson", "report.html", "summary.md"], "report.html"),
        (("MD, html", "json"), ALL, "report.html"),
    ],
)
def test_only_what_was_asked_for_is_written(here, given, names, told):
    """Repeated or separated by commas; rejected lines always are; -q prints the path of what a person opens first."""
    options = [word for text in given for word in ("--format-report", text)]
    assert analyze("-q", *options) == (0, f"out/{told}\n", "")
    assert written() == names
    code, stdout, _ = analyze(*options)
    assert (code, stdout.splitlines()[-1]) == (0, f"Report: out/{told}")


def test_what_an_earlier_run_wrote_goes(here):
    """A folder never holds the page of another run beside new findings."""
    analyze()
    assert written() == ALL
    analyze("--format-report", "json")
    assert written() == ["findings.json", "rejects.ndjson"]


def test_a_file_is_the_same_alone_where_it_names_no_other(here):
    """findings.json names no other file, so it has the same bytes."""
    analyze(out="all")
    analyze("--format-report", "json", out="one")
    assert Path("one/findings.json").read_bytes() == Path("all/findings.json").read_bytes()
    assert Path("one/rejects.ndjson").read_bytes() == Path("all/rejects.ndjson").read_bytes()


@pytest.mark.parametrize("given", ["pdf", "md,pdf", "", "md,"])
def test_another_format_is_wrong_use(here, given):
    """The message names those that there are."""
    code, _, stderr = analyze("--format-report", given)
    assert code == 2
    assert "is none of html, json, md." in stderr
    assert not Path("out").exists()


def test_json_on_the_terminal_needs_the_json(here):
    """What is printed is what was written and searched."""
    code, _, stderr = analyze("--json", "--format-report", "md")
    assert code == 2
    assert "--json prints findings.json, which --format-report leaves out. Add json to it." in stderr
    code, stdout, _ = analyze("--json", "--format-report", "json")
    assert json.loads(stdout)["incidents"]


def unmarked(page: str, name: str) -> list[str]:
    """Gives where a page names a file without saying that it is not there."""
    told = page[page.index("</style>") : page.rindex("<script>")]
    return [
        told[match.start() - 60 : match.end() + 30]
        for match in re.finditer(rf"{re.escape(name)}(?! \(not written)", told)
    ]


@cache
def page_without(make, absent):
    """Gives the page beside which these files are not written."""
    return report_html(make(), around=Around(absent=absent))


@pytest.mark.parametrize("make", [huge, demo, CASES["healthy"], clean])
@pytest.mark.parametrize("name", sorted(ABSENT))
def test_a_page_says_of_each_file_that_is_not_there_that_it_is_not(make, name):
    """Wherever it is named; and once how to get it."""
    page = page_without(make, ABSENT)
    once = (
        "findings.json and rejects.ndjson were not written with this page: analyzer analyze with --format-report json"
    )
    assert page.count(once) == 1
    assert unmarked(page.replace(once, ""), name) == []
    if make is huge:
        assert f"{name} (not written here)" in page
        assert len(unmarked(page_without(make, frozenset()), name)) > 1


def test_a_page_with_everything_beside_it_says_what_lies_there():
    """Nothing is said to be missing."""
    page = report_html(demo())
    assert "not written" not in page
    assert "findings.json holds the findings as data; rejects.ndjson holds every line that could not be read." in page


def test_the_page_of_a_packet_names_no_file_that_a_packet_has_not(here):
    """A packet has evidence/ instead."""
    assert run("escalate", "a.log", "--no-map", "-o", "packet", "-q")[0] == 0
    page = Path("packet/report.html").read_text()
    assert not {"findings.json", "rejects.ndjson"} & {path.name for path in Path("packet").iterdir()}
    once = "findings.json and rejects.ndjson were not written with this page"
    assert page.count(once) == 1
    assert unmarked(page.replace(once, ""), "findings.json") == []
    assert unmarked(page.replace(once, ""), "rejects.ndjson") == []


# Templates on the command line


def test_a_copy_of_the_templates_changes_no_byte(here):
    """`analyzer templates -o` and then --templates: the report and the packet's page are the same."""
    code, stdout, _ = run("templates", "-o", "mine")
    assert (code, stdout) == (0, f"Templates: mine ({len(shipped())} files)\n")
    assert {path.relative_to("mine").as_posix() for path in Path("mine").rglob("*") if path.is_file()} == set(shipped())
    analyze(out="plain")
    analyze("--templates", "mine", out="own")
    for name in ALL:
        assert Path("plain", name).read_bytes() == Path("own", name).read_bytes()


def test_a_copy_overwrites_nothing(here):
    """Templates that somebody changed are theirs."""
    run("templates", "-o", "mine")
    Path("mine/style.css").write_text("p {}")
    code, _, stderr = run("templates", "-o", "mine")
    assert code == 2
    assert "the output folder holds other files" in stderr
    assert Path("mine/style.css").read_text() == "p {}"


def pages(folder: Path) -> dict[str, str]:
    """Makes every page with the templates in a folder, or with the package's own."""
    given = ("--templates", folder) if folder else ()
    for name in ("out", "packet", "compared", "trace.html"):
        shutil.rmtree(name, ignore_errors=True)
    Path("b.log").write_text("".join(LINE.format(second, 200) for second in range(9)))
    Path("c.log").write_text(
        "".join(f'{{"time":"2026-03-01T12:00:0{n}Z","request_id":"8f3c0a9d12345678","msg":"a"}}\n' for n in range(3))
    )
    analyze(*given)
    run("escalate", "a.log", "--no-map", "-o", "packet", "-q", *given)
    run("compare", "b.log", "a.log", "--no-map", "-o", "compared", "-q", *given)
    run("trace", "8f3c0a9d12345678", "c.log", "--no-map", "-o", "trace.html", "-q", *given)
    names = ("out/report.html", "packet/report.html", "compared/comparison.html", "trace.html")
    return {name: Path(name).read_text() for name in names}


def test_every_page_takes_the_templates(here):
    """Those of analyze, escalate, compare and trace; but for what is ours, each is as before."""
    plain = pages("")
    run("templates", "-o", "mine")
    page = Path("mine/page.html.j2")
    page.write_text(page.read_text().replace("<footer>", "<footer><p>ACME</p>"))
    for name, text in pages("mine").items():
        assert "<footer><p>ACME</p>" in text, name
        assert text.replace("<footer><p>ACME</p>", "<footer>") == plain[name]


def test_the_gate_searches_what_a_template_made(here):
    """A template cannot write what was redacted: it is searched like every output."""
    Path("a.log").write_text(LOG + LINE.format(10, 500).replace("/a", "/a?api_key=CNRYs3cr3tvalue91"))
    Path("mine/sections").mkdir(parents=True)
    Path("mine/sections/method.html.j2").write_text(
        "<p>CNRYs3cr3tvalue91</p>{{ view.facts[0].term }}{{ view.statements[0] }}"
    )
    code, _, stderr = analyze("--templates", "mine")
    assert code == 5
    assert "CNRYs3cr3tvalue91" not in stderr
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("style.cs", "p {}", "mine/style.cs: this file replaces no template. Did you mean style.css?"),
        (
            "sections/method.html.j2",
            "\n{{ view.nope }}",
            "mine/sections/method.html.j2:2: MethodView has no field 'nope'",
        ),
        ("sections/method.html.j2", "{{ view|safe }}", "mine/sections/method.html.j2:1: there is no filter 'safe'"),
        (
            "sections/method.html.j2",
            "<form>",
            "mine/sections/method.html.j2:1: a report may not hold the element 'form'.",
        ),
    ],
)
def test_a_fault_ends_with_2_and_writes_nothing(here, name, text, said):
    """One sentence with the place; no traceback, no output."""
    path = Path("mine", name)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    code, stdout, stderr = analyze("--templates", "mine")
    assert (code, stdout) == (2, "")
    assert stderr.startswith(said)
    assert not Path("out").exists()


def test_the_list_names_every_template_view_and_field(here):
    """What is printed is the contract."""
    from analyzer.report import contract

    code, stdout, stderr = run("templates")
    assert (code, stderr) == (0, "")
    lines = stdout.splitlines()
    for template in contract.templates():
        assert any(line.split("  ")[0] == template.name for line in lines), template.name
    assert "charts/heat.html.j2  reads chart: HeatChart" in lines
    for view in contract.views():
        begin = lines.index(view.name)
        block = lines[begin + 1 : next((at for at in range(begin + 1, len(lines)) if not lines[at]), len(lines))]
        told = [found[1] for line in block if (found := re.match(r"    (\w+) \(", line))]
        assert told == [field.name for field in view.fields], view.name
