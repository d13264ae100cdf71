"""index.html of a folder of reports: order, words, caps, and that no folder and no findings.json can do harm."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from parsed_page import Page
from report_cases import HOSTILE_TEXTS, demo, empty, everywhere, healthy

from analyzer.cli import group
from analyzer.errors import DocumentError, UsageError
from analyzer.model import Analysis, Redaction, Tool
from analyzer.pipeline import index_reports
from analyzer.report import findings_json, index_html
from analyzer.report.index.document import MOST_BYTES, read_document
from analyzer.report.index.reports import in_order, report_of
from analyzer.report.links import beside, href
from analyzer.report.render import policy
from analyzer.wording.quoting import visible

TOOL = Tool("analyzer", "0.1.0", "0" * 64)


class Index(Page):
    """The page of a folder of reports."""

    @property
    def reports(self) -> list[str]:
        """The folders that a row links to, in the order of the page."""
        links = [attributes.get("href") or "" for tag, attributes in self.tags if tag == "a"]
        return [unquote(link.split("/")[1]) for link in links if link.startswith("./")]


def document(**changes: Any) -> dict[str, Any]:
    """A findings.json with one critical and one high incident, with these keys changed."""
    return json.loads(findings_json(made_here(demo()))) | changes


def made_here(analysis: Analysis) -> Analysis:
    return replace(analysis, findings=replace(analysis.findings, tool=TOOL))


def put(folder: Path, name: str, content: dict[str, Any] | bytes, *, page: bool = True) -> None:
    (folder / name).mkdir()
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / name / "findings.json").write_bytes(data)
    if page:
        (folder / name / "report.html").write_text("<p>")


def page_of(folder: Path) -> Index:
    return Index(index_reports(folder).page.decode())


def ended(day: str, severity: str = "high", affected: int = 1) -> dict[str, Any]:
    """A report whose last line is of this time, with one incident."""
    found = document(window={"start": f"{day[:10]}T00:00:00.000Z", "end": f"{day}.000Z"})
    incident = found["incidents"][0] | {"severity": severity}
    incident["clients"] = incident["clients"] | {"affected": affected}
    return found | {"incidents": [incident]}


# Order and words


def test_the_newest_day_comes_first_and_within_a_day_the_worst(tmp_path: Path) -> None:
    """Day, then severity, then affected clients, then the later one, then the name; what has no times is last."""
    put(tmp_path, "older-critical", ended("2026-05-11T23:59:59", "critical"))
    put(tmp_path, "newer-low", ended("2026-05-12T23:00:00", "low"))
    put(tmp_path, "newer-high-few", ended("2026-05-12T22:00:00", "high", 2))
    put(tmp_path, "newer-high-many", ended("2026-05-12T01:00:00", "high", 30))
    put(tmp_path, "newer-critical", ended("2026-05-12T00:00:00", "critical"))
    put(tmp_path, "newer-high-few-later", ended("2026-05-12T22:30:00", "high", 2))
    put(tmp_path, "nothing", json.loads(findings_json(made_here(empty()))))
    assert page_of(tmp_path).reports == [
        "newer-critical", "newer-high-many", "newer-high-few-later", "newer-high-few", "newer-low", "older-critical",
        "nothing",
    ]  # fmt: skip


def test_a_row_tells_the_worst_incident(tmp_path: Path) -> None:
    """What, how bad, which layer, since when, for whom, how many more, of which inputs: all of findings.json."""
    found = document()
    found["incidents"].reverse()
    assert [incident["severity"] for incident in found["incidents"]][-1] == "critical"
    put(tmp_path, "case-17", found)
    page = page_of(tmp_path)
    for words in (
        "1 of 1 report has an incident above low: 1 critical",
        "POST /v2/quotes answered 500 for 15 of 36 clients",
        "Backend",
        "2026-05-12 16:32:13–16:32:37 UTC (24 s)",
        "15 of 36 clients",
        "1 critical, 1 high, 1 medium",
        "case-17",
    ):
        assert words in page.text, words
    ranks = [attributes["data-sort"] for _, attributes in page.tags if "data-sort" in attributes]
    assert ranks == ["1", "3"], "critical is the first severity, and there are three incidents"


def test_the_heading_counts_reports_by_severity(tmp_path: Path) -> None:
    """Each report counts once, by its worst incident; low is not above low."""
    for number, severity in enumerate(("critical", "high", "high", "medium", "low", "info")):
        put(tmp_path, f"r{number}", ended("2026-05-12T10:00:00", severity))
    made = index_reports(tmp_path)
    assert made.headline == "4 of 6 reports have an incident above low: 1 critical, 2 high, 1 medium"
    assert "<title>4 of 6 reports have an incident above low" in made.page.decode()
    assert "1 critical, 2 high, 1 medium, 1 low, 1 info, in all reports together" in Index(made.page.decode()).text


def test_a_healthy_report_and_one_that_read_nothing_are_not_the_same(tmp_path: Path) -> None:
    """No incident is one thing, no event another."""
    put(tmp_path, "healthy", json.loads(findings_json(made_here(healthy()))) | {"incidents": []})
    put(tmp_path, "empty", json.loads(findings_json(made_here(empty()))))
    page = page_of(tmp_path)
    assert "2 reports: no incident above low" in page.text
    assert "No incident was found" in page.text
    assert "No request or message could be read, so nothing can be said" in page.text
    shown = [attributes.get("class") for tag, attributes in page.tags if tag == "span"]
    assert shown == ["severity severity-none", "severity severity-unknown"]


def test_a_cause_that_is_not_proven_is_not_told_as_one(tmp_path: Path) -> None:
    """The layer is suspected where no verdict is cause, as in the report."""
    found = document()
    found["incidents"][0]["layers"] = [
        {"layer": "proxy", "verdict": "suspected"}, {"layer": "backend", "verdict": "suspected"},
    ]  # fmt: skip
    put(tmp_path, "a", found)
    assert "Not proven; proxy or backend suspected" in page_of(tmp_path).text


@pytest.mark.parametrize(("clients", "words"), [
    ({"affected": 3, "on_endpoints": 1_200, "total": 5_000, "scope": "some"}, "3 of 1,200 clients"),
    ({"affected": 3, "on_endpoints": 1_200, "total": 5_000, "estimated": ["on_endpoints"]}, "3 of about 1,200 clients"),
    ({"affected": 9, "on_endpoints": 9, "total": 20, "scope": "all"}, "all 9 clients"),
    ({"affected": 1, "on_endpoints": 1, "total": 1, "scope": "one"}, "1 client, the only one"),
    ({"affected": 0, "on_endpoints": 0, "total": 0, "scope": "some"}, "not known"),
])  # fmt: skip
def test_for_whom_is_told_in_few_words(tmp_path: Path, clients: dict[str, Any], words: str) -> None:
    """Of the clients that used the endpoints, how many; where none is known, that is said."""
    found = document()
    found["incidents"] = [found["incidents"][0] | {"clients": clients}]
    put(tmp_path, "a", found)
    assert words in page_of(tmp_path).words


def test_inputs_of_one_folder_name_it_once(tmp_path: Path) -> None:
    """The folder that inputs share is written once, and at most three are named."""
    sources = [{"name": f"shop/logs/{name}", "events": 1} for name in ("a.log", "b.log", "c.har", "d.log")]
    put(tmp_path, "one", document(sources=sources))
    put(tmp_path, "two", document(sources=[{"name": "/var/log/a", "events": 1}, {"name": "-", "events": 1}]))
    for number, names in enumerate((("/var/log/a.log", "/var/log/old/b.log"), ("/a.log", "/b.log"))):
        put(tmp_path, f"three-{number}", document(sources=[{"name": name, "events": 1} for name in names]))
    text = page_of(tmp_path).text
    assert "shop/logs/: a.log, b.log, c.har and 1 more" in text
    assert "/var/log/a, standard input" in text
    assert "/var/log/: a.log, old/b.log" in text
    assert "/a.log, /b.log" in text


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    """No report is said in words, and the page is whole."""
    page = page_of(tmp_path)
    assert "No report lies in this folder" in page.text
    assert "table" not in [tag for tag, _ in page.tags]


def test_a_report_without_a_page_is_told_without_a_link(tmp_path: Path) -> None:
    """Only a report.html that is a regular file right there is linked; a link or a folder of that name is not."""
    put(tmp_path, "none", document(), page=False)
    put(tmp_path, "link", document(), page=False)
    (tmp_path / "link" / "report.html").symlink_to("/etc/hostname")
    put(tmp_path, "folder", document(), page=False)
    (tmp_path / "folder" / "report.html").mkdir()
    page = page_of(tmp_path)
    assert page.reports == []
    assert sum(tag == "tr" for tag, _ in page.tags) == 4


def test_an_older_minor_version_is_read(tmp_path: Path) -> None:
    """Keys that are not needed may be missing, and new ones may be there."""
    incident = document()["incidents"][0]
    kept = {key: incident[key] for key in ("title", "severity", "layer", "started", "ended")}
    put(tmp_path, "old", {
        "schema_version": "1", "tool": {"name": "analyzer"}, "window": {}, "sources": [], "incidents": [kept],
        "added_later": {"x": [1]},
    })  # fmt: skip
    page = page_of(tmp_path)
    assert page.reports == ["old"]
    assert "not known" in page.text


def test_equal_reports_give_equal_bytes(tmp_path: Path) -> None:
    """Neither the times of the files nor the order in which they were made matter."""
    for name in ("b", "a", "c"):
        put(tmp_path, name, document())
    before = index_reports(tmp_path).page
    for path in tmp_path.rglob("*"):
        os.utime(path, (0, 0))
    other = tmp_path / "other"
    other.mkdir()
    for name in ("c", "a", "b"):
        put(other, name, document())
    assert index_reports(other).page == before


# What is passed over


def test_what_cannot_be_told_is_named_with_its_reason(tmp_path: Path) -> None:
    """Broken, foreign, linked, unreadable: each has its reason, none stops the others, and files are no reports."""
    put(tmp_path, "good", document())
    put(tmp_path, "broken", b'{"schema_version": "1", ')
    put(tmp_path, "deep", b'{"a":' + b"[" * 200_000)
    put(tmp_path, "list", b"[]")
    put(tmp_path, "foreign", document(tool={"name": "trivy", "version": "1"}))
    put(tmp_path, "newer", document(schema_version="2"))
    put(tmp_path, "wrong", document(incidents=[{"title": 7}]))
    put(tmp_path, "latin", json.dumps(document(), ensure_ascii=False).encode().replace(b"quotes", b"qu\xf6tes", 1))
    put(tmp_path, "calendar", json.dumps(document(window={"start": "0001-01-01T00:00:00+14:00", "end": None})).encode())
    put(tmp_path, "severe", document(incidents=[document()["incidents"][0] | {"severity": "high onload"}]))
    put(tmp_path, "number", document(incidents=[document()["incidents"][0] | {"clients": {"affected": 2**53 + 1}}]))
    (tmp_path / "packet").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "good")
    (tmp_path / "linked-file").mkdir()
    (tmp_path / "linked-file" / "findings.json").symlink_to(tmp_path / "good" / "findings.json")
    (tmp_path / "fifo").mkdir()
    os.mkfifo(tmp_path / "fifo" / "findings.json")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    made = index_reports(tmp_path)
    assert Index(made.page.decode()).reports == ["good"]
    assert {item.folder: (item.reason, item.is_broken) for item in made.passed} == {
        "broken": ("its findings.json is no JSON object", True),
        "calendar": ("its findings.json is not what version 1 describes", True),
        "deep": ("its findings.json is no JSON object", True),
        "fifo": ("its findings.json is a link or no file", True),
        "foreign": ("its findings.json is another program's", True),
        "latin": ("its findings.json is not what version 1 describes", True),
        "linked": ("it is a link; links are not opened", False),
        "linked-file": ("its findings.json is a link or no file", True),
        "list": ("its findings.json is no JSON object", True),
        "newer": ("its findings.json is of another version than 1, which this program reads", True),
        "number": ("its findings.json is not what version 1 describes", True),
        "packet": ("it holds no findings.json", False),
        "severe": ("its findings.json is not what version 1 describes", True),
        "wrong": ("its findings.json is not what version 1 describes", True),
    }
    for item in made.passed:
        assert f"{item.folder} {item.reason}" in re.sub(r"\s+", " ", " ".join(Index(made.page.decode()).words))


def test_a_huge_document_is_not_read(tmp_path: Path) -> None:
    """At the limit it is read, one byte above it is not."""
    data = json.dumps(document()).encode()
    put(tmp_path, "at", data + b" " * (MOST_BYTES - len(data)))
    put(tmp_path, "above", data + b" " * (MOST_BYTES - len(data) + 1))
    made = index_reports(tmp_path)
    assert made.reports == 1
    assert [(item.folder, item.reason) for item in made.passed] == [("above", "its findings.json is larger than 16 MB")]


@pytest.mark.parametrize("mark", [True, 1, "yes", None, []])
def test_nothing_is_told_of_a_report_that_is_not_redacted(tmp_path: Path, mark: object) -> None:
    """Whatever stands for `unredacted`, and however broken the rest is: only the folder's name is told."""
    put(tmp_path, "secret", document(unredacted=mark))
    put(tmp_path, "half", {"unredacted": mark, "incidents": 7})
    put(tmp_path, "marked.UNREDACTED", document())
    made = index_reports(tmp_path)
    text = Index(made.page.decode()).text
    assert {item.folder for item in made.passed} == {"secret", "half", "marked.UNREDACTED"}
    assert {item.reason for item in made.passed} == {"it is UNREDACTED: nothing of it is shown here"}
    assert "/v2/quotes" not in text
    assert not any(item.is_broken for item in made.passed)


