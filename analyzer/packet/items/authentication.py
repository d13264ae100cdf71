"""P25: what was sent as credentials, as far as it is no secret, and what the server said of them."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.model import Evidence, Told
from analyzer.packet.items._check import Check, Derived, Material, amounts, listed, places, quoted
from analyzer.wording.words import LAYER_WORDS, VERDICT_WORDS, number, plural

_LAYERS = ("authentication", "authorization")
_CLAIMS = {
    "token_from": "token in",
    "token_algorithm": "alg",
    "token_kid": "kid",
    "token_issuer": "iss",
    "token_audience": "aud",
    "token_issued_at": "iat",
    "token_not_before": "nbf",
    "token_expires_at": "exp",
    "token_scope": "scope",
}


def _evidence(material: Material) -> Derived | None:
    if not _wanted(material):
        return None
    facts = material.facts
    said = facts.of("www_authenticate", "auth_present", "auth_scheme", *_CLAIMS, "token_left_s")
    verdicts = list(_verdicts(material))
    parts = [*_parts(material, facts.of("token_left_s")), *(text for text, _ in verdicts)]
    refs = places((*said, *(evidence for _, evidence in verdicts)))
    return Derived("; ".join(parts) + ".", refs) if parts else None


def _verdicts(material: Material) -> Iterator[tuple[str, Evidence]]:
    """Yields what the records show of the two layers: why one is the cause, or why neither is."""
    for item in material.incident.layers if material.incident else ():
        if item.layer in _LAYERS and item.verdict != "not_visible":
            for evidence in item.evidence[:1]:
                yield f"{LAYER_WORDS[item.layer]} {VERDICT_WORDS[item.verdict]}: {quoted(evidence.text)}", evidence


def _parts(material: Material, left: tuple[Told, ...]) -> Iterator[str]:
    facts = material.facts
    for name, word in (("auth_scheme", "credentials sent as"), ("www_authenticate", "WWW-Authenticate:")):
        if facts.of(name):
            yield f"{word} {listed(facts.of(name))}"
    without = sum(item.count for item in facts.of("auth_present") if item.value == "false")
    if without:
        yield f"{plural(without, 'failing request')} without credentials"
    yield from (f"{word} {listed(facts.of(name), most=3)}" for name, word in _CLAIMS.items() if facts.of(name))
    seconds = amounts(left)
    if seconds:
        yield _age(min(seconds), max(seconds))


def _age(least: float, most: float) -> str:
    """Says how the end of the tokens' life lies to the requests."""
    if most < 0:
        return f"expired {number(round(-most))} to {number(round(-least))} s before the request"
    if least < 0:
        return f"some expired before the request, by up to {number(round(-least))} s; others had not"
    return f"not expired at the request, {number(round(least))} s left or more"


def _wanted(material: Material) -> bool:
    incident = material.incident
    return material.has_status(401, 403) or (incident is not None and incident.layer in _LAYERS)


ITEMS = (
    Check(
        "P25",
        "Evidence on authentication",
        "derived",
        _evidence,
        ask="Can you send a failing request's WWW-Authenticate header and its token's iss, aud, exp, nbf and scope "
        "(never the token)?",
        required=_wanted,
    ),
)
