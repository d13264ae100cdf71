"""Cloudflare Support: the Ray ID, and what its page on support cases lists, in that order."""

from __future__ import annotations

from analyzer.packet._item import Question
from analyzer.packet.vendors._vendor import Field, Vendor

_ZONE = Question(
    "zone",
    "Which zone (domain) is affected, by its name or its zone ID?",
    "Cloudflare looks at zones of the account that asks, and at no other.",
    "example.com, zone ID 023e105f4ecef8ad9ca31a8372d0c353",
)

VENDOR = Vendor(
    title="Cloudflare Support",
    fields=(
        Field("Ray ID", ("P04",)),
        Field("Timestamp (UTC)", ("P02",)),
        Field("ZoneName or ZoneID", question=_ZONE),
        Field("Problem frequency", ("P09",)),
        Field("Actual and expected results", ("P08",)),
        Field("Steps to reproduce", ("P12",)),
        Field("Example URLs", ("P06",)),
        Field("Exact error messages", ("P07",)),
        Field("HAR file", ("P16",)),
        Field("Screenshots", ("P32",)),
        Field("Logs of the origin server", ("P28",)),
        Field("MTR, traceroute, dig, curl", ("P24",)),
        Field("Priority and impact", ("P11",)),
    ),
    ids=("cf-ray",),
    id_name="Ray ID",
    limits=(
        "Send no ZIP or RAR: attach the files of har/ as they are.",
        "Files may be har, txt, csv, json, html, png, jpg, gif, pcap, at most 20 MB each; no md: paste this text.",
    ),
    sources=("https://developers.cloudflare.com/support/contacting-cloudflare-support/",),
)
