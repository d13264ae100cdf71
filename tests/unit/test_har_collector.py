"""While a capture is read, Python's garbage collector stands still; afterwards it is as it was."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import weakref

import pytest

from analyzer.errors import InputError
from analyzer.formats import har
from analyzer.formats._collector import paused_collector

HAR = har.FORMATS[0]


@pytest.fixture(autouse=True)
def collector():
    """Leaves the collector on, whatever a test did."""
    yield
    gc.enable()


class Ring:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.ring = self


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_as_it_was(on):
    """Off within; on again afterwards where it was on, and off where somebody had turned it off."""
    (gc.enable if on else gc.disable)()
    with paused_collector():
        assert not gc.isenabled()
    assert gc.isenabled() is on


def test_what_was_made_meanwhile_is_still_collected():
    """Rings made before and within are freed by the next collection, so nothing is lost to it for ever."""
    before = weakref.ref(Ring())
    with paused_collector():
        within = weakref.ref(Ring())
    gc.collect()
    assert (before(), within()) == (None, None)


def test_new_objects_are_old_afterwards():
    """No collection of the young walks what was read: it counts as old already."""
    gc.disable()
    with paused_collector():
        read = [[number] for number in range(1000)]
    old = {id(item) for item in gc.get_objects(generation=2)}
    assert all(id(item) in old for item in read)


def test_a_capture_is_read_without_collections(monkeypatch):
    """Reading stands still from the first byte on, and ends with the collector on, also where it fails."""
    seen = []

    def watched(step):
        return lambda given: (seen.append(gc.isenabled()), step(given))[1]

    for name in ("read_log", "make_events"):
        monkeypatch.setattr(har, name, watched(getattr(har, name)))
    entry = {"request": {"url": "https://a.test/"}, "startedDateTime": "2026-03-02T10:00:00Z"}
    assert HAR.parse_document(json.dumps({"log": {"entries": [entry]}}).encode()).events.height == 1
    assert seen == [False, False]
    assert gc.isenabled()
    with pytest.raises(InputError):
        HAR.parse_document(b"[1]")
    assert gc.isenabled()


@pytest.mark.parametrize(("pages", "loaded"), [([], False), ([{"id": "page_1"}], True)])
def test_haralyzer_is_loaded_by_captures_with_pages_only(pages, loaded):
    """A log, or a capture without pages, does not pay for it."""
    data = json.dumps({"log": {"version": "1.2", "pages": pages, "entries": []}}).encode()
    script = (
        f"import sys; from analyzer.formats.har import FORMATS; FORMATS[0].parse_document({data!r});"
        "print('haralyzer' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"{loaded}\n"
