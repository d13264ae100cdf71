"""What the engine promises: merging in any order, the same twice, addresses by profile, names however they are written."""

from __future__ import annotations

import ipaddress
import random

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyzer.redact import Redactor, detectors, harmless_name, merged, placeholder, secret_name, secret_parameter

KEY = b"k" * 32
SAMPLES = sorted(
    {text for detector in detectors() for text in (*(text for text, _ in detector.finds), *detector.ignores)}
)


def learnt(texts, **options) -> Redactor:
    redactor = Redactor(KEY, **options)
    redactor.learn(pl.Series("text", texts, dtype=pl.String))
    return redactor


def clean(texts, **options) -> list[str]:
    return learnt(texts, **options).replace(pl.Series("text", texts, dtype=pl.String)).to_list()


# -- merging


@pytest.mark.parametrize("workers", [2, 8])
def test_many_learners_in_any_order_agree_with_one(workers):
    """Each learns a part; whatever the order in which they are merged, every text comes out the same."""
    texts = [*SAMPLES, "seen 203.0.113.7 and 8.8.4.4", "token=tok-12345678 Cookie: sid=tok-12345678"]
    draw = random.Random(workers)
    alone = learnt(texts)
    parts = [learnt(texts[number::workers]).found for number in range(workers)]
    draw.shuffle(parts)
    one, other = Redactor(KEY), Redactor(KEY)
    for part in parts:
        one.merge(part)
    other.merge(merged(reversed(parts)))
    column = pl.Series("text", texts)
    assert alone.found == one.found == other.found
    assert alone.replace(column).to_list() == one.replace(column).to_list() == other.replace(column).to_list()


def test_the_kind_of_a_value_found_by_two_rules_does_not_depend_on_who_came_first():
    """A fixed rank decides; found is a copy, which a merge elsewhere does not change."""
    first, second = Redactor(KEY), Redactor(KEY)
    first.learn_values([("tok-12345678", "cookie"), ("tok-12345678", "credentials")])
    second.learn_values([("tok-12345678", "credentials"), ("tok-12345678", "cookie")])
    assert first.found.values == second.found.values == {"tok-12345678": "credentials"}
    copy = first.found
    copy.add("other-123", "secret")
    assert first.secrets == ("tok-12345678",)


def test_what_is_learnt_later_counts():
    """A table that was used once is made anew, and the same value under any kind has the same hex."""
    redactor = Redactor(KEY)
    redactor.learn_values([("first-1234", "a")])
    column = pl.Series(["first-1234 second-1234"])
    assert redactor.replace(column)[0].endswith(" second-1234")
    shown = redactor.shown("b", "second-1234")
    assert redactor.replace(column)[0] == f"{placeholder(KEY, 'a', 'first-1234')} {shown}"
    assert redactor.counts() == {"a": 1, "b": 1}


# -- twice

PIECES = st.sampled_from(
    [
        *SAMPLES,
        "[redacted:secret:0123456789ab]",
        "[redacted:private_key:0123456789ab]",
        "240.1.2.3",
        "3fff:123:4567:89ab::1",
        "8.8.8.8",
        "2606:4700::1111",
        "::ffff:8.8.4.4",
        "password=",
        "Authorization: Bearer ",
        "Cookie: sid=",
        '"token":"',
        "&",
        "%26",
        '"',
        " ",
        "\n",
    ]
)


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(st.lists(PIECES, min_size=1, max_size=5).map("".join), min_size=1, max_size=3))
@example(texts=["> AUTH PLAIN AGFubgBodW50ZXIyhttps://u:p@55@h.example/"])  # credentials right before an address
def test_redacting_twice_is_redacting_once(texts):
    """Texts of secrets, placeholders, fake addresses and noise in any order."""
    once = clean(texts)
    assert clean(once) == once
    assert clean(once, profile="public") == clean(clean(once, profile="public"), profile="public")


# -- addresses

ADDRESSES = {
    "8.8.8.8": "vendor", "151.101.1.69": "public", "10.1.2.3": "public", "192.168.0.1": "public", "192.0.2.7": "public",
    "127.0.0.1": "never", "0.0.0.0": "never", "240.1.2.3": "never", "2606:4700::1111": "vendor", "2001:db8::1": "public",
    "fe80::1": "public", "::1": "never", "3fff:abc::1": "never", "2606:4700:0:0:0:0:0:1111": "vendor", "100.64.0.1": "public",
}  # fmt: skip
ORDER = ("internal", "vendor", "public")


@pytest.mark.parametrize("profile", ORDER)
@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_by_profile(address, profile):
    """internal keeps all; vendor replaces clients' public ones but the servers it is told; public all that tell anything."""
    for text in (f"from {address}, x", f'{{"ip":"{address}"}}', address, f"client={address};"):
        (shown,) = clean([text], profile=profile, keep=frozenset({"151.101.1.69"}))
        replaced = ADDRESSES[address] != "never" and ORDER.index(profile) >= ORDER.index(ADDRESSES[address])
        assert (shown != text) == replaced, shown


