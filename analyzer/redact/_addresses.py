"""Replaces clients' public addresses by fake ones that still group by network."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from analyzer.redact._placeholder import fingerprint

# Not after a slash and a letter, or a letter: Chrome/128.0.0.0 is a version.
PATTERN_V4 = r"(?:^|//|[^0-9A-Za-z./_-])((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?:$|[^0-9.A-Za-z_]|\.(?:$|[^0-9]))"
PATTERN_V6 = (
    r"(?i)(?:^|[^0-9a-z:.])((?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}|(?:[0-9a-f]{1,4}:){1,7}:)(?:$|[^0-9a-z:.])"
)


def fake_addresses(key: bytes, found: Iterable[str], keep: frozenset[str]) -> dict[str, str]:
    """Maps each address to its replacement; those that stay map to themselves, so that no longer one is cut.

    Public ones become 240.0.0.0/4 (RFC 1112, reserved) or 2001:db8::/32 (RFC 3849): same /24 or /64, same fake
    network. Private, loopback, reserved and documentation addresses stay, and so do those in keep (servers).
    """
    return {text: text if text in keep else _fake(key, text) for text in found}


def _fake(key: bytes, text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    # A network's own name is no host, and this is how browsers write their version (Chrome 131.0.0.0).
    if not address.is_global or address.is_multicast or text.endswith(".0.0.0"):
        return text
    if isinstance(address, ipaddress.IPv4Address):
        network, last = text.rsplit(".", 1)
        digest = fingerprint(key, network)
        host = fingerprint(key, text)[0]
        return f"{240 + digest[0] % 15}.{digest[1]}.{digest[2]}.{host if last != '0' else 0}"
    packed = address.packed
    prefix, suffix = fingerprint(key, packed[:8].hex())[:4], fingerprint(key, packed.hex())[:8]
    return str(ipaddress.IPv6Address(b"\x20\x01\x0d\xb8" + prefix + suffix))
