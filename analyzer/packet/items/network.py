"""P22 and P23: the server that was spoken to, and where the time went."""

from __future__ import annotations

from analyzer.packet.items._check import Check, Derived, Material, listed, places
from analyzer.wording.words import microseconds

_SERVER = {
    "server_ip": "address",
    "scheme": "scheme",
    "protocol": "HTTP version",
    "tls_version": "TLS version",
    "tls_cipher": "cipher",
}
_PORTS = {"https": "443", "http": "80", "wss": "443", "ws": "80"}


def _server(material: Material) -> Derived | None:
    found = {name: [item for item in material.facts.of(name) if item.count] for name in _SERVER}
    if not any(items for name, items in found.items() if name != "scheme"):
        return None
    parts = [f"{_SERVER[name]} {listed(items)}" for name, items in found.items() if items]
    ports = sorted({_PORTS[item.value] for item in found["scheme"] if item.value in _PORTS})
    hosts = [item.value.rpartition(":")[2] for item in material.facts.of("host") if item.count and ":" in item.value]
    if ports or hosts:
        parts.append(f"port {', '.join(hosts or ports)}")
    return Derived("; ".join(parts) + ".", places(item for items in found.values() for item in items))


def _phases(material: Material) -> Derived | None:
    for hop in material.hops:
        if hop.phases:
            spent = ", ".join(f"{name} {microseconds(value)}" for name, value in hop.phases)
            return Derived(f"{spent} (one failing request).", (hop.ref,))
    return None


ITEMS = (
    Check("P22", "Server address, port, HTTP and TLS version", "derived", _server, required=lambda _: False),
    Check("P23", "DNS, connect, TLS, wait, receive", "derived", _phases, required=lambda _: False),
)