def test_fakes_group_as_the_addresses_do_and_are_in_reserved_ranges():
    """One /24 or /64 is one fake network, and no two of its addresses meet; spellings of one address are one fake."""
    hosts = [f"93.184.216.{number}" for number in range(256)]
    six = [f"2606:4700:1:2::{number:x}" for number in range(1, 50)]
    fakes = clean([*hosts, *six, "2606:4700:1:3::1", "2606:4700:0001:2:0:0:0:1"])
    four, fake_six = fakes[:256], fakes[256 : 256 + len(six)]
    assert len({fake.rpartition(".")[0] for fake in four}) == 1
    assert len(set(four)) == 256
    assert all(ipaddress.ip_address(fake) in ipaddress.ip_network("240.0.0.0/4") for fake in four)
    assert all(ipaddress.ip_address(fake) in ipaddress.ip_network("3fff::/20") for fake in fake_six)
    assert len({ipaddress.ip_network((fake, 64), strict=False) for fake in fake_six}) == 1
    assert len(set(fake_six)) == len(six)
    assert ipaddress.ip_network((fakes[-2], 64), strict=False) != ipaddress.ip_network((fake_six[0], 64), strict=False)
    assert fakes[-1] == fake_six[0]


def test_an_ipv4_address_in_ipv6_follows_the_ipv4_one():
    """::ffff:8.8.8.8 is 8.8.8.8 (RFC 4291, 2.5.5.2), also in hex; a private one stays."""
    plain, mapped, in_hex, private = clean(["8.8.8.8", "::ffff:8.8.8.8", "[::ffff:808:808]:443", "::ffff:10.0.0.1"])
    assert mapped == f"::ffff:{plain}"
    assert in_hex == f"[::ffff:{plain}]:443"
    assert private == "::ffff:10.0.0.1"


@pytest.mark.parametrize(
    "text",
    [
        "blocked 8.8.8.8. 1.1.1.1. 9.9.9.9.",
        "blocked 2606:4700::1111. 2606:4700::1001. 2620:fe::9.",
        "8.8.8.8 1.1.1.1 9.9.9.9",
        "from 2606:4700::1111,2606:4700::1001,2620:fe::9",
    ],
)
def test_addresses_are_found_however_they_follow_each_other(text):
    """A full stop and a blank between two of them belong to neither."""
    addresses = ("8.8.8.8", "1.1.1.1", "9.9.9.9", "2606:4700::1111", "2606:4700::1001", "2620:fe::9")
    assert not [address for address in addresses if address in clean([text])[0]]


def test_addresses_one_after_the_other_and_what_only_looks_like_one():
    """A chain without blanks loses each; times, versions, clocks and longer numbers stay."""
    (chain,) = clean(["X-Forwarded-For: 8.8.8.8,1.1.1.1,9.9.9.9"])
    assert not any(address in chain for address in ("8.8.8.8", "1.1.1.1", "9.9.9.9"))
    texts = [
        "at 10:11:12",
        "app/1.2.3.4",
        "v1.2.3.4.5",
        "std::vector",
        "22/Nov/2026:16:14:14",
        "1.2.3",
        "a::b",
        "300.1.1.1",
    ]
    assert clean(texts) == texts


# -- names


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("password", "secret"), ("newPassword", "secret"), ("PASSWORD_CONFIRMATION", "secret"), ("%70assword", "secret"),
        ("%2570assword", "secret"), ("\\u0070assword", "secret"), ("apiKey", "credentials"), ("API-KEY", "credentials"),
        ("x-functions-key", "secret"), ("clientSecret", "secret"), ("refresh_token", "secret"), ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ACCESS_KEY_ID", "secret"), ("Authorization", "credentials"), ("Set-Cookie", "cookie"), ("connect.sid", "secret"),
        ("X-CSRF-Token", "secret"), ("cardNumber", "card"), ("wsse:Password", "secret"), ("user[password]", "secret"),
        ("tokens_used", None), ("token_type", None), ("monkey", None), ("key", None), ("code", None), ("x-request-id", None),
        ("traceparent", None), ("session_count", None), ("passwordStrength", None), ("idempotency-key", None), ("spinner", None),
        ("x-amz-id-2", None), ("www-authenticate", None), ("author", None), ("secretary", None), ("max_tokens", None),
    ],
)  # fmt: skip
def test_names_of_secrets(name, kind):
    """However it is written, and not where the name only describes a secret."""
    assert secret_name(name) == kind


def test_names_of_parameters_and_harmless_names():
    """OAuth's code and state and the signatures of pre-signed URLs are secret in URLs; pages and sorts nowhere."""
    assert all(
        map(secret_parameter, ("code", "state", "nonce", "sig", "X-Amz-Credential", "code_verifier", "access_token"))
    )
    assert not any(map(secret_parameter, ("page", "X-Amz-Date", "X-Amz-SignedHeaders", "grant_type", "q", "status")))
    assert all(map(harmless_name, ("page", "perPage", "sort", "grant_type", "response-type", "scope", "locale")))
    assert not any(map(harmless_name, ("q", "user", "email", "code", "password")))
