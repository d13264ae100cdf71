"""Compares IP addresses by value: every address becomes 32 hexadecimal digits that sort."""

from __future__ import annotations

import ipaddress

import polars as pl

from analyzer.detect._tree import Network

MAPPED = "0" * 20 + "ffff"
_OCTETS = {str(value): f"{value:02x}" for value in range(256)}
_IPV4 = r"^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$"
_SHAPE = (
    r"^(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?"  # groups before the gap
    r"(?:::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?)?$"
)
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
    return text.map_batches(_digits_of, return_dtype=pl.String, is_elementwise=True)


def within(address: pl.Expr, network: Network) -> pl.Expr:
    """Tests the digits of `hexadecimal` against a network; IPv4 is in no IPv6 network."""
    return address.is_between(pl.lit(network.first), pl.lit(network.last)) & (
        address.str.starts_with(MAPPED) == network.ipv4
    )


def _digits(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    return (MAPPED + f"{int(address):08x}") if address.version == 4 else f"{int(address):032x}"


def _digits_of(addresses: pl.Series) -> pl.Series:
    # Each different address is read once, and the long way only where it has a colon.
    different = pl.DataFrame({"text": addresses.unique().drop_nulls()}, schema={"text": pl.String})
    colon = pl.col("text").str.contains(":", literal=True)
    ipv4 = different.filter(~colon).select("text", digits=pl.lit(MAPPED) + _octets(pl.col("text"), _IPV4, 1))
    table = pl.concat([ipv4, _read_ipv6(different.filter(colon))])
    asked = pl.DataFrame({"text": addresses}, schema={"text": pl.String})
    return asked.join(table, on="text", how="left", maintain_order="left")["digits"]


def _octets(text: pl.Expr, pattern: str, first: int) -> pl.Expr:
    parts = [
        text.str.extract(pattern, group).replace_strict(_OCTETS, default=None, return_dtype=pl.String)
        for group in range(first, first + 4)
    ]
    return pl.concat_str(parts)


def _read_ipv6(texts: pl.DataFrame) -> pl.DataFrame:
    bare = texts.with_columns(bare=pl.col("text").str.replace(r"%.*$", "").str.to_lowercase())
    # An address that ends in dotted decimal becomes one that ends in two groups, before the groups are counted.
    tail = bare.with_columns(tail=_octets(pl.col("bare"), _TAIL, 2), head=pl.col("bare").str.extract(_TAIL, 1))
    dotted = pl.col("head") + pl.col("tail").str.slice(0, 4) + ":" + pl.col("tail").str.slice(4)
    halves = tail.with_columns(plain=pl.coalesce(dotted, "bare")).with_columns(
        halves=pl.col("plain").str.split("::"),
        shaped=pl.col("plain").str.contains(_SHAPE),
    )
    padded = halves.with_columns(
        left=_pad(pl.col("halves").list.get(0, null_on_oob=True)),
        right=_pad(pl.col("halves").list.get(1, null_on_oob=True)).fill_null(""),
        whole=pl.col("halves").list.len() == 1,
    )
    width = pl.col("left").str.len_bytes().cast(pl.Int64) + pl.col("right").str.len_bytes().cast(pl.Int64)
    measured = padded.with_columns(gap=32 - width)
    fits = pl.col("shaped") & pl.when("whole").then(pl.col("gap") == 0).otherwise(pl.col("gap") >= 4)
    zeros = pl.lit("0" * 32).str.head(pl.col("gap").clip(0, 32))
    return measured.select("text", digits=pl.when(fits).then(pl.col("left") + zeros + pl.col("right")))


def _pad(half: pl.Expr) -> pl.Expr:
    groups = half.str.split(":").list.eval(pl.when(pl.element() != "").then(pl.element().str.zfill(4)))
    return groups.list.drop_nulls().list.join("")
