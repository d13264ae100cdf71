"""Bursts: edges, ratio and certainty of planted ones, and silence where only chance is at work."""

from __future__ import annotations

import math
import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.detect._burst import BurstSettings, _judge, find_bursts
from analyzer.detect._burst_dispersion import Dispersion, measure
from analyzer.detect._burst_fit import Fit, calmest_quarter, normal_rates
from analyzer.detect._burst_path import Series, find_segments, raised_rate, score_buckets, trace_path

MINUTES = BurstSettings(60)
APACHE = Path(__file__).parents[3] / "shared/data/logs/elastic-examples/apache_logs"


def draw(rng: random.Random, requests: int, rate: float) -> int:
    return sum(rng.random() < rate for _ in range(requests))


def plant(seed: int, length: int, begin: int, end: int, ratio: float, *, base=0.01, per_bucket=100):
    rng = random.Random(seed)
    rates = [base * ratio if begin <= index <= end else base for index in range(length)]
    return [draw(rng, per_bucket, rate) for rate in rates], [per_bucket] * length


@pytest.mark.parametrize(
    ("length", "begin", "end", "ratio"),
    [(60, 20, 22, 30), (60, 20, 34, 10), (60, 57, 59, 30), (1440, 700, 714, 10), (1440, 600, 719, 5), (10, 4, 6, 40)],
)
def test_planted_bursts_are_found_with_their_edges_and_ratio(length, begin, end, ratio):
    """One burst is found, each edge within one bucket, and the 95 % interval holds the planted ratio."""
    hits = 0
    for seed in range(5):
        bursts = find_bursts(*plant(seed, length, begin, end, ratio), MINUTES).bursts
        assert len(bursts) == 1
        assert abs(bursts[0].first - begin) <= 1
        assert abs(bursts[0].last - end) <= 1
        assert not bursts[0].possible
        hits += bursts[0].ratio_low <= ratio <= bursts[0].ratio_high
    assert hits >= 4


def test_a_burst_reports_what_a_hand_count_gives():
    """Twelve buckets of 100, one error in each but 50 in the 5th and 6th: counts, rates, ratio and E by hand."""
    errors = [1, 1, 1, 1, 50, 50, 1, 1, 1, 1, 1, 1]
    (burst,) = find_bursts(errors, [100] * 12, MINUTES).bursts
    assert (burst.first, burst.last, burst.errors, burst.requests) == (4, 5, 100, 200)
    assert burst.rate == 0.5
    assert burst.normal == 10.5 / 1001
    assert burst.ratio == pytest.approx(0.5 / (10.5 / 1001))
    assert burst.dispersion == 2.0  # a log of fewer than 30 buckets
    # 110 errors, 100 of them in a sixth of the requests
    likelihood = 110 * (100 / 110 * math.log(100 / 110 * 6) + 10 / 110 * math.log(10 / 110 * 6 / 5)) / 2
    assert burst.expected_by_chance == pytest.approx(12 * 13 / 2 * math.exp(-likelihood))
    half_width = 1.96 * math.sqrt(2 * (1 / 100.5 + 1 / 10.5))
    assert burst.ratio_low == pytest.approx(burst.ratio * math.exp(-half_width))
    assert burst.ratio_high == pytest.approx(burst.ratio * math.exp(half_width))


def test_a_log_that_is_mostly_incident_still_has_a_calm_part_to_compare_with():
    """Forty of sixty minutes fail at 30 %: the start from the calmest quarter finds the incident."""
    (burst,) = find_bursts(*plant(6, 60, 20, 59, 30), MINUTES).bursts
    assert (burst.first, burst.last) == (20, 59)
    assert burst.ratio == pytest.approx(30, rel=0.5)


def test_two_bursts_apart_are_two():
    """Two planted hours of a day are reported apart and in order."""
    errors, requests = plant(1, 1440, 200, 259, 10)
    later, _ = plant(1, 1440, 900, 959, 10)
    joined = [max(pair) for pair in zip(errors, later, strict=True)]
    found = [(burst.first, burst.last) for burst in find_bursts(joined, requests, MINUTES).bursts]
    assert [(round(a, -1), round(b, -1)) for a, b in found] == [(200, 260), (900, 960)]


@pytest.mark.parametrize("rate", [0, 1, 2, 5, 10, 20])
def test_equal_rates_give_nothing(rate):
    """The same rate in every bucket is no burst, and up to a quarter it is no missing baseline either."""
    for length in (3, 10, 60, 1000):
        result = find_bursts([rate] * length, [100] * length, MINUTES)
        assert result.bursts == ()
        assert not result.no_baseline
        assert result.overall_rate == rate / 100


