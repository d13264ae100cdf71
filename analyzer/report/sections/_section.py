"""What a section is, and the order of sections: each names the one it follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analyzer.model import Incident
from analyzer.registry import discover
from analyzer.report.material import Material


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of the page; after names the section that it follows; build gives the view, or None to leave it out."""

    title: str
    after: str | None
    build: Callable[[Material], object | None]


@dataclass(frozen=True, slots=True)
class IncidentSection:
    """A piece of each incident; build gives the view, or None if the incident has nothing of it."""

    title: str
    after: str | None
    build: Callable[[Material, Incident], object | None]


def ordered() -> dict[str, Section | IncidentSection]:
    """Gives all sections by name, each after the one that it names; those that name the same one come by name.

    Raises TypeError for a module that exports something else, and ValueError for a section that follows nothing.
    """
    found = discover("analyzer.report.sections", "SECTION")
    sections: dict[str, Section | IncidentSection] = {}
    for name, section in found.items():
        if not isinstance(section, (Section, IncidentSection)):
            raise TypeError(f"analyzer.report.sections.{name} exports no Section")
        sections[name] = section
    placed = _follow(sections, None)
    lost = sorted(set(sections) - set(placed))
    if lost:
        raise ValueError(f"sections that follow no other section: {', '.join(lost)}")
    return {name: sections[name] for name in placed}


def _follow(sections: dict[str, Section | IncidentSection], after: str | None) -> list[str]:
    placed: list[str] = []
    for name in sorted(name for name, section in sections.items() if section.after == after):
        placed += [name, *_follow(sections, name)]
    return placed
