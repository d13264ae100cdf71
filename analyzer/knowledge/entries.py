"""What the knowledge base says: one frozen value for each status, error, header and step of the method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analyzer.model import Layer

Answerer = Literal["application", "proxy", "load_balancer", "waf", "edge", "identity_provider", "browser"]
Family = Literal["chromium", "firefox", "apple", "node", "curl"]
SentIn = Literal["request", "response", "both"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """What one party means by a status code; vendor is None for the standard itself.

    layer and answered_by are in the order of likelihood, steps in the order in which to take them.
    """

    code: int
    name: str
    vendor: str | None
    meaning: str
    usually: str
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    answered_by: tuple[Answerer, ...]
    layer: tuple[Layer, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """What a browser means by the name of a network error; number is Chromium's, else None."""

    name: str
    number: int | None
    meaning: str
    usually: str
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    layer: tuple[Layer, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ErrorName:
    """One error that a program knows by name, and by number where it has one."""

    name: str
    number: int | None


@dataclass(frozen=True, slots=True)
class ErrorFamily:
    """Errors of one family of programs that point at one layer first."""

    family: Family
    layer: Layer
    errors: tuple[ErrorName, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a header, and what it says."""

    value: str
    says: str


@dataclass(frozen=True, slots=True)
class HeaderEntry:
    """What a header tells of a failure; also holds the headers that are read together with it."""

    name: str
    also: tuple[str, ...]
    sent_in: SentIn
    meaning: str
    usually: str
    readings: tuple[Reading, ...]
    steps: tuple[str, ...]
    layer: tuple[Layer, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class MethodStep:
    """One step of the troubleshooting method; number counts from 1."""

    number: int
    name: str
    aim: str
    ask: tuple[str, ...]
    check: tuple[str, ...]
    keep: str