def test_traffic_alone_is_no_burst():
    """Requests that rise a hundredfold with errors in proportion give nothing."""
    requests = [100] * 30 + [10_000] * 10 + [100] * 30
    assert find_bursts([n // 50 for n in requests], requests, MINUTES).bursts == ()


@pytest.mark.parametrize("rate", [30, 60, 95, 100])
def test_a_log_that_fails_throughout_has_no_baseline(rate):
    """Where even the calmest quarter fails, no burst is claimed and the overall rate is said."""
    result = find_bursts([rate] * 40, [100] * 40, MINUTES)
    assert (result.bursts, result.no_baseline, result.overall_rate) == ((), True, rate / 100)


@pytest.mark.parametrize(("errors", "requests"), [([], []), ([5], [5]), ([9, 9], [9, 9]), ([0] * 50, [7] * 50)])
def test_too_short_or_without_errors_gives_nothing(errors, requests):
    """Fewer than three buckets or no error: no burst and no claim about a baseline."""
    result = find_bursts(errors, requests, MINUTES)
    assert (result.bursts, result.no_baseline) == ((), False)


def test_fewer_errors_than_the_smallest_burst_give_nothing():
    """One bucket of nineteen errors in a silent hour is a burst, unless the smallest burst has twenty."""
    errors, requests = [0] * 30 + [19] + [0] * 30, [100] * 61
    (burst,) = find_bursts(errors, requests, MINUTES).bursts
    assert (burst.first, burst.last, burst.errors) == (30, 30, 19)
    assert find_bursts(errors, requests, BurstSettings(60, min_errors=20)).bursts == ()
    assert find_bursts([*errors[:30], 20, *errors[31:]], requests, BurstSettings(60, min_errors=20)).bursts != ()


def test_sharing_alpha_among_many_series_asks_for_more():
    """A hundred series make the same burst a hundred times as likely by chance, and a weak one is not claimed."""
    hundred = BurstSettings(60, series=100)
    strong, weak, requests = [0] * 30 + [30] + [0] * 30, [0] * 30 + [19] + [0] * 30, [100] * 61
    (alone,) = find_bursts(strong, requests, MINUTES).bursts
    (shared,) = find_bursts(strong, requests, hundred).bursts
    assert shared.expected_by_chance == pytest.approx(100 * alone.expected_by_chance)
    assert find_bursts(weak, requests, MINUTES).bursts != ()
    assert find_bursts(weak, requests, hundred).bursts == ()


def test_a_weak_burst_among_heavy_clumps_is_only_possible():
    """Twenty minutes at four times the rate, all errors in clumps of one to six: found, and said to be possible."""
    rng = random.Random(62)
    rates = [0.08 if 40 <= index < 60 else 0.02 for index in range(100)]
    errors = [sum(rng.randint(1, 6) for _ in range(draw(rng, 50, rate))) for rate in rates]
    (burst,) = find_bursts(errors, [100] * 100, MINUTES).bursts
    assert burst.possible
    assert 0.01 < burst.expected_by_chance <= 1
    assert (burst.first, burst.last) == pytest.approx((40, 59), abs=2)
    assert burst.dispersion > 4


def test_slow_drift_of_a_rate_counts_as_a_burst():
    """The known weakness: a rate that climbs from 1 to 5 % over a day is reported as one late, weak burst."""
    rng = random.Random(4)
    errors = [draw(rng, 100, 0.01 + 0.04 * index / 1440) for index in range(1440)]
    bursts = find_bursts(errors, [100] * 1440, MINUTES).bursts
    assert len(bursts) == 1
    assert bursts[0].first > 400
    assert bursts[0].last > 1400
    assert bursts[0].ratio < 5


def binomial_limit(trials: int, rate: float) -> int:
    """The smallest count that chance exceeds less than once in a thousand times."""
    below, count = 0.0, -1
    while below < 0.999:
        count += 1
        below += math.comb(trials, count) * rate**count * (1 - rate) ** (trials - count)
    return count


@pytest.mark.parametrize(("length", "per_bucket", "share"), [(10, 50, 0.02), (60, 50, 0.02), (60, 200, 0.002)])
def test_shuffled_errors_seldom_look_like_a_burst(length, per_bucket, share):
    """Errors dealt at random among 100 logs' requests give a burst in no more logs than alpha allows."""
    alarms = 0
    for seed in range(100):
        rng = random.Random(seed)
        requests = [rng.randint(per_bucket // 2, per_bucket * 3 // 2) for _ in range(length)]
        owners = [index for index, count in enumerate(requests) for _ in range(count)]
        errors = [0] * length
        for index in rng.sample(owners, int(len(owners) * share)):
            errors[index] += 1
        alarms += any(not burst.possible for burst in find_bursts(errors, requests, MINUTES).bursts)
    assert alarms <= binomial_limit(100, MINUTES.alpha)


@pytest.mark.parametrize("seed", range(20))
def test_retries_that_come_in_clusters_are_no_burst(seed):
    """A healthy hour whose errors come as one to four retries in the same minute gives nothing sure."""
    rng = random.Random(seed)
    errors = [sum(rng.randint(1, 4) for _ in range(draw(rng, 20, 0.02))) for _ in range(60)]
    assert not any(not burst.possible for burst in find_bursts(errors, [50] * 60, MINUTES).bursts)


@pytest.mark.skipif(not APACHE.exists(), reason="needs the shared data folder")
def test_shuffled_errors_of_a_real_log_give_no_burst():
    """Ten thousand real requests of four days with their failures dealt anew twenty times: silence, at most once not."""
    raw = pl.Series(APACHE.read_text("utf-8", "replace").splitlines()).to_frame("raw")
    rows = raw.select(
        minute=pl.col("raw").str.extract(r"\[([^\]]+)\]").str.to_datetime("%d/%b/%Y:%H:%M:%S %z").dt.epoch("s") // 60,
        failed=pl.col("raw").str.extract(r'" (\d{3}) ').cast(pl.Int32) >= 400,
    ).drop_nulls()
    minutes = (rows["minute"] - rows["minute"].min()).to_list()
    requests = [0] * (max(minutes) + 1)
    for minute in minutes:
        requests[minute] += 1
    flags, alarms = rows["failed"].to_list(), 0
    for seed in range(20):
        random.Random(seed).shuffle(flags)
        errors = [0] * len(requests)
        for minute, failed in zip(minutes, flags, strict=True):
            errors[minute] += failed
        alarms += any(not burst.possible for burst in find_bursts(errors, requests, MINUTES).bursts)
    assert alarms <= 1


counts = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 200)), max_size=80)


@given(counts, st.sampled_from([600, 10800]), st.integers(1, 50))
def test_any_counts_give_bursts_in_order_inside_the_log(pairs, local_seconds, series):
    """Whatever the counts, even more errors than requests: ordered, disjoint, consistent bursts and no exception."""
    errors, requests = [e for e, _ in pairs], [n for _, n in pairs]
    result = find_bursts(errors, requests, BurstSettings(60, local_seconds=local_seconds, series=series))
    previous = -1
    for burst in result.bursts:
        assert previous < burst.first <= burst.last < len(pairs)
        assert burst.errors == sum(errors[burst.first : burst.last + 1]) >= 5
        assert burst.rate > burst.normal - 0.5
        assert burst.ratio_low <= burst.ratio <= burst.ratio_high
        assert 0 < burst.expected_by_chance <= 1
        assert burst.dispersion >= 1
        previous = burst.last
    assert not (result.bursts and result.no_baseline)
    assert 0 <= result.overall_rate <= 1
    assert result == find_bursts(errors, requests, BurstSettings(60, local_seconds=local_seconds, series=series))


def test_different_lengths_are_refused():
    """Errors and requests must be counted over the same buckets."""
    with pytest.raises(ValueError, match="zip"):
        find_bursts([1, 2, 3], [1, 2], MINUTES)


def test_a_burst_is_found_in_a_week_of_minutes():
    """10,080 buckets with a burst; benchmarks/growth.py says that four times as many cost four times as much."""
    errors, requests = plant(7, 10_080, 5000, 5030, 10)
    (burst,) = find_bursts(errors, requests, MINUTES).bursts
    assert (burst.first, burst.last) == (5000, 5030)


def test_raised_rate_follows_the_three_cases():
    """Twice 10 % is 20 %; above a quarter the successes halve; twenty times 5 % stops at 90 %."""
    assert raised_rate(0.1, 2.0) == 0.2
    assert raised_rate(0.6, 2.0) == 0.8
    assert raised_rate(0.05, 20.0) == 0.9


def test_scores_are_log_likelihood_ratios_over_the_dispersion():
    """Three errors in ten at normal 10 %, twice that in a burst, dispersion 2."""
    (score,) = score_buckets(Series((3,), (10,)), [0.1], 2.0, 2.0)
    assert score == pytest.approx((3 * math.log(0.2 / 0.1) + 7 * math.log(0.8 / 0.9)) / 2)


@pytest.mark.parametrize(
    ("scores", "segments"),
    [
        ([-1, 5, 5, -4], [(1, 2)]),
        ([-1, 2, -1, -1], []),  # not worth one switch in and one out
        ([-1, 4, -1, 4, -1, -1, -1, -1, -1], [(1, 3)]),  # a dip cheaper than closing and opening again
        ([5, 5, -9, 5, 5], [(0, 1), (3, 4)]),
        ([-1, -1, 3.5], [(2, 2)]),  # the end is free: one switch is paid
        ([-1, -1, 3], []),  # a tie stays normal
        ([], []),
    ],
)
def test_path_pays_three_per_switch(scores, segments):
    """The path that maximises the scores in bursts minus 3 per switch, by hand."""
    assert trace_path(scores, 3.0) == segments


def test_edges_without_score_are_trimmed():
    """A bucket without requests at a burst's edge scores 0 and does not belong to it."""
    series = Series((0, 0, 50, 50, 0, 0), (100, 0, 100, 100, 0, 100))
    assert find_segments(series, [0.01] * 6, 1.0, 5.0) == ((2, 3),)


def test_dispersion_looks_at_the_powers_of_two_around_a_length():
    """Lengths 1, 2, 4, 8 have 1.0, 2.0, 3.0, 1.5: length 3 takes the larger of 2 and 4, length 100 the last."""
    dispersion = Dispersion((1.0, 2.0, 3.0, 1.5))
    assert [dispersion.at(length) for length in (1, 2, 3, 4, 5, 8, 100)] == [1.0, 2.0, 3.0, 3.0, 3.0, 1.5, 1.5]


def test_dispersion_of_clumps_is_their_size():
    """Errors only in clumps of ten, one minute in ten: the variance is about nine times the mean."""
    series = Series((10, 0, 0, 0, 0, 0, 0, 0, 0, 0) * 30, (100,) * 300)
    assert measure(series, [0.01] * 300, [True] * 300).at(1) == pytest.approx(9.0)  # (9² + 9 · 1²) / 10


def test_burst_buckets_are_left_out_of_the_dispersion():
    """A bucket marked as burst does not raise the dispersion of a quiet log."""
    series = Series((1,) * 40 + (500,) + (1,) * 40, (1000,) * 81)
    free = [True] * 40 + [False] + [True] * 40
    assert measure(series, [0.001] * 81, free).at(1) == 1.0
    assert measure(series, [0.001] * 81, [True] * 81).at(1) > 1000


def test_calmest_quarter_is_three_of_twelve_blocks_with_requests():
    """Of 24 buckets in twelve blocks the three calmest blocks are marked; blocks without requests cannot be calm."""
    errors = [9, 9] * 2 + [0, 0] + [9, 9] * 4 + [1, 0] + [9, 9] * 2 + [0, 0] + [0, 2]
    requests = [10, 10] * 2 + [0, 0] + [10, 10] * 9
    marked = [index for index, free in enumerate(calmest_quarter(Series(tuple(errors), tuple(requests)))) if free]
    assert marked == [14, 15, 20, 21, 22, 23]


def test_normal_rate_is_local_in_a_log_longer_than_twice_the_half_width():
    """Half-width 1 of 4 buckets: neighbours plus one expected error at the log's rate; else the log's rate."""
    series = Series((0, 0, 4, 0), (10, 10, 10, 10))
    overall = 4.5 / 41
    assert normal_rates(series, [True] * 4, 2) == [overall] * 4
    assert normal_rates(series, [True] * 4, 1)[0] == pytest.approx(1 / (20 + 1 / overall))
    assert normal_rates(series, [True] * 4, 1)[1] == pytest.approx(5 / (30 + 1 / overall))


@pytest.mark.parametrize(("segment", "certified"), [((2, 3), True), ((0, 1), False), ((0, 3), False)])
def test_only_a_segment_above_the_rest_is_certified(segment, certified):
    """A calmer segment is no burst, however unlikely, and neither is one with nothing outside."""
    series = Series((10, 10, 90, 90), (100,) * 4)
    free = tuple(not segment[0] <= index <= segment[1] for index in range(4))
    fitted = Fit((segment,), free, Dispersion((1.0,)), nothing_outside=False)
    assert (_judge(series, fitted, segment, MINUTES) is not None) is certified