def test_the_mark_is_the_one_that_analyze_writes() -> None:
    """A findings.json of --no-redact is known as one."""
    analysis = replace(made_here(demo()), redaction=Redaction("vendor", {}, False))
    assert read_document(findings_json(analysis)) is None
    assert read_document(findings_json(made_here(demo()))) is not None


# Hostile names and texts


@pytest.mark.parametrize("name", [
    "javascript:alert(1)", "a b", "<b>", "'\"&<>", "%2e%2e", "?x#y", "\u202egnp", "naïve", "a\nb", "-rf", "x" * 255,
])  # fmt: skip
def test_a_hostile_name_becomes_a_link_to_its_own_folder_and_text(tmp_path: Path, name: str) -> None:
    """Every name leads to the folder of that name and nowhere else, and is shown with nothing unseen in it."""
    put(tmp_path, name, document())
    page = page_of(tmp_path)
    assert page.reports == [name]
    assert " ".join(visible(name).split()) in page.text
    assert {tag for tag, _ in page.tags} <= TAGS


def test_a_name_that_is_no_utf8_is_linked_byte_by_byte(tmp_path: Path) -> None:
    """File names are bytes; the link names the same bytes, the text shows what cannot be read."""
    put(tmp_path, os.fsdecode(b"a\xff"), document())
    text = index_reports(tmp_path).page.decode()
    assert 'href="./a%FF/report.html"' in text
    assert "a\\udcff" in text


