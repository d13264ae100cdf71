"""GitHub Support: full URLs and names, steps, results, the exact words of errors, earlier tickets."""

from __future__ import annotations

from analyzer.packet.vendors._vendor import Field, Vendor

VENDOR = Vendor(
    title="GitHub Support",
    fields=(
        Field("Account or organisation", ("P19",)),
        Field("Subject", ("P01",)),
        Field("Full URLs, repositories", ("P20", "P06")),
        Field("Steps to reproduce", ("P12",)),
        Field("Description and expected results", ("P08",)),
        Field("Exact error messages", ("P07",)),
        Field("Request ids", ("P04",)),
        Field("When", ("P02",)),
        Field("Existing ticket", ("P34",)),
        Field("Logs and screenshots", ("P28", "P32")),
        Field("Priority", ("P11",)),
    ),
    ids=("x-github-request-id",),
    id_name="request id of GitHub",
    sources=("https://docs.github.com/support/contacting-github-support/creating-a-support-ticket",),
)
