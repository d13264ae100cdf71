"""The lines that sentences point at, quoted with stable ids, place and times, and what each of them shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.model import Ref
from analyzer.report.material import Line, Material, Use, anchor
from analyzer.report.quoted import quoted
from analyzer.report.sections._section import Section, ordered
from analyzer.report.view.evidence import Block, EvidenceRow, EvidenceView, Link, Proof, Quoted
from analyzer.report.view.pieces import Listing, Moment
from analyzer.wording.quoting import clip
from analyzer.wording.stack_traces import stack_trace
from analyzer.wording.words import number, plural

_PROOFS = 3
_SENTENCE = 160


def build(material: Material) -> EvidenceView:
    """Gives the rows: of sentences on incidents, of the background, the others; each in time order."""
    titles = {name: section.title for name, section in ordered().items()}
    known: dict[tuple[str, ...], Ref] = {}
    rows = tuple(_row(material, line, titles, known) for line in material.lines)
    cut = material.line_total > len(rows)
    note = (
        f"First {number(len(rows))} of {number(material.line_total)} lines, those that sentences point at before the "
        "others; findings.json names the places of all sentences, and the lines stand in the sources."
    )
    return EvidenceView(rows, material.analysis.zone or "", material.words(note) if cut else "")


def _row(material: Material, line: Line, titles: dict[str, str], known: dict[tuple[str, ...], Ref]) -> EvidenceRow:
    shown = quoted(line.text, line.about, material) if line.text else None
    proofs = _proofs(material, line.uses, titles)
    return EvidenceRow(
        id=anchor(line.ref),
        place=material.where(line.ref),
        moment=_without_zone(material.moment(line.timestamp)) if line.timestamp else None,
        owners=tuple(Link(number(rank), _incident(material, rank)) for rank in line.incidents[: material.limits.items]),
        quoted=_once(material, shown, line, known) if shown else None,
        proofs=proofs[:_PROOFS],
        further=_further(material, proofs),
        more=plural(len(proofs) - _PROOFS, "more sentence points here", "more sentences point here"),
    )


def _without_zone(moment: Moment) -> Moment:
    # The head of the column says UTC.
    return replace(moment, text=moment.text.removesuffix(" UTC"))


def _once(material: Material, shown: Quoted, line: Line, known: dict[tuple[str, ...], Ref]) -> Quoted:
    """Shows frames that a row above has already by a link to it."""
    return replace(shown, blocks=tuple(_known(material, block, line.ref, known) for block in shown.blocks))


def _known(material: Material, block: Block, ref: Ref, known: dict[tuple[str, ...], Ref]) -> Block:
    if not block.folded or (found := stack_trace(block.lines)) is None:
        return block
    first = known.setdefault(found.frames, ref)
    return block if first == ref else replace(block, own="", lines="", folded="", same=material.place(first))


def _proofs(material: Material, uses: Sequence[Use], titles: dict[str, str]) -> tuple[Proof, ...]:
    """Gives each sentence once, with all places that say it."""
    told: dict[str, list[Link]] = {}
    several = len(material.analysis.findings.incidents) > 1
    for use in sorted(uses, key=lambda use: use.rank):
        told.setdefault(use.sentence, []).append(_link(use, titles, several=several))
    limit = min(material.limits.text, _SENTENCE)
    return tuple(
        Proof(clip(sentence, limit), tuple(links[: material.limits.items])) for sentence, links in told.items()
    )


def _further(material: Material, proofs: Sequence[Proof]) -> Listing[Proof]:
    rest = proofs[_PROOFS:]
    return material.listing(rest, material.limits.items, "all under the incidents")


def _incident(material: Material, rank: int) -> str:
    return f"#incident-{rank}" if rank <= material.limits.incidents else "#incidents"


def _link(use: Use, titles: dict[str, str], *, several: bool) -> Link:
    part = use.section.replace("_", "-")
    if not use.incident:
        return Link(titles[use.section], f"#{part}-title")
    label = f"{titles[use.section]}: {use.detail}" if use.detail else titles[use.section]
    anchor = f"#incident-{use.incident}-{part}-title"
    return Link(f"incident {number(use.incident)}, {label}" if several else label, anchor)


SECTION = Section("Evidence", after="latency", build=build)
