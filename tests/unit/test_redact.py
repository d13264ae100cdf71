"""Secrets are found, replaced everywhere, and never guessable."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.errors import LeakError
from analyzer.redact import Gate, Redactor, detectors
from analyzer.redact._search import search

KEY = b"k" * 32


def redact(*texts: str) -> list[str]:
    redactor = Redactor(KEY)
    column = pl.Series("text", texts, dtype=pl.String)
    redactor.learn(column)
    return redactor.replace(column).to_list()


@pytest.mark.parametrize("detector", detectors(), ids=lambda detector: f"{detector.kind}-{detector.finds[0][1]}"[:30])
def test_detector_finds_its_samples_and_ignores_the_others(detector):
    """Every detector replaces the secret of each positive sample, and leaves negative samples as they are."""
    assert detector.finds
    assert detector.ignores
    for text, secret in detector.finds:
        cleaned = redact(text)[0]
        assert secret not in cleaned, text
        assert "[redacted:" in cleaned, text
        for asked in filter(None, (detector.literals, detector.needs)):
            assert any(literal in text.lower() for literal in asked), text
    for text in detector.ignores:
        found = search(pl.Series([text]), (detector,))
        assert (found.values, found.places) == ({}, {}), text


def test_number_of_detectors():
    """No detector vanishes unnoticed."""
    assert len(detectors()) >= 12


def test_secret_is_replaced_wherever_it_stands():
    """A value that one line names a secret is replaced in lines that do not name it, in every encoding."""
    cleaned = redact("GET /x?api_key=ab%2Fcd-12 HTTP/1.1", "user said ab/cd-12 there", 'json "ab\\/cd-12"')
    assert "ab/cd-12" not in cleaned[1]
    first, second = (text.split("[redacted:secret:")[1][:12] for text in cleaned[:2])
    assert first == first.lower()
    assert len(second) == 12


def test_equal_values_get_equal_placeholders_and_different_ones_differ():
    """The hex part is equal for one value as bearer and as cookie, and differs between values."""
    a, b, c = redact("Authorization: Bearer tok-12345678", "Cookie: sid=tok-12345678", "Cookie: sid=tok-87654321")
    hexes = [text.split(":")[-1].rstrip("]") for text in (a, b, c)]
    assert hexes[0] == hexes[1]
    assert hexes[1] != hexes[2]


@pytest.mark.parametrize(
    "text",
    [
        "x-request-id: 48b625966e8c0ba8d621a72ed10264d1",
        "traceparent: 00-803aaa036f89d5bc919647a8b95d58da-9f18e81e8575d4cd-01",
        "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678",
        "x-amz-id-2: eftixk72aD6Ap51TnqcoF8eFidJG9Z/2mkiDFu8yU9AS1ed4OpIszj7UDNEHGran",
        "cf-ray: 230b030023ae2822-SJC",
        'www-authenticate: Bearer realm="api", error="invalid_token", error_description="expired"',
        "Chrome/128.0.0.0 Safari/537.36",
        "retry-after: 120, x-ratelimit-remaining: 0",
        "authentication failed: The signing key 2026-09 is not in the key set",
        "GET /v1/orders?page=2&limit=50&sort=-created HTTP/1.1",
        "2026-11-22T16:32:13.868Z duration=0.123 trace 1234567890123456789",
    ],
)
def test_what_diagnosis_needs_survives(text):
    """Ids, times, challenges, limits and versions stay as they were."""
    assert redact(text) == [text]


def test_the_version_of_a_browser_is_no_address():
    """Browsers write 131.0.0.0, with a slash or in words; a host's address has no such end."""
    redactor = Redactor(KEY)
    for text in ("Chrome 131.0.0.0, Safari", "Chrome/131.0.0.0", "by 131.0.0.0."):
        assert redactor.value(text) == text
    assert "131.0.0.1" not in redactor.value("by 131.0.0.1")


def test_public_client_addresses_become_fake_ones_in_the_same_network():
    """Public addresses map to 240.0.0.0/4 by /24, private and loopback ones stay, and a kept server stays."""
    redactor = Redactor(KEY, keep=frozenset({"151.101.1.69"}))
    texts = pl.Series(["8.8.8.8 and 8.8.8.9, 10.1.2.3, 127.0.0.1, 192.0.2.7, 151.101.1.69"])
    redactor.learn(texts)
    words = redactor.replace(texts)[0].replace(",", "").split()
    assert words[3:] == ["10.1.2.3", "127.0.0.1", "192.0.2.7", "151.101.1.69"]
    assert words[0] != "8.8.8.8"
    assert int(words[0].split(".")[0]) >= 240
    assert words[0].rsplit(".", 1)[0] == words[2].rsplit(".", 1)[0]
    assert words[0] != words[2]


def test_redacting_twice_changes_nothing():
    """The placeholders are no secrets themselves."""
    texts = [text for detector in detectors() for text, _ in detector.finds]
    once = redact(*texts)
    assert redact(*once) == once


@settings(max_examples=30)
@given(
    secret=st.text("abcdefghijkmnpqrstuvwxyzABCDEFGH23456789-_", min_size=8, max_size=40).filter(
        lambda text: not text.isalpha()  # a plain word is replaced where it is named only
    ),
    place=st.sampled_from(
        [
            "GET /a?access_token={} HTTP/1.1",
            'payload {{"client_secret": "{}"}} end',
            "https://app:{}@db.internal/x",
            "Cookie: sid={}; a=b",
            "X-Api-Key: {}",
        ]
    ),
)
def test_random_secret_never_survives(secret, place):
    """A random secret in a place that names one is gone from that line and from any other."""
    first, second = redact(place.format(secret), f"seen {secret} again")
    assert secret not in first
    assert secret not in second
    assert redact(first, second) == [first, second]


def test_gate_refuses_an_output_with_a_known_secret():
    """The gate names the file and the place, never the value."""
    gate = Gate([("ab/cd-12", "secret")])
    with pytest.raises(LeakError) as caught:
        gate.search({"report.html": b"<p>ab%2Fcd-12</p>"})
    assert str(caught.value).startswith("report.html: a known secret is still at byte 3.")
    assert "cd-12" not in str(caught.value)
    gate.search({"report.html": b"<p>clean</p>"})


def test_plain_words_are_replaced_where_they_are_named_only():
    """A password that is a word is hidden in its place, and does not remove the word from other sentences."""
    first, second = redact('{"password": "include"}', "these endpoints include one more")
    assert "include" not in first
    assert second == "these endpoints include one more"
