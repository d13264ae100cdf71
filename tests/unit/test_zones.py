"""The zone of an error log is found by comparing with what the servers wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest
from events_by_hand import START, frame, row

from analyzer.diagnose.zones import ZoneShift, apply_shifts, find_shifts, sibling_shift
from analyzer.model import ZoneGap

HOUR = 3600
CLIENT = {"client_ip": "192.0.2.1"}


def requests(count, **values):
    """Access lines of different requests, ten seconds apart."""
    return [row("access", 10 * n, target=f"/x/{n}", status=502, **CLIENT, **values) for n in range(count)]


def errors(count, ahead, **values):
    """Error lines of the same requests, written so many seconds ahead."""
    return [row("error", 10 * n + ahead, target=f"/x/{n}", message="m", **{**CLIENT, **values}) for n in range(count)]


def shifts(*rows, assumed=("error.log",)):
    return find_shifts(frame(*rows), dict.fromkeys(assumed, ZoneGap()))


@pytest.mark.parametrize(
    ("ahead", "zone"),
    [
        (HOUR, "UTC+01:00"),
        (-5 * HOUR, "UTC-05:00"),
        (5 * HOUR + 1800, "UTC+05:30"),
        (5 * HOUR + 2700, "UTC+05:45"),
        (14 * HOUR, "UTC+14:00"),
        (-3 * HOUR - 1800, "UTC-03:30"),
    ],
)
def test_a_shift_in_quarter_hours_is_found(ahead, zone):
    """Zones lie whole quarters of an hour apart, from 14 hours ahead of UTC to 12 behind it."""
    (shift,) = shifts(*requests(3), *errors(3, ahead))
    assert shift == ZoneShift("error.log", ahead, 3)
    assert shift.zone == zone


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_a_second_of_slack_is_allowed_and_two_are_not(slack):
    """The error is written when the request fails and the access line when it ends, both in whole seconds."""
    assert shifts(*requests(3), *errors(3, HOUR + slack)) == (ZoneShift("error.log", HOUR, 3),)
    assert shifts(*requests(3), *errors(3, HOUR + 2)) == ()
    assert shifts(*requests(3), *errors(3, HOUR - 2)) == ()


def test_a_shift_beyond_every_zone_is_none():
    """No place is more than 14 hours from UTC; such lines are of another day."""
    assert shifts(*requests(3), *errors(3, 14 * HOUR + 900)) == ()


def test_three_lines_are_needed():
    """Two may match by chance."""
    assert shifts(*requests(2), *errors(2, HOUR)) == ()
    assert shifts(*requests(3), *errors(3, HOUR)) != ()


def test_lines_that_match_unshifted_are_left_alone():
    """Three lines fit without a shift: UTC is found. Where three fit an hour off too, nothing is known."""
    later = [row("access", 10 * n - HOUR, target=f"/x/{n}", status=502, **CLIENT) for n in range(3)]
    assert shifts(*requests(3), *errors(3, 0)) == (ZoneShift("error.log", 0, 3),)
    assert shifts(*requests(3), *later, *errors(3, 0)) == ()


def test_more_matches_beat_fewer():
    """Four lines fit at two hours, three of them also at one."""
    nearer = [row("access", 10 * n + HOUR, target=f"/x/{n}", status=502, **CLIENT) for n in range(3)]
    assert shifts(*requests(4), *nearer, *errors(4, 2 * HOUR)) == (ZoneShift("error.log", 2 * HOUR, 4),)


def test_of_two_zones_that_fit_equally_well_none_is_claimed():
    """A guess between equals would be wrong half of the time; it stays with what was assumed."""
    ahead = [row("access", 10 * n - HOUR, target=f"/x/{n}", status=502, **CLIENT) for n in range(3)]
    behind = [row("access", 10 * n + HOUR, target=f"/x/{n}", status=502, **CLIENT) for n in range(3)]
    more = [row("access", 30 - HOUR, target="/x/3", status=502, **CLIENT)]
    assert shifts(*ahead, *behind, *errors(3, 0)) == ()
    assert shifts(*ahead, *more, *behind, *errors(4, 0)) == (ZoneShift("error.log", HOUR, 4),)


def test_one_line_that_fits_many_requests_counts_once():
    """Matches are error lines, not pairs."""
    same = [row("access", second, target="/x/0", status=502, **CLIENT) for second in (0, 1, 1)]
    assert shifts(*same, *errors(1, HOUR)) == ()


@pytest.mark.parametrize("other", [{"client_ip": "192.0.2.2"}, {"method": "POST"}, {"client_ip": None}])
def test_only_the_same_request_counts(other):
    """Client, method and target must be equal, and known."""
    assert shifts(*requests(3), *errors(3, HOUR, **other)) == ()


def test_only_sources_whose_zone_was_assumed_are_judged():
    """A zone that the user gave, or that the lines carry, is right."""
    assert shifts(*requests(3), *errors(3, HOUR), assumed=()) == ()
    assert shifts(*requests(3), *errors(3, HOUR), assumed=("other.log",)) == ()


def test_a_browsers_clock_is_no_measure():
    """A HAR is no access log."""
    seen = [row("har", 10 * n, target=f"/x/{n}", status=502, **CLIENT) for n in range(3)]
    assert shifts(*seen, *errors(3, HOUR)) == ()


def test_each_source_has_its_own_shift():
    """Two servers may stand in two zones."""
    other = errors(3, -HOUR, source="other.log")
    found = shifts(*requests(3), *errors(3, HOUR), *other, assumed=("other.log", "error.log"))
    assert found == (ZoneShift("error.log", HOUR, 3), ZoneShift("other.log", -HOUR, 3))


def test_an_empty_frame_has_no_shift():
    """Nothing to compare, nothing to say."""
    assert find_shifts(frame(row("access", 0)).clear(), {"error.log": ZoneGap()}) == ()


def test_shifts_move_only_their_source():
    """Written an hour ahead of UTC, so an hour is taken off; an absent time stays absent."""
    events = frame(row("access", 0), row("error", HOUR), row("error", 0, timestamp=None, stamped_at=None))
    moved = apply_shifts(events, (ZoneShift("error.log", HOUR, 3),))
    assert moved["timestamp"].to_list() == [START, START, None]
    assert moved["stamped_at"].to_list() == [START, START, None]
    assert apply_shifts(events, ()) is events


def test_ids_that_two_sources_share_tell_the_zone():
    """An application without zone writes the ids that the proxy writes too; its records lie up to two minutes apart."""
    edge = [row("access", 100 * n, request_id=f"r{n}", target=f"/{n}", status=200) for n in range(3)]
    late = [row("app", 100 * n + 2 * HOUR + 30, request_id=f"R{n}", message="m") for n in range(3)]
    assert shifts(*edge, *late, assumed=["app.jsonl"]) == (ZoneShift("app.jsonl", 2 * HOUR, 3),)
    far = [row("app", 100 * n + 2 * HOUR + 300, request_id=f"r{n}", message="m") for n in range(3)]
    assert shifts(*edge, *far, assumed=["app.jsonl"]) == ()


def test_the_night_on_which_clocks_change_has_two_shifts():
    """In autumn the clock goes back: the first lines are two hours ahead of UTC, the later ones one."""
    before, after = errors(3, 2 * HOUR), errors(6, HOUR)[3:]
    (shift,) = shifts(*requests(6), *before, *after)
    rows = frame(*requests(6), *before, *after)
    assert (shift.shift_seconds, [seconds for _, seconds in shift.after], shift.matches) == (2 * HOUR, [HOUR], 6)
    assert shift.zone == "UTC+02:00, then UTC+01:00"
    moved = apply_shifts(rows, [shift])
    lines = moved.filter(source="error.log").sort("line")
    assert lines["stamped_at"].to_list() == [START + timedelta(seconds=10 * n) for n in range(6)]


def test_sources_beside_it_lend_their_offset():
    """Same folder, one offset: it is taken. Another folder, two offsets or none say nothing."""
    zones = {
        "logs/access.log": "each line carries its offset (+01:00)",
        "logs/app.log": "each line carries its offset",
        "other/access.log": "each line carries its offset (-05:00)",
    }
    assert sibling_shift("logs/error.log", zones) == (HOUR, "logs/access.log")
    assert sibling_shift("other/error.log", zones) == (-5 * HOUR, "other/access.log")
    assert sibling_shift("error.log", zones) is None
    assert sibling_shift("logs/error.log", {**zones, "logs/b.log": "each line carries its offset (+02:00)"}) is None


ERRORS = ZoneGap(("nginx_error",))


def test_only_the_formats_without_a_zone_are_moved():
    """Access lines with their offset and error lines without one, in the same file: the access lines stay."""
    rows = [*requests(3, source="mixed.log"), *errors(3, HOUR, source="mixed.log")]
    (shift,) = find_shifts(frame(*rows), {"mixed.log": ERRORS})
    assert shift == ZoneShift("mixed.log", HOUR, 3, gap=ERRORS)
    moved = apply_shifts(frame(*rows), [shift]).sort("line")
    assert moved["stamped_at"].to_list() == [START + timedelta(seconds=10 * n) for n in (0, 1, 2, 0, 1, 2)]
    assert moved["timestamp"].to_list() == moved["stamped_at"].to_list()


def test_lines_without_a_zone_are_no_measure_for_their_own_file():
    """Where both formats of the file lack a zone, they say nothing of each other."""
    rows = [*requests(3, source="mixed.log"), *errors(3, HOUR, source="mixed.log")]
    assert find_shifts(frame(*rows), {"mixed.log": ZoneGap()}) == ()


def collected(count, ahead, **values):
    """Application lines so many seconds ahead of what their collector wrote."""
    at = [START + timedelta(seconds=10 * n) for n in range(count)]
    return [row("app", 10 * n + ahead, collected_at=at[n], message="m", **values) for n in range(count)]


COLLECTED = ZoneGap(("json",), "carried")


def test_the_time_of_the_collector_tells_the_zone():
    """Docker's UTC time around a local one; two minutes may lie between the two, not three."""
    for late in (0, 120, -120):
        found = find_shifts(frame(*collected(3, HOUR + late)), {"app.jsonl": COLLECTED})
        assert found == (ZoneShift("app.jsonl", HOUR, 3, gap=COLLECTED, by_collector=True),)
    assert find_shifts(frame(*collected(3, HOUR + 180)), {"app.jsonl": COLLECTED}) == ()
    assert find_shifts(frame(*collected(3, HOUR)), {"app.jsonl": ZoneGap(("json",))}) == ()
    assert find_shifts(frame(*collected(3, HOUR)), {"app.jsonl": ZoneGap(("json",), "lacking")}) == ()


