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
    """A JSON file under etc/, reloaded when its modification time changes.

    The log says so in the words of `announce`; without them nothing is logged. `default` is the content while there is no
    such file.
    """

    def __init__(self, name: str, *, announce: str | None, default: Any = None) -> None:
        self._path = home() / "etc" / name
        self._announce = announce
        self._lock = threading.Lock()
        self._value = default
        self._stamp = 0
        self._stamp = self._read_again()

    def read(self) -> Any:
        """The current content."""
        with self._lock:
            if self._modified() != self._stamp:
                self._stamp = self._read_again()
                if self._announce:
                    log.info(self._announce, file=self._path.name, content=self._describe())
        return self._value

    def _modified(self) -> int:
        return self._path.stat().st_mtime_ns if self._path.exists() else 0

    def _read_again(self) -> int:
        stamp = self._modified()
        if stamp:
            self._value = json.loads(self._path.read_text())
        return stamp

    def _describe(self) -> Any:
        if isinstance(self._value, dict) and "keys" in self._value:
            return [key["kid"] for key in self._value["keys"]]
        return self._value
