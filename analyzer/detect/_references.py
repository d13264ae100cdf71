"""Resolves names and ids between documents: unknown ones, duplicates and cycles are errors."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from analyzer.detect import _english, _says
from analyzer.detect._correlation_section import Section
from analyzer.detect._faults import Faults
from analyzer.detect._rule import About, Correlation, Rule
from analyzer.documents import Document
from analyzer.errors import DocumentError

Draft = tuple[About, Section, Faults]
_SECTION = "correlation"


def check_says(about: About, group_by: Collection[str], faults: Faults, *, burst: bool) -> None:
    """Notes names in braces of x-report.says that nothing will fill."""
    for name in _says.unknown_names(about.report.says or "", group_by, burst=burst):
        known = sorted({*_says.ALWAYS, *group_by, *(_says.BURST_ONLY if burst else ())})
        faults.add(f"has {{{name}}} in says.", "x-report", "says", hint=f"Known names: {', '.join(known)}.")


def resolve(
    rules: Sequence[Rule],
    drafts: Sequence[Draft],
    sources: Mapping[str, Document],
    errors: list[DocumentError],
) -> tuple[tuple[Rule, ...], tuple[Correlation, ...]]:
    """Gives rules and correlations whose references hold, ordered by id, correlations after their members."""
    table = _Table(errors)
    kept = [rule for rule in rules if table.add(rule.about)]
    chosen = [draft for draft in drafts if table.add(draft[0])]
    by_id = {rule.about.id: rule for rule in kept}
    bursts = _check_against(kept, table, by_id, sources, errors)
    found: dict[str, Correlation] = {}
    waiting = {about.id: (about, section, faults) for about, section, faults in sorted(chosen, key=lambda d: d[0].id)}
    while waiting:
        ready = {key: draft for key, draft in waiting.items() if not _pending(draft, table, waiting)}
        for about, section, faults in ready.values():
            correlation = _link((about, section, faults), table, {**by_id, **found})
            if correlation is not None:
                found[about.id] = correlation
            errors.extend(faults.errors)
        waiting = {key: draft for key, draft in waiting.items() if key not in ready}
        if not ready:
            _note_cycle(waiting, errors)
            break
    return tuple(bursts), tuple(found.values())


class _Table:
    """Names and ids of all documents."""

    def __init__(self, errors: list[DocumentError]) -> None:
        self.errors = errors
        self.ids: dict[str, str] = {}

    def add(self, about: About) -> bool:
        """Enters a document; a name or id that is taken is an error, and the later document is left out."""
        for name in dict.fromkeys((about.id, about.name)):
            if name is not None and name in self.ids:
                message = f"has the name or id {name!r}, which another rule has."
                hint = "Names and ids are unique over all files: the first stays. --only-rules leaves out what ships."
                self.errors.append(DocumentError(message, location=about.location, hint=hint))
                return False
        self.ids.update({name: about.id for name in (about.id, about.name) if name})
        return True


def _check_against(
    rules: list[Rule],
    table: _Table,
    by_id: Mapping[str, Rule],
    sources: Mapping[str, Document],
    errors: list[DocumentError],
) -> list[Rule]:
    good = []
    for rule in rules:
        against = rule.burst.against if rule.burst else "none"
        source = sources[rule.about.id]
        if against not in ("none", "all_requests") and table.ids.get(against) not in by_id:
            hint = "Use all_requests, none, or the name of a rule."
            place = source.where("x-burst", "against")
            errors.append(DocumentError(f"counts against {against!r}, which is no rule.", location=place, hint=hint))
        elif lost := [name for name in rule.burst.beside if not _is_burst(table, by_id, name)] if rule.burst else []:
            place = source.where("x-burst", "beside")
            hint = "Name a rule that looks for bursts of more, or leave beside out."
            message = f"stands beside {lost[0]!r}, which is no rule with x-burst."
            errors.append(DocumentError(message, location=place, hint=hint))
        else:
            good.append(rule)
    return sorted(good, key=lambda rule: rule.about.id)


def _is_burst(table: _Table, by_id: Mapping[str, Rule], name: str) -> bool:
    rule = by_id.get(table.ids.get(name, ""))
    return rule is not None and rule.burst is not None


def _pending(draft: Draft, table: _Table, waiting: Mapping[str, Draft]) -> bool:
    return any(table.ids.get(name) in waiting for name in draft[1].rules)


def _note_cycle(waiting: Mapping[str, Draft], errors: list[DocumentError]) -> None:
    for _, _, faults in waiting.values():
        hint = "A correlation counts what others find, never itself."
        faults.add(f"refers back to itself ({', '.join(sorted(waiting))}).", _SECTION, "rules", hint=hint)
        errors.extend(faults.errors)


def _link(draft: Draft, table: _Table, known: Mapping[str, Rule | Correlation]) -> Correlation | None:
    about, section, faults = draft
    for index, name in enumerate(section.rules):
        member = known.get(table.ids.get(name, ""))
        if member is None:
            hint = "Rules are known by name or id, over all files; one with an error does not count."
            faults.add(f"refers to {name!r}, which is no rule.", _SECTION, "rules", index, hint=hint)
        elif isinstance(member, Correlation):
            _check_chain(section, member, name, faults)
    check_says(about, section.group_by, faults, burst=False)
    if faults.errors:
        return None
    aliases = {
        alias: {table.ids[rule]: field for rule, field in mapping.items()} for alias, mapping in section.aliases.items()
    }
    members = tuple(table.ids[name] for name in section.rules)
    titles = tuple(known[each].about.title for each in members)
    text = _english.write_correlation(section, titles)
    return Correlation(
        about, section.type, members, section.group_by, section.timespan_us, section.condition, aliases,
        section.generate, text,
    )  # fmt: skip


def _check_chain(section: Section, child: Correlation, name: str, faults: Faults) -> None:
    for key, wanted in (("group-by", section.group_by), ("condition", section.condition.fields)):
        fields = (section.aliases.get(field, {}).get(name, field) for field in wanted)
        lost = [field for field in fields if field not in child.group_by]
        if lost:
            hint = f"An alert of {name!r} carries only {', '.join(child.group_by) or 'no field'}."
            faults.add(f"needs {', '.join(lost)} of {name!r}.", _SECTION, key, hint=hint)
