"""Makes the escalation packet of a diagnosed run: everything is learnt first, then everything is redacted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from analyzer.model import Analysis
from analyzer.packet import (
    Attachment,
    Captures,
    Case,
    Contents,
    Excerpt,
    Item,
    Option,
    assemble,
    attached_files,
    case_yaml,
    checklist_markdown,
    evidence_files,
    for_vendor,
    items_of,
    ticket_markdown,
)
from analyzer.pipeline._attached_answers import with_attached
from analyzer.pipeline._excerpts import excerpts_of
from analyzer.pipeline._gate import gate_of
from analyzer.pipeline._packet_evidence import cut_captures, redacted_excerpts
from analyzer.pipeline._plan import Plan, Run
from analyzer.pipeline._render import learned_redactor, render_with
from analyzer.redact import Fired, Gate, Profile, Redactor
from analyzer.redact.capture import clean_capture, learn_capture

_OFF = "**REDACTION IS OFF: this text and all files hold secrets and personal data as they were in the inputs.**\n\n"
_LONGEST_SUMMARY = 8_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A diagnosed run of which nothing is redacted yet, what was attached, and a redactor that has learnt from both."""

    state: Run
    attachments: tuple[Attachment, ...]
    redactor: Redactor

    def clean(self, document: dict[str, Any], trail: list[Fired]) -> dict[str, Any]:
        """Gives a valid, redacted HAR of a document; the document itself where redaction is off."""
        if not self.state.plan.redact:
            return document
        return clean_capture(document, self.redactor, trail=trail)

    def items(self, case: Case, vendor: str) -> tuple[Item, ...]:
        """Gives the checklist for a vendor, redacted, as the case answers it so far."""
        self.redactor.learn(_texts_of(case))
        analysis, shown = self.redactor.value((self.state.analysis, case))
        assert analysis is not None  # noqa: S101 - diagnosed
        return for_vendor(items_of(analysis, shown, _profile(self.state.plan)), analysis, vendor)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the packet is to be like; no file is larger than most_bytes.

    options and dependencies are told in the manifest; options hold no path.
    """

    case: Case
    vendor: str
    most_bytes: int
    options: Mapping[str, Option] = field(default_factory=dict)
    dependencies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Packet:
    """The finished files by their path, the gate that they must pass, and what a person is to add."""

    files: dict[str, bytes]
    gate: Gate | None
    redactor: Redactor
    items: tuple[Item, ...]
    analysis: Analysis

    @property
    def missing(self) -> tuple[Item, ...]:
        """Gives the required items without an answer."""
        return tuple(item for item in self.items if item.missing)


def draft_packet(state: Run, attachments: Sequence[Attachment]) -> Draft:
    """Learns from everything."""
    assert state.reading is not None  # noqa: S101 - the order of STAGES
    redactor = learned_redactor(state.reading, state.plan)
    for attachment in attachments:
        redactor.learn(pl.Series([attachment.name], dtype=pl.String))
        if attachment.kind == "capture":
            learn_capture(attachment.content, redactor)
        elif attachment.kind == "text":
            redactor.learn(pl.Series([attachment.content, *attachment.content.split("\n")], dtype=pl.String))
    return Draft(state, tuple(attachments), redactor)


def finish_packet(draft: Draft, asked: Asked) -> Packet:
    """Gives the packet; raises UsageError for a picture that cannot be drawn anew."""
    redactor, plan = draft.redactor, draft.state.plan
    excerpts = excerpts_of(draft.state)
    for texts in (_texts_of(asked.case), _texts_of(asked.options), _texts_in(excerpts)):
        redactor.learn(texts)
    state = render_with(draft.state, redactor)
    plan.progress("Building the packet", None)
    analysis, case = state.analysis, redactor.value(with_attached(asked.case, draft.attachments))
    assert analysis is not None  # noqa: S101 - rendered
    assert state.reading is not None  # noqa: S101
    items = for_vendor(items_of(analysis, case, _profile(plan)), analysis, asked.vendor)
    written = {
        "summary.md": _marked(ticket_markdown(analysis, case, items, asked.vendor), plan)[:_LONGEST_SUMMARY].encode(),
        "checklist.md": _marked(checklist_markdown(analysis, items), plan).encode(),
        "report.html": state.outputs["report.html"],
        "case.yaml": case_yaml(case, [item for item in items if item.missing]),
    }
    contents = Contents(
        case=case.name,
        created=plan.now,
        profile=_profile(plan),
        analysis=analysis,
        unreadable=len(state.reading.problems),
        items=items,
        options=redactor.value(dict(asked.options)),
        dependencies=asked.dependencies,
    )
    files = assemble(_filled(contents, draft, excerpts, written, asked.most_bytes))
    return Packet(files, gate_of(plan, state.reading, redactor), redactor, items, analysis)


def _filled(
    contents: Contents, draft: Draft, excerpts: Sequence[Excerpt], written: Mapping[str, bytes], most_bytes: int
) -> Contents:
    """Adds the files: what is written already, evidence, captures and what was attached."""
    assert draft.state.reading is not None  # noqa: S101 - the order of STAGES
    redactor = draft.redactor
    captures = cut_captures(draft.state.reading, excerpts, redactor, Captures(draft.clean, most_bytes))
    evidence = evidence_files(redacted_excerpts(excerpts, redactor, captures.places), most_bytes)
    attached = attached_files(draft.attachments, redactor, draft.clean, most_bytes)
    return replace(
        contents,
        files={**written, **evidence.files, **captures.files, **attached.files},
        rows=evidence.rows | captures.entries | attached.rows,
        origins=captures.sources | attached.origins,
        left_out=(*evidence.left_out, *captures.left_out, *attached.left_out),
        trail=redactor.value((*evidence.trail, *captures.trail, *attached.trail)),
        distinct_values=redactor.counts(),
        values_searched=redactor.secret_count,
    )


def _profile(plan: Plan) -> Profile | None:
    return plan.profile if plan.redact else None


def _marked(text: str, plan: Plan) -> str:
    """Gives the text, whose first line says so where redaction is off."""
    return text if plan.redact else f"{_OFF}{text}"


def _texts_of(value: Case | Mapping[str, Option]) -> pl.Series:
    answers = value.answers if isinstance(value, Case) else value
    found = [answer if isinstance(answer, tuple) else (answer,) for answer in answers.values()]
    return pl.Series([text for texts in found for text in texts if isinstance(text, str)], dtype=pl.String)


def _texts_in(excerpts: Sequence[Excerpt]) -> pl.Series:
    return pl.Series([row.text for excerpt in excerpts for row in excerpt.rows], dtype=pl.String)
