"""Builds the escalation packet: a redacted directory that another team or a vendor can act on."""

from __future__ import annotations

from analyzer.packet._case_stand_in import case_yaml, items_of, read_case, ticket_markdown, vendors
from analyzer.packet._item import Item
from analyzer.packet._layout import UNREDACTED
from analyzer.packet._left_out import LeftOut
from analyzer.packet.archive import zip_bytes
from analyzer.packet.assembly import Contents, assemble
from analyzer.packet.attached import attached_files
from analyzer.packet.attachments import Attachment, read_attachment
from analyzer.packet.captures import Captures
from analyzer.packet.case import Case
from analyzer.packet.evidence import Evidence, Excerpt, Row, evidence_files
from analyzer.packet.manifest import Option
from analyzer.packet.verification import Verified, verify_archive, verify_folder

__all__ = [
    "UNREDACTED",
    "Attachment",
    "Captures",
    "Case",
    "Contents",
    "Evidence",
    "Excerpt",
    "Item",
    "LeftOut",
    "Option",
    "Row",
    "Verified",
    "assemble",
    "attached_files",
    "case_yaml",
    "evidence_files",
    "items_of",
    "read_attachment",
    "read_case",
    "ticket_markdown",
    "vendors",
    "verify_archive",
    "verify_folder",
    "zip_bytes",
]
