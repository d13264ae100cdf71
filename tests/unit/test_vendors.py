"""Vendors' tickets: known names, fields that the checklist answers, and a page for each."""

from __future__ import annotations

import pytest

from analyzer.packet import vendors
from analyzer.packet._questions import questions
from analyzer.packet.items import checks
from analyzer.packet.vendors import known_vendors
from analyzer.pipeline._packet_headers import ID_HEADERS


def test_the_receivers_that_a_ticket_can_be_written_for():
    """The generic one first, then the others by name."""
    assert vendors() == (
        "generic", "atlassian", "aws", "azure", "cloudflare", "gcp", "github", "okta", "stripe",
    )  # fmt: skip


@pytest.mark.parametrize("name", vendors())
def test_each_field_is_answered_by_items_or_asked(name):
    """No field without a way to fill it, none twice, and each vendor's ids are read from captures."""
    vendor, known = known_vendors()[name], {check.id for check in checks()}
    labels = [field.label for field in vendor.fields]
    assert len(set(labels)) == len(labels) >= 5
    for field in vendor.fields:
        assert bool(field.items) != (field.question is not None)
        assert set(field.items) <= known
        assert field.question is None or questions()[field.question.key] == field.question
    assert set(vendor.ids) <= set(ID_HEADERS)
    assert {"P02", "P08"} <= {item for field in vendor.fields for item in field.items}


@pytest.mark.parametrize("name", [name for name in vendors() if name != "generic"])
def test_each_vendor_cites_the_page_that_asks(name):
    """A reader can check the fields."""
    sources = known_vendors()[name].sources
    assert sources
    assert all(source.startswith("https://") for source in sources)


def test_cloudflare_takes_no_archives():
    """Its page asks for HARs as they are, and names the largest file."""
    limits = " ".join(known_vendors()["cloudflare"].limits)
    assert "no ZIP or RAR" in limits
    assert "20 MB" in limits
