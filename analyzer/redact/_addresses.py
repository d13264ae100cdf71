"""Replaces addresses by fake ones that still group by network, as the profile asks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

import polars as pl

from analyzer.redact._placeholder import fingerprint
from analyzer.redact._profile import Profile

# Not after a slash and a letter, or a letter: Chrome/128.0.0.0 is a version.
_V4 = r"(?:^|//|[^0-9A-Za-z./_-])((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?:$|[^0-9.A-Za-z_]|\.(?:$|[^0-9]))"
# All eight groups, or some and a double colon (RFC 4291, 2.2): 10:11:12 is a time.
_GROUP = "[0-9a-f]{1,4}"
_V6 = (
    rf"(?i)(?:^|[^0-9a-z:.])((?:{_GROUP}:){{7}}{_GROUP}|(?:{_GROUP}:){{1,6}}(?::{_GROUP}){{1,6}}|(?:{_GROUP}:){{1,7}}:"
    rf"|::(?:{_GROUP}:){{0,6}}{_GROUP})(?:$|[^0-9a-z:.]|\.(?:$|[^0-9a-z]))"
)
# Two addresses with one character between them, which both matches need.
_MEET_V4 = r"(\.[0-9]{1,3}\.?)([^0-9A-Za-z./_-])((?:[0-9]{1,3}\.){3})"
_MEET_V6 = r"(?i)(:[0-9a-f]{0,4}\.?)([^0-9a-z:.])([0-9a-f]{0,4}:)"
_COLONS = 7  # of an address without a double colon
_FAKE_V6 = ipaddress.IPv6Network("3fff::/20")  # documentation (RFC 9637)
_FAKE_V4 = ipaddress.IPv4Network("240.0.0.0/4")  # reserved (RFC 1112, 4)
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that the world may use (RFC 4291, 2.4; IANA)


def addresses_in(texts: pl.Series) -> set[str]:
    """Gives the addresses of both families in a column of text, as they are written."""
    found: set[str] = set()
    for pattern, likely, meet in ((_V4, _likely_v4, _MEET_V4), (_V6, _likely_v6, _MEET_V6)):
        some = texts.filter(likely(texts))
        near = some.str.contains(meet)
        # Twice, as of three in a row the middle one is needed by both pairs.
        apart = some.filter(near).str.replace_all(meet, "$1$2$2$3").str.replace_all(meet, "$1$2$2$3")
        for part in (some.filter(~near), apart):
            matches = part.str.extract_all(pattern).explode(empty_as_null=True).drop_nulls().unique()
            found.update(matches.str.extract(pattern, 1).drop_nulls().unique())
    return found


def _likely_v4(texts: pl.Series) -> pl.Series:
    return texts.str.contains(r"[0-9]\.[0-9]{1,3}\.")


def _likely_v6(texts: pl.Series) -> pl.Series:
    return texts.str.contains("::", literal=True) | (texts.str.count_matches(":", literal=True) >= _COLONS)


def fake_addresses(
    key: bytes, found: Iterable[str], keep: frozenset[str], profile: Profile = "vendor"
) -> dict[str, str]:
    """Maps each address to its replacement; those that stay map to themselves, so that no longer one is cut.

    internal: all stay. vendor: public ones become fakes, but those in keep (servers) do not. public: all become fakes
    but loopback and unspecified ones, which are the same everywhere. Fakes are of 240.0.0.0/4 (RFC 1112, reserved) or
    3fff::/20 (RFC 9637): same /24 or /64, same fake network. The first has room for a million networks, so two of many
    may share one; addresses of one network never do. Fakes stay, and so does what only looks like an address.
    """
    return {text: text if profile == "internal" else _fake(key, text, keep, profile) for text in found}


def _fake(key: bytes, text: str, keep: frozenset[str], profile: Profile) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    if mapped is not None:
        fake = _fake(key, str(mapped), keep, profile)
        return text if fake == str(mapped) else f"::ffff:{fake}"
    if _is_the_same_everywhere(address) or (profile == "vendor" and (text in keep or not _is_public(address, text))):
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return _fake_v4(key, text)
    # An address has many spellings (RFC 5952, 2), and one replacement.
    packed = address.packed
    network, host = fingerprint(key, packed[:8].hex()), fingerprint(key, packed.hex())
    return str(ipaddress.IPv6Address(bytes([0x3F, 0xFF, network[0] & 0x0F]) + network[1:6] + host[:8]))


def _is_the_same_everywhere(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    fake = address in (_FAKE_V4 if address.version == 4 else _FAKE_V6)
    return fake or address.is_loopback or address.is_unspecified or str(address).endswith(".0.0.0")


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address, text: str) -> bool:
    # A network's own name is no host, and this is how programs write versions (Chrome 131.0.0.0, HTTP 1.1.0.0).
    if address.is_multicast or not address.is_global or text.endswith(".0.0"):
        return False
    return address.version == 4 or address in _UNICAST


def _fake_v4(key: bytes, text: str) -> str:
    network, _, host = text.rpartition(".")
    digest = fingerprint(key, network)
    return f"{240 + digest[0] % 15}.{digest[1]}.{digest[2]}.{_other_host(digest, int(host))}"


def _other_host(digest: bytes, host: int) -> int:
    """Gives another number for each host of a network, and 0 for 0, so that no two of them meet."""
    if host == 0:
        return 0
    factor = (1, 2, 4, 7, 8, 11, 13, 14)[digest[3] % 8] + 15 * (digest[4] % 17)
    while factor % 17 == 0:  # it has no divisor in common with 255
        factor += 15
    return (host * factor + digest[5]) % 255 + 1