def test_a_collector_that_is_unsteady_tells_nothing():
    """Half of the lines were taken whole quarters later by chance: that is not most of them."""
    rows = [*collected(3, HOUR), *collected(3, HOUR + 400)]
    assert find_shifts(frame(*rows), {"app.jsonl": COLLECTED}) == ()
    assert find_shifts(frame(*rows, *collected(1, HOUR)), {"app.jsonl": COLLECTED}) != ()


def test_a_time_taken_from_the_collector_has_its_zone():
    """A line without a time has the collector's: it stays where that carries a zone, and moves where it lacks one."""
    rows = frame(*collected(1, 0), row("app", HOUR, collected_at=START))
    later = START + timedelta(seconds=HOUR)
    carried = apply_shifts(rows, [ZoneShift("app.jsonl", HOUR, 3, gap=COLLECTED)])
    assert (carried["stamped_at"].to_list(), carried["collected_at"].to_list()) == ([START, START], [START, START])
    lacking = apply_shifts(rows, [ZoneShift("app.jsonl", HOUR, 3, gap=ZoneGap((), "lacking"))])
    earlier = START - timedelta(seconds=HOUR)
    assert (lacking["stamped_at"].to_list(), lacking["collected_at"].to_list()) == ([earlier, later], [earlier] * 2)


def test_the_same_file_lends_its_offset_first():
    """Other lines of the file are nearer than another file of the folder."""
    mixed = "lines carry their offset (+02:00), those of nginx_error do not: assumed"
    zones = {"logs/a.log": "each line carries its offset (+01:00)", "logs/mixed.log": mixed}
    assert sibling_shift("logs/mixed.log", zones) == (2 * HOUR, "logs/mixed.log")
