"""Names the role, permission or scope that refused requests lack."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analyzer.counted import counted
from analyzer.diagnose.explanations._subject import Explanation, Subject
from analyzer.diagnose.explanations._words import explain_words, words

_ID = r"[\w.:/*-]{1,80}"
_BEFORE = ["edge", "waf", "load_balancer", "proxy"]
_STEPS = (
    "Compare role and permissions with those of an account for which it works.",
    "Log in anew after a change of roles: tokens keep the old ones until they are renewed.",
)
_TABLE = (
    words(
        rf"role[s]? ['\"]?(?P<role>{_ID})['\"]? (?:lacks?|does(?:n't| not) have|has no|is missing|not granted|without)"
        rf"(?: the| required)?(?: permissions?| scopes?| privileges?)? ['\"]?(?P<right>{_ID})",
        "the role {role} lacks {right}", *_STEPS, rank=0,
    ),
    words(
        rf"not authorized to perform:? ['\"]?(?P<right>{_ID})",
        "the account is not allowed to do {right}", *_STEPS, rank=0,
    ),
    words(
        rf"(?:missing|requires?|required|insufficient|lacks?|needs?)(?: the| any of)?(?: required)?[ _-]?"
        rf"(?:scopes?|permissions?|roles?|authorit(?:y|ies)|privileges?|entitlements?)(?: is| are)?[ :=]{{1,3}}"
        rf"['\"\[]{{0,2}}(?P<right>{_ID})",
        "the permission {right} is asked for", *_STEPS, rank=0,
    ),
    words(
        rf"(?:scopes?|permissions?|roles?|privileges?) ['\"]?(?P<right>{_ID})['\"]? (?:is |are )?"
        r"(?:required|missing|needed|not granted)",
        "the permission {right} is asked for", *_STEPS, rank=0,
    ),
    words(
        r"insufficient[ _]scope|permission denied|access (?:is )?denied|not (?:permitted|allowed|authorized)|forbidden"
        r"|do(?:es)? not have permission",
        "a known user lacks a right", *_STEPS,
    ),
)  # fmt: skip


def explain(subject: Subject) -> Iterator[Explanation]:
    """Reads what the application or the answer says of a 403 (RFC 9110, 15.5.4).

    A rule in front of the application knows no user, and words such as "forbidden" are its own as well: they count
    only where the application gave most of these answers.
    """
    refused = subject.failing(403)
    if refused.is_empty() or 2 * counted(refused, pl.col("answered_by").is_in(_BEFORE)) > counted(refused):
        return
    inside = refused.filter(pl.col("has_application") | (pl.col("answered_by") == "application"))
    found = explain_words(subject, _TABLE, 403)
    named = [each for each in found if each.rank == 0]
    yield from named[:2] or (found[:1] if 2 * counted(inside) >= counted(refused) else [])