@pytest.mark.parametrize("folder", ["", ".", "..", "a/b", "/etc", "a\\b", "a\0b", "\ud800", "x" * 2_000])
def test_a_name_that_may_lead_elsewhere_is_no_link(folder: str) -> None:
    """Dot segments, separators and half characters get no address."""
    assert beside(folder) == ""


@pytest.mark.parametrize("address", [
    "../x/report.html", "./../report.html", "./%2E%2E/report.html", "./%2e%2e/report.html", "./a%2Fb/report.html",
    "./a%5Cb/report.html", "./a%00b/report.html", "./a/b/report.html", "./a/report.html?x", "./a/report.html#x",
    "./a/other.html", "a/report.html", "/a/report.html", "//a/report.html", "./a b/report.html", ".//report.html",
    "./javascript:alert(1)/report.html", "./a/report.html\n", "./%zz/report.html",
])  # fmt: skip
def test_the_filter_lets_only_one_folder_down(address: str) -> None:
    """What is not exactly ./name/report.html, with a quoted name, is refused where links are written."""
    with pytest.raises(ValueError, match="may link to"):
        href(address)
    assert href("./a%20b/report.html") == "./a%20b/report.html"


_TAGS = """
html head meta title style body a header p button main section div h1 h2 strong br span dl dt dd ul li table caption
thead tr th tbody td nav time label input output footer script
"""
TAGS = set(_TAGS.split())


