"""What correlations count: closed sliding windows, groups, chains, and the signals made of their alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.detect import detect, load_rules

START = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)
SCHEMA = {"status": pl.Int32, "client_ip": pl.String, "user": pl.String, "path": pl.String, "source": pl.String}
MEMBER = """\
title: Too many
name: limited
level: informational
logsource: {category: webserver}
detection: {a: {status: 429}, condition: a}
"""
OTHER = MEMBER.replace("Too many", "Refused").replace("limited", "refused").replace("429", "401")


def events(*rows):
    """Builds a frame from (second, values); a second of None is an event without a time."""
    data = [{"status": 429, "client_ip": "a", "source": "log", **values} for _, values in rows]
    times = [None if second is None else START + timedelta(seconds=second) for second, _ in rows]
    frame = pl.DataFrame({name: [row.get(name) for row in data] for name in SCHEMA}, schema=SCHEMA)
    return frame.with_row_index("row").with_columns(
        pl.Series("timestamp", times, dtype=pl.Datetime("us", "UTC")), pl.lit("request").alias("kind")
    )


def correlation(*, name="many", **section):
    """Writes a correlation document; keys of the section have _ for -."""
    keys = {"type": "event_count", "rules": "[limited]", "group_by": "[client_ip]", "timespan": "10s", **section}
    lines = "".join(f"  {key.replace('_', '-')}: {value}\n" for key, value in keys.items())
    return f"title: Many\nname: {name}\nlevel: high\ncorrelation:\n{lines}"


def found(tmp_path, frame, *documents):
    file = tmp_path / "rules.yml"
    file.write_text("---\n".join(documents), encoding="utf-8")
    rules = load_rules([file])
    assert [str(error) for error in rules.errors] == []
    return detect(frame, rules)


def seconds(signal):
    return ((signal.started - START).total_seconds(), (signal.ended - START).total_seconds())


def test_a_window_is_closed_at_both_ends(tmp_path):
    """Events at 0, 5 and 10 s lie in one window of 10 s; at 0, 5 and 10.000001 s they do not."""
    rule = correlation(condition="{gte: 3}")
    (signal,) = found(tmp_path, events((0, {}), (5, {}), (10, {})), MEMBER, rule).signals
    assert (signal.count, signal.peak, seconds(signal), signal.rows.to_list()) == (3, 3, (0, 10), [0, 1, 2])
    assert found(tmp_path, events((0, {}), (5, {}), (10.000001, {})), MEMBER, rule).signals == ()


def test_events_of_one_instant_lie_in_each_others_window(tmp_path):
    """Three events of the same second are three in a window of one second, in whatever order they were written."""
    rule = correlation(timespan="1s", condition="{gte: 3}")
    (signal,) = found(tmp_path, events((7, {}), (7, {}), (7, {})), MEMBER, rule).signals
    assert (signal.count, seconds(signal)) == (3, (7, 7))


def test_groups_are_counted_apart_and_keep_their_letter_case(tmp_path):
    """Ann and ann are two; three events of each do not make six."""
    rows = [(second, {"user": user}) for second in range(3) for user in ("Ann", "ann")]
    signals = found(tmp_path, events(*rows), MEMBER, correlation(group_by="[user]", condition="{gte: 3}")).signals
    assert [(signal.group, signal.count) for signal in signals] == [((("user", "Ann"),), 3), ((("user", "ann"),), 3)]
    assert found(tmp_path, events(*rows), MEMBER, correlation(group_by="[user]", condition="{gte: 4}")).signals == ()


def test_no_group_by_means_the_whole_log(tmp_path):
    """group-by: [] puts all events into one group, also those without a client."""
    rows = [(0, {"client_ip": "a"}), (1, {"client_ip": "b"}), (2, {"client_ip": None})]
    (signal,) = found(tmp_path, events(*rows), MEMBER, correlation(group_by="[]", condition="{gte: 3}")).signals
    assert (signal.group, signal.count) == ((), 3)


def test_events_without_a_key_or_a_time_take_no_part_and_are_counted(tmp_path):
    """Three of six events have no user, one has no time: neither they nor the other two make three; both gaps are told."""
    rows = [(0, {"user": "x"}), (1, {"user": "x"}), (2, {}), (3, {}), (4, {}), (None, {"user": "x"})]
    result = found(tmp_path, events(*rows), MEMBER, correlation(group_by="[user]", condition="{gte: 3}"))
    assert result.signals == ()
    assert [(note.rule, note.reason) for note in result.not_evaluated] == [
        ("many", "1 of 6 matching events have no timestamp."),
        ("many", "3 of 6 matching events have no user."),
    ]


def test_neighbouring_alerts_are_one_signal(tmp_path):
    """Alerts join while their windows touch: 0, 4, 8, 12 are one signal of four events, 100 and 104 another."""
    rows = [(second, {}) for second in (0, 4, 8, 12, 100, 104)]
    signals = found(tmp_path, events(*rows), MEMBER, correlation(timespan="5s", condition="{gte: 2}")).signals
    assert [(seconds(signal), signal.count, signal.peak) for signal in signals] == [((0, 12), 4, 2), ((100, 104), 2, 2)]


def test_the_peak_is_the_largest_window(tmp_path):
    """Windows of 10 s at 0..3 s and 20..24 s touch through 12 s; the largest holds five."""
    rows = [(second, {}) for second in (0, 1, 2, 3, 12, 20, 21, 22, 23, 24)]
    (signal,) = found(tmp_path, events(*rows), MEMBER, correlation(condition="{gte: 2}")).signals
    assert (signal.count, signal.peak) == (10, 5)


def test_an_event_that_fits_two_members_counts_once(tmp_path):
    """event_count over two rules that both fit one event sees one event."""
    same = MEMBER.replace("limited", "again")
    rule = correlation(rules="[limited, again]", condition="{gte: 2}")
    assert found(tmp_path, events((0, {})), MEMBER, same, rule).signals == ()
    assert found(tmp_path, events((0, {}), (1, {})), MEMBER, same, rule).signals[0].count == 2


def test_value_count_counts_different_values_in_the_window(tmp_path):
    """a, b, a, null within 10 s are two values; with c in the window they are three; null is none."""
    rows = [(0, {"user": "a"}), (1, {"user": "b"}), (2, {"user": "a"}), (3, {}), (10, {"user": "c"})]
    rule = correlation(type="value_count", condition="{field: user, gte: 3}")
    (signal,) = found(tmp_path, events(*rows), MEMBER, rule).signals
    assert (signal.peak, signal.count, seconds(signal)) == (3, 5, (0, 10))
    rows[-1] = (13, {"user": "c"})
    assert found(tmp_path, events(*rows), MEMBER, rule).signals == ()


def test_value_count_over_two_fields_counts_pairs(tmp_path):
    """(a, 1), (a, 2), (a, 1) are two pairs; a pair with a null is none."""
    rows = [
        (0, {"user": "a", "path": "1"}),
        (1, {"user": "a", "path": "2"}),
        (2, {"user": "a", "path": "1"}),
        (3, {"user": "b"}),
    ]
    rule = correlation(type="value_count", condition="{field: [user, path], gte: 2}")
    assert found(tmp_path, events(*rows), MEMBER, rule).signals[0].peak == 2
    rule = correlation(type="value_count", condition="{field: [user, path], gte: 3}")
    assert found(tmp_path, events(*rows), MEMBER, rule).signals == ()


def test_temporal_wants_all_members_in_one_window(tmp_path):
    """A 401 and a 429 of one client within 10 s, in either order."""
    rule = correlation(type="temporal", rules="[limited, refused]")
    (signal,) = found(tmp_path, events((0, {"status": 401}), (10, {})), MEMBER, OTHER, rule).signals
    assert (signal.rows.to_list(), signal.peak) == ([0, 1], 2)
    assert found(tmp_path, events((0, {"status": 401}), (11, {})), MEMBER, OTHER, rule).signals == ()
    assert found(tmp_path, events((0, {"status": 401}), (1, {"status": 401})), MEMBER, OTHER, rule).signals == ()


def test_an_alias_groups_members_by_different_fields(tmp_path):
    """The user of one rule is the client of the other."""
    rule = correlation(
        type="temporal",
        rules="[limited, refused]",
        group_by="[who]",
        aliases="{who: {limited: client_ip, refused: user}}",
    )
    rows = [
        (0, {"client_ip": "ann"}),
        (1, {"status": 401, "user": "ann", "client_ip": "b"}),
        (2, {"status": 401, "user": "bob"}),
    ]
    (signal,) = found(tmp_path, events(*rows), MEMBER, OTHER, rule).signals
    assert (signal.group, signal.rows.to_list()) == ((("who", "ann"),), [0, 1])


def test_a_range_is_a_condition(tmp_path):
    """Two or three events in the window alert, four do not."""
    rule = correlation(condition="{gte: 2, lt: 4}")
    assert found(tmp_path, events((0, {}), (20, {}), (21, {})), MEMBER, rule).signals[0].peak == 2
    assert found(tmp_path, events((0, {}), *[(20, {})] * 4), MEMBER, rule).signals == ()


def test_too_few_is_not_told_of_windows_that_begin_before_the_log(tmp_path):
    """lt: 3 alerts at 20 and 24 s, where whole windows were seen (one event, two), and not at the head of the log."""
    rows = [(0, {"status": 200}), (2, {}), (3, {}), (4, {}), (20, {}), (24, {})]
    result = found(tmp_path, events(*rows), MEMBER, correlation(condition="{lt: 3}"))
    (signal,) = result.signals
    assert (seconds(signal), signal.peak) == ((20, 24), 1)
    assert [note.reason for note in result.not_evaluated] == [
        "2 windows at the beginning of the log are too short to be judged."
    ]


@pytest.mark.parametrize(("generate", "expected"), [("false", ["Many"]), ("true", ["Many", "Too many"])])
def test_members_are_reported_for_themselves_only_when_asked(tmp_path, generate, expected):
    """generate: true reports the members too, unless they are informational."""
    member = MEMBER.replace("informational", "low")
    rule = correlation(condition="{gte: 1}", generate=generate)
    assert [signal.title for signal in found(tmp_path, events((0, {})), member, rule).signals] == expected
    assert [signal.title for signal in found(tmp_path, events((0, {})), MEMBER, rule).signals] == ["Many"]


def test_an_alert_is_an_event_of_another_correlation(tmp_path):
    """Two users of one client with two events each in 5 s: two alerts within a minute, behind them four rows."""
    child = correlation(name="pair", group_by="[client_ip, user]", timespan="5s", condition="{gte: 2}")
    parent = correlation(name="top", rules="[pair]", timespan="1m", condition="{gte: 2}")
    rows = [(0, {"user": "x"}), (4, {"user": "x"}), (30, {"user": "y"}), (34, {"user": "y"}), (40, {"user": "z"})]
    (signal,) = found(tmp_path, events(*rows), MEMBER, child, parent).signals
    assert (signal.rule, signal.group, signal.peak) == ("top", (("client_ip", "a"),), 2)
    assert (signal.rows.to_list(), seconds(signal)) == ([0, 1, 2, 3], (0, 34))
    users = correlation(
        name="top", type="value_count", rules="[pair]", timespan="1m", condition="{field: user, gte: 3}"
    )
    assert found(tmp_path, events(*rows), MEMBER, child, users).signals == ()


def test_signals_are_ordered_by_severity_then_start(tmp_path):
    """A critical signal comes before an earlier low one; rows of a single-event rule are one signal."""
    low = MEMBER.replace("informational", "low")
    critical = OTHER.replace("informational", "critical")
    signals = found(tmp_path, events((0, {}), (1, {}), (5, {"status": 401})), low, critical).signals
    assert [(signal.level, signal.rows.to_list()) for signal in signals] == [("critical", [2]), ("low", [0, 1])]


def test_says_is_filled_and_hostile_values_stay_text(tmp_path):
    """Names in braces are replaced once: a user that is called {peak} or {0.__class__} stays that."""
    says = 'x-report:\n  says: "{user}: {count} in {duration}, {peak} at once, {begin} to {end}"\n'
    rule = correlation(group_by="[user]", condition="{gte: 2}") + says
    (signal,) = found(
        tmp_path, events(*[(second, {"user": "{peak}{0.__class__}"}) for second in (0, 4)]), MEMBER, rule
    ).signals
    assert signal.says == (
        "{peak}{0.__class__}: 2 in 4 s, 2 at once, 2026-03-02 10:00:00 UTC to 2026-03-02 10:00:04 UTC"
    )


def test_a_rule_on_a_column_that_is_not_there_is_not_evaluated(tmp_path):
    """A missing column that could decide is told with its field; one that cannot decide is not."""
    rule = "title: T\nname: t\nlevel: low\nlogsource: {category: proxy}\ndetection:\n  a: {status: %s, cs-cookie|contains: x}\n  condition: a\n"
    result = found(tmp_path, events((0, {}), (1, {"status": 200})), rule % 429)
    assert (result.signals, [note.reason for note in result.not_evaluated]) == (
        (),
        ["no column cookie (cs-cookie): 1 of 2 rows cannot be judged."],
    )
    assert found(tmp_path, events((0, {})), rule % 500).not_evaluated == ()


def test_a_missing_column_in_a_filter_is_told_as_matches_that_may_be_wrong(tmp_path):
    """Without the filter's column every row matches, and the reader is told so; a member's doubt is its correlation's."""
    rule = "title: T\nname: limited\nlevel: %s\nlogsource: {category: proxy}\ndetection:\n  a: {status: 429}\n  b: {user: bot}\n  condition: a and not b\n"
    result = found(tmp_path, events((0, {})), rule % "low")
    assert [signal.count for signal in result.signals] == [1]
    sentence = "no column user: 1 of 1 rows cannot be judged. 1 of its matches may be wrong."
    assert [(note.rule, note.reason) for note in result.not_evaluated] == [("t", sentence)] or result.not_evaluated[
        0
    ].reason == sentence
    result = found(tmp_path, events((0, {})), rule % "informational", correlation(condition="{gte: 2}"))
    assert [(note.rule, note.reason) for note in result.not_evaluated] == [("many", f"T: {sentence}")]


