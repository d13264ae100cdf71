"""Google Cloud Customer Care: time, product, location, identifiers, artifacts, problem type, in that order."""

from __future__ import annotations

from analyzer.packet.vendors._product import PRODUCT
from analyzer.packet.vendors._vendor import Field, Vendor

VENDOR = Vendor(
    title="Google Cloud Customer Care",
    fields=(
        Field("What happened and what was expected", ("P08",)),
        Field("Time", ("P02",)),
        Field("Product and feature", question=PRODUCT),
        Field("Location", ("P18",)),
        Field("Identifiers: project and application", ("P19",)),
        Field("Identifiers: requests", ("P04",)),
        Field("Identifiers: resources", ("P20",)),
        Field("Useful artifacts", ("P16", "P28")),
        Field("Problem type (intermittent, transient, consistent)", ("P09",)),
        Field("Priority and impact", ("P11",)),
    ),
    ids=("x-cloud-trace-context", "x-guploader-uploadid"),
    id_name="request id of Google Cloud",
    sources=("https://cloud.google.com/support/docs/best-practices",),
)
