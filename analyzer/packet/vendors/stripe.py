"""Stripe: the request id (req_...) of the answer first."""

from __future__ import annotations

from analyzer.packet.vendors._vendor import Field, Vendor

VENDOR = Vendor(
    title="Stripe support",
    fields=(
        Field("Request id (begins with req)", ("P04",)),
        Field("When", ("P02",)),
        Field("API request", ("P06",)),
        Field("Error", ("P07",)),
        Field("Expected and actual", ("P08",)),
        Field("Account", ("P19",)),
        Field("API version and library", ("P17",)),
        Field("Impact", ("P11",)),
    ),
    ids=("request-id",),
    id_name="request id of Stripe",
    id_begin="req_",
    sources=("https://docs.stripe.com/api/request_ids",),
)
