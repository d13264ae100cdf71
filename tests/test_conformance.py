"""Every plug-in keeps the contract of its kind, and a floor on their number notices one that vanished.

Golden pairs, inputs of rules and what detectors replace have tests of their own; here is what a new file must fit.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

import click
import polars as pl
import pytest
import report_cases
import zstandard
from events_by_hand import frame, row

from analyzer import knowledge, registry, schema
from analyzer.cli import group
from analyzer.detect import load_rules
from analyzer.detect._doubts import ANSWERS_BY_NULL
from analyzer.detect._signal import SIGMA_LEVELS
from analyzer.diagnose._borrowed import lend
from analyzer.diagnose._scene import Opinion, Scene
from analyzer.diagnose._surroundings import Surroundings
from analyzer.diagnose.correlate import correlate
from analyzer.documents import rules_folder
from analyzer.errors import InputError
from analyzer.facts import add_facts, fact_columns, ordered_facts
from analyzer.formats import detect, document_formats, line_formats, line_wrappers, read_block
from analyzer.formats._plugin import LINES, REJECTS
from analyzer.model import LAYERS, Evidence
from analyzer.redact import Redactor, detectors
from analyzer.report.material import Limits, prepare
from analyzer.report.sections import _section
from analyzer.sources import open_streams

WORD = re.compile(r"[a-z][a-z0-9_]*")
VERDICTS = {"cause", "suspected", "ruled_out", "not_visible"}


def found(package, attribute):
    """Gives each plug-in's module with what it exports."""
    exports = registry.discover(package, attribute)
    return {stem: (import_module(f"{package}.{stem}"), exported) for stem, exported in exports.items()}


def test_each_kind_of_plug_in_has_at_least_as_many_as_there_were():
    """Discovery that finds nothing would make every test below pass."""
    numbers = {
        "line formats": len(line_formats()),
        "wrappers": len(line_wrappers()),
        "document formats": len(document_formats()),
        "containers": len(CONTAINERS),
        "detectors": len(DETECTORS),
        "facts": len(FACTS),
        "sections": len(SECTIONS),
        "commands": len(COMMANDS),
        "rules": len(RULES),
        "statuses": len(knowledge.codes()),
        "errors": len(knowledge._errors("chromium")) + len(knowledge._errors("firefox")),
        "headers": len(knowledge._headers()),
    }
    floors = {
        "line formats": 90, "wrappers": 10, "document formats": 1, "containers": 6, "detectors": 12, "facts": 18, "sections": 14,
        "commands": 7, "rules": 105, "statuses": 90, "errors": 100, "headers": 30,
    }  # fmt: skip
    assert {name: number for name, number in numbers.items() if number < floors[name]} == {}
    assert set(numbers) == set(floors)
    assert set(LAYER_CHECKS) == set(LAYERS)


# -- wrappers


@pytest.mark.parametrize("name", sorted(line_wrappers()))
def test_wrapper(name):
    """It says what it is, unwraps its samples, leaves other lines alone, and never raises."""
    wrapper = line_wrappers()[name]
    assert wrapper.name == name
    assert WORD.fullmatch(name)
    assert wrapper.title
    assert wrapper.documentation.startswith("https://")
    assert type(wrapper).__doc__
    samples = [line for sample in wrapper.samples for line in sample.split("\n")]
    now = datetime(2026, 11, 22, tzinfo=UTC)
    unwrapped = wrapper.unwrap(lines_of(*samples), "UTC", now)
    assert int(unwrapped.lines["lines"].sum()) == len(samples)
    assert unwrapped.rest.is_empty()
    rubbish = lines_of("", "\x00\ufffd rubbish", "{", "x" * 9999, samples[0][:10])
    left = wrapper.unwrap(rubbish, "UTC", now)
    assert int(left.lines["lines"].sum() or 0) + left.rest.height == rubbish.height
    assert wrapper.unwrap(lines_of(), "UTC", now).lines.is_empty()
    assert 0 <= wrapper.pending(lines_of(*samples)) <= len(samples)


# -- formats

OWNERS = {form.name: module for module, forms in found("analyzer.formats", "FORMATS").values() for form in forms}


def lines_of(*texts):
    return pl.DataFrame({"line": range(1, len(texts) + 1), "raw": texts}, schema=LINES)


def read_alike(events, others):
    """Apache's and nginx's combined are one text; only what the time marks differs, as no line can tell."""
    return events.drop("format", "stamp_marks").equals(others.drop("format", "stamp_marks"))


