"""A folder of logs as programs and logrotate treat it, a count of what they wrote, and runs that read it."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from pathlib import Path

from analyzer.batch import State, _state, hold, read_state, write_state
from analyzer.batch._survey import survey

START = 1_800_000_000.0


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class Dying:
    """Ends the process, as it were, at the n-th operation on the file system that write_state makes."""

    _NAMES = ("fsync", "open", "unlink", "rename", "replace")

    def __init__(self, number):
        self.left = number

    def __enter__(self):
        self._module = _state
        self._kept = {"os": _state.os, "replace": Path.replace, "unlink": Path.unlink}
        outer, kept = self, self._kept

        class Os:
            def __getattr__(self, name):
                found = getattr(kept["os"], name)
                return outer.counted(found) if name in outer._NAMES else found

        _state.os = Os()
        Path.replace = outer.counted(kept["replace"])
        Path.unlink = lambda path, missing_ok=False: outer.counted(kept["unlink"])(path, missing_ok)
        return self

    def counted(self, function):
        def call(*arguments, **options):
            self.left -= 1
            if self.left == 0:
                raise Killed
            return function(*arguments, **options)

        return call

    def __exit__(self, *_):
        self._module.os = self._kept["os"]
        Path.replace, Path.unlink = self._kept["replace"], self._kept["unlink"]


class World:
    """Logs in a folder; written counts the lines that must be read, read those that runs have committed."""

    def __init__(self, folder):
        self.logs, self.state = folder / "logs", folder / "state"
        self.logs.mkdir()
        self.written, self.read = Counter(), Counter()
        self.clock = START
        self.number = 0
        self.runs = 0  # that the state knows of
        self.last = Counter()

    def is_committed(self):
        """Whether the run that died counts, and its lines with it; asked once."""
        runs = read_state(self.state).runs
        happened, self.runs = runs > self.runs, runs
        return happened

    @property
    def live(self):
        return self.logs / "access.log"

    def older(self):
        """Gives the rotated logs, the oldest first."""
        return sorted((path for path in self.logs.iterdir() if path != self.live), key=lambda path: -self._age(path))

    def tick(self):
        self.clock += 10.0
        return self.clock

    def touch(self, path):
        """Gives every write a time of its own, as days between two rotations do."""
        at = self.tick()
        os.utime(path, (at, at))

    def line(self, width=0):
        self.number += 1
        text = f"{self.number:06} {'x' * width}"
        self.written[text] += 1
        return text

    def append(self, count, width=0, *, end="\n"):
        """Writes lines; end is what stands behind the last of them."""
        text = "\n".join(self.line(width) for _ in range(count)) + end
        with self.live.open("ab") as file:
            file.write(text.encode())
        self.touch(self.live)

    def begin(self, count):
        """Writes lines, of the last of which the second half comes later; gives that half."""
        self.append(count, width=8, end="")
        content = self.live.read_bytes()
        cut = len(content) - 5
        self.live.write_bytes(content[:cut])
        self.touch(self.live)
        return content[cut:] + b"\n"

    def finish(self, path, rest):
        with path.open("ab") as file:
            file.write(rest)
        self.touch(path)

    def make_room(self):
        for path in sorted(self.older(), key=self._age, reverse=True):
            stem = f"access.log.{self._age(path) + 1}"
            path.rename(self.logs / (stem + (".gz" if path.suffix == ".gz" else "")))

    def rotate(self, header=b""):
        self.make_room()
        self.live.rename(self.logs / "access.log.1")
        self.live.write_bytes(header)
        self.touch(self.live)

    def copytruncate(self, header=b"", between=lambda: None):
        """Copies and truncates; between happens in between."""
        self.make_room()
        copy = self.logs / "access.log.1"
        copy.write_bytes(self.live.read_bytes())
        self.touch(copy)
        between()
        self.live.write_bytes(header)
        self.touch(self.live)

    def compress(self, path, between=lambda: None):
        packed = path.with_name(path.name + ".gz")
        packed.write_bytes(gzip.compress(path.read_bytes(), 1))
        self.touch(packed)
        between()
        path.unlink()

    def run(self, *, killed=False):
        """Reads as a run does, with a reader that counts lines; a killed one has no effect but on the disk."""
        moment = self.tick()
        files = tuple(str(path) for path in sorted(self.logs.iterdir()))
        with hold(self.state) as folder:
            before = read_state(folder)
            found = survey(files, before.logs, moment)
            assert found.problems == ()
            read = Counter()
            logs = [*found.present, *found.vanished]
            for piece in found.pieces:
                read.update(b"".join(piece.fresh_chunks()).decode().splitlines())
                logs.append(piece.known(moment))
            for copy in found.copies:
                assert b"".join(copy.piece.fresh_chunks())
                logs.append(copy.piece.known(moment))
            self.last = read
            if killed:
                return
            write_state(folder, State(runs=before.runs + 1, logs=tuple(logs)), b"counts")
        self.read += read
        self.runs += 1

    @staticmethod
    def _age(path):
        return int(path.name.removesuffix(".gz").rpartition(".")[2])
