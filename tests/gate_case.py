"""An empty place to run commands in, with the state and the home folder elsewhere, and one rule that a 500 fires."""

from __future__ import annotations

from pathlib import Path

RULE = """\
title: Any server error
id: 5b8d6a57-94a0-4a5b-8d0b-3c2a4ad6a001
status: test
level: high
logsource:
  category: webserver
detection:
  selection:
    sc-status: 500
  condition: selection
"""


def settle(tmp_path, monkeypatch) -> None:
    """Makes the place the current folder, and writes the rule there as one.yml."""
    for name in ("here", "home"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    Path("one.yml").write_text(RULE)
