"""The pattern that chooses which texts are searched leaves out none in which the search would find anything."""

from __future__ import annotations

import base64
import gzip
import html
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote

import polars as pl
import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.redact import _decoding, _search, detectors

SAMPLES = [text for detector in detectors() for text, _ in detector.finds]
LAYERS: list[Callable[[str], str]] = [
    str,
    quote,
    lambda text: quote(quote(text)),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    json.dumps,
    lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    html.escape,
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex().upper(),
    lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    lambda text: base64.b64encode(zlib.compress(text.encode(), 1)).decode(),
    lambda text: base64.b64encode(zlib.compress(text.encode(), 9)).decode(),
    lambda text: base64.b64encode(zstandard.compress(text.encode())).decode(),
]
AROUND = st.sampled_from(["", " ", "/", "x", "=", "-", "/v1/", '"', "A", "é", "пароль ", "\n", "a" * 20 + "/", "%2F"])


def found(texts: pl.Series):
    """Gives what the search finds."""
    told = _search.search(texts, detectors())
    return told.values, told.places, told.coded


def everything(texts, *_):
    return pl.Series([True] * len(texts), dtype=pl.Boolean)


@given(
    text=st.one_of(st.sampled_from(SAMPLES), st.text(max_size=60)),
    layers=st.lists(st.sampled_from(LAYERS), max_size=2),
    before=AROUND,
    after=AROUND,
)
@example(text="パスワード=ab12cd34", layers=[lambda text: text.encode().hex().upper()], before="x ", after="")
def test_nothing_is_left_out(text, layers, before, after):
    """Whatever the text, its layers and what stands around it."""
    for layer in layers:
        text = layer(text.encode("utf-8", "replace").decode())
    texts = pl.Series([f"{before}{text}{after}"])
    chosen = found(texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_search, "likely", everything)
        patch.setattr(_decoding, "_CODED", "")
        assert found(texts) == chosen


def test_lines_that_hold_nothing_are_left_out():
    """Else the pattern would choose nothing."""
    lines = pl.Series(
        [
            '10.0.1.2 - - [02/Mar/2026:00:00:07 +0000] "GET /v1/orders/28?page=2&sort=date HTTP/1.1" 200 12546 "-" "Mozilla/5.0"',
            "2026-11-22T16:14:14.500Z INFO order 4711 was shipped in 17ms",
            '{"level":"info","duration_ms":12,"path":"/v1/orders","status":200}',
        ]
    )
    assert not _search.likely(lines, detectors()).any()
