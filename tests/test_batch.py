"""`analyzer batch` as cron runs it: what it reports, what it keeps quiet about, and that no kill costs or repeats a line."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyzer.cli.analyze import command as analyze
from analyzer.cli.batch import command
from analyzer.errors import AnalyzerError

T = datetime(2026, 3, 2, 10, tzinfo=UTC)
KEY = b"an example key, 32 bytes at most"


def request(at, status, number, route="/v1/orders"):
    client = f"203.0.113.{number % 20 + 1}"
    return f'{client} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {route}/{number} HTTP/1.1" {status} 512 "-" "curl/8.0"\n'


def minutes(begin, count, every, route="/v1/orders"):
    """One request a second from minute begin on, of which one in `every` fails; none if that is 0."""
    seconds = range(begin * 60, (begin + count) * 60)
    return "".join(
        request(T + timedelta(seconds=n), 500 if every and n % every == every // 2 else 200, n, route) for n in seconds
    )


class Host:
    """A machine with logs, on which cron runs the command."""

    def __init__(self, folder):
        self.logs, self.state, self.reports = folder / "logs", folder / "state", folder / "reports"
        self.logs.mkdir()
        self.key = folder / "key"
        self.key.write_bytes(KEY)
        self.log = self.logs / "access.log"
        self.clock = T

    def write(self, text, path=None):
        path = path or self.log
        with path.open("a") as file:
            file.write(text)
        # Long before the run, so that a stamp is enough to see that nothing has changed.
        self.clock += timedelta(minutes=5)
        os.utime(path, (self.clock.timestamp() - 60,) * 2)

    def arguments(self, *more):
        return [
            f"{self.logs}/*", "--state", str(self.state), "-o", str(self.reports), "--redaction-key", str(self.key),
            "--no-map", "--format-report", "json", "--now", self.clock.isoformat(), *more,
        ]  # fmt: skip

    def run(self, *more):
        """Gives exit code and output."""
        done = CliRunner().invoke(command, self.arguments(*more))
        if isinstance(done.exception, AnalyzerError):
            return done.exception.exit_code, str(done.exception)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    def incidents(self):
        """Gives folder: incident of each report."""
        found = {path.parent.name: json.loads(path.read_text()) for path in self.reports.glob("*/findings.json")}
        assert all(len(document["incidents"]) == 1 for document in found.values())
        return {name: document["incidents"][0] for name, document in sorted(found.items())}


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_a_burst_is_judged_against_what_was_normal_before_and_told_once_while_it_goes_on(host):
    """Two hours at 1 %, ten minutes at 50 % over two runs and a rotation, then 1 % again."""
    host.write(minutes(0, 120, 100))
    code, _ = host.run("--fail-on", "medium")
    assert code == 0  # 1 % throughout is normal there
    host.write(minutes(120, 5, 2))
    code, output = host.run("--fail-on", "medium")
    assert (code, output.count("NEW: HIGH")) == (1, 1)
    (name,) = [name for name, incident in host.incidents().items() if incident["severity"] == "high"]
    assert host.incidents()[name]["started"] == "2026-03-02T12:00:01.000Z"
    host.log.rename(host.logs / "access.log.1")
    host.write(minutes(125, 5, 2))
    code, output = host.run("--fail-on", "medium")
    assert (code, "NEW" in output, output.count("GOES ON: HIGH")) == (0, False, 1)
    incident = host.incidents()[name]
    # From its first second on, though these lies in a log that was rotated: 600 requests, every second one failed.
    assert (incident["started"], incident["failed"]) == ("2026-03-02T12:00:01.000Z", 300)
    host.write(minutes(130, 5, 100))
    assert host.run("--fail-on", "medium")[0] == 0
    host.write(minutes(135, 5, 100))
    code, output = host.run("--fail-on", "medium")
    assert (code, "HIGH" in output) == (0, False)
    assert [each["severity"] for each in host.incidents().values()].count("high") == 1


def test_a_normal_level_is_no_alert_since_the_new_piece_is_short(host):
    """5 % of the requests fail, always: five minutes of it hold 15 failures, which alone would have no baseline."""
    host.write(minutes(0, 60, 20))
    host.run()
    for begin in (60, 65, 70):
        host.write(minutes(begin, 5, 20))
        code, output = host.run("--fail-on", "medium")
        assert (code, "NEW" in output) == (0, False)


def test_nothing_new_is_quick_and_exits_with_0(host):
    """Neither polars nor anything else heavy is loaded where no log changed."""
    host.write(minutes(0, 10, 0))
    assert host.run()[0] == 0
    script = (
        "import sys\nfrom analyzer.cli.batch import command\n"
        f"try:\n    command({host.arguments()!r})\nexcept SystemExit as end:\n    print('CODE', end.code)\n"
        "print('HEAVY', sorted({'polars', 'jinja2', 'yaml', 'rich', 'haralyzer'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "Nothing new.\nCODE 0\nHEAVY []\n"


def test_the_state_holds_no_text_of_the_logs_and_is_for_its_owner_only(host):
    """Hashes, places and counts; neither a client nor a path, a token or a part of a line."""
    token = "tok_9f8e7d6c5b4a"
    host.write(minutes(0, 10, 2, route=f"/v1/{token}") + "no format reads this secret line\n")
    host.run()
    assert stat.S_IMODE(host.state.stat().st_mode) == 0o700
    files = list(host.state.iterdir())
    assert {path.name.partition("-")[0] for path in files} == {"state.json", "history", "lock"}
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        held = path.read_bytes()
        for text in (token, "203.0.113.", "secret", "orders", "GET", "curl"):
            assert text.encode() not in held


def test_a_second_run_at_the_same_time_ends_with_a_clear_error(host):
    """The lock is the first run's; the lines wait."""
    from analyzer.batch import hold

    host.write(minutes(0, 1, 0))
    with hold(host.state):
        code, message = host.run()
    assert code == 2
    assert "another run is still at work here" in message
    assert host.run()[0] == 0


