"""Builds the escalation packet: a redacted directory that another team or a vendor can act on."""

from __future__ import annotations

from analyzer.packet._item import MISSING, Item, Question
from analyzer.packet._layout import UNREDACTED
from analyzer.packet._left_out import LeftOut
from analyzer.packet.archive import zip_bytes
from analyzer.packet.assembly import Contents, assemble
from analyzer.packet.attached import attached_files
from analyzer.packet.attachments import Attachment, read_attachment
from analyzer.packet.captures import Captures
from analyzer.packet.case import Case, case_schema, case_yaml, check_name, read_case
from analyzer.packet.checklist import checklist_markdown
from analyzer.packet.evidence import Evidence, Excerpt, Row, evidence_files
from analyzer.packet.items import items_of
from analyzer.packet.manifest import Option
from analyzer.packet.ticket import open_questions, ticket_markdown
from analyzer.packet.vendor_ids import for_vendor
from analyzer.packet.vendors import vendors
from analyzer.packet.verification import Verified, verify_archive, verify_capture, verify_folder

__all__ = [
    "MISSING",
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
    "Question",
    "Row",
    "Verified",
    "assemble",
    "attached_files",
    "case_schema",
    "case_yaml",
    "check_name",
    "checklist_markdown",
    "evidence_files",
    "for_vendor",
    "items_of",
    "open_questions",
    "read_attachment",
    "read_case",
    "ticket_markdown",
    "vendors",
    "verify_archive",
    "verify_capture",
    "verify_folder",
    "zip_bytes",
]
