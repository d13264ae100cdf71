"""However logs are written, rotated, copied and compressed between runs that may die: each line is read exactly once."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from batch_world import Dying, Killed, World
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

# Longer than what a log is looked up by, and as long as a short one.
HEADERS = (b"", b"#Version: 1.0\n", b"#Fields: " + b"cs(x) " * 50 + b"\n")


class Rotation(RuleBasedStateMachine):
    """Random interleavings of all that happens to a log."""

    @initialize(header=st.sampled_from(HEADERS))
    def begin(self, header):
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder)
        self.header = header
        self.world.live.write_bytes(header)
        self.world.touch(self.world.live)
        self.rest = None

    def teardown(self):
        if hasattr(self, "world"):
            self.world.run()
            self.exact()
            shutil.rmtree(self.folder)

    def exact(self):
        ours = {line: count for line, count in self.world.read.items() if not line.startswith("#")}
        assert ours == dict(self.world.written if self.rest is None else self.finished())

    def finished(self):
        """Gives all lines but the one that is still being written."""
        open_line = max(self.world.written)
        return {line: count for line, count in self.world.written.items() if line != open_line}

    @invariant()
    def no_line_twice(self):
        if hasattr(self, "world"):
            assert max((n for line, n in self.world.read.items() if not line.startswith("#")), default=0) <= 1

    @precondition(lambda self: self.rest is None)
    @rule(count=st.integers(1, 4), width=st.sampled_from([0, 3, 300, 5000]))
    def append(self, count, width):
        self.world.append(count, width)

    @precondition(lambda self: self.rest is None)
    @rule(count=st.integers(1, 3))
    def append_half(self, count):
        self.rest = self.world.begin(count)

    @precondition(lambda self: self.rest is not None)
    @rule()
    def append_other_half(self):
        self.world.finish(self.world.live, self.rest)
        self.rest = None

    @precondition(lambda self: self.rest is None)
    @rule()
    def rotate(self):
        self.world.rotate(self.header)

    @precondition(lambda self: self.rest is None)
    @rule(run=st.booleans())
    def copytruncate(self, run):
        self.world.copytruncate(self.header, self.world.run if run else lambda: None)

    @precondition(lambda self: any(path.suffix != ".gz" for path in self.world.older()))
    @rule(run=st.booleans(), data=st.data())
    def compress(self, run, data):
        path = data.draw(st.sampled_from([path for path in self.world.older() if path.suffix != ".gz"]))
        self.world.compress(path, self.world.run if run else lambda: None)

    @precondition(lambda self: self.world.older())
    @rule()
    def read_and_delete_the_oldest(self):
        self.world.run()
        self.world.older()[0].unlink()

    @rule()
    def run_again(self):
        self.world.run()
        self.exact()

    @rule(number=st.integers(1, 20))
    def die_while_writing_the_state(self, number):
        before = self.world.read.copy()
        dying = Dying(number)
        try:
            with dying:
                self.world.run()
        except Killed:
            # The state was replaced or it was not: what it says decides whether the run has happened.
            self.world.read = before + self.world.last if self.world.is_committed() else before

    @rule()
    def die_before_writing_the_state(self):
        self.world.run(killed=True)


# 1,000 interleavings of up to 30 steps take HYPOTHESIS_PROFILE=thorough; a usual run tries a tenth.
_THOROUGH = settings.get_current_profile_name() == "thorough"
TestRotation = Rotation.TestCase
TestRotation.settings = settings(
    max_examples=1000 if _THOROUGH else 100,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_logs_that_differ_in_the_beginning_of_one_long_line_are_two(tmp_path):
    """Below a header as long as what logs are looked up by, and with equal ends of 4,900 bytes."""
    world = World(tmp_path)
    world.live.write_bytes(HEADERS[2])
    world.touch(world.live)
    world.append(1, 5000)
    world.copytruncate(HEADERS[2], world.run)
    world.append(1, 5000)
    world.run()
    assert {line: count for line, count in world.read.items() if not line.startswith("#")} == dict(world.written)
    assert len(world.written) == 2
