"""Looks for known secrets in finished outputs, and names the place but never the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from analyzer.errors import LeakError, Location
from analyzer.redact._secrets import spellings


def refuse_leaks(outputs: Mapping[str, bytes], secrets: Sequence[str]) -> None:
    """Raises LeakError with file and byte offset if one of the secrets stands in an output, in any of its spellings."""
    forms = sorted({form for secret in secrets for form in spellings(secret)})
    if not forms:
        return
    for name, data in outputs.items():
        text = data.decode("utf-8", "replace")
        hit = pl.Series([text]).str.find_many(forms, leftmost=True)[0]
        if len(hit):
            hint = "Nothing was written. Please report which input format this was."
            raise LeakError(f"a known secret is still at byte {hit[0]:,}.", location=Location(name), hint=hint)
