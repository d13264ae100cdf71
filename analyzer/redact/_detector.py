"""What a detector is: a pattern that finds one kind of secret in text, with samples that prove it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _always(_: str) -> bool:
    return True


def _whole(value: str) -> tuple[str, ...]:
    return (value,)


@dataclass(frozen=True, slots=True)
class Detector:
    """Finds one kind of secret.

    pattern: Polars (Rust) regex; its group 1 is the secret, what stands around it in the match is context that stays.
    literals: at least one of these, in lower case, stands in every text that the pattern fits (a cheap first test).
    likely: a cheap regex that fits every text that the pattern fits, where the literals are too common to choose by.
    needs: at least one of these stands in every such text too, in any case (a second test where the first is common).
    name: regex whose group 1 gives from a match the name of the secret, which is_secret then judges.
    confirm: a last check of the secret by code (a checksum). parts: the pieces of it that are secrets on their own.
    finds, ignores: samples that must and must not match; finds maps a text to its secret.
    """

    kind: str
    pattern: str
    literals: tuple[str, ...]
    finds: tuple[tuple[str, str], ...]
    ignores: tuple[str, ...]
    confirm: Callable[[str], bool] = _always
    parts: Callable[[str], tuple[str, ...]] = _whole
    likely: str = ""
    needs: tuple[str, ...] = ()
    name: str = ""
    is_secret: Callable[[str], str | None] | None = None
