"""AWS Support: the fields of Create case, and the pair of ids that S3 needs."""

from __future__ import annotations

from analyzer.packet.vendors._product import PRODUCT
from analyzer.packet.vendors._vendor import Field, Vendor

VENDOR = Vendor(
    title="AWS Support",
    fields=(
        Field("Service and category", question=PRODUCT),
        Field("Severity", ("P11",)),
        Field("Subject", ("P01",)),
        Field("Description: expected and actual", ("P08",)),
        Field("When", ("P02",)),
        Field("Request ids", ("P04",)),
        Field("Account", ("P19",)),
        Field("Region", ("P18",)),
        Field("Resources", ("P20",)),
        Field("Contact", ("P35",)),
    ),
    ids=("x-amz-request-id", "x-amz-id-2", "x-amzn-requestid", "x-amz-cf-id", "x-amzn-trace-id"),
    id_name="request id of AWS",
    limits=(
        "A comment holds at most 8,000 characters.",
        "A message takes at most three files of at most 5 MB each.",
    ),
    sources=(
        "https://docs.aws.amazon.com/awssupport/latest/user/case-management.html",
        "https://docs.aws.amazon.com/awssupport/latest/APIReference/API_CreateCase.html",
        "https://docs.aws.amazon.com/awssupport/latest/APIReference/API_AddAttachmentsToSet.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/get-request-ids.html",
    ),
)