@pytest.mark.parametrize("name", sorted(line_formats()))
def test_line_format(name):
    """It says what it is, reads its own samples, is chosen for them, and accounts for every line around them."""
    form = line_formats()[name]
    assert form.name == name
    assert WORD.fullmatch(name)
    assert form.title
    assert form.title[0].isupper() or form.title.startswith("nginx")
    assert form.documentation.startswith("https://")
    assert form.product == "" or WORD.fullmatch(form.product)
    assert form.kind in schema.KINDS
    assert OWNERS[name].__doc__
    assert type(form).__doc__
    assert form.parse.__doc__
    assert form.samples
    for sample in form.samples:
        block = read_block(lines_of(sample), [form], "UTC")
        assert block.rejects.is_empty()
        assert block.events.height == 1
        event = block.events.row(0, named=True)
        assert (event["line"], event["raw"], event["format"]) == (1, sample, name)
        assert event["timestamp"] is not None
        chosen = detect([sample], "UTC").formats[0]
        same = read_block(lines_of(sample), [chosen], "UTC").events
        assert chosen.name == name or read_alike(same, block.events)
    kinds = read_block(lines_of(*form.samples), [form], "UTC").events["kind"].to_list()
    assert kinds.count(form.kind) * 2 > len(kinds)


@pytest.mark.parametrize("name", sorted(line_formats()))
def test_line_format_loses_no_line(name):
    """Samples among blanks and rubbish: each line is an event's, a reject with a reason, a directive or blank."""
    form = line_formats()[name]
    texts = ["", form.samples[0], "\x00\ufffd rubbish", *form.samples, " ", form.samples[0][:20], "{", "x" * 9999]
    block = read_block(lines_of(*texts), [form], "UTC")
    assert block.ledger.adds_up
    assert (block.ledger.lines, block.ledger.blank) == (len(texts), 2)
    assert dict(block.events.schema) == schema.EVENTS
    assert dict(block.rejects.schema) == REJECTS
    assert (block.rejects["reason"].str.len_chars() > 0).all()
    assert block.rejects.height or form.spans == "rest"
    assert block.events.height >= len(form.samples)
    assert read_block(lines_of(), [form], "UTC").ledger.lines == 0


HAR = json.dumps(
    {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [
        {"startedDateTime": "2026-03-01T12:00:00Z", "time": 5, "request": {"method": "GET", "url": "https://a.example/"},
         "response": {"status": 200}}, 7]}}
).encode()  # fmt: skip
DOCUMENTS = {"har": (HAR, 2, 1)}


@pytest.mark.parametrize("name", sorted(document_formats()))
def test_document_format(name):
    """It recognises its document and no log, reads the first rows, and refuses what holds nothing by one error."""
    form = document_formats()[name]
    data, entries, events = DOCUMENTS[name]
    assert form.name == name
    assert form.title
    assert form.documentation.startswith(("https://", "http://"))
    assert form.product
    assert form.kind in schema.KINDS
    assert OWNERS[name].__doc__
    assert form.recognise(data)
    for known in line_formats().values():
        assert not any(form.recognise(f"{sample}\n".encode()) for sample in known.samples)
    parsed = form.parse_document(data)
    assert (parsed.entries, parsed.events.height, parsed.rejects.height) == (entries, events, entries - events)
    assert parsed.events.schema.items() >= {"line": pl.Int64}.items()
    assert set(parsed.events.columns) <= set(schema.EVENTS)
    assert parsed.document
    for nothing in (b"", b"{}", b"no document", b"\xff\xfe\x00"):
        with pytest.raises(InputError):
            form.parse_document(nothing)


# -- containers

CONTAINERS = found("analyzer.sources", "CONTAINER")
TEXT = b"one\ntwo\n"


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.log", TEXT)
    return buffer.getvalue()


def tarred():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("a.log")
        member.size = len(TEXT)
        archive.addfile(member, io.BytesIO(TEXT))
    return buffer.getvalue()


PACKED = {
    "bzip2": bz2.compress(TEXT),
    "gzip": gzip.compress(TEXT),
    "tar": tarred(),
    "xz": lzma.compress(TEXT),
    "zip": zipped(),
    "zstd": zstandard.ZstdCompressor().compress(TEXT),
}


@pytest.mark.parametrize("stem", sorted(CONTAINERS))
def test_container(stem, tmp_path):
    """It is named like its module, knows its own bytes and nobody else's, and gives the lines that were packed."""
    module, container = CONTAINERS[stem]
    assert container.name == stem
    assert module.__doc__
    assert container.recognise.__doc__ or module.__doc__
    assert container.recognise(PACKED[stem])
    others = [data for other, data in PACKED.items() if other != stem]
    assert not any(container.recognise(data) for data in [*others, b"", TEXT, HAR, b"\xef\xbb\xbf{}", b"\0" * 1024])
    path = tmp_path / "packed"
    path.write_bytes(PACKED[stem])
    (stream,) = list(read(str(path)))
    assert stream == (["one", "two"], None)


