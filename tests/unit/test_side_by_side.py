"""Steps in threads give what they give one after the other."""

from __future__ import annotations

import threading

import pytest

from analyzer.pipeline._side_by_side import in_order, streamed


@pytest.mark.parametrize("threads", [1, 2, 9])
def test_results_come_in_order(threads):
    assert in_order(lambda number: number * number, 20, threads) == [number * number for number in range(20)]
    assert in_order(str, 0, threads) == []


def test_what_has_not_begun_when_a_step_raises_is_not_done():
    begun, gate = [], threading.Event()

    def step(number):
        begun.append(number)
        if number == 0:
            raise KeyError(number)
        gate.wait(1)

    with pytest.raises(KeyError):
        in_order(step, 1_000, 2)
    assert len(begun) < 1_000


@pytest.mark.parametrize("threads", [1, 2, 9])
def test_a_stream_comes_in_order_and_is_not_asked_for_more_than_is_held(threads):
    """So that memory is bounded however many items there are."""
    asked = []

    def items():
        for number in range(20):
            asked.append(number)
            yield number

    for place, result in enumerate(streamed(lambda number: number * number, items(), threads)):
        assert result == place * place
        assert len(asked) <= place + threads
    assert len(asked) == 20


@pytest.mark.parametrize("threads", [1, 2])
def test_a_stream_ends_where_a_step_raises(threads):
    stream = streamed(lambda number: 6 // (3 - number), range(100), threads)
    assert [next(stream), next(stream), next(stream)] == [2, 3, 6]
    with pytest.raises(ZeroDivisionError):
        next(stream)
