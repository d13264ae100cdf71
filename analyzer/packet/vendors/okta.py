"""Okta and Auth0: the affected tenant, and the questions of the ticket's description, in that order."""

from __future__ import annotations

from analyzer.packet.vendors._vendor import Field, Vendor

VENDOR = Vendor(
    title="Okta and Auth0 support",
    fields=(
        Field("Affected tenant", ("P19",)),
        Field("Severity", ("P11",)),
        Field("Request summary", ("P01",)),
        Field("What did you try to do", ("P12",)),
        Field("What did you expect, and what happened", ("P08",)),
        Field("Error messages", ("P07",)),
        Field("Did it work before; what changed", ("P30",)),
        Field("All users or some", ("P10",)),
        Field("When", ("P02",)),
        Field("Request ids", ("P04",)),
        Field("HAR file", ("P16",)),
    ),
    ids=("x-okta-request-id", "x-auth0-requestid"),
    id_name="request id of Okta or Auth0",
    limits=("Secrets in a HAR have to be replaced before it is sent; those of har/ are.",),
    sources=(
        "https://auth0.com/docs/troubleshoot/customer-support/open-and-manage-support-tickets",
        "https://auth0.com/docs/troubleshoot/guides/generate-har-files",
    ),
)
