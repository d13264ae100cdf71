"""Names of inputs in short texts: the folder that all lie in goes, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_cases import demo

from analyzer.model import Ref
from analyzer.wording.short_names import common_folder, shortened


def analysis(*names):
    """Gives the demo with these inputs."""
    findings = demo().findings
    sources = tuple(replace(findings.sources[0], name=name) for name in names)
    return replace(demo(), findings=replace(findings, sources=sources))


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (("a/b/edge.log", "a/b/app.log"), "a/b/"),
        (("a/b/edge.log", "a/bc/app.log"), "a/"),
        (("a/edge.log", "b/app.log"), ""),
        (("edge.log", "a/app.log"), ""),
        (("/edge.log", "/app.log"), ""),
        (("/srv/logs/edge.log",), "/srv/logs/"),
        (("-",), ""),
        ((), ""),
    ],
)
def test_the_folder_is_whole_parts_of_every_name(names, folder):
    """A part is never cut, and the root alone is no folder worth naming."""
    assert common_folder(analysis(*names)) == folder


def test_names_are_short_alone_and_as_words_in_a_text():
    """Places keep their line or entry; what only looks alike stays."""
    known = analysis("in/edge.log", "in/page.har")
    said = ("Open it (`in/page.har#3`).", Ref("in/edge.log", 7), "GET /in/edge.log", "in/other.log", "main/edge.log")
    short = ("Open it (`page.har#3`).", Ref("edge.log", 7), "GET /in/edge.log", "in/other.log", "main/edge.log")
    assert shortened(said, known) == short
