"""Counts of earlier runs: added once, hashed, kept small; and which incident goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from analyzer.batch import Incident, State, hold, read_state, write_state
from analyzer.batch._history import as_bytes, compact, read_history
from analyzer.batch._recognise import _best
from analyzer.detect import COUNTS, Earlier, detect, load_rules
from analyzer.errors import UsageError

START = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
RULE = """\
title: Server errors
name: errors
level: high
logsource: {category: webserver}
detection: {a: {status|gte: 500}, condition: a}
x-burst: %s
"""
DAY = 8640
MINUTE = 60_000_000


def counts(*rows):
    return pl.DataFrame(rows, schema=COUNTS, orient="row")


def events(first, last, failing):
    """One request a second, from second first to last of a log, as its lines with these numbers."""
    seconds = range(first, last)
    return pl.DataFrame(
        {
            "row": range(len(seconds)),
            "timestamp": [START + timedelta(seconds=n) for n in seconds],
            "status": [500 if failing(n) else 200 for n in seconds],
            "route": ["/a" if n % 2 else "/b" for n in seconds],
            "kind": ["request"] * len(seconds),
            "source": ["log"] * len(seconds),
            "line": [n + 1 for n in seconds],
        },
        schema={"row": pl.UInt32, "timestamp": pl.Datetime("us", "UTC"), "status": pl.Int32, "route": pl.String, "kind": pl.String, "source": pl.String, "line": pl.Int64},
    )  # fmt: skip


@pytest.mark.parametrize("burst", ["{}", "{group-by: [route]}", "{against: none}"])
@pytest.mark.parametrize("context", [0, 95, 600])
def test_counts_of_pieces_are_those_of_the_whole(tmp_path, burst, context):
    """Whatever is read again as context, each event counts once."""
    file = tmp_path / "rule.yml"
    file.write_text(RULE % burst, encoding="utf-8")
    rules = load_rules([file])

    def failing(n):
        return n % 50 == 7

    whole = detect(events(0, 3600, failing), rules, earlier=Earlier(b"k" * 32)).counts
    earlier = Earlier(b"k" * 32)
    for end in (605, 1203, 2111, 3600):
        read = earlier.before.get("log", 0)
        begin = max(0, read - context)
        found = detect(events(begin, end, failing), rules, earlier=earlier).counts
        until = int((START + timedelta(seconds=end - 1 - context)).timestamp() * 1e6)
        since = until // 10_000_000 + 1 if end > context else 0
        earlier = Earlier(b"k" * 32, found, since, {"log": end})
    assert earlier.counts.equals(whole)
    assert int(whole["errors"].sum()) == 72  # of 3,600 every fiftieth


def test_groups_are_hashed_with_the_key(tmp_path):
    """Neither a route nor a client can be read from the counts, nor guessed without the key."""
    file = tmp_path / "rule.yml"
    file.write_text(RULE % "{group-by: [route]}", encoding="utf-8")
    frame, rules = events(0, 100, lambda n: n == 3), load_rules([file])
    first, second = (detect(frame, rules, earlier=Earlier(key * 32)).counts for key in (b"a", b"b"))
    names = set(first["group"])
    assert len(names) == 2
    assert names.isdisjoint(second["group"])
    assert all(len(name) == 16 and set(name) <= set("0123456789abcdef") for name in names)


def test_a_burst_in_earlier_counts_alone_is_not_told_again(tmp_path):
    """Its events are not at hand; the run that had them told it."""
    file = tmp_path / "rule.yml"
    file.write_text(RULE % "{}", encoding="utf-8")
    rules = load_rules([file])

    def failing(n):
        return n % 100 == 50 or 3000 <= n < 3300

    first = detect(events(0, 3600, failing), rules, earlier=Earlier(b"k" * 32))
    assert [signal.count for signal in first.signals] == [300]
    later = Earlier(b"k" * 32, first.counts, int(START.timestamp()) // 10 + 360, {"log": 3600})
    assert detect(events(3600, 3900, failing), rules, earlier=later).signals == ()


def test_old_counts_become_minutes_and_then_nothing():
    """Ten seconds within an hour of the newest, minutes before, nothing from before the days that are kept."""
    now = 200_000_000
    kept = compact(
        counts(
            ("r", "g", now - 15 * DAY, 9, 9),
            ("r", "g", (now - DAY) // 6 * 6, 1, 10),
            ("r", "g", (now - DAY) // 6 * 6 + 5, 2, 20),
            ("r", "g", now - 100, 3, 30),
            ("r", "g", now, 4, 40),
        ),
        now,
        14,
    )
    assert kept.rows() == [
        ("r", "g", (now - DAY) // 6 * 6, 3, 30), ("r", "g", now - 100, 3, 30), ("r", "g", now, 4, 40),
    ]  # fmt: skip


@pytest.mark.parametrize(("now", "ahead"), [(1_000_000_000, 0), (200_000_000, 5_000_000)])
def test_neither_a_clock_nor_a_line_from_the_future_drops_counts(now, ahead):
    """Age is that of the newest count that is not in the future."""
    rows = counts(("r", "g", 199_999_994, 1, 10), ("r", "g", 200_000_000 + ahead, 1, 10))
    assert compact(rows, now, 14).equals(rows.sort("base"))


def test_counts_are_bounded():
    """The oldest go first."""
    rows = counts(*[("r", str(n), 1000 + n, 0, 1) for n in range(50)])
    assert compact(rows, 10**9, 14, most=10)["base"].min() == 1040


def test_state_and_counts_are_replaced_together(tmp_path):
    """The file of counts is named by the state; those of earlier runs are removed."""
    with hold(tmp_path / "state") as folder:
        rows = counts(("r", "g", 1, 2, 3))
        write_state(folder, State(runs=1), as_bytes(rows.clear()))
        write_state(folder, State(runs=2), as_bytes(rows))
        state = read_state(folder)
        assert read_history(folder, state.history).equals(rows)
        assert sorted(path.name for path in folder.iterdir()) == ["history-00000002.parquet", "lock", "state.json"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("state.json", b"{"), ("state.json", b'{"logs": 3}'), ("state.json", b'{"version": 2}'),
        ("history-00000001.parquet", b"PAR1"), ("history-00000001.parquet", as_bytes(pl.DataFrame({"a": [1]}))),
    ],
)  # fmt: skip
def test_a_damaged_state_is_said_and_not_overwritten(tmp_path, name, content):
    """To begin anew would read every line a second time, so that is for a person to decide."""
    with hold(tmp_path / "state") as folder:
        write_state(folder, State(runs=1), as_bytes(counts()))
        (folder / name).write_bytes(content)
        with pytest.raises(UsageError, match="Move the folder away") as error:
            read_history(folder, read_state(folder).history)
        assert error.value.exit_code == 2
        assert (folder / name).read_bytes() == content


def test_a_folder_of_somebody_else_is_no_state(tmp_path):
    """Its rights are left alone, and so are its files."""
    (tmp_path / "letter.txt").write_text("dear")
    tmp_path.chmod(0o755)
    with pytest.raises(UsageError, match=r"holds other files \(letter.txt\)"), hold(tmp_path):
        pass
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def incident(started, ended, *traits, severity="high"):
    return Incident(f"f{started}", started * MINUTE, ended * MINUTE, severity, traits)


@pytest.mark.parametrize(
    ("now", "goes_on"),
    [
        (incident(20, 25, "a"), True),
        (incident(25, 30, "a", "b"), True),
        (incident(26, 30, "a"), False),  # more than a quarter of an hour after
        (incident(20, 25, "b"), False),  # another request, or another answer
        (incident(8, 12, "a"), True),
        (incident(20, 25, "a", severity="low"), True),
    ],
)
def test_an_incident_goes_on_where_the_same_fails_within_a_quarter_of_an_hour(now, goes_on):
    """Known is one from minute 0 to minute 10."""
    known = incident(0, 10, "a")
    assert _best(now, [known]) == (known if goes_on else None)


def test_what_is_severe_does_not_go_on_with_what_healthy_logs_have():
    """A burst in a log with single failures is told as new."""
    assert _best(incident(5, 9, "a"), [incident(0, 10, "a", severity="low")]) is None


def test_the_nearest_of_several_goes_on():
    """By when they began."""
    known = [incident(0, 30, "a"), incident(20, 31, "a")]
    assert _best(incident(21, 35, "a"), known) == known[1]
