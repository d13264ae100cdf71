"""What a vendor's support form asks for, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.packet._item import Question


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: its label, the items that answer it, and what is asked where no item does."""

    label: str
    items: tuple[str, ...] = ()
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """A support team: the fields of its form in their order, the names of its own ids, and what it takes.

    title names it in a sentence; ids are names of headers in lower case, the most telling first, id_name what it calls
    them, id_begin the characters that they begin with; limits are sentences; sources are the pages that say so.
    """

    title: str
    fields: tuple[Field, ...]
    ids: tuple[str, ...] = ()
    id_name: str = "request id of the vendor"
    id_begin: str = ""
    limits: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
