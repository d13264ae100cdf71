"""What redact writes is read as before: rows, routes, statuses, times and ids of every format and wrapper."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lines_by_hand import frame

from analyzer import formats
from analyzer.formats import Choice, Reader
from analyzer.pipeline import Plan, Redaction, _redact, _redact_learn, redact_inputs
from analyzer.pipeline._chosen import Chosen
from analyzer.schema import conform

DATA = Path(__file__).parents[1] / "data"
FORMATS = sorted(path.parent for path in (DATA / "formats").glob("*/input.log"))
WRAPPERS = sorted(path.parent for path in (DATA / "wrappers").glob("*/input.log"))
INSIDE = ("combined", "common", "json")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEPT = (
    "line", "kind", "timestamp", "stamped_at", "method", "host", "route", "protocol", "status", "request_bytes",
    "response_bytes", "duration_us", "request_id", "trace_id", "span_id", "edge_id", "upstream_status", "level",
    "logger", "exception_type", "host_name", "process", "tls_version", "result",
)  # fmt: skip


class Known(Chosen):
    """Knows each golden input's format by its folder, which spares the search for it."""

    def for_source(self, name):
        return formats.line_formats().get(Path(name).parent.name)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """All golden inputs redacted in one run: what one names is replaced in the others too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_redact, "choose", lambda plan: Known())
        patch.setattr(_redact_learn, "detect", lambda head, *rest: Choice((), 1.0, "given", ()))
        patch.setattr(Reader, "_further", lambda self, unread: ())
        inputs = tuple(str(folder / "input.log") for folder in (*FORMATS, *WRAPPERS))
        done = redact_inputs(Plan(inputs, tmp_path_factory.mktemp("work"), b"k" * 32, now=NOW), Redaction())
        assert len(done.sources) == len(inputs)
        return {source.name: done.outputs[source.file].read_bytes() for source in done.sources}


def read(folder, text):
    lines = frame(text.removesuffix("\n").split("\n"))
    if folder.parent.name == "formats":
        return formats.read_block(lines, [formats.line_formats()[folder.name]], "UTC")
    inside = [formats.line_formats()[name] for name in INSIDE]
    return formats.read_block(lines, inside, "UTC", [formats.line_wrappers()[folder.name]], NOW)


def reasons(block):
    """Lines and reasons, but for the column, which is another one behind a placeholder."""
    return [(line, re.sub(r" at column \d+$", "", reason)) for line, reason, _ in block.rejects.iter_rows()]


@pytest.mark.parametrize("folder", [*FORMATS, *WRAPPERS], ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_a_redacted_log_is_read_to_the_same_rows(folder, written):
    """The same rows with the same values where no secret stands, the same rejects, and as many lines."""
    text = (folder / "input.log").read_text(encoding="utf-8")
    clean = written[str(folder / "input.log")].decode()
    assert clean.count("\n") == text.count("\n")
    before, after = read(folder, text), read(folder, clean)
    assert reasons(after) == reasons(before)
    rows = [conform(block.events).select(KEPT).rows() for block in (before, after)]
    assert rows[1] == rows[0]


def test_the_inputs_hold_something_to_redact(written):
    """Many golden inputs change, so that the comparison proves something."""
    changed = [name for name, data in written.items() if data != Path(name).read_bytes()]
    assert len(changed) > len(written) / 4
