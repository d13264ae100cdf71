"""Atlassian: the Atl-Traceid and its time, the HAR, then the logs that belong to it."""

from __future__ import annotations

from analyzer.packet.vendors._vendor import Field, Vendor

VENDOR = Vendor(
    title="Atlassian Support",
    fields=(
        Field("Atl-Traceid", ("P05",)),
        Field("Timestamp (UTC)", ("P02",)),
        Field("Site, organisation", ("P19",)),
        Field("Pages and resources", ("P20",)),
        Field("Steps to reproduce", ("P12",)),
        Field("Expected and actual", ("P08",)),
        Field("Exact error", ("P07",)),
        Field("HAR file", ("P16",)),
        Field("Logs beside it", ("P28",)),
        Field("Impact", ("P11",)),
    ),
    ids=("atl-traceid", "x-b3-traceid"),
    id_name="Atl-Traceid",
    sources=(
        "https://support.atlassian.com/rovo/kb/identify-and-share-atl-traceid-with-atlassian-support-for-troubleshooting/",
        "https://developer.atlassian.com/developer-guide/how-to-reduce-resolution-time/",
    ),
)
