"""Compares IP addresses by value: every address becomes 32 hexadecimal digits that sort."""

from __future__ import annotations

import ipaddress

import polars as pl

from analyzer.detect._tree import Network

MAPPED = "0" * 20 + "ffff"
_OCTETS = {str(value): f"{value:02x}" for value in range(256)}
_IPV4 = r"^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$"
_TAIL = r"^([0-9A-Fa-f:]*:)([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$"


def parse_network(text: str) -> Network:
    """Reads a network in CIDR form; raises ValueError, also for host bits that are set. ::ffff:0:0/96 is IPv4."""
    network = ipaddress.ip_network(text, strict=True)
    first, last = _digits(network.network_address), _digits(network.broadcast_address)
    mapped = first.startswith(MAPPED) and last.startswith(MAPPED)
    return Network(text, first, last, ipv4=mapped)


def hexadecimal(text: pl.Expr) -> pl.Expr:
    """Gives 32 hexadecimal digits for an IPv4 or IPv6 address (RFC 4291, 2.2), null for anything else.

    IPv4 is written as ::ffff:a.b.c.d. A zone (%eth0) is left out. Octets above 255 or with leading zeros are null.
    """
    ipv4 = pl.lit(MAPPED) + _octets(text, _IPV4, 1)
    bare = text.str.replace(r"%.*$", "").str.to_lowercase()
    tail = _octets(bare, _TAIL, 2)
    # An address that ends in dotted decimal becomes one that ends in two groups, before the groups are counted.
    dotted = bare.str.extract(_TAIL, 1) + tail.str.slice(0, 4) + ":" + tail.str.slice(4)
    return pl.coalesce(ipv4, _groups(pl.coalesce(dotted, bare)))


def within(address: pl.Expr, network: Network) -> pl.Expr:
    """Tests the digits of `hexadecimal` against a network; IPv4 is in no IPv6 network."""
    return address.is_between(pl.lit(network.first), pl.lit(network.last)) & (
        address.str.starts_with(MAPPED) == network.ipv4
    )


def _digits(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    return (MAPPED + f"{int(address):08x}") if address.version == 4 else f"{int(address):032x}"


def _octets(text: pl.Expr, pattern: str, first: int) -> pl.Expr:
    parts = [
        text.str.extract(pattern, group).replace_strict(_OCTETS, default=None, return_dtype=pl.String)
        for group in range(first, first + 4)
    ]
    return pl.concat_str(parts)


def _groups(text: pl.Expr) -> pl.Expr:
    halves = text.str.split("::")
    whole = halves.list.len() == 1
    left = _padded(halves.list.get(0, null_on_oob=True))
    right = _padded(halves.list.get(1, null_on_oob=True)).fill_null("")
    gap = 32 - left.str.len_bytes().cast(pl.Int64) - right.str.len_bytes().cast(pl.Int64)
    filled = left + pl.lit("0" * 32).str.head(gap.clip(0, 32)) + right
    shape = r"^(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?:::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?)?$"
    fits = text.str.contains(shape) & pl.when(whole).then(gap == 0).otherwise(gap >= 4)
    return pl.when(fits).then(filled)


def _padded(half: pl.Expr) -> pl.Expr:
    groups = half.str.split(":").list.eval(pl.when(pl.element() != "").then(pl.element().str.zfill(4)))
    return groups.list.drop_nulls().list.join("")