def read(path):
    for stream in open_streams(path):
        yield [text for block in stream.blocks() for text in block["raw"]], stream.problem


# -- redaction

DETECTORS = found("analyzer.redact", "DETECTOR")


def base64_of(value):
    """Gives what a value in base64 says, for parts that are secrets in plain; nothing where it is none."""
    try:
        return base64.b64decode(unquote(value), validate=True).decode()
    except ValueError:
        return ""


@pytest.mark.parametrize("stem", sorted(DETECTORS))
def test_detector(stem):
    """Its pattern compiles without look-around, its first group holds the secret, and its kind is a word."""
    module, detector = DETECTORS[stem]
    assert module.__doc__.startswith("Finds ")
    assert WORD.fullmatch(detector.kind)
    assert detector in detectors()
    assert detector.literals
    # Letters beyond ASCII are told apart by case, so that they stand in several.
    assert all(literal == literal.lower() or not literal.isascii() for literal in detector.literals)
    assert all(detector.literals)
    assert detector.finds
    assert detector.ignores
    caught = 0
    for text, secret in detector.finds:
        matches = pl.Series([text]).str.extract_all(detector.pattern).explode(empty_as_null=True)
        values = matches.str.extract(detector.pattern, 1).drop_nulls().to_list()
        caught += any(secret in value and detector.confirm(value) for value in values)
        assert all(part in value or part in base64_of(value) for value in values for part in detector.parts(value))
    assert caught
    nulls = pl.Series("text", [None, ""], dtype=pl.String)
    redactor = Redactor(b"k" * 32)
    redactor.learn(nulls)
    assert redactor.replace(nulls).to_list() == [None, ""]


# -- facts

FACTS = ordered_facts()


def with_needs(stem, base):
    """Gives the frame with the columns of the modules that this one needs, and theirs."""
    for name in FACTS[stem].needs:
        base = FACTS[name].add(with_needs(name, base))
    return base


@pytest.mark.parametrize("stem", sorted(FACTS))
@pytest.mark.parametrize("rows", [0, 3])
def test_fact(stem, rows):
    """It adds the columns that it documents, with their types, behind the others; rows of nulls stay, with null facts."""
    fact = FACTS[stem]
    base = with_needs(stem, schema.conform(pl.DataFrame({"line": range(rows)})))
    added = fact.add(base)
    documented = {column.name: column.dtype for column in fact.columns}
    assert added.columns == [*base.columns, *(name for name in documented if name not in base.columns)]
    assert {name: added.schema[name] for name in documented} == documented
    assert added.select(base.columns).equals(base)
    new = [name for name in documented if name not in base.columns]
    assert new
    assert added.select(new).null_count().sum_horizontal().item() == rows * len(new)
    assert all(column.meaning and not column.meaning.endswith(".") for column in fact.columns)
    assert not set(documented) & set(schema.EVENTS)
    assert import_module(f"analyzer.facts.{stem}").__doc__


# -- layers

LAYER_CHECKS = found("analyzer.diagnose.layers", "check")


def scene(exchanges, joined, *, sources):
    """Gives a scene in which every kind of source is there, or none."""
    flags = {field.name: sources for field in fields(Surroundings) if field.type in {"bool", bool}}
    assert flags
    failing, events = lend(exchanges, joined.exchanges, joined.events)
    window = exchanges.with_columns(failing=pl.lit(True))
    return Scene(failing=failing, window=window, events=events, around=Surroundings(**flags))


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("shape", ["access", "har", "app", "error"])
@pytest.mark.parametrize("sources", [True, False])
def test_layer_check_without_evidence(layer, shape, sources):
    """Of exchanges that hold nothing it never names the cause; what it says is an Opinion that fits its own rules."""
    module, check = LAYER_CHECKS[layer]
    nothing = dict.fromkeys(("method", "path", "target", "route"))
    joined = correlate(frame(*(row(shape, second, **nothing) for second in range(3))))
    opinion = check(scene(add_facts(joined.exchanges), joined, sources=sources))
    assert isinstance(opinion, Opinion)
    assert opinion.verdict in VERDICTS - {"cause"}
    assert 0 <= opinion.weight <= 1
    assert all(isinstance(item, Evidence) and item.text.endswith((".", ":")) for item in opinion.evidence)
    assert opinion.verdict != "not_visible" or opinion.would_show
    assert module.__doc__.startswith("Judges ")
    assert check.__doc__


# -- the report

SECTIONS = _section.ordered()


