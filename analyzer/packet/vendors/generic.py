"""Any other team: what all of them ask first."""

from __future__ import annotations

from analyzer.packet.vendors._vendor import Field, Vendor

VENDOR = Vendor(
    title="the receiving team",
    fields=(
        Field("When", ("P02",)),
        Field("Expected and actual", ("P08",)),
        Field("Impact and severity", ("P11",)),
        Field("Frequency", ("P09",)),
        Field("Scope", ("P10",)),
    ),
)
