"""Azure: the tabs Basics and Details of a support request, with id and time of a request."""

from __future__ import annotations

from analyzer.packet.vendors._product import PRODUCT
from analyzer.packet.vendors._vendor import Field, Vendor

VENDOR = Vendor(
    title="Azure support",
    fields=(
        Field("Subscription", ("P19",)),
        Field("Service and problem type", question=PRODUCT),
        Field("Resource", ("P20",)),
        Field("Summary", ("P01",)),
        Field("When did the problem start", ("P02",)),
        Field("Description: expected and actual", ("P08",)),
        Field("Steps to reproduce", ("P12",)),
        Field("Request and correlation ids", ("P04",)),
        Field("Severity of impact", ("P11",)),
        Field("Preferred contact", ("P35",)),
    ),
    ids=(
        "x-ms-request-id",
        "x-ms-correlation-request-id",
        "x-ms-client-request-id",
        "client-request-id",
        "x-azure-ref",
        "ms-dyn-aid",
    ),
    id_name="request or correlation id of Azure",
    sources=("https://learn.microsoft.com/azure/azure-portal/supportability/how-to-create-azure-support-request",),
)