@pytest.mark.parametrize("stem", sorted(SECTIONS))
def test_section(stem):
    """It has a title, a template of its name, and gives a frozen view or nothing for any analysis."""
    module = import_module(f"analyzer.report.sections.{stem}")
    section = SECTIONS[stem]
    assert section.title
    assert section.title[0].isupper()
    assert module.__doc__.rstrip().endswith(".")
    assert Path(module.__file__).with_name(f"{stem}.html.j2").read_text().strip()
    assert section.after is None or section.after in SECTIONS
    built = []
    for case in report_cases.CASES.values():
        material = prepare(case(), Limits())
        if isinstance(section, _section.IncidentSection):
            built += [section.build(material, incident) for incident in material.analysis.findings.incidents]
        else:
            built.append(section.build(material))
    views = [view for view in built if view is not None]
    assert views, "no case of the report shows this section"
    assert all(is_dataclass(view) and type(view).__dataclass_params__.frozen for view in views)


# -- commands


def leaves(command, name):
    """Gives every command that does something, under its full name."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for word in command.list_commands(context):
        yield from leaves(command.get_command(context, word), f"{name} {word}".strip())


COMMANDS = dict(leaves(group, ""))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command(name):
    """It is named like its module, says in a sentence what it does, and explains every option."""
    command = COMMANDS[name]
    assert command.name == name.split()[-1]
    assert command.help
    assert len(command.help) > 40
    short = command.get_short_help_str(100)
    assert short.endswith(".")
    assert len(short) <= 100
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith("."), parameter.name
            assert not parameter.prompt, "a program that asks stops a script"
        else:
            assert parameter.make_metavar(click.Context(command)).isupper()
    flags = [flag for parameter in command.params for flag in parameter.opts]
    assert len(set(flags)) == len(flags)
    assert import_module(f"analyzer.cli.{name.split()[0]}").__doc__


def test_help_of_every_command_loads_nothing_heavy():
    """All of them in one process: help answers at once."""
    script = """
import sys
from analyzer.cli import group
for words in sys.argv[1:]:
    try:
        group([*words.split(), "--help"])
    except SystemExit as done:
        assert not done.code, words
print("HEAVY", sorted({"polars", "jinja2", "haralyzer", "msgspec", "rich", "yaml", "zstandard"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script, *COMMANDS], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("HEAVY []\n")
    assert done.stdout.count("Usage: ") == len(COMMANDS)


# -- rules and knowledge

RULE_SET = load_rules([rules_folder()])
RULES = {rule.about.id: rule for rule in (*RULE_SET.rules, *RULE_SET.correlations)}


@pytest.mark.parametrize("rule_id", sorted(RULES), ids=lambda rule_id: RULES[rule_id].about.name)
def test_rule(rule_id):
    """It tells a reader what it found: level, title, and if it reports itself also sentence, questions and steps."""
    about = RULES[rule_id].about
    assert about.level in SIGMA_LEVELS
    assert about.own
    assert about.title[0].isupper() or about.title[0].isdigit()
    assert not about.title.endswith(".")
    assert (rules_folder() / about.family).is_dir()
    if about.level == "informational":
        return
    report = about.report
    assert report.says.endswith(".")
    assert all(step.endswith((".", "?")) for step in report.next_steps)
    assert report.next_steps
    assert report.ask
    assert all("?" in question and question.endswith((".", "?")) for question in report.ask)
    assert report.layer is None or report.layer in LAYERS
    assert about.description
    assert about.references


def test_ids_of_rules_are_unique():
    """Two rules with one id would hide each other in findings.json."""
    assert len(RULES) == len(RULE_SET.rules) + len(RULE_SET.correlations)


ENTRIES = [
    *((f"status {code}", entry) for code in knowledge.codes() for entry in knowledge.status(code)),
    *((entry.name, entry) for browser in ("chromium", "firefox") for entry in knowledge._errors(browser).values()),
    *((entry.name, entry) for entry in dict.fromkeys(knowledge._headers().values())),
]


@pytest.mark.parametrize("entry", [entry for _, entry in ENTRIES], ids=[name for name, _ in ENTRIES])
def test_knowledge_entry(entry):
    """Its layers are words of the ten, each once, and what a reader is told to check is a sentence with a source."""
    assert set(entry.layer) <= set(LAYERS)
    assert len(set(entry.layer)) == len(entry.layer)
    assert entry.layer
    assert entry.meaning.endswith(".")
    assert entry.steps
    assert all(step.endswith((".", "?")) for step in entry.steps)
    assert all(source.url.startswith(("https://", "http://")) and source.title for source in entry.sources)
    assert entry.sources
    assert replace(entry) == entry
    assert {field.name for field in fields(entry)} >= {"meaning", "usually", "steps", "layer", "sources"}


def test_columns_whose_null_is_an_answer_exist():
    """A fact that was renamed would make its rules "not evaluated" on every log."""
    names = {column.name for column in schema.COLUMNS} | {column.name for column in fact_columns()}
    assert names >= ANSWERS_BY_NULL
    assert ANSWERS_BY_NULL
