"""P10 and P21: who and what is affected and who is not, and the addresses of clients."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.model import Incident, Told
from analyzer.packet._item import Question
from analyzer.packet.items._check import Check, Derived, Material, listed, places, quoted
from analyzer.redact import Profile
from analyzer.wording import phrases
from analyzer.wording.words import plural

_SCOPE = Question(
    "scope",
    "Who and what is affected, and who is not: users, tenants, regions, networks, versions?",
    "What parts the two sides is half the answer.",
    "all users of tenant A in Europe; tenant B and the mobile app work",
)
_NAMES = {"tenant": "tenant", "region": "region", "client_version": "client version", "user_agent": "user agent"}
_PROFILES: dict[Profile | None, str] = {
    None: "as recorded",
    "internal": "as recorded",
    "vendor": "public ones of clients are pseudonyms",
    "public": "all are pseudonyms",
}


def _scope(material: Material) -> Derived | None:
    incident = material.incident
    if incident is None:
        return None
    affected, spared = [phrases.whom(incident.clients)], list(_spared(incident, material))
    if incident.endpoints:
        affected.append(f"{plural(len(incident.endpoints), 'endpoint')}")
    told: list[Told] = []
    for name, word in _NAMES.items():
        mine = [item for item in material.facts.of(name) if item.count]
        if mine:
            affected.append(f"{word} {listed(mine, most=3)}")
            told += mine
    text = f"Affected: {'; '.join(affected)}. Not affected: {'; '.join(spared) or 'not known from these inputs'}."
    return Derived(text, places(told) or material.first, draft=True)


def _spared(incident: Incident, material: Material) -> Iterator[str]:
    rest = incident.clients.on_endpoints - incident.clients.affected
    if rest > 0:
        about = phrases.roughly(incident.clients, "affected", "on_endpoints")
        yield f"{about}{plural(rest, 'client')} of the same endpoints"
    others = material.facts.of("spared_endpoint")
    if others:
        first = others[0]
        yield (
            f"{plural(first.distinct, 'other endpoint')} without a failure meanwhile, such as {quoted(first.value)} "
            f"({plural(first.working, 'request')})"
        )
    for name, word in _NAMES.items():
        for item in [item for item in material.facts.of(name) if not item.count][:2]:
            yield f"{word} {quoted(item.value)} ({plural(item.working, 'request')} worked)"


def _addresses(material: Material) -> Derived | None:
    clients, peers = material.facts.of("client_ip"), material.facts.of("peer_ip")
    if not clients:
        return None
    behind = f"; they came through {listed(peers)}" if peers else ""
    return Derived(f"{listed(clients)}{behind} ({_PROFILES[material.profile]}).", places((*clients, *peers)))


ITEMS = (
    Check("P10", "Scope: affected and not affected", "confirm", _scope, (_SCOPE,)),
    Check("P21", "Client addresses, forwarded chain", "derived", _addresses, required=lambda _: False),
)