def test_reports_do_not_lie_in_the_folder_of_the_state(host):
    """Where what is no state is refused by the next run."""
    host.write(minutes(0, 1, 0))
    for place in (host.state, host.state / "reports"):
        host.reports = place
        code, message = host.run()
        assert code == 2
        assert "the reports cannot lie in the folder of the state" in message
    assert not host.state.exists()


@pytest.mark.parametrize("name", ["state", "reports"])
def test_folders_are_on_this_machine(host, name, tmp_path, monkeypatch):
    """A URL as a path would make a folder called s3: here."""
    monkeypatch.chdir(tmp_path)
    host.write(minutes(0, 1, 0))
    setattr(host, name, "s3://bucket/x")
    code, message = host.run()
    assert code == 2
    assert "must be a folder on this machine, not s3://bucket/x" in message
    assert not (tmp_path / "s3:").exists()


def test_new_lines_that_no_format_reads_are_kept_once(host):
    """Each rejected line stands in one file of rejects, whatever is read again as context."""
    host.write(minutes(0, 5, 0) + "what is this 1\n")
    host.run()
    host.write("what is this 2\n" + minutes(5, 5, 0))
    host.run()
    files = sorted(host.reports.glob("rejects-*"))
    rejects = [json.loads(line) for path in files for line in path.read_text().splitlines()]
    assert [(each["line"], each["text"]) for each in rejects] == [(301, "what is this 1"), (302, "what is this 2")]


def test_a_full_disk_costs_nothing(host, monkeypatch):
    """Where the state cannot be written, the next run reports the same again, in the same folder."""
    import errno

    from analyzer.batch import _state

    host.write(minutes(0, 30, 0) + minutes(30, 5, 2))

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(_state.os, "fsync", full)
        code, message = host.run()
    assert (code, "No space left on device" in message) == (2, True)
    assert host.run("--fail-on", "high")[0] == 1
    assert len(host.incidents()) == 1


