"""Configuration files that a service reads again whenever they change."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger("harbor.settings")


def home() -> Path:
    """The folder that holds etc/; set by whoever starts the service."""
    return Path(os.environ["HARBOR_HOME"])


class WatchedFile:
    """A JSON file under etc/, reloaded when its modification time changes; says so in the log."""

    def __init__(self, name: str, *, announce: str) -> None:
        self._path = home() / "etc" / name
        self._announce = announce
        self._lock = threading.Lock()
        self._stamp = self._path.stat().st_mtime_ns
        self._value = json.loads(self._path.read_text())

    def read(self) -> Any:
        """The current content."""
        stamp = self._path.stat().st_mtime_ns
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                self._value = json.loads(self._path.read_text())
                log.info(self._announce, file=self._path.name, content=self._describe())
        return self._value

    def _describe(self) -> Any:
        if isinstance(self._value, dict) and "keys" in self._value:
            return [key["kid"] for key in self._value["keys"]]
        return self._value