def test_hostile_documents_make_no_element_and_no_attribute(tmp_path: Path) -> None:
    """Every attack in every field is text; there is one script and one style block, and the policy is the report's."""
    put(tmp_path, "hostile", findings_json(made_here(everywhere(HOSTILE_TEXTS))))
    for number, text in enumerate(HOSTILE_TEXTS):
        found = document(sources=[{"name": text, "events": 1}])
        found["incidents"][0] |= {"title": text, "layer": text, "layers": [{"layer": text, "verdict": text}]}
        put(tmp_path, f"attack-{number}", json.dumps(found).encode("utf-8", "surrogatepass"))
    written = index_reports(tmp_path).page.decode()
    page = Index(written)
    names = [tag for tag, _ in page.tags]
    assert set(names) <= TAGS
    assert (names.count("script"), names.count("style")) == (1, 1)
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on") or key == "style"]
    assert all(char.isprintable() or char in "\n\t" for char in written)
    assert policy() in [attributes.get("content") for tag, attributes in page.tags if tag == "meta"]
    links = [attributes["href"] or "" for tag, attributes in page.tags if tag == "a"]
    assert all(link.startswith(("#", "./attack-", "./hostile/")) for link in links)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
def test_any_change_of_a_document_is_read_or_refused(data: st.DataObject) -> None:
    """Whatever JSON stands at a key: a page, or a reason; never another error."""
    found = document()
    place: dict[str, Any] = data.draw(st.sampled_from([found, found["incidents"][0], found["incidents"][0]["clients"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    _read_or_refuse(json.dumps(found).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content: bytes) -> None:
    """Bytes that are no document give a reason."""
    with pytest.raises(DocumentError):
        read_document(content)


def test_a_number_that_python_would_not_print_is_refused() -> None:
    """More digits than can be printed are no count."""
    data = json.dumps(document()).replace('"affected": 15', f'"affected": {"9" * 5_000}')
    with pytest.raises(DocumentError, match="not what version 1 describes"):
        read_document(data.encode())


def _read_or_refuse(content: bytes) -> None:
    try:
        read = read_document(content)
    except DocumentError:
        return
    if read is not None:  # `unredacted` was added
        index_html(in_order([report_of("a", read, has_page=True)], []), "analyzer test").encode()


# Size


def test_ten_thousand_reports_fit_into_two_megabytes_and_the_rest_is_counted() -> None:
    """The newest are kept, the number of all is said, and the heading counts all."""
    read = read_document(json.dumps(document()).encode())
    assert read is not None
    found = in_order([report_of(f"r{number:05}", read, has_page=True) for number in range(10_000)], [])
    text = index_html(found, "analyzer test")
    assert 500_000 < len(text.encode()) <= 2_000_000
    page = Index(text)
    assert f"First {len(page.reports):,} of 10,000; the others lie in folders beside this file." in page.text
    assert "10,000 of 10,000 reports have an incident above low: 10,000 critical" in page.text


@pytest.mark.parametrize("letter", ["A", '"', "\U000e0001"])
def test_long_texts_are_cut(tmp_path: Path, letter: str) -> None:
    """Titles and names of a million characters leave a small page."""
    found = document(sources=[{"name": letter * 1_000_000, "events": 1}] * 5)
    found["incidents"][0] |= {"title": letter * 1_000_000, "layer": letter * 1_000_000}
    put(tmp_path, "a", json.dumps(found).encode())
    assert len(index_reports(tmp_path).page) < 80_000


# The command


def test_the_command_writes_the_index_for_its_owner_only(tmp_path: Path) -> None:
    """index.html is 0600, replaces an earlier one of ours, and nothing else in the folder changes."""
    put(tmp_path, "a", document())
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):
        done = CliRunner().invoke(group, ["index", str(tmp_path)])
        assert done.exit_code == 0, done.output
    assert f"Index: {tmp_path}/index.html" in done.output
    assert "1 of 1 report has an incident above low: 1 critical" in done.output
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "index.html"])
    assert stat.S_IMODE((tmp_path / "index.html").stat().st_mode) == 0o600
    assert CliRunner().invoke(group, ["index", "-q", str(tmp_path)]).output == f"{tmp_path}/index.html\n"


def test_the_command_reads_reports_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name it is reports/, where analyze writes; a broken report is told and ends with 4."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()
    put(tmp_path / "reports", "\x1b[31mbroken", b"{")
    done = CliRunner().invoke(group, ["index"])
    assert done.exit_code == 4
    assert "Not shown: \\x1b[31mbroken: its findings.json is no JSON object" in done.output
    assert (tmp_path / "reports" / "index.html").exists()


def test_nothing_of_anybody_else_is_overwritten(tmp_path: Path) -> None:
    """A foreign page, a link and a folder named index.html stay, and so does a folder that is a report itself."""
    put(tmp_path, "a", document())
    index = tmp_path / "index.html"
    index.write_text("<!doctype html><p>my site")
    with pytest.raises(UsageError, match="not a page of this program"):
        index_reports(tmp_path)
    index.unlink()
    index.symlink_to(tmp_path / "a" / "report.html")
    with pytest.raises(UsageError, match="not a page of this program"):
        index_reports(tmp_path)
    index.unlink()
    index.mkdir()
    with pytest.raises(UsageError, match="not a page of this program"):
        index_reports(tmp_path)
    with pytest.raises(UsageError, match="a report itself"):
        index_reports(tmp_path / "a")
    assert not (tmp_path / "a" / "index.html").exists()


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    """Missing, a file, a link, a socket: one sentence, exit code 2."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "s"))
    for name, words in (("none", "no such folder"), ("file", "is no folder"), ("link", "is no folder"), ("s", "is no")):
        with pytest.raises(UsageError, match=words):
            index_reports(tmp_path / name)


def test_a_report_that_names_a_secret_is_not_told(tmp_path: Path) -> None:
    """Its findings.json was edited, or another program wrote it: the folder is named, with the reason, and no more."""
    first = document()
    told = first["incidents"][0] | {"title": "POST /login failed with password=hunter2-Zq81xv answered 500"}
    put(tmp_path, "edited", document(incidents=[told]))
    source = first["sources"][0] | {"name": "https://ann:s3cr3t-Kp20wz@logs.example/access.log"}
    put(tmp_path, "named", document(sources=[source]))
    put(tmp_path, "whole", first)
    made = index_reports(tmp_path)
    assert Index(made.page.decode()).reports == ["whole"]
    assert [(item.folder, item.is_broken) for item in made.passed] == [("edited", True), ("named", True)]
    assert {item.reason for item in made.passed} == {"its findings.json names what looks like a secret; make it anew"}
    assert b"hunter2" not in made.page
    assert b"s3cr3t" not in made.page