def test_a_run_that_died_after_its_report_writes_the_same_one_again(host, monkeypatch):
    """Killed between the report and the state: more has been logged since, yet one folder holds one incident."""
    from analyzer.batch import run as running

    host.write(minutes(0, 30, 0) + minutes(30, 5, 2))

    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(running, "write_state", die)
        with pytest.raises(Killed):
            host.run()
    before = list(host.incidents())
    host.write(minutes(35, 2, 2))
    code, output = host.run("--fail-on", "high")
    assert (code, output.count("NEW")) == (1, 1)
    assert list(host.incidents()) == before


def story(name):
    """Gives the logs of a recorded story: file name, lines."""
    for path in sorted((Path(__file__).parents[1] / "sample_logs" / name).iterdir()):
        if path.suffix != ".har":
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            yield path.name.removesuffix(".gz"), content.decode().splitlines(keepends=True)


@pytest.mark.parametrize("name", ["error-burst", "upstream-down", "signing-key-rotation"])
def test_a_story_read_in_pieces_is_told_as_a_whole_one(host, tmp_path, name):
    """The oracle is analyze over all of it; each log is cut at other places, so that requests lie in several runs."""
    chance = random.Random(name)
    logs = dict(story(name))
    cuts = {log: [*sorted(chance.sample(range(len(lines) + 1), 3)), len(lines)] for log, lines in logs.items()}
    for number in range(4):
        for log, lines in logs.items():
            begin = cuts[log][number - 1] if number else 0
            host.write("".join(lines[begin : cuts[log][number]]), host.logs / log)
        assert host.run()[0] in (0, 3)  # a beginning may hold nothing that can be read
    whole = CliRunner().invoke(
        analyze, [str(host.logs), "-o", str(tmp_path / "whole"), "--redaction-key", str(host.key), "--no-map", "-q"]
    )
    assert whole.exit_code == 0
    told = (
        "layer",
        "statuses",
        "endpoints",
        "started",
        "ended",
        "failed",
        "requests",
        "clients",
        "correlation_ids",
        "layers",
    )
    (expected,) = json.loads((tmp_path / "whole" / "findings.json").read_text())["incidents"]
    found = max(host.incidents().values(), key=lambda each: each["failed"])
    assert {key: found[key] for key in told} == {key: expected[key] for key in told}


def test_rotation_compression_and_truncation_count_every_line_once(host):
    """The numbers that the command prints add up over all that logrotate does."""
    counted = 0

    def run():
        output = host.run()[1]
        return int(output.split(" new lines")[0].replace(",", "")) if "new lines" in output else 0

    host.write(minutes(0, 3, 0))
    counted += run()
    host.write(minutes(3, 2, 0))
    host.log.rename(host.logs / "access.log.1")
    host.write(minutes(5, 4, 0))
    counted += run()
    rotated = host.logs / "access.log.1"
    (host.logs / "access.log.1.gz").write_bytes(gzip.compress(rotated.read_bytes()))
    rotated.unlink()
    counted += run()
    host.write(minutes(9, 1, 0))
    shutil.copy(host.log, host.logs / "access.log.2")
    host.log.write_text("")
    host.write(minutes(10, 1, 0))
    counted += run()
    assert counted == 11 * 60


def test_runs_that_are_killed_at_any_moment_report_what_an_undisturbed_one_does(host):
    """SIGKILL after random times; then one incident, found from its first second, and no state of two minds."""
    host.write(minutes(0, 60, 100) + minutes(60, 5, 2))
    chance = random.Random(20260302)
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-m", "analyzer", "batch", *host.arguments("-q")],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(chance.uniform(0.1, 4))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    host.run()
    high = [each for each in host.incidents().values() if each["severity"] == "high"]
    assert [(each["started"], each["failed"]) for each in high] == [("2026-03-02T11:00:01.000Z", 150)]
    assert host.run() == (0, "Nothing new.\n")
    state = json.loads((host.state / "state.json").read_text())
    assert [log["end"]["lines"] for log in state["logs"]] == [65 * 60]