def test_a_source_that_cannot_supply_a_column_is_told_by_name(tmp_path):
    """missing makes the nulls of one source unknown, and lets an empty column of the others count as an answer."""
    rule = (
        "title: T\nname: t\nlevel: low\nlogsource: {category: proxy}\ndetection:\n  a: {user: null}\n  condition: a\n"
    )
    rows = events((0, {"source": "a.har"}), (1, {"source": "log"}), (2, {"source": "a.har", "user": "x"}))
    file = tmp_path / "t.yml"
    file.write_text(rule, encoding="utf-8")
    rules = load_rules([file])
    result = detect(rows, rules, missing={"a.har": frozenset({"user"}), "log": frozenset()})
    assert [note.reason for note in result.not_evaluated] == [
        "no column user in a.har: 1 of 3 rows cannot be judged. 1 of its matches may be wrong."
    ]
    trusted = detect(
        rows.with_columns(user=pl.lit(None, pl.String)), rules, missing={"a.har": frozenset(), "log": frozenset()}
    )
    assert trusted.not_evaluated == ()


def test_keywords_need_the_record_itself(tmp_path):
    """Without a raw column a keyword rule is not evaluated."""
    rule = "title: T\nname: t\nlevel: low\nlogsource: {category: proxy}\ndetection: {a: [timeout], condition: a}\n"
    result = found(tmp_path, events((0, {})), rule)
    assert [note.reason for note in result.not_evaluated] == [
        "no column raw (the record): 1 of 1 rows cannot be judged."
    ]


def test_nothing_in_gives_nothing_out(tmp_path):
    """An empty frame has no signals and nothing to be told."""
    result = found(tmp_path, events().clear(), MEMBER, correlation(condition="{gte: 1}"))
    assert (result.signals, result.not_evaluated) == ((), ())


OPERATORS = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
    "eq": int.__eq__,
    "neq": int.__ne__,
}


def _brute_force(rows, span, kind, operator, value):
    """Every alert by looking at every window: (client, second) with the metric, anchors before `span` left out."""
    alerts = {}
    for second, row in rows:
        window = [r for t, r in rows if second - span <= t <= second and r["client_ip"] == row["client_ip"]]
        metric = len(window) if kind == "event_count" else len({r["user"] for r in window} - {None})
        whole = operator in ("gt", "gte") or second - span >= min(t for t, _ in rows)
        if OPERATORS[operator](metric, value) and whole:
            alerts[row["client_ip"], second] = metric
    return alerts


def _spans(rows, alerts, span):
    """Joins a client's alerts while the first event of the next window is not after the end of the last."""
    found_spans = []
    for client in sorted({client for client, _ in alerts}):
        end = None
        for second in sorted(second for other, second in alerts if other == client):
            begin = min(t for t, r in rows if r["client_ip"] == client and t >= second - span)
            if end is not None and begin <= end:
                found_spans[-1] = (client, min(found_spans[-1][1], begin), second)
            else:
                found_spans.append((client, begin, second))
            end = second
    return found_spans


@given(
    st.lists(
        st.tuples(st.integers(0, 25), st.sampled_from("ab"), st.sampled_from(["x", "y", "z", None])),
        min_size=1,
        max_size=25,
    ),
    st.integers(1, 12),
    st.sampled_from(["event_count", "value_count"]),
    st.tuples(st.sampled_from(sorted(OPERATORS)), st.integers(1, 5)),
)
def test_windows_agree_with_looking_at_every_window(tmp_path_factory, raw, span, kind, limit):
    """For any events the signals are those of a search that counts each window by hand."""
    rows = [
        (second, {"client_ip": client, "user": user}) for second, client, user in sorted(raw, key=lambda row: row[0])
    ]
    operator, value = ("lt", 2) if limit == ("lt", 1) else limit  # fewer than one event is no condition
    condition = f"{{{operator}: {value}{', field: user' if kind == 'value_count' else ''}}}"
    rule = correlation(type=kind, timespan=f"{span}s", condition=condition)
    signals = found(tmp_path_factory.mktemp("windows"), events(*rows), MEMBER, rule).signals
    got = sorted((dict(signal.group)["client_ip"], *seconds(signal)) for signal in signals)
    assert got == _spans(rows, _brute_force(rows, span, kind, operator, value), span)
